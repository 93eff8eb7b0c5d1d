//! Answers from a recording, in place of a server.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::answer::{Head, receive};
use super::body::Body;
use super::control::Control;
use super::record::{Case, Key, load, open_file};
use crate::error::Asked;
use crate::request::Request;
use crate::{Error, Result};

/// The answers of a folder.
#[derive(Debug)]
pub(super) struct Recording {
    folder: PathBuf,
    answers: HashMap<Key, Answers>,
}

/// The answers to one request in order; the last one stays.
#[derive(Debug, Default)]
struct Answers {
    cases: Vec<Case>,
    served: AtomicUsize,
}

impl Recording {
    /// Reads the list of a folder; and the server that answered, where it is told and the same for all.
    pub(super) fn open(folder: &Path) -> Result<(Self, Option<String>)> {
        let mut answers: HashMap<Key, Answers> = HashMap::new();
        let cases: Vec<Case> = load(folder)?.into_iter().filter(Case::is_plain_get).collect();
        let server = cases.first().map(|case| case.server.clone()).filter(|server| !server.is_empty());
        let server = server.filter(|server| cases.iter().all(|case| case.server == *server));
        for case in cases {
            answers.entry(case.key(folder)?).or_default().cases.push(case);
        }
        Ok((Self { folder: folder.to_owned(), answers }, server))
    }

    /// Gives the body of a successful answer to `read`.
    pub(super) fn get<T>(
        &self,
        request: &Request,
        control: &Control<'_>,
        read: impl FnOnce(&mut Body<'_>) -> Result<T>,
    ) -> Result<T> {
        let missing = || Error::NotRecorded { folder: self.folder.clone(), asked: Asked::default() };
        let answers = self.answers.get(&Key::of(request)).ok_or_else(missing)?;
        let turn = answers.served.fetch_add(1, Ordering::Relaxed).min(answers.cases.len() - 1);
        let case = &answers.cases[turn];
        let header = |name: &str| case.response_headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let content_type = header("Content-Type").map_or_else(String::new, |(_, value)| value.clone());
        let head = Head { status: case.status, content_type, retry_after: None };
        let body: Box<dyn std::io::Read> = match &case.body {
            Some(name) => open_file(&self.folder, name)?,
            None => Box::new(std::io::empty()),
        };
        receive(&head, Body::new(body, Some(case.body_bytes), control), read)
    }
}
