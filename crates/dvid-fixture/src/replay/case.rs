//! One recorded request with its answer.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::http::{Framing, Request, Response};
use crate::{Error, Result};

/// What the server held when an answer was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[non_exhaustive]
pub enum ReplayState {
    /// The whole data set, nothing written.
    #[default]
    #[serde(rename = "loaded")]
    Loaded,
    /// While a series of writes runs: the same request has several answers, which come in the order of recording.
    #[serde(rename = "writes")]
    Writes,
    /// No throttled request is let in.
    #[serde(rename = "throttle limit 0")]
    Throttled,
}

/// A line of `cases.json`; keys that only say what a client should make of the answer are not read here.
#[derive(Debug, Clone, Deserialize)]
struct Record {
    id: String,
    group: String,
    seq: u64,
    state: ReplayState,
    method: String,
    path: String,
    #[serde(default)]
    request_headers: BTreeMap<String, String>,
    request_body: Option<String>,
    status: u16,
    response_headers: BTreeMap<String, String>,
    chunked: bool,
    body: Option<String>,
}

/// One recorded request with its answer.
#[derive(Debug, Clone)]
pub struct Case {
    record: Record,
    folder: PathBuf,
}

/// The cases of a folder, and the names of those that are left out.
pub(super) fn load(folder: &Path) -> Result<(Vec<Case>, Vec<String>)> {
    let path = folder.join("cases.json");
    let records: Vec<Record> =
        serde_json::from_slice(&read(&path)?).map_err(|error| Error::Captures { path, detail: error.to_string() })?;
    let (mut cases, mut left_out) = (Vec::new(), Vec::new());
    for record in records {
        let files = [&record.body, &record.request_body].into_iter().flatten();
        let missing = files.map(|file| folder.join(file)).find(|path| !path.is_file());
        match missing {
            None => cases.push(Case { record, folder: folder.to_owned() }),
            Some(_) if record.group == "real" => left_out.push(record.id),
            Some(path) => return Err(Error::BodyMissing { id: record.id, path }),
        }
    }
    Ok((cases, left_out))
}

impl Case {
    /// Name of the case.
    pub fn id(&self) -> &str {
        &self.record.id
    }

    /// Group of the case.
    pub fn group(&self) -> &str {
        &self.record.group
    }

    /// Order of recording.
    pub fn seq(&self) -> u64 {
        self.record.seq
    }

    /// What the server held.
    pub fn state(&self) -> ReplayState {
        self.record.state
    }

    /// Path and query of the request.
    pub fn path(&self) -> &str {
        &self.record.path
    }

    /// Status of the answer.
    pub fn status(&self) -> u16 {
        self.record.status
    }

    /// A recorded header of the answer.
    pub fn response_header(&self, name: &str) -> Option<&str> {
        self.record
            .response_headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether the answer came chunked.
    pub fn is_chunked(&self) -> bool {
        self.record.chunked
    }

    /// The request.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the file of its body cannot be read.
    pub fn request(&self) -> Result<Request> {
        let mut request = Request::new(&self.record.method, &self.record.path)
            .with_body(self.bytes(self.record.request_body.as_ref())?);
        for (name, value) in &self.record.request_headers {
            request = request.with_header(name, value);
        }
        Ok(request)
    }

    /// Body of the answer as it was sent, chunks removed.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn body(&self) -> Result<Vec<u8>> {
        self.bytes(self.record.body.as_ref())
    }

    /// File of the body, for messages.
    pub(super) fn body_path(&self) -> PathBuf {
        self.folder.join(self.record.body.as_deref().unwrap_or_default())
    }

    /// The answer, framed as it was.
    pub(super) fn response(&self) -> Result<Response> {
        let mut response = Response::new(self.record.status).with_body(self.body()?);
        response.framing = Framing::Absent;
        for (name, value) in &self.record.response_headers {
            if !name.eq_ignore_ascii_case("Content-Length") {
                response = response.with_header(name, value);
                continue;
            }
            response.framing = Framing::Length;
            // Of a HEAD, the length is all there is of the body.
            response.delivery.declared = value.parse().ok().filter(|_| self.record.method == "HEAD");
        }
        if self.record.chunked {
            response.framing = Framing::Chunked;
        }
        Ok(response)
    }

    /// Bytes of a file of the folder; files called `.gz` were only compressed for storage.
    fn bytes(&self, file: Option<&String>) -> Result<Vec<u8>> {
        let Some(file) = file else { return Ok(Vec::new()) };
        let path = self.folder.join(file);
        let stored = read(&path)?;
        if path.extension().is_none_or(|extension| extension != "gz") {
            return Ok(stored);
        }
        let mut bytes = Vec::new();
        match flate2::read::GzDecoder::new(&stored[..]).read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(source) => Err(Error::Read { path, source }),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}
