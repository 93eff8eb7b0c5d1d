//! JSON that is read as it comes: what is kept of a document is in memory, never its text.

use std::io::{self, BufReader, Read};

use serde::de::DeserializeOwned;

use super::body::{Body, unwrap_io};
use crate::error::Asked;
use crate::{Error, Result};

/// Reads a document of at most `max` bytes that is all there is of a body; `what` is what to call it in errors.
pub(super) fn read<D: DeserializeOwned>(body: &mut Body<'_>, what: &str, max: u64) -> Result<D> {
    let text = BufReader::with_capacity(16 << 10, Limited { body: &mut *body, left: max, max });
    let mut text = serde_json::Deserializer::from_reader(text);
    let document = D::deserialize(&mut text).and_then(|document| text.end().map(|()| document));
    document.map_err(|error| match error {
        error if error.is_io() => unwrap_io(error.into()),
        // It ended in all order, but the document was to go on.
        error if error.is_eof() => Error::Truncated { got: body.count(), want: None, asked: Asked::default() },
        error if error.is_data() => Error::bad_info(what, format!("it cannot be read: {error}")),
        error => Error::corrupt(body.count(), format!("{what} is not JSON: {error}; is this a DVID server?")),
    })
}

/// A body that must not go on for ever.
struct Limited<'a, 'b> {
    body: &'a mut Body<'b>,
    left: u64,
    max: u64,
}

impl Read for Limited<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.body.read(out)? as u64;
        self.left = self.left.checked_sub(got).ok_or_else(|| {
            let problem = format!("more than {} bytes, the most that is accepted here", self.max);
            io::Error::other(Error::corrupt(self.max, problem))
        })?;
        Ok(got as usize)
    }
}
