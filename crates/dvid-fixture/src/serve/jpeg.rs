//! Grayscale JPEG: what the viewer asks for instead of voxels. Baseline, one component, the tables of the standard's annex K.

mod huffman;
mod transform;

use huffman::{AC, BitWriter, DC, Table};
use transform::{Quantiser, ZIGZAG};

/// The quality of the real server's images.
const QUALITY: u16 = 80;

/// Longest side of a JPEG.
pub(super) const MAX_SIDE: usize = 0xffff;

/// Encodes rows of `width` pixels.
///
/// # Panics
///
/// If `pixels` are not whole rows, or a side is 0 or above [`MAX_SIDE`].
pub(super) fn encode(pixels: &[u8], width: usize) -> Vec<u8> {
    assert!((1..=MAX_SIDE).contains(&width) && pixels.len().is_multiple_of(width), "whole rows of a legal width");
    let height = pixels.len() / width;
    assert!((1..=MAX_SIDE).contains(&height), "a legal height");
    let quantiser = Quantiser::new(QUALITY);
    let mut out = head(&quantiser, width as u16, height as u16);
    let (dc, ac) = (Table::new(&DC), Table::new(&AC));
    let mut bits = BitWriter::new(&mut out);
    let mut last = 0;
    for top in (0..height).step_by(8) {
        for left in (0..width).step_by(8) {
            let block = block_at(pixels, width, height, top, left);
            let coefficients = quantiser.coefficients(&block);
            write_block(&mut bits, &coefficients, last, &dc, &ac);
            last = coefficients[0];
        }
    }
    bits.finish();
    out.extend([0xff, 0xd9]);
    out
}

/// The 8×8 pixels at a place; beyond the image, its last row and column go on.
fn block_at(pixels: &[u8], width: usize, height: usize, top: usize, left: usize) -> [u8; 64] {
    std::array::from_fn(|index| {
        let (row, column) = ((top + index / 8).min(height - 1), (left + index % 8).min(width - 1));
        pixels[row * width + column]
    })
}

/// All segments before the coded pixels.
fn head(quantiser: &Quantiser, width: u16, height: u16) -> Vec<u8> {
    let mut out = vec![0xff, 0xd8];
    segment(&mut out, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    segment(&mut out, 0xdb, &[&[0][..], &quantiser.in_zigzag()].concat());
    let [height, width] = [height, width].map(u16::to_be_bytes);
    segment(&mut out, 0xc0, &[&[8][..], &height, &width, &[1, 1, 0x11, 0]].concat());
    segment(&mut out, 0xc4, &[&[0x00][..], DC.counts, DC.values].concat());
    segment(&mut out, 0xc4, &[&[0x10][..], AC.counts, AC.values].concat());
    segment(&mut out, 0xda, &[1, 1, 0, 0, 63, 0]);
    out
}

fn segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) {
    out.extend([0xff, marker]);
    out.extend((content.len() as u16 + 2).to_be_bytes());
    out.extend(content);
}

/// One block: the difference of the mean to that of the last block, then runs of zeros and what ends them.
fn write_block(bits: &mut BitWriter<'_>, coefficients: &[i32; 64], last: i32, dc: &Table, ac: &Table) {
    write_number(bits, dc, 0, coefficients[0] - last);
    let mut zeros = 0;
    for place in &ZIGZAG[1..] {
        let value = coefficients[*place];
        if value == 0 {
            zeros += 1;
            continue;
        }
        while zeros > 15 {
            bits.write(ac.code(0xf0)); // sixteen zeros
            zeros -= 16;
        }
        write_number(bits, ac, zeros, value);
        zeros = 0;
    }
    if zeros > 0 {
        bits.write(ac.code(0)); // nothing but zeros to the end
    }
}

/// A number after `zeros` zeros: the code of its length, then its bits; negative ones as their complement.
fn write_number(bits: &mut BitWriter<'_>, table: &Table, zeros: u8, value: i32) {
    let length = (32 - value.unsigned_abs().leading_zeros()) as u8;
    bits.write(table.code(zeros << 4 | length));
    let pattern = if value < 0 { value - 1 } else { value };
    bits.write((pattern as u32 & ((1 << length) - 1), length));
}
