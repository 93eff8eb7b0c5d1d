//! Keeping what a server answered: a folder with `cases.json`, one answer a line, and the bodies beside it.
//!
//! The format is that of the recordings which the tests of this workspace replay. Neither who asked nor any secret is
//! kept: no headers of requests, no `u`, `app` or token.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::answer::Head;
use crate::request::Request;
use crate::{Error, Result};

/// The list of a folder.
pub(super) const LIST: &str = "cases.json";
/// How the list ends, before which the next answer is written.
const END: &[u8] = b"\n]\n";

/// A line of the list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Case {
    pub(super) id: String,
    group: String,
    pub(super) seq: u64,
    /// What the server held: `loaded`, but for the recordings of tests that changed it.
    pub(super) state: String,
    /// The server as it was called, so that what is replayed can say where it comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) server: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) request_headers: BTreeMap<String, String>,
    pub(super) request_body: Option<String>,
    pub(super) status: u16,
    pub(super) response_headers: BTreeMap<String, String>,
    pub(super) chunked: bool,
    pub(super) body: Option<String>,
    pub(super) body_bytes: u64,
}

impl Case {
    /// What tells its request from others.
    pub(super) fn key(&self, folder: &Path) -> Result<Key> {
        let body = self.request_body.as_ref().map(|file| read_file(folder, file)).transpose()?;
        Ok(Key { path: anonymous(&self.path), body: canonical(&body.unwrap_or_default()) })
    }

    pub(super) fn is_plain_get(&self) -> bool {
        self.method == "GET" && self.state == "loaded" && self.request_headers.is_empty()
    }
}

/// What tells requests apart: the path without who asks, and the body as a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    path: String,
    body: Vec<u8>,
}

impl Key {
    pub(super) fn of(request: &Request) -> Self {
        let body = request.body().unwrap_or_default();
        Self { path: anonymous(request.path()), body: canonical(body.as_bytes()) }
    }
}

/// A path without the parameters that only say who asks.
fn anonymous(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let says_who = |parameter: &&str| !matches!(parameter.split_once('='), Some(("u" | "app", _)));
    let query: Vec<&str> = query.split('&').filter(says_who).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// JSON without the freedom of its notation; anything else as it is.
fn canonical(body: &[u8]) -> Vec<u8> {
    serde_json::from_slice::<serde_json::Value>(body)
        .map_or_else(|_| body.to_vec(), |value| value.to_string().into_bytes())
}

/// The cases of a folder in the order in which they were recorded.
pub(super) fn load(folder: &Path) -> Result<Vec<Case>> {
    let path = folder.join(LIST);
    let text = fs::read(&path).map_err(|error| Error::recording(&path, &error))?;
    let mut cases: Vec<Case> = serde_json::from_slice(&text).map_err(|error| Error::recording(&path, &error))?;
    cases.sort_by_key(|case| case.seq);
    Ok(cases)
}

/// The bytes meant by a file: those named `.gz` are compressed for storage.
pub(super) fn open_file(folder: &Path, name: &str) -> Result<Box<dyn Read>> {
    let path = folder.join(name);
    let file = File::open(&path).map_err(|error| Error::recording(&path, &error))?;
    let is_packed = path.extension().is_some_and(|extension| extension == "gz");
    Ok(if is_packed { Box::new(flate2::read::GzDecoder::new(file)) } else { Box::new(file) })
}

fn read_file(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open_file(folder, name)?.read_to_end(&mut bytes);
    read.map_err(|error| Error::recording(&folder.join(name), &error))?;
    Ok(bytes)
}

/// Writes answers into a folder.
#[derive(Debug)]
pub(super) struct Recorder {
    folder: PathBuf,
    server: String,
    ledger: Mutex<Ledger>,
}

#[derive(Debug)]
struct Ledger {
    list: File,
    seq: u64,
    /// The latest answer to each request: status and file.
    latest: HashMap<Key, (u16, Option<String>)>,
}

impl Recorder {
    /// A recorder into a folder, which is made if it does not exist; what it has of the same server is kept.
    pub(super) fn new(folder: &Path, server: &str) -> Result<Self> {
        for part in ["bodies", "requests"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).map_err(|error| Error::recording(&path, &error))?;
        }
        let path = folder.join(LIST);
        let cases = if path.exists() { load(folder)? } else { Vec::new() };
        if let Some(other) = cases.iter().find(|case| case.server != server) {
            let problem =
                format!("it holds answers of `{}`, not of {server}; record into another folder", other.server);
            return Err(Error::recording(folder, &problem));
        }
        let list = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut list = list.map_err(|error| Error::recording(&path, &error))?;
        if cases.is_empty() {
            list.set_len(0).and_then(|()| list.write_all(b"[]\n")).map_err(|error| Error::recording(&path, &error))?;
        }
        let seq = cases.last().map_or(0, |case| case.seq + 1);
        let latest = cases.into_iter().map(|case| Ok((case.key(folder)?, (case.status, case.body))));
        let ledger = Ledger { list, seq, latest: latest.collect::<Result<_>>()? };
        Ok(Self { folder: folder.to_owned(), server: server.to_owned(), ledger: Mutex::new(ledger) })
    }

    /// Begins to keep the answer to a request.
    pub(super) fn begin(&self, request: &Request) -> Result<Take<'_>> {
        let seq = {
            let mut ledger = self.lock();
            ledger.seq += 1;
            ledger.seq - 1
        };
        let name = format!("bodies/a{seq:06}.bin");
        let file = File::create(self.folder.join(&name)).map_err(|e| Error::recording(&self.folder.join(&name), &e))?;
        let request = request.clone();
        Ok(Take { recorder: self, request, seq, name, file, bytes: 0, failure: None, is_kept: false })
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that is being kept; dropped before its end, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Take<'a> {
    recorder: &'a Recorder,
    request: Request,
    seq: u64,
    name: String,
    file: File,
    bytes: u64,
    failure: Option<io::Error>,
    is_kept: bool,
}

