//! What holds of streams of blocks, whatever the bytes.
//!
//! Four bytes come first: the encoding of the blocks, their shape, the sides of the region that was asked for, and how
//! the stream is cut into pieces on its way.

use std::collections::HashSet;
use std::io::{self, Read};

use array_core::Coordinate;
use dvid_source::{FrameReader, Payload};

const PAYLOADS: [Payload; 6] = [
    Payload::Uncompressed,
    Payload::Lz4,
    Payload::Gzip,
    Payload::LabelBlock,
    Payload::CompressedSegmentation,
    Payload::CompressedSegmentationGzip,
];
const SHAPES: [[usize; 3]; 4] = [[8; 3], [16; 3], [32; 3], [8, 16, 24]];
/// Bytes before the payload of a block.
const HEADER: usize = 16;

/// Bytes as the answer to a request of blocks.
pub(crate) fn holds(bytes: &[u8]) {
    let Some((&[payload, shape, side, cut], stream)) = bytes.split_first_chunk::<4>() else { return };
    let payload = PAYLOADS[usize::from(payload) % PAYLOADS.len()];
    let shape = SHAPES[usize::from(shape) % SHAPES.len()];
    let max = payload.max_len(shape).expect("a shape that all payloads have");
    let requested = |block: &Coordinate| block.iter().all(|n| (-1..=i64::from(side)).contains(n));
    let whole = frames(stream, requested, max);
    // A piece of one byte in between, so that headers are cut as well.
    let pieces = Pieces { rest: stream, sizes: [1 + usize::from(cut), 1, HEADER].into_iter().cycle() };
    assert_eq!(frames(pieces, requested, max), whole, "cut into pieces");

    let mut at = 0;
    let mut seen = HashSet::new();
    for Block { place, offset, bytes } in &whole.blocks {
        assert_eq!(*offset, (at + HEADER) as u64, "one after the other");
        assert_eq!(stream[at + HEADER..][..bytes.len()], **bytes);
        at += HEADER + bytes.len();
        assert!((1..=max).contains(&bytes.len()) && requested(place) && seen.insert(*place));
        decodes_or_tells(payload, bytes, shape, max);
    }
    assert_eq!(whole.problem.is_none(), at == stream.len(), "{whole:?}");
}

#[derive(Debug, PartialEq)]
struct Block {
    place: Coordinate,
    offset: u64,
    bytes: Vec<u8>,
}

/// The blocks before the end or the first problem, and the words for that.
#[derive(Debug, Default, PartialEq)]
struct Frames {
    blocks: Vec<Block>,
    problem: Option<String>,
}

fn frames(stream: impl Read, requested: impl Fn(&Coordinate) -> bool, max: usize) -> Frames {
    let mut reader = FrameReader::new(stream, requested, max);
    let mut found = Frames::default();
    loop {
        match reader.next() {
            Ok(Some(frame)) => {
                found.blocks.push(Block { place: frame.block, offset: frame.offset, bytes: frame.payload.to_vec() });
            }
            Ok(None) => return found,
            Err(error) => {
                found.problem = Some(error.to_string());
                return found;
            }
        }
    }
}

/// A network that gives what it has, in pieces, and is interrupted in between.
struct Pieces<'a, S> {
    rest: &'a [u8],
    sizes: S,
}

impl<S: Iterator<Item = usize>> Read for Pieces<'_, S> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.next().unwrap_or(1);
        if size == HEADER {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut piece = &self.rest[..size.min(self.rest.len())];
        let read = piece.read(out)?;
        self.rest = &self.rest[read..];
        Ok(read)
    }
}

/// All labels, whatever stood there before, or an error that can be shown; in memory that the payload's own bound allows.
fn decodes_or_tells(payload: Payload, bytes: &[u8], shape: [usize; 3], max: usize) {
    let voxels = shape.iter().product();
    let [mut first, mut second] = [vec![0; voxels], vec![u64::MAX; voxels]];
    let mut scratch = Vec::new();
    let decoded = payload.decode(bytes, shape, &mut first, &mut scratch).map_err(|error| error.to_string());
    // A vector that grows may hold twice what is in it.
    assert!(scratch.capacity() <= 2 * max, "{} bytes for {shape:?} as {payload:?}", scratch.capacity());
    let again = payload.decode(bytes, shape, &mut second, &mut scratch).map_err(|error| error.to_string());
    assert_eq!(decoded, again, "with memory of an earlier block");
    if decoded.is_ok() {
        assert!(first == second, "a voxel was not written");
    }
}
