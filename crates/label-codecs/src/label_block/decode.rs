use super::{HEADER, Layout, SIDE, SUB_BLOCK, bits_for};
use crate::{Error, Part, Result};

/// Decodes a block of this shape into `out`, in C order of `(z, y, x)`.
///
/// Allocates nothing. Whatever the bytes are, it does not panic; after an error `out` holds unspecified voxels.
///
/// # Errors
/// [`Error::BlockShape`] and [`Error::SliceLength`] for the caller's own arguments; every other variant of [`Error`]
/// for bytes that are not exactly one block of this shape.
pub fn decode_into(bytes: &[u8], shape_zyx: [usize; 3], out: &mut [u64]) -> Result<()> {
    let layout = Layout::for_slice(shape_zyx, out.len())?;
    match Parts::parse(bytes, layout)? {
        Parts::Solid(label) => out.fill(label),
        Parts::Mixed(mixed) => mixed.decode(layout, out)?,
    }
    Ok(())
}

/// Decodes a block of this shape into a new vector, in C order of `(z, y, x)`.
///
/// The vector is allocated after the lengths of all parts were checked, so damaged bytes do not cost memory.
///
/// # Errors
/// As [`decode_into`].
pub fn decode(bytes: &[u8], shape_zyx: [usize; 3]) -> Result<Vec<u64>> {
    let layout = Layout::new(shape_zyx)?;
    match Parts::parse(bytes, layout)? {
        Parts::Solid(label) => Ok(vec![label; layout.voxels()]),
        Parts::Mixed(mixed) => {
            let mut out = vec![0; layout.voxels()];
            mixed.decode(layout, &mut out)?;
            Ok(out)
        }
    }
}

/// A block whose lengths are right; indices and values are not checked yet.
enum Parts<'a> {
    Solid(u64),
    Mixed(Mixed<'a>),
}

struct Mixed<'a> {
    labels: &'a [[u8; 8]],
    counts: &'a [[u8; 2]],
    indices: &'a [[u8; 4]],
    values: &'a [u8],
}

impl<'a> Parts<'a> {
    fn parse(bytes: &'a [u8], layout: Layout) -> Result<Self> {
        let mut reader = Reader { bytes, at: 0 };
        let header = reader.take(Part::Header, HEADER)?;
        let word = |i: usize| u32::from_le_bytes([header[i], header[i + 1], header[i + 2], header[i + 3]]);
        check_grid([word(0), word(4), word(8)], layout)?;
        let labels = word(12) as usize;
        if labels == 0 {
            return Err(Error::NoLabels);
        }
        // A table longer than the bytes given is found here, before anything depends on its length.
        let labels = reader.take_array(Part::Labels, labels)?;
        if let [label] = labels {
            reader.end()?;
            return Ok(Self::Solid(u64::from_le_bytes(*label)));
        }
        let max = layout.max_encoded_len();
        if bytes.len() > max {
            return Err(Error::TooLong { got: bytes.len(), max });
        }
        let counts = reader.take_array(Part::Counts, layout.sub_blocks())?;
        let (indices, value_bytes) = sum_of_counts(counts)?;
        let indices = reader.take_array(Part::Indices, indices)?;
        let values = reader.take(Part::Values, value_bytes)?;
        reader.end()?;
        Ok(Self::Mixed(Mixed { labels, counts, indices, values }))
    }
}

fn check_grid(got_xyz: [u32; 3], layout: Layout) -> Result<()> {
    let want_xyz = layout.grid_xyz();
    if got_xyz == want_xyz {
        return Ok(());
    }
    let zyx = |[x, y, z]: [u32; 3]| [z, y, x];
    Err(Error::ShapeMismatch { got_zyx: zyx(got_xyz), want_zyx: zyx(want_xyz) })
}

/// Number of indices and of value bytes of all sub-blocks.
fn sum_of_counts(counts: &[[u8; 2]]) -> Result<(usize, usize)> {
    let (mut indices, mut value_bytes) = (0, 0);
    for (sub_block, count) in counts.iter().enumerate() {
        let count = u16::from_le_bytes(*count);
        let n = usize::from(count);
        if n > SUB_BLOCK {
            return Err(Error::TooManyLabels { sub_block, count });
        }
        indices += n;
        value_bytes += SUB_BLOCK / 8 * bits_for(n);
    }
    Ok((indices, value_bytes))
}

