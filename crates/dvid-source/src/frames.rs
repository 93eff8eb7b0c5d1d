//! Streams of blocks: what `blocks` and `specificblocks` answer.
//!
//! Each block comes as a frame: its block coordinate as three `i32` x, y, z, the length of its payload as `u32`, and
//! the payload, everything little-endian. Frames come in any order, and blocks that do not exist are left out. A
//! server that fails after the first byte cannot change the status any more and appends its message to the frames, so
//! nothing is believed that was not checked.

use std::collections::HashSet;
use std::io::{self, Read};

use array_core::Coordinate;

use crate::client::unwrap_io;
use crate::error::Asked;
use crate::{Error, Result};

/// Bytes before the payload.
const HEADER: usize = 16;
/// The most of a server's message that is shown.
const MAX_TAIL: usize = 1_000;
/// How far to read on in search of a message.
const MAX_SEARCH: u64 = 4 << 20;
/// The bytes at the end in which a message is, however far it is searched for.
const KEPT: usize = 4 * MAX_TAIL;
/// Fewer readable bytes than this at the end of damaged data are chance.
const MIN_TAIL: usize = 12;

/// A block of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Where the block is: block coordinate z, y, x.
    pub block: Coordinate,
    /// Where the payload begins in the stream.
    pub offset: u64,
    /// The voxels, in the encoding that was asked for.
    pub payload: &'a [u8],
}

/// Reads frames and checks each: requested, not seen before, and not longer than any payload can be.
#[derive(Debug)]
pub struct FrameReader<R, F> {
    source: R,
    requested: F,
    max_payload: usize,
    seen: HashSet<Coordinate>,
    offset: u64,
    payload: Vec<u8>,
}

impl<R: Read, F: Fn(&Coordinate) -> bool> FrameReader<R, F> {
    /// A reader of a whole body. `requested` tells which block coordinates (z, y, x) may occur; no payload is longer
    /// than `max_payload`, see [`Payload::max_len`](crate::Payload::max_len), and nothing longer is allocated.
    pub fn new(source: R, requested: F, max_payload: usize) -> Self {
        Self { source, requested, max_payload, seen: HashSet::new(), offset: 0, payload: Vec::new() }
    }

    /// The next frame, or `None` at the end of the stream.
    ///
    /// # Errors
    /// [`Error::CorruptStream`] with the server's message if there is one, [`Error::Truncated`] if the stream ends
    /// inside a payload, and errors of the source.
    // Not an iterator, since each frame lends the reader's buffer.
    #[allow(clippy::should_implement_trait, reason = "a lending iterator cannot implement Iterator")]
    pub fn next(&mut self) -> Result<Option<Frame<'_>>> {
        let start = self.offset;
        let mut header = [0; HEADER];
        let got = fill(&mut self.source, &mut header)?;
        if got == 0 {
            return Ok(None);
        }
        let problem = if got < HEADER {
            Some(format!("{got} bytes are left over after the last block"))
        } else {
            self.check(&header)
        };
        if let Some(problem) = problem {
            return Err(self.corrupt(start, problem, &header[..got]));
        }
        let (block, len) = parse(&header);
        self.payload.resize(len, 0);
        let got = fill(&mut self.source, &mut self.payload)?;
        self.offset = start + (HEADER + got) as u64;
        if got < len {
            let want = Some(start + (HEADER + len) as u64);
            return Err(Error::Truncated { got: self.offset, want, asked: Asked::default() });
        }
        self.seen.insert(block);
        Ok(Some(Frame { block, offset: start + HEADER as u64, payload: &self.payload }))
    }

    /// Whether a block has come.
    pub(crate) fn came(&self, block: &Coordinate) -> bool {
        self.seen.contains(block)
    }

    /// Turns the error of decoding the last frame's payload into one of the stream: its place is known, and the server
    /// may have said something at the end.
    pub fn damaged_payload(&mut self, error: Error) -> Error {
        let Error::CorruptStream { offset, problem, .. } = error else { return error };
        let start = self.offset - self.payload.len() as u64;
        self.corrupt(start + offset, problem, &[])
    }

    /// What is wrong with a header.
    fn check(&self, header: &[u8; HEADER]) -> Option<String> {
        let (block, len) = parse(header);
        if !(self.requested)(&block) {
            Some(format!("block {block} (z, y, x) was not asked for"))
        } else if self.seen.contains(&block) {
            Some(format!("block {block} (z, y, x) comes a second time"))
        } else if len == 0 || len > self.max_payload {
            Some(format!("block {block} (z, y, x) claims {len} bytes, from 1 to {} are possible", self.max_payload))
        } else {
            None
        }
    }

    /// An error with the server's message, if what follows ends with one.
    fn corrupt(&mut self, offset: u64, problem: String, read: &[u8]) -> Error {
        let (mut rest, mut chunk) = (read.to_vec(), [0; KEPT]);
        let mut source = self.source.by_ref().take(MAX_SEARCH);
        // The damage is reported whether or not an explanation can be read.
        while let Ok(got @ 1..) = fill(&mut source, &mut chunk) {
            rest.drain(..rest.len().saturating_sub(KEPT));
            rest.extend_from_slice(&chunk[..got]);
        }
        Error::CorruptStream { offset, problem, tail: readable_end(&rest), asked: Asked::default() }
    }
}

