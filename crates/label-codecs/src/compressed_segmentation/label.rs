use std::hash::Hash;

mod private {
    pub trait Words: Sized {
        /// Words of a label.
        const WORDS: usize;

        /// The label of [`Self::WORDS`] words, the low one first.
        fn from_words(words: &[[u8; 4]]) -> Self;
        /// The words of a label, the low one first.
        fn words(self) -> impl Iterator<Item = u32>;
        /// Mixes the bits of a label; the upper ones of the result depend on all.
        fn mix(self) -> u64;
    }
}

/// A type of labels that the format has: `u32` or `u64`. Sealed.
pub trait Label: private::Words + Copy + Default + Ord + Hash {}

impl private::Words for u32 {
    const WORDS: usize = 1;

    fn from_words(words: &[[u8; 4]]) -> Self {
        Self::from_le_bytes(words[0])
    }

    fn words(self) -> impl Iterator<Item = u32> {
        [self].into_iter()
    }

    fn mix(self) -> u64 {
        u64::from(self).mix()
    }
}

impl private::Words for u64 {
    const WORDS: usize = 2;

    fn from_words(words: &[[u8; 4]]) -> Self {
        Self::from(u32::from_le_bytes(words[0])) | Self::from(u32::from_le_bytes(words[1])) << 32
    }

    fn words(self) -> impl Iterator<Item = u32> {
        [self as u32, (self >> 32) as u32].into_iter()
    }

    fn mix(self) -> u64 {
        self.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl Label for u32 {}
impl Label for u64 {}
