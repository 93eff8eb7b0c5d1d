//! The voxels of one body, as a server sends them: runs along x, or blocks with a bit per voxel. All numbers are
//! little-endian and all triples x, y, z.

use std::io::Read;

use array_core::VoxelBox;

use crate::error::Asked;
use crate::frames::fill;
use crate::{Error, Result};

/// Voxels along the sides of a sub-block.
const SUB_BLOCK: i64 = 8;
/// Bytes of the mask of a sub-block.
const MASK: usize = 64;

/// Counts bytes, for errors.
struct Source<R> {
    reader: R,
    offset: u64,
}

impl<R: Read> Source<R> {
    /// The next bytes, or `None` where the stream ends before the first of them.
    fn next<const N: usize>(&mut self) -> Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        let got = fill(&mut self.reader, &mut bytes)?;
        self.offset += got as u64;
        match got {
            0 => Ok(None),
            got if got < N => {
                let want = Some(self.offset + (N - got) as u64);
                Err(Error::Truncated { got: self.offset, want, asked: Asked::default() })
            }
            _ => Ok(Some(bytes)),
        }
    }

    fn due<const N: usize>(&mut self) -> Result<[u8; N]> {
        let want = Some(self.offset + N as u64);
        self.next()?.ok_or(Error::Truncated { got: self.offset, want, asked: Asked::default() })
    }

    fn corrupt(&self, problem: impl Into<String>) -> Error {
        Error::corrupt(self.offset, problem)
    }
}

fn word(bytes: &[u8], i: usize) -> u32 {
    u32::from_le_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]])
}

/// The triple that begins at the start. This is where the order of axes turns around.
fn zyx(bytes: &[u8]) -> [i64; 3] {
    let [x, y, z] = [0, 1, 2].map(|i| i64::from(word(bytes, i) as i32));
    [z, y, x]
}

/// Gives every run to `mark`. Nothing at all means that the blocks asked for hold no voxel of the body.
pub(crate) fn read_runs(reader: impl Read, mark: &mut impl FnMut(&VoxelBox) -> Result<()>) -> Result<()> {
    let mut source = Source { reader, offset: 0 };
    let Some(header) = source.next::<12>()? else { return Ok(()) };
    // Binary, three dimensions, runs along x; then a count of voxels that is never computed.
    if header[..3] != [0, 3, 0] {
        return Err(Error::corrupt(0, format!("runs begin with 0, 3, 0, not with {:?}", &header[..3])));
    }
    for _ in 0..word(&header, 2) {
        let run: [u8; 16] = source.due()?;
        let ([z, y, x], length) = (zyx(&run), i64::from(word(&run, 3) as i32));
        if length <= 0 {
            return Err(source.corrupt(format!("a run of {length} voxels")));
        }
        mark(&VoxelBox::new([z, y, x], [1, 1, length])?)?;
    }
    Ok(())
}

/// What the blocks of a body are to be.
pub(crate) struct Due {
    pub(crate) label: u64,
    /// Voxels per block, z, y, x.
    pub(crate) block: [i64; 3],
    /// The most blocks that the body can have. A stream does not say how many come, so one without end is told by this.
    pub(crate) max_blocks: u64,
}

/// Gives every run of all blocks to `mark`.
pub(crate) fn read_blocks(reader: impl Read, due: &Due, mark: &mut impl FnMut(&VoxelBox) -> Result<()>) -> Result<()> {
    let (mut source, &Due { label, block, max_blocks }) = (Source { reader, offset: 0 }, due);
    let Some(header) = source.next::<20>()? else { return Ok(()) };
    let stated = [2, 1, 0].map(|i| i64::from(word(&header, i)) * SUB_BLOCK);
    let of = u64::from(word(&header, 3)) | u64::from(word(&header, 4)) << 32;
    if stated != block || of != label {
        let problem = format!("blocks of {stated:?} (z, y, x) of label {of}, where {block:?} of {label} are due");
        return Err(Error::corrupt(0, problem));
    }
    let mut count = 0;
    while let Some(place) = source.next::<12>()? {
        let begin = zyx(&place);
        count += 1;
        if count > max_blocks {
            return Err(source.corrupt(format!("more than the {max_blocks} blocks between the ends of the body")));
        }
        if (0..3).any(|axis| begin[axis] % block[axis] != 0) {
            return Err(source.corrupt(format!("a block at voxel {begin:?} (z, y, x), which is no border of blocks")));
        }
        match source.due::<1>()? {
            [0] => {}
            [1] => mark(&VoxelBox::new(begin, block)?)?,
            [2] => read_sub_blocks(&mut source, begin, block, mark)?,
            [other] => return Err(source.corrupt(format!("a block of the unknown kind {other}"))),
        }
    }
    Ok(())
}