/// Block coordinate z, y, x and length of the payload. This is where the order of axes turns around.
fn parse(header: &[u8; HEADER]) -> (Coordinate, usize) {
    let word = |i: usize| [header[i], header[i + 1], header[i + 2], header[i + 3]];
    let [x, y, z] = [0, 4, 8].map(|i| i64::from(i32::from_le_bytes(word(i))));
    ([z, y, x].into(), u32::from_le_bytes(word(12)) as usize)
}

/// Reads until `out` is full or the source has ended.
pub(crate) fn fill(source: &mut impl Read, out: &mut [u8]) -> Result<usize> {
    let mut got = 0;
    while got < out.len() {
        match source.read(&mut out[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unwrap_io(error)),
        }
    }
    Ok(got)
}

/// The text with which bytes end.
pub(crate) fn readable_end(bytes: &[u8]) -> Option<String> {
    let control = |byte: &u8| byte.is_ascii_control() && !b"\n\r\t".contains(byte);
    let mut end = &bytes[bytes.iter().rposition(control).map_or(0, |at| at + 1)..];
    let text = loop {
        match std::str::from_utf8(end) {
            Ok(text) => break text.trim(),
            // Bytes that are no text, or half a character at the very end: go on behind them.
            Err(error) => {
                let bad = error.valid_up_to();
                end = &end[error.error_len().map_or(end.len(), |len| bad + len)..];
            }
        }
    };
    let excess = text.chars().count().saturating_sub(MAX_TAIL);
    let text: String = text.chars().skip(excess).collect();
    (text.len() >= MIN_TAIL).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str =
        " deserialized label block size (64,64,64) does not equal data \"sc\" block size (32,32,32) (/api/x).\n";

    fn frame(block_xyz: [i32; 3], payload: &[u8]) -> Vec<u8> {
        let mut out: Vec<u8> = block_xyz.into_iter().flat_map(i32::to_le_bytes).collect();
        out.extend((payload.len() as u32).to_le_bytes());
        out.extend(payload);
        out
    }

    /// All blocks of a stream, or its error.
    fn read(stream: &[u8]) -> Result<Vec<(Coordinate, Vec<u8>)>> {
        let mut frames = FrameReader::new(stream, |block| block.iter().all(|n| (-2..3).contains(n)), 100);
        let mut out = Vec::new();
        while let Some(frame) = frames.next()? {
            out.push((frame.block, frame.payload.to_vec()));
        }
        Ok(out)
    }

    fn parts(error: Error) -> (u64, String, Option<String>) {
        match error {
            Error::CorruptStream { offset, problem, tail, .. } => (offset, problem, tail),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn frames_come_in_any_order() {
        let stream = [frame([1, 0, -2], b"ab"), frame([0, 2, 0], b"c")].concat();
        let blocks = read(&stream).unwrap();
        assert_eq!(blocks, [([-2, 0, 1].into(), b"ab".to_vec()), ([0, 2, 0].into(), b"c".to_vec())]);
        assert!(read(&[]).unwrap().is_empty(), "no block exists");
    }

    #[test]
    fn blocks_that_were_not_asked_for_or_come_twice_are_refused() {
        let (offset, problem, tail) =
            parts(read(&[frame([1, 0, 0], b"a"), frame([9, 0, 0], b"b")].concat()).unwrap_err());
        assert_eq!((offset, problem.as_str(), tail), (17, "block (0, 0, 9) (z, y, x) was not asked for", None));
        let twice = [frame([1, 0, 0], b"a"), frame([1, 0, 0], b"b")].concat();
        assert!(parts(read(&twice).unwrap_err()).1.contains("a second time"));
    }

    #[test]
    fn lengths_are_bounded_before_anything_is_allocated() {
        for len in [0, 101, u32::MAX] {
            let mut header = frame([0, 0, 0], &[]);
            header[12..].copy_from_slice(&len.to_le_bytes());
            let mut frames = FrameReader::new(header.as_slice(), |_| true, 100);
            assert!(matches!(frames.next(), Err(Error::CorruptStream { offset: 0, .. })), "{len}");
            assert_eq!(frames.payload.capacity(), 0);
        }
    }

    #[test]
    fn every_cut_is_found() {
        let stream = [frame([1, 0, 0], b"abc"), frame([0, 0, 0], b"de")].concat();
        for cut in 0..stream.len() {
            let at_a_border = cut == 0 || cut == 19;
            assert_eq!(read(&stream[..cut]).is_ok(), at_a_border, "{cut}");
        }
    }

    #[test]
    fn the_words_of_a_server_that_failed_are_shown() {
        let good = frame([1, 0, 0], b"abc");
        let (offset, _, tail) = parts(read(&[good.as_slice(), MESSAGE.as_bytes()].concat()).unwrap_err());
        assert_eq!((offset, tail.as_deref()), (19, Some(MESSAGE.trim())));
        let (offset, _, tail) = parts(read(&[frame([0, 0, 0], b""), MESSAGE.into()].concat()).unwrap_err());
        assert_eq!((offset, tail.as_deref()), (0, Some(MESSAGE.trim())), "after a header without payload");
        let (_, _, tail) = parts(read(&[good.as_slice(), b"stored in unk"].concat()).unwrap_err());
        assert_eq!(tail.as_deref(), Some("stored in unk"), "shorter than a header");
    }

    #[test]
    fn a_damaged_payload_is_located_and_explained() {
        let stream = [frame([1, 0, 0], b"abc"), frame([0, 0, 0], b"de"), MESSAGE.into()].concat();
        let mut frames = FrameReader::new(stream.as_slice(), |_| true, 100);
        assert_eq!(frames.next().unwrap().unwrap().offset, 16);
        assert_eq!(frames.next().unwrap().unwrap().offset, 35);
        let (offset, problem, tail) = parts(frames.damaged_payload(Error::corrupt(1, "bad")));
        assert_eq!((offset, problem.as_str(), tail.as_deref()), (36, "bad", Some(MESSAGE.trim())));
    }

    #[test]
    fn the_readable_end_of_anything() {
        assert_eq!(readable_end(b"\xff\xfe\x00\x01"), None);
        assert_eq!(readable_end(b"chance"), None);
        assert_eq!(readable_end("\u{1}\u{aa}é: nicht gefunden\n".as_bytes()).as_deref(), Some("ªé: nicht gefunden"));
        assert_eq!(readable_end(b"\xaablock was corrupted").as_deref(), Some("block was corrupted"));
        assert_eq!(readable_end("ä".repeat(3_000).as_bytes()).map(|text| text.chars().count()), Some(1_000));
    }
}
