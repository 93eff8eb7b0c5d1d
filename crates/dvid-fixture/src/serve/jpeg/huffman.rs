//! Entropy coding: the standard's tables for luminance, and a writer of bits.

/// Number of codes of each length from 1 to 16, and what they stand for, in order.
pub(super) struct Spec {
    pub(super) counts: &'static [u8; 16],
    pub(super) values: &'static [u8],
}

/// Table K.3: lengths of differences of means.
pub(super) const DC: Spec =
    Spec { counts: &[0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], values: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] };

/// Table K.5: runs of zeros and lengths of what follows.
#[rustfmt::skip]
pub(super) const AC: Spec = Spec {
    counts: &[0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d],
    values: &[
        0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07,
        0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0,
        0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28,
        0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
        0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
        0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
        0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
        0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5,
        0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
        0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
        0xf9, 0xfa,
    ],
};

/// Bits and how many of them count.
type Bits = (u32, u8);

/// The code of each symbol.
pub(super) struct Table {
    codes: [Bits; 256],
}

impl Table {
    pub(super) fn new(spec: &Spec) -> Self {
        let mut codes = [(0, 0); 256];
        let (mut code, mut values) = (0, spec.values.iter());
        for (length, count) in (1..).zip(spec.counts) {
            for value in values.by_ref().take(usize::from(*count)) {
                codes[usize::from(*value)] = (code, length);
                code += 1;
            }
            code <<= 1;
        }
        Self { codes }
    }

    pub(super) fn code(&self, symbol: u8) -> Bits {
        self.codes[usize::from(symbol)]
    }
}

/// Writes bits, highest first; a byte ff is followed by 00.
pub(super) struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    pending: u32,
    count: u8,
}

impl<'a> BitWriter<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, pending: 0, count: 0 }
    }

    /// At most 16 bits.
    pub(super) fn write(&mut self, (bits, length): Bits) {
        self.pending = self.pending << length | bits;
        self.count += length;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.pending >> self.count) as u8;
            self.out.push(byte);
            if byte == 0xff {
                self.out.push(0);
            }
        }
        self.pending &= (1 << self.count) - 1;
    }

    /// Fills the last byte with ones.
    pub(super) fn finish(mut self) {
        if self.count > 0 {
            let fill = 8 - self.count;
            self.write(((1 << fill) - 1, fill));
        }
    }
}
