//! `voxscope view`: the sources live in Neuroglancer, until Ctrl-C.

mod browser;
mod viewer;

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::net::Ipv4Addr;
use std::time::Duration;

use facade::ng_serve::{self, Running, ServeOptions, ServerStats};
use facade::prelude::*;
use facade::{Error, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::viewer::Viewer;
use crate::{args, layer, sources, view};

/// How often the statistics are written anew.
const EVERY: Duration = Duration::from_millis(250);

/// Runs the command; the link goes to standard output as soon as it works, all else to standard error.
///
/// # Errors
/// Those of opening the sources, of sources that the viewer cannot show, and of the server.
pub fn run(args: &args::View) -> Result<String> {
    let server = serve(args)?;
    let link = server.link().to_owned();
    tell(&server, &link);
    let line = line();
    let mut last = None;
    // From the first call on Ctrl-C is waited for, so whoever has the link can also end what it links to.
    let shown = server.watch_until_interrupted(EVERY, |stats| {
        if last.is_none() {
            announce(&link);
            if args.open {
                browser::open(&link, &line);
            }
        }
        if last.replace(*stats) != Some(*stats) {
            line.set_message(statistics(stats));
        }
    });
    line.finish_and_clear();
    shown.map_err(failed)?;
    eprintln!("stopped: {}", statistics(&last.unwrap_or_default()));
    Ok(String::new())
}

/// The line that is written anew on a terminal, and nowhere else.
fn line() -> ProgressBar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let line = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        line.set_style(style);
    }
    line
}

/// Opens the sources and serves them, each under its name.
///
/// # Errors
/// As [`run`].
pub fn serve(args: &args::View) -> Result<Running> {
    let configs = sources::several_resampled(&args.sources, &args.sizes, &args.placement)?;
    let arrays: Vec<ArrayRef> = configs.iter().map(facade::open).collect::<Result<_>>()?;
    let arrays = named(arrays);
    let mut options = ServeOptions::default().with_address((Ipv4Addr::LOCALHOST, args.port));
    options = match viewer::choose(args.viewer.as_deref()) {
        Viewer::Folder(folder) => options.with_viewer_files(folder),
        Viewer::Page(page) => options.with_viewer(page),
    };
    if let Some(roi) = args.roi {
        for (_, array) in &arrays {
            array.meta().bounded(&roi)?;
        }
        options = options.with_region(roi);
    }
    for (name, array) in &arrays {
        if let Some(contrast) = layer::contrast(&**array)? {
            options = options.with_contrast(name.clone(), contrast);
        }
    }
    ng_serve::serve(arrays, &options).map_err(failed)
}

/// Volumes of one name, from several servers, are told apart by a number.
fn named(arrays: Vec<ArrayRef>) -> Vec<(String, ArrayRef)> {
    let mut taken: BTreeSet<String> = arrays.iter().map(|array| array.name().to_owned()).collect();
    let mut seen = BTreeSet::new();
    let one = |array: ArrayRef| {
        let own = array.name().to_owned();
        if seen.insert(own.clone()) {
            return (own, array);
        }
        let (mut number, mut name) = (1, own.clone());
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{own}-{number}");
        }
        eprintln!("note: another source is called '{own}' as well; it is shown as '{name}'");
        (name, array)
    };
    arrays.into_iter().map(one).collect()
}

/// What to know before the link is opened.
fn tell(server: &Running, link: &str) {
    for layer in server.layers() {
        let name = layer.layer.name().ok().flatten().unwrap_or_default();
        if let Some(level) = server.levels(&name).unwrap_or_default().first() {
            eprintln!("{name}: {} nm, {} of {}", level.voxel_size(), level.kind(), level.dtype());
        }
    }
    if !link.starts_with(&format!("http://{}", server.address())) {
        eprintln!(
            "note: the link opens a public page, which may read this server only if the browser's user allows it;"
        );
        eprintln!("      with --viewer DIR the page comes from here (`voxscope view --help`)");
    }
    if let Some(line) = here_by_ssh().and_then(|host| server.ssh_line(&host).ok()) {
        eprintln!("note: this is another machine; run this on yours, and keep it running:\n      {line}");
    }
    eprintln!("Ctrl-C stops the server");
}

/// The link as the one line on standard output, at once: programs that start this one wait for it.
fn announce(link: &str) {
    let mut out = io::stdout();
    // Whoever closed the pipe has no need of the link.
    let _ = writeln!(out, "{link}").and_then(|()| out.flush());
}

/// `user@address` of this machine as the other end of the session knows it.
fn here_by_ssh() -> Option<String> {
    let connection = std::env::var("SSH_CONNECTION").ok()?;
    let address = connection.split_whitespace().nth(2)?;
    let user = std::env::var("USER").ok().filter(|user| !user.is_empty());
    Some(user.map_or_else(|| address.to_owned(), |user| format!("{user}@{address}")))
}

/// What a server has done, on one line.
pub fn statistics(stats: &ServerStats) -> String {
    let plural = if stats.chunks == 1 { "" } else { "s" };
    let failed = if stats.failed == 0 { String::new() } else { format!(", {} FAILED", stats.failed) };
    format!(
        "{} chunk{plural}, {} from the cache, {} sent, {:.2} s of reading{failed}",
        stats.chunks,
        stats.chunk_cache.hits,
        view::bytes(stats.bytes),
        stats.reading.as_secs_f64()
    )
}

fn failed(error: ng_serve::Error) -> Error {
    Error::Backend(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_one_line_and_failures_stand_out() {
        let mut stats = ServerStats::default();
        assert_eq!(statistics(&stats), "0 chunks, 0 from the cache, 0 B sent, 0.00 s of reading");
        (stats.chunks, stats.bytes, stats.failed) = (1, 3 << 20, 2);
        stats.reading = Duration::from_millis(1250);
        assert_eq!(statistics(&stats), "1 chunk, 0 from the cache, 3.0 MiB sent, 1.25 s of reading, 2 FAILED");
    }

    #[test]
    fn names_are_made_unique() {
        let array = |name: &str| -> ArrayRef {
            let voxels = ndarray::ArrayD::<u8>::zeros(vec![2, 2, 2]);
            std::sync::Arc::new(MemoryArray::new(name, voxels, [8; 3], [0; 3]).unwrap())
        };
        let names = |names: &[&str]| -> Vec<String> {
            named(names.iter().map(|name| array(name)).collect()).into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(&["em", "seg"]), ["em", "seg"]);
        assert_eq!(names(&["em", "em", "em-2", "em"]), ["em", "em-3", "em-2", "em-4"]);
    }
}