/// Takes one part after the other from the block.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, part: Part, len: usize) -> Result<&'a [u8]> {
        let want = self.at.saturating_add(len);
        let taken = self.bytes.get(self.at..want).ok_or(Error::Truncated { part, want, got: self.bytes.len() })?;
        self.at = want;
        Ok(taken)
    }

    fn take_array<const N: usize>(&mut self, part: Part, count: usize) -> Result<&'a [[u8; N]]> {
        Ok(self.take(part, count.saturating_mul(N))?.as_chunks().0)
    }

    fn end(&self) -> Result<()> {
        match self.bytes.len() - self.at {
            0 => Ok(()),
            extra => Err(Error::TrailingBytes { end: self.at, extra }),
        }
    }
}

impl Mixed<'_> {
    fn decode(&self, layout: Layout, out: &mut [u64]) -> Result<()> {
        let (mut indices, mut values) = (self.indices, self.values);
        // The labels of the sub-block at hand; as long as a value of 9 bits can reach, so looking up checks no bounds.
        let mut local = [0; SUB_BLOCK];
        for (sub_block, count) in self.counts.iter().enumerate() {
            let count = usize::from(u16::from_le_bytes(*count));
            let bits = bits_for(count);
            let (my_indices, my_values);
            (my_indices, indices) = indices.split_at(count);
            (my_values, values) = values.split_at(SUB_BLOCK / 8 * bits);
            // A sub-block of no labels is 0.
            local[0] = 0;
            self.look_up(sub_block, my_indices, &mut local)?;
            let largest = unpack(bits, my_values, &local, layout.rows(sub_block), out);
            if largest >= count.max(1) {
                return Err(Error::ValueOutOfRange { sub_block, value: largest, labels: count });
            }
        }
        Ok(())
    }

    /// Writes the labels of a sub-block to the front of `local`.
    fn look_up(&self, sub_block: usize, indices: &[[u8; 4]], local: &mut [u64; SUB_BLOCK]) -> Result<()> {
        let labels = self.labels.len() as u32;
        for (slot, index) in local.iter_mut().zip(indices) {
            let index = u32::from_le_bytes(*index);
            let label = self.labels.get(index as usize).ok_or(Error::IndexOutOfTable { sub_block, index, labels })?;
            *slot = u64::from_le_bytes(*label);
        }
        Ok(())
    }
}

/// Writes the voxels of a sub-block to its rows and returns the largest value among them.
fn unpack(
    bits: usize,
    values: &[u8],
    local: &[u64; SUB_BLOCK],
    rows: impl Iterator<Item = usize>,
    out: &mut [u64],
) -> usize {
    match bits {
        0 => {
            rows.for_each(|row| out[row..row + SIDE].fill(local[0]));
            0
        }
        1 => unpack_rows::<1>(values, local, rows, out),
        2 => unpack_rows::<2>(values, local, rows, out),
        3 => unpack_rows::<3>(values, local, rows, out),
        4 => unpack_rows::<4>(values, local, rows, out),
        5 => unpack_rows::<5>(values, local, rows, out),
        6 => unpack_rows::<6>(values, local, rows, out),
        7 => unpack_rows::<7>(values, local, rows, out),
        8 => unpack_rows::<8>(values, local, rows, out),
        _ => unpack_rows::<9>(values, local, rows, out),
    }
}

fn unpack_rows<const BITS: usize>(
    values: &[u8],
    local: &[u64; SUB_BLOCK],
    rows: impl Iterator<Item = usize>,
    out: &mut [u64],
) -> usize {
    let mask = (1 << BITS) - 1;
    let mut largest = 0;
    for (row, packed) in rows.zip(values.as_chunks::<BITS>().0) {
        // Eight values of BITS bits are BITS whole bytes, the first value in the most significant bits.
        let word = packed.iter().fold(0_u128, |word, byte| (word << 8) | u128::from(*byte));
        for (x, voxel) in out[row..row + SIDE].iter_mut().enumerate() {
            let value = (word >> (BITS * (SIDE - 1 - x))) as usize & mask;
            largest = largest.max(value);
            *voxel = local[value];
        }
    }
    largest
}