fn read_sub_blocks<R: Read>(
    source: &mut Source<R>,
    begin: [i64; 3],
    block: [i64; 3],
    mark: &mut impl FnMut(&VoxelBox) -> Result<()>,
) -> Result<()> {
    let places = |axis: usize| (0..block[axis] / SUB_BLOCK).map(move |i| begin[axis] + i * SUB_BLOCK);
    for z in places(0) {
        for y in places(1) {
            for x in places(2) {
                match source.due::<1>()? {
                    [0] => {}
                    [1] => mark(&VoxelBox::new([z, y, x], [SUB_BLOCK; 3])?)?,
                    [2] => mark_bits(&source.due()?, [z, y, x], mark)?,
                    [other] => return Err(source.corrupt(format!("a sub-block of the unknown kind {other}"))),
                }
            }
        }
    }
    Ok(())
}

/// A byte holds the voxels of a row, the first in its lowest bit.
fn mark_bits(mask: &[u8; MASK], [z, y, x]: [i64; 3], mark: &mut impl FnMut(&VoxelBox) -> Result<()>) -> Result<()> {
    for (row, bits) in (0..).zip(mask) {
        for i in (0..SUB_BLOCK).filter(|i| bits >> i & 1 == 1) {
            mark(&VoxelBox::new([z + row / SUB_BLOCK, y + row % SUB_BLOCK, x + i], [1; 3])?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }

    fn boxes(read: impl FnOnce(&mut dyn FnMut(&VoxelBox) -> Result<()>) -> Result<()>) -> Result<Vec<VoxelBox>> {
        let mut found = Vec::new();
        read(&mut |part| {
            found.push(*part);
            Ok(())
        })?;
        Ok(found)
    }

    fn runs(bytes: &[u8]) -> Result<Vec<VoxelBox>> {
        boxes(|mut mark| read_runs(bytes, &mut mark))
    }

    fn blocks(bytes: &[u8]) -> Result<Vec<VoxelBox>> {
        let due = Due { label: 100, block: [16; 3], max_blocks: 3 };
        boxes(|mut mark| read_blocks(bytes, &due, &mut mark))
    }

    const RUNS: &str =
        "00030000 00000000 02000000 00000000 00000000 00000000 01000000 02000000 00000000 00000000 03000000";

    fn sparse_blocks() -> Vec<u8> {
        let solid = hex("10000000 f0ffffff 00000000 01");
        let mixed = [hex("02 02 05"), vec![0; 63], vec![0; 6], vec![1]].concat();
        let header = hex("02000000 02000000 02000000 6400000000000000");
        [header, hex("00000000 00000000 00000000"), mixed, solid].concat()
    }

    #[test]
    fn runs_are_read_in_any_order_and_nothing_is_nothing() {
        let one = |begin: [i64; 3], length| VoxelBox::new(begin, [1, 1, length]).unwrap();
        assert_eq!(runs(&hex(RUNS)).unwrap(), [one([0, 0, 0], 1), one([0, 0, 2], 3)]);
        assert!(runs(&[]).unwrap().is_empty());
    }

    #[test]
    fn blocks_are_solid_or_have_masks() {
        let found = blocks(&sparse_blocks()).unwrap();
        let new = |begin: [i64; 3], side| VoxelBox::new(begin, [side; 3]).unwrap();
        assert_eq!(found, [new([0, 0, 0], 1), new([0, 0, 2], 1), new([8, 8, 8], 8), new([0, -16, 16], 16)]);
    }

    #[test]
    fn a_stream_without_end_is_told_by_its_blocks() {
        let endless = sparse_blocks().into_iter().chain(std::iter::repeat_n(0, 13 * 100)).collect::<Vec<_>>();
        assert!(matches!(blocks(&endless), Err(Error::CorruptStream { .. })));
    }

    #[test]
    fn every_cut_is_found_and_every_claim_is_checked() {
        let all = hex(RUNS);
        for cut in 1..all.len() {
            assert!(matches!(runs(&all[..cut]), Err(Error::Truncated { .. })), "{cut}");
        }
        let all = sparse_blocks();
        for cut in 1..all.len() {
            assert!(cut == 20 || cut == all.len() - 13 || blocks(&all[..cut]).is_err(), "{cut}");
        }
        for (at, value) in [(0, 1), (12, 0), (20, 1), (32, 3), (33, 9)] {
            let mut damaged = all.clone();
            damaged[at] = value;
            assert!(matches!(blocks(&damaged), Err(Error::CorruptStream { .. })), "{at}");
        }
        for (at, value) in [(1, 2), (24, 0), (27, 0x80)] {
            let mut damaged = hex(RUNS);
            damaged[at] = value;
            assert!(matches!(runs(&damaged), Err(Error::CorruptStream { .. })), "{at}");
        }
    }
}
