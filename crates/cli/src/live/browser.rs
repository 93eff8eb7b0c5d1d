//! Browsers, which the system opens for us.

use std::io::ErrorKind;
use std::process::{Child, Command, Stdio};

/// The program that opens links with whatever its user prefers.
const OPENER: &[&str] = if cfg!(target_os = "macos") {
    &["open"]
} else if cfg!(target_os = "windows") {
    &["cmd", "/C", "start", ""]
} else {
    &["xdg-open"]
};

/// Opens a link in a browser. Where that fails the server is of use all the same, so it is only told.
pub(super) fn open(link: &str) {
    let opened = Command::new(OPENER[0])
        .args(&OPENER[1..])
        .arg(link)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match opened {
        // It may stay for as long as the browser does.
        Ok(child) => drop(std::thread::spawn(move || report(child))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("note: no browser was opened, since there is no `{}` here; open the link by hand", OPENER[0]);
        }
        Err(error) => eprintln!("note: no browser was opened: {}: {error}; open the link by hand", OPENER[0]),
    }
}

fn report(mut child: Child) {
    if let Ok(status) = child.wait()
        && !status.success()
    {
        eprintln!("note: `{}` could not open a browser ({status}); open the link by hand", OPENER[0]);
    }
}
