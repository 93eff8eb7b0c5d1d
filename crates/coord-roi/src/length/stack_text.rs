//! Text of bounded length, so that reading and writing numbers allocates nothing.

use core::fmt::{self, Write};

/// Room for the longest text of this crate's numbers: 19 digits, a point and the 62 decimals of `1 / 2^62`.
const LONGEST: usize = 83;

pub(super) struct StackText {
    bytes: [u8; LONGEST],
    len: usize,
}

impl StackText {
    pub(super) fn new(text: fmt::Arguments<'_>) -> Self {
        let mut stack = Self { bytes: [0; LONGEST], len: 0 };
        stack.push(text);
        stack
    }

    /// # Panics
    /// When the text is longer than the longest number, which no caller writes.
    pub(super) fn push(&mut self, text: fmt::Arguments<'_>) {
        self.write_fmt(text).expect("numbers are shorter than LONGEST");
    }

    pub(super) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.len]).expect("only whole strings are written")
    }
}

impl Write for StackText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}
