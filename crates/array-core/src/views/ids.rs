//! Ids of segments: whole numbers of up to 64 bits, compared by their bits and never through a float.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::{ArrayMeta, Element, Error, Result};

/// An element type whose values can be ids.
pub(super) trait Id: Element {
    /// A number that no other value of this type has.
    fn bits(self) -> u64;
    /// The value with these bits.
    fn from_bits(bits: u64) -> Self;
    /// The value as it is.
    fn value(self) -> i128;
    /// The value, unless it is negative.
    fn unsigned(self) -> Option<u64>;
    /// The type's own value for a number, if it has it.
    fn from_value(value: i128) -> Option<Self>;
}

macro_rules! ids {
    ($($T:ident)*) => {$(
        impl Id for $T {
            #[inline]
            #[allow(clippy::cast_lossless, reason = "some of the types are narrower")]
            fn bits(self) -> u64 {
                self as u64
            }
            #[inline]
            fn from_bits(bits: u64) -> Self {
                bits as $T
            }
            fn value(self) -> i128 {
                i128::from(self)
            }
            #[inline]
            #[allow(clippy::unnecessary_fallible_conversions, reason = "some of the types have a sign")]
            fn unsigned(self) -> Option<u64> {
                self.try_into().ok()
            }
            fn from_value(value: i128) -> Option<Self> {
                value.try_into().ok()
            }
        }
    )*};
}
ids!(u8 u16 u32 u64 i8 i16 i32 i64);

impl Id for bool {
    #[inline]
    fn bits(self) -> u64 {
        u64::from(self)
    }
    #[inline]
    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
    fn value(self) -> i128 {
        i128::from(self)
    }
    #[inline]
    fn unsigned(self) -> Option<u64> {
        Some(self.into())
    }
    fn from_value(value: i128) -> Option<Self> {
        match value {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// Evaluates an expression with `$T` standing for the Rust type of a dtype whose values can be ids, and another for floats.
macro_rules! with_id_dtype {
    ($dtype:expr, $T:ident => $body:expr, float => $float:expr) => {
        $crate::views::ids::with_id_dtype!(@arms $dtype, $T, $body, $float; Bool bool, U8 u8, U16 u16, U32 u32, U64 u64,
            I8 i8, I16 i16, I32 i32, I64 i64)
    };
    (@arms $dtype:expr, $T:ident, $body:expr, $float:expr; $($Variant:ident $type:ident),*) => {
        match $dtype {
            $($crate::DType::$Variant => {
                type $T = $type;
                $body
            })*
            $crate::DType::F32 | $crate::DType::F64 => $float,
        }
    };
}
pub(super) use with_id_dtype;

/// Refuses arrays of floats, in which no ids are.
pub(super) fn check_ids(operation: &'static str, meta: &ArrayMeta) -> Result<()> {
    if !meta.dtype().is_float() {
        return Ok(());
    }
    let (array, dtype) = (meta.name().to_owned(), meta.dtype());
    Err(Error::NotForDType { operation, array, dtype, cure: "ids are integers or bool; cast the array first" })
}

/// A hash for numbers that are spread by nobody: one multiplication, folded.
#[derive(Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        let spread = u128::from(id ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
        self.0 = (spread >> 64) as u64 ^ spread as u64;
    }
}

/// What belongs to ids, by their bits.
pub(super) type IdMap<V> = HashMap<u64, V, BuildHasherDefault<IdHasher>>;

/// Ids, by their bits.
pub(super) type IdSet = HashSet<u64, BuildHasherDefault<IdHasher>>;
