//! The thread of a server, with its runtime: nobody else sees it.

use std::future::IntoFuture;
use std::io;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::app::App;
use crate::{Error, Result, http};

/// How long requests that are being answered may take when the server is stopped.
const GRACE: Duration = Duration::from_secs(2);
/// And how long loads may take to notice that they were cancelled.
const NOTICE: Duration = Duration::from_millis(500);
/// Threads that speak with browsers; voxels are read on others.
const SPEAKERS: usize = 2;

pub(super) struct ServerThread {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ServerThread {
    pub(super) fn start(listener: TcpListener, app: Arc<App>, workers: usize) -> Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        let run = move || match prepare(listener, workers) {
            Ok((runtime, listener)) => {
                let _nobody_waits = ready.send(Ok(()));
                runtime.block_on(run(listener, app, stopped));
                runtime.shutdown_timeout(NOTICE);
            }
            Err(error) => {
                let _nobody_waits = ready.send(Err(error));
            }
        };
        let thread =
            std::thread::Builder::new().name("ng-serve".to_owned()).spawn(run).map_err(|error| failed(&error))?;
        let gone = |_| Err(io::Error::other("its thread ended"));
        is_ready.recv().unwrap_or_else(gone).map_err(|error| failed(&error))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }

    pub(super) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _already_ended = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the server panicked");
        }
    }
}

fn failed(error: &io::Error) -> Error {
    Error::Threads { reason: error.to_string() }
}

fn prepare(listener: TcpListener, workers: usize) -> io::Result<(Runtime, tokio::net::TcpListener)> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(SPEAKERS).max_blocking_threads(workers).thread_name("ng-serve").enable_all();
    let runtime = builder.build()?;
    listener.set_nonblocking(true)?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    Ok((runtime, listener))
}

/// Serves until told to stop, then answers what is being answered, then gives up.
async fn run(listener: tokio::net::TcpListener, app: Arc<App>, stopped: oneshot::Receiver<()>) {
    // Answers are small, and a browser waits for each: without this they linger for tens of milliseconds.
    let listener = listener.tap_io(|socket| {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays slow");
        }
    });
    let (stopping, is_stopping) = oneshot::channel();
    let streams = Arc::clone(&app);
    let until_stopped = async move {
        let _or_dropped = stopped.await;
        // Streams have no end of their own.
        if let Some(viewer) = &streams.viewer {
            viewer.close();
        }
        let _nobody_waits = stopping.send(());
    };
    let router = Router::new().fallback(http::handle).with_state(Arc::clone(&app));
    let serving = axum::serve(listener, router).with_graceful_shutdown(until_stopped);
    let serving = tokio::spawn(serving.into_future());
    let patience = serving.abort_handle();
    let hurry = tokio::spawn(async move {
        let _or_ended = is_stopping.await;
        tokio::time::sleep(GRACE).await;
        app.jobs.cancel_all();
        tokio::time::sleep(NOTICE).await;
        patience.abort();
    });
    match serving.await {
        Ok(Err(error)) => tracing::error!(%error, "the server ended"),
        Err(error) if error.is_panic() => tracing::error!(%error, "the server ended"),
        _ => {}
    }
    hurry.abort();
}

/// On a thread of its own, so that it works within somebody else's runtime as well.
pub(super) fn wait_for_interrupt(every: Duration, mut meanwhile: impl FnMut() + Send) -> Result<()> {
    let waiting = async {
        let mut interrupt = pin!(tokio::signal::ctrl_c());
        let mut patience = Duration::ZERO;
        loop {
            match tokio::time::timeout(patience, &mut interrupt).await {
                Ok(interrupted) => return interrupted,
                Err(_) => meanwhile(),
            }
            patience = every;
        }
    };
    let wait = || Builder::new_current_thread().enable_all().build()?.block_on(waiting);
    let ended = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().spawn_scoped(scope, wait)?;
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that waits for signals panicked")))
    });
    ended.map_err(|error| failed(&error))
}
