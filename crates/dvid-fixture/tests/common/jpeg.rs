//! A plain decoder of baseline grayscale JPEG, for comparing pictures with voxels.

/// Pixels and width of a picture with one component.
pub(crate) fn decode(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut picture = Picture::default();
    let mut at = 2;
    assert_eq!(bytes[..2], [0xff, 0xd8], "a JPEG");
    loop {
        let (marker, length) = (bytes[at + 1], usize::from(bytes[at + 2]) << 8 | usize::from(bytes[at + 3]));
        let content = &bytes[at + 4..at + 2 + length];
        at += 2 + length;
        match marker {
            0xdb => picture.steps(content),
            0xc0 => picture.size(content),
            0xc4 => picture.codes(content),
            0xda => return (picture.scan(&bytes[at..]), picture.width),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Picture {
    width: usize,
    height: usize,
    steps: Vec<f64>,
    /// Of means, then of the rest: length, code, symbol.
    codes: [Vec<(u32, u32, u8)>; 2],
}

impl Picture {
    fn steps(&mut self, content: &[u8]) {
        assert_eq!(content[0], 0, "the first table, of bytes; others are for colours");
        self.steps = content[1..65].iter().map(|step| f64::from(*step)).collect();
    }

    fn size(&mut self, content: &[u8]) {
        let number = |at: usize| usize::from(content[at]) << 8 | usize::from(content[at + 1]);
        (self.height, self.width) = (number(1), number(3));
        assert_eq!(content[5], 1, "one component");
    }

    fn codes(&mut self, mut content: &[u8]) {
        while let Some(class) = content.first() {
            let (mut code, mut at, mut table) = (0, 17, Vec::new());
            for length in 1..=16 {
                for _ in 0..content[length] {
                    table.push((length as u32, code, content[at]));
                    (code, at) = (code + 1, at + 1);
                }
                code <<= 1;
            }
            if class % 16 == 0 {
                self.codes[usize::from(class >> 4)] = table; // others are for colours
            }
            content = &content[at..];
        }
    }

    fn scan(&self, bytes: &[u8]) -> Vec<u8> {
        let end = bytes.windows(2).position(|pair| pair == [0xff, 0xd9]).expect("an end");
        let mut bits = Bits { bytes: Vec::new(), at: 0 };
        let mut stuffed = bytes[..end].iter();
        while let Some(byte) = stuffed.next() {
            bits.bytes.push(*byte);
            if *byte == 0xff {
                assert_eq!(stuffed.next(), Some(&0), "no markers inside");
            }
        }
        let (mut pixels, mut mean) = (vec![0; self.width * self.height], 0);
        for top in (0..self.height).step_by(8) {
            for left in (0..self.width).step_by(8) {
                let block = self.block(&mut bits, &mut mean);
                for (place, pixel) in block.iter().enumerate() {
                    let (row, column) = (top + place / 8, left + place % 8);
                    if row < self.height && column < self.width {
                        pixels[row * self.width + column] = *pixel;
                    }
                }
            }
        }
        pixels
    }

    fn block(&self, bits: &mut Bits, mean: &mut i32) -> [u8; 64] {
        let mut values = [0.0; 64];
        let length = bits.symbol(&self.codes[0]);
        *mean += bits.number(length);
        values[0] = f64::from(*mean) * self.steps[0];
        let mut place = 1;
        while place < 64 {
            let symbol = bits.symbol(&self.codes[1]);
            if symbol == 0 {
                break;
            }
            place += usize::from(symbol >> 4);
            let value = f64::from(bits.number(symbol & 15));
            values[zigzag(place)] = value * self.steps[place];
            place += 1;
        }
        inverse(&values)
    }
}

struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    fn bit(&mut self) -> u32 {
        let bit = self.bytes[self.at / 8] >> (7 - self.at % 8) & 1;
        self.at += 1;
        u32::from(bit)
    }

    fn symbol(&mut self, table: &[(u32, u32, u8)]) -> u8 {
        let mut code = 0;
        for length in 1..=16 {
            code = code << 1 | self.bit();
            if let Some((_, _, symbol)) = table.iter().find(|entry| (entry.0, entry.1) == (length, code)) {
                return *symbol;
            }
        }
        panic!("no code of up to 16 bits");
    }

    fn number(&mut self, length: u8) -> i32 {
        let bits = (0..length).fold(0, |bits, _| bits << 1 | self.bit() as i32);
        if length > 0 && bits < 1 << (length - 1) { bits - (1 << length) + 1 } else { bits }
    }
}

/// Place of the n-th coefficient: along the diagonals, back and forth.
fn zigzag(nth: usize) -> usize {
    let mut places: Vec<(usize, usize)> = (0..64).map(|place| (place / 8, place % 8)).collect();
    places.sort_by_key(|(row, column)| (row + column, if (row + column) % 2 == 0 { *column } else { *row }));
    places[nth].0 * 8 + places[nth].1
}

/// The cosine transform undone, by its definition.
fn inverse(values: &[f64; 64]) -> [u8; 64] {
    let cosine = |frequency: usize, place: usize| {
        let scale = if frequency == 0 { 0.5_f64.sqrt() } else { 1.0 };
        scale * ((2 * place + 1) as f64 * frequency as f64 * std::f64::consts::PI / 16.0).cos()
    };
    std::array::from_fn(|place| {
        let sum: f64 = (0..64)
            .filter(|at| values[*at] != 0.0)
            .map(|at| values[at] * cosine(at / 8, place / 8) * cosine(at % 8, place % 8))
            .sum();
        (sum / 4.0 + 128.0).round().clamp(0.0, 255.0) as u8
    })
}
