//! A server that runs.

mod thread;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use array_core::{Array, ArrayRef, BlockCache, Cache};
use ng_layer::json::{Value, to_client_string};
use ng_layer::neuroglance::{View, ViewBuilder};
use ng_layer::precomputed::Info;
use ng_layer::{LayerOptions, NeuroglancerLayer, ServeAt, ViewerState};

use self::thread::ServerThread;
use crate::app::App;
use crate::content::{Content, Gzip};
use crate::jobs::Jobs;
use crate::stats::{Counters, ServerStats};
use crate::viewer::Viewer;
use crate::volume::{Named, Volume};
use crate::{Error, Result, ServeOptions, page, token};

/// A server that runs until it is stopped, or dropped.
pub struct Running {
    app: Arc<App>,
    url: String,
    address: SocketAddr,
    view: View,
    link: String,
    thread: ServerThread,
}

/// Serves arrays, each under a name of its own, and comes back as soon as the server answers. It runs on threads of its own.
///
/// # Errors
/// [`Error::Bind`], [`Error::BadOption`], [`Error::NothingToServe`], [`Error::DuplicateName`]; [`Error::Layer`] for an array
/// that the viewer cannot show; [`Error::Levels`] and [`Error::TooCostly`] for factors that do not go together.
pub fn serve(arrays: Vec<(String, ArrayRef)>, options: &ServeOptions) -> Result<Running> {
    options.check()?;
    let arrays = named(arrays)?;
    let voxels = BlockCache::of_blocks(options.cache_bytes / 4 * 3);
    let volumes = arrays.iter().map(|array| Volume::new(array, options, &voxels)).collect::<Result<Vec<_>>>()?;
    let refused = |error: &std::io::Error| Error::Bind { address: options.address, reason: error.to_string() };
    let listener = TcpListener::bind(options.address).map_err(|error| refused(&error))?;
    let address = listener.local_addr().map_err(|error| refused(&error))?;
    let token = options.token.clone().unwrap_or_else(token::random);
    let public = options.public_url.clone().unwrap_or_else(|| format!("http://{}", reachable(address)));
    let public = public.trim_end_matches('/');
    let url = format!("{public}/{token}");
    let view = view(&arrays, &url, options)?;
    let state = to_client_string(&Value::Object(view.state.as_object().clone()));
    let viewer = options.viewer_files.as_ref().map(|folder| Viewer::open(folder, &state)).transpose()?;
    let link = match &viewer {
        // Short, and the page writes the whole state into its address as soon as somebody moves.
        Some(_) => format!("{public}/v/{token}/#!{url}/state.json"),
        None => view.state.to_url(&options.viewer)?,
    };
    let app = Arc::new(App {
        token,
        index: Content::new(page::index(&url, &link, &volumes).into_bytes(), "text/html; charset=utf-8", Gzip::Never),
        state: Content::new(state.into_bytes(), "application/json", Gzip::Never),
        viewer,
        volumes,
        jobs: Jobs::new(options.workers),
        chunks: Cache::new(options.cache_bytes / 4, Content::weight),
        voxels,
        counters: Counters::default(),
    });
    let thread = ServerThread::start(listener, Arc::clone(&app), options.workers)?;
    Ok(Running { app, url, address, view, link, thread })
}

fn named(arrays: Vec<(String, ArrayRef)>) -> Result<Vec<Arc<Named>>> {
    if arrays.is_empty() {
        return Err(Error::NothingToServe);
    }
    for (position, (name, _)) in arrays.iter().enumerate() {
        if arrays[..position].iter().any(|(other, _)| other == name) {
            return Err(Error::DuplicateName { name: name.clone() });
        }
    }
    Ok(arrays.into_iter().map(|(name, array)| Arc::new(Named::new(name, array))).collect())
}

/// A state with a layer for every array.
fn view(arrays: &[Arc<Named>], url: &str, options: &ServeOptions) -> Result<View> {
    let mut builder = ViewBuilder::default();
    if let Some(region) = options.region {
        builder = builder.with_region(region);
    }
    for array in arrays {
        let mut layer = LayerOptions::from(ServeAt::new(url));
        if let Some(contrast) = options.contrasts.get(array.meta().name()) {
            layer = layer.with_contrast(contrast.clone());
        }
        builder = builder.with_layer(&**array, layer);
    }
    Ok(builder.build()?)
}

/// An address that a browser on this machine can ask: all addresses are none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

impl Running {
    /// The address below which everything is: `http://127.0.0.1:41234/TOKEN`, the volumes at `/NAME` behind it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The state of a viewer that shows all arrays; also at `/state.json`.
    pub fn state(&self) -> &ViewerState {
        &self.view.state
    }

    /// The layers of the state, in drawing order.
    pub fn layers(&self) -> &[NeuroglancerLayer] {
        &self.view.layers
    }

    /// A link that opens the viewer with all arrays.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// What is published of the array of this name.
    pub fn info(&self, name: &str) -> Option<&Info> {
        self.volume(name).map(Volume::info)
    }

    /// The arrays whose voxels are served as the levels of an array, finest first: what `read` of them returns is what the
    /// viewer shows.
    pub fn levels(&self, name: &str) -> Option<Vec<ArrayRef>> {
        self.volume(name).map(Volume::arrays)
    }

    fn volume(&self, name: &str) -> Option<&Volume> {
        self.app.volumes.iter().find(|volume| volume.name() == name)
    }

    /// What it has done so far.
    pub fn stats(&self) -> ServerStats {
        self.app.stats()
    }

    /// Forgets all that was read: a source has changed. Browsers see it when they ask again.
    pub fn forget(&self) {
        self.app.forget();
    }

    /// The command with which a machine that reaches this one as `host` (or `user@host`) gets the server on its own loopback
    /// address, so that [`link`](Self::link) works there as well.
    ///
    /// # Errors
    /// [`Error::BadOption`] for what is no name of a machine: the line is meant to be pasted into a shell.
    pub fn ssh_line(&self, host: &str) -> Result<String> {
        let plain = |c: char| c.is_alphanumeric() || "@.-_:".contains(c);
        if host.is_empty() || host.starts_with('-') || !host.chars().all(plain) {
            let rule = "it is the name of a machine, or user@machine";
            return Err(Error::BadOption { option: "host", value: host.to_owned(), rule });
        }
        let here = reachable(self.address);
        Ok(format!("ssh -N -L {}:{here} {host}", here.port()))
    }

    /// Answers what was asked already, for two seconds at most, and ends.
    pub fn stop(self) {
        drop(self);
    }

    /// Waits for Ctrl-C, and [stops](Self::stop).
    ///
    /// # Errors
    /// [`Error::Threads`] if the signal cannot be waited for.
    pub fn until_interrupted(self) -> Result<()> {
        self.watch_until_interrupted(Duration::MAX, |_| {})
    }

    /// The same, and meanwhile shows what the server has done: at once, each time when so much time has passed, and in the end.
    /// When it is called for the first time, Ctrl-C is waited for already.
    ///
    /// # Errors
    /// As [`until_interrupted`](Self::until_interrupted).
    pub fn watch_until_interrupted(self, every: Duration, mut show: impl FnMut(&ServerStats) + Send) -> Result<()> {
        thread::wait_for_interrupt(every, || show(&self.stats()))?;
        show(&self.stats());
        self.stop();
        Ok(())
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the token, which opens the data.
        f.debug_struct("Running").field("address", &self.address).field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.thread.stop();
    }
}
