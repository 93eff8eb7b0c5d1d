//! The discrete cosine transform of a block, and the rounding of its result.

use std::f32::consts::PI;

/// Places of the coefficients, row by row, in the order in which they are coded.
#[rustfmt::skip]
pub(super) const ZIGZAG: [usize; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Table K.1: steps for luminance at quality 50, row by row.
#[rustfmt::skip]
const STEPS: [u16; 64] = [
    16, 11, 10, 16,  24,  40,  51,  61,
    12, 12, 14, 19,  26,  58,  60,  55,
    14, 13, 16, 24,  40,  57,  69,  56,
    14, 17, 22, 29,  51,  87,  80,  62,
    18, 22, 37, 56,  68, 109, 103,  77,
    24, 35, 55, 64,  81, 104, 113,  92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103,  99,
];

/// The steps to which coefficients are rounded.
pub(super) struct Quantiser {
    steps: [u8; 64],
    cosines: [[f32; 8]; 8],
}

impl Quantiser {
    /// Steps for a quality from 50 to 100, by the usual rule of encoders.
    pub(super) fn new(quality: u16) -> Self {
        let percent = 200 - 2 * quality;
        let steps = STEPS.map(|step| ((step * percent + 50) / 100).clamp(1, 255) as u8);
        let cosine = |frequency: usize, place: usize| {
            let scale = if frequency == 0 { 0.5_f32.sqrt() } else { 1.0 };
            scale / 2.0 * ((2 * place + 1) as f32 * frequency as f32 * PI / 16.0).cos()
        };
        let cosines = std::array::from_fn(|frequency| std::array::from_fn(|place| cosine(frequency, place)));
        Self { steps, cosines }
    }

    pub(super) fn in_zigzag(&self) -> [u8; 64] {
        ZIGZAG.map(|place| self.steps[place])
    }

    /// The rounded coefficients of a block, row by row.
    pub(super) fn coefficients(&self, pixels: &[u8; 64]) -> [i32; 64] {
        let centred = pixels.map(|pixel| f32::from(pixel) - 128.0);
        let columns_done = self.along_columns(&centred);
        let done = transposed(&self.along_columns(&transposed(&columns_done)));
        std::array::from_fn(|place| (done[place] / f32::from(self.steps[place])).round() as i32)
    }

    fn along_columns(&self, values: &[f32; 64]) -> [f32; 64] {
        std::array::from_fn(|place| {
            let (frequency, column) = (place / 8, place % 8);
            (0..8).map(|row| self.cosines[frequency][row] * values[row * 8 + column]).sum()
        })
    }
}

fn transposed(values: &[f32; 64]) -> [f32; 64] {
    std::array::from_fn(|place| values[place % 8 * 8 + place / 8])
}
