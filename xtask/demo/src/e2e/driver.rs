//! A browser without a window, and the program that drives it, by the `WebDriver` protocol.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Result, http};

/// Pixels of the window.
const WINDOW: [u32; 2] = [1000, 700];

/// No window, no network beyond this machine, graphics by software, colours as they are.
const SWITCHES: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
];

/// A running browser with one page.
#[derive(Debug)]
pub(super) struct Driver {
    process: Child,
    port: u16,
    session: String,
    /// The browser's own files; gone with it.
    _profile: TempDir,
}

impl Driver {
    /// Starts both programs.
    pub(super) fn start(driver: &str, browser: &str) -> Result<Self> {
        let start = Command::new(driver).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = start.map_err(|error| format!("{driver}: {error}"))?;
        let started = session(&mut process, browser);
        match started {
            Ok((port, session, profile)) => Ok(Self { process, port, session, _profile: profile }),
            Err(error) => {
                let _ended = process.kill();
                let _gone = process.wait();
                Err(error)
            }
        }
    }

    /// A command of this page.
    pub(super) fn post(&self, command: &str, body: &Value) -> Result<Value> {
        http::ask(self.port, "POST", &format!("/session/{}/{command}", self.session), Some(body))
    }

    /// A question about this page.
    pub(super) fn get(&self, command: &str) -> Result<Value> {
        http::ask(self.port, "GET", &format!("/session/{}/{command}", self.session), None)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver ends the browser; without an answer there is none left to end.
        let _ended = http::ask(self.port, "DELETE", &format!("/session/{}", self.session), None);
        let _killed = self.process.kill();
        let _gone = self.process.wait();
    }
}

fn session(process: &mut Child, browser: &str) -> Result<(u16, String, TempDir)> {
    let port = port(process)?;
    let profile = tempfile::tempdir()?;
    let own =
        [format!("--user-data-dir={}", profile.path().display()), format!("--window-size={},{}", WINDOW[0], WINDOW[1])];
    let switches: Vec<&str> = SWITCHES.iter().copied().chain(own.iter().map(String::as_str)).collect();
    let wanted = json!({
        "goog:chromeOptions": {"binary": which(browser), "args": switches},
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    });
    let session = http::ask(port, "POST", "/session", Some(&json!({"capabilities": {"alwaysMatch": wanted}})))?;
    let id = session["sessionId"].as_str().ok_or("the driver names no session")?.to_owned();
    Ok((port, id, profile))
}

/// The driver says where it listens.
fn port(process: &mut Child) -> Result<u16> {
    let out = process.stdout.take().ok_or("the driver has no output")?;
    let mut lines = BufReader::new(out).lines();
    let told = |line: &String| Some(line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
    let port = lines.by_ref().map_while(std::result::Result::ok).find_map(|line| told(&line).flatten());
    // It must not meet a closed pipe later.
    std::thread::spawn(move || lines.for_each(drop));
    port.ok_or_else(|| "the driver does not say where it listens".into())
}

/// The driver wants the path of a browser.
fn which(program: &str) -> String {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file());
    found.and_then(|path| path.to_str().map(str::to_owned)).unwrap_or_else(|| program.to_owned())
}
