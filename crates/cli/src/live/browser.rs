//! Browsers, which the system opens for us.

use std::io::ErrorKind;
use std::process::{Child, Command, Stdio};

use indicatif::ProgressBar;

/// The program that opens links with whatever its user prefers.
const OPENER: &[&str] = if cfg!(target_os = "macos") {
    &["open"]
} else if cfg!(target_os = "windows") {
    &["cmd", "/C", "start", ""]
} else {
    &["xdg-open"]
};

/// Opens a link in a browser. Where that fails the server is of use all the same, so it is only told, above the line of statistics.
pub(super) fn open(link: &str, line: &ProgressBar) {
    let opened = Command::new(OPENER[0])
        .args(&OPENER[1..])
        .arg(link)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match opened {
        // It may stay for as long as the browser does.
        Ok(child) => {
            let line = line.clone();
            drop(std::thread::spawn(move || report(child, &line)));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            tell(line, &format!("no browser was opened, since there is no `{}` here", OPENER[0]));
        }
        Err(error) => tell(line, &format!("no browser was opened: {}: {error}", OPENER[0])),
    }
}

fn tell(line: &ProgressBar, what: &str) {
    line.suspend(|| eprintln!("note: {what}; open the link by hand"));
}

fn report(mut child: Child, line: &ProgressBar) {
    if let Ok(status) = child.wait()
        && !status.success()
    {
        tell(line, &format!("`{}` could not open a browser ({status})", OPENER[0]));
    }
}
