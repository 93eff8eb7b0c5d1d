use super::{HEADER, Label, Layout, TABLE_OFFSET_BITS, WORD_BITS, packed};
use crate::{Error, Result};

/// Decodes a volume of this shape, made of blocks of that shape, into `out`, in C order of `(channel, z, y, x)`.
///
/// Allocates nothing. Whatever the bytes are, it does not panic; after an error `out` holds unspecified labels.
/// Bytes that no block refers to are allowed anywhere behind the headers.
///
/// # Errors
/// [`Error::VolumeShape`], [`Error::VolumeBlockShape`] and [`Error::VolumeLength`] for the caller's own arguments;
/// [`Error::NotWords`], [`Error::ChannelsMissing`], [`Error::ChannelOutside`], [`Error::HeadersMissing`],
/// [`Error::BitsPerValue`], [`Error::ValuesOutside`] and [`Error::TableOutside`] for bytes that are no such volume.
pub fn decode_into<T: Label>(bytes: &[u8], shape_czyx: [usize; 4], block_zyx: [usize; 3], out: &mut [T]) -> Result<()> {
    let layout = Layout::for_slice::<T>(shape_czyx, block_zyx, out.len())?;
    Data::parse(bytes, layout)?.decode(out)
}

/// Decodes a volume of this shape, made of blocks of that shape, into a new vector, in C order of `(channel, z, y, x)`.
///
/// The vector is allocated after the headers of all blocks were found to be there.
///
/// # Errors
/// As [`decode_into`].
pub fn decode<T: Label>(bytes: &[u8], shape_czyx: [usize; 4], block_zyx: [usize; 3]) -> Result<Vec<T>> {
    let layout = Layout::new::<T>(shape_czyx, block_zyx)?;
    let data = Data::parse(bytes, layout)?;
    let mut out = vec![T::default(); layout.voxels()];
    data.decode(&mut out)?;
    Ok(out)
}

/// Data whose channels begin where they can, with all of their headers.
struct Data<'a> {
    words: &'a [[u8; 4]],
    layout: Layout,
}

impl<'a> Data<'a> {
    fn parse(bytes: &'a [u8], layout: Layout) -> Result<Self> {
        let (words, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(Error::NotWords { got: bytes.len() });
        }
        if words.len() < layout.channels {
            return Err(Error::ChannelsMissing { channels: layout.channels, words: words.len() });
        }
        let data = Self { words, layout };
        (0..layout.channels).try_for_each(|channel| data.channel(channel).map(drop))?;
        Ok(data)
    }

    fn channel(&self, channel: usize) -> Result<Channel<'a>> {
        let (all, channels) = (self.words.len(), self.layout.channels);
        let offset = u32::from_le_bytes(self.words[channel]) as usize;
        if !(channels..=all).contains(&offset) {
            return Err(Error::ChannelOutside { channel, offset, channels, words: all });
        }
        let words = &self.words[offset..];
        let blocks = self.layout.blocks();
        if words.len() < HEADER * blocks {
            return Err(Error::HeadersMissing { channel, blocks, words: words.len() });
        }
        Ok(Channel { index: channel, words, layout: self.layout })
    }

    fn decode<T: Label>(&self, out: &mut [T]) -> Result<()> {
        for (channel, out) in out.chunks_exact_mut(self.layout.channel_voxels()).enumerate() {
            let channel = self.channel(channel)?;
            (0..self.layout.blocks()).try_for_each(|block| channel.block(block)?.decode(out))?;
        }
        Ok(())
    }
}

/// The words from the start of a channel up to the end of the data: it is nowhere said where a channel ends.
#[derive(Clone, Copy)]
struct Channel<'a> {
    index: usize,
    words: &'a [[u8; 4]],
    layout: Layout,
}

impl<'a> Channel<'a> {
    fn block(self, block: usize) -> Result<Block<'a>> {
        let [first, second] = [0, 1].map(|word| u32::from_le_bytes(self.words[HEADER * block + word]));
        let (table, bits) = (first as usize & ((1 << TABLE_OFFSET_BITS) - 1), (first >> TABLE_OFFSET_BITS) as usize);
        if bits > WORD_BITS || (bits > 0 && !bits.is_power_of_two()) {
            return Err(Error::BitsPerValue { channel: self.index, block, bits });
        }
        let begin = second as usize;
        let end = begin.saturating_add(self.layout.value_words(bits));
        let outside = Error::ValuesOutside { channel: self.index, block, begin, end, words: self.words.len() };
        let values = self.words.get(begin..end).ok_or(outside)?;
        Ok(Block { channel: self, index: block, table, bits, values })
    }
}

/// A block whose values are all there; the labels they stand for are not checked yet.
struct Block<'a> {
    channel: Channel<'a>,
    index: usize,
    table: usize,
    bits: usize,
    values: &'a [[u8; 4]],
}

impl Block<'_> {
    fn decode<T: Label>(&self, out: &mut [T]) -> Result<()> {
        let rows = self.channel.layout.rows(self.index);
        if self.bits == 0 {
            let label = self.label(0)?;
            rows.for_each(|row| row.of_mut(out).fill(label));
            return Ok(());
        }
        let table = self.channel.words.get(self.table..).unwrap_or_default();
        if packed::decode(rows, self.bits, self.values, table, out) { Ok(()) } else { self.decode_checked(out) }
    }

    /// Looks at each value: for many bits, and where the data end before the last label that a value could stand for.
    fn decode_checked<T: Label>(&self, out: &mut [T]) -> Result<()> {
        // Neighbours mostly agree, so the last answer saves most of the look-ups.
        let mut last = None;
        for row in self.channel.layout.rows(self.index) {
            for (i, voxel) in (row.first..).zip(row.of_mut(out)) {
                let value = self.value(i);
                let label = match last {
                    Some((known, label)) if known == value => label,
                    _ => self.label(value)?,
                };
                last = Some((value, label));
                *voxel = label;
            }
        }
        Ok(())
    }

    /// The value of a voxel of the block.
    fn value(&self, voxel: usize) -> u32 {
        let Some(per_word) = WORD_BITS.checked_div(self.bits) else { return 0 };
        let word = u32::from_le_bytes(self.values[voxel / per_word]);
        (word >> (voxel % per_word * self.bits)) & (u32::MAX >> (WORD_BITS - self.bits))
    }

    fn label<T: Label>(&self, value: u32) -> Result<T> {
        let begin = T::WORDS.saturating_mul(value as usize).saturating_add(self.table);
        let end = begin.saturating_add(T::WORDS);
        let (channel, words) = (self.channel.index, self.channel.words);
        let outside = Error::TableOutside { channel, block: self.index, value, end, words: words.len() };
        words.get(begin..end).map(T::from_words).ok_or(outside)
    }
}