impl Take<'_> {
    /// Adds bytes of the body. What goes wrong is told at the end.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        if self.failure.is_none() {
            self.failure = self.file.write_all(bytes).err();
            self.bytes += bytes.len() as u64;
        }
    }

    /// Enters the answer into the list, unless the same request had the same answer before.
    pub(super) fn keep(mut self, head: &Head) -> Result<()> {
        let failed = |error: &io::Error| Error::recording(&self.recorder.folder, error);
        if let Some(error) = &self.failure {
            return Err(failed(error));
        }
        let key = Key::of(&self.request);
        let mut ledger = self.recorder.lock();
        if ledger.latest.get(&key).is_some_and(|latest| self.is_same(head, latest)) {
            return Ok(());
        }
        let body = (self.bytes > 0).then(|| self.name.clone());
        let case = self.case(head, body.clone()).map_err(|error| failed(&error))?;
        append(&mut ledger.list, &case).map_err(|error| failed(&error))?;
        ledger.latest.insert(key, (head.status, body));
        self.is_kept = self.bytes > 0;
        Ok(())
    }

    fn is_same(&self, head: &Head, (status, body): &(u16, Option<String>)) -> bool {
        let read = |name: &String| fs::read(self.recorder.folder.join(name)).ok();
        let latest = body.as_ref().map_or_else(|| Some(Vec::new()), read);
        *status == head.status && latest.is_some() && latest == read(&self.name)
    }

    fn case(&self, head: &Head, body: Option<String>) -> io::Result<Case> {
        let id = format!("a{:06}", self.seq);
        let mut request_body = None;
        if let Some(question) = self.request.body() {
            let name = format!("requests/{id}.bin");
            fs::write(self.recorder.folder.join(&name), question)?;
            request_body = Some(name);
        }
        let headers = [("Content-Type", head.content_type.clone()), ("Content-Length", self.bytes.to_string())];
        let known = headers.into_iter().filter(|(_, value)| !value.is_empty());
        Ok(Case {
            id,
            group: "recorded".to_owned(),
            seq: self.seq,
            state: "loaded".to_owned(),
            server: self.recorder.server.clone(),
            method: "GET".to_owned(),
            path: self.request.path().to_owned(),
            request_body,
            status: head.status,
            response_headers: known.map(|(name, value)| (name.to_owned(), value)).collect(),
            body,
            body_bytes: self.bytes,
            ..Case::default()
        })
    }
}

impl Drop for Take<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed is not in the list and does no harm.
            let _ = fs::remove_file(self.recorder.folder.join(&self.name));
        }
    }
}

/// Writes a line before the end of the list, so that the file is whole after each answer.
fn append(list: &mut File, case: &Case) -> io::Result<()> {
    let length = list.seek(SeekFrom::End(0))?;
    let is_first = length <= END.len() as u64;
    let mut line = if is_first { b"[\n".to_vec() } else { b",\n".to_vec() };
    serde_json::to_writer(&mut line, case)?;
    line.extend_from_slice(END);
    list.seek(SeekFrom::Start(if is_first { 0 } else { length - END.len() as u64 }))?;
    list.write_all(&line)?;
    list.flush()
}
