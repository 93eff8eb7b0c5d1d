//! How values are stored in a `.npy` file.

use super::bad;
use crate::{DType, Element, Result};

/// How values lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    kind: StoredKind,
    /// Whether the most significant byte comes first.
    big_endian: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StoredKind {
    /// Values of an element type.
    Plain(DType),
    /// IEEE half floats, read as float32.
    Half,
}

impl Stored {
    pub(super) const fn little_endian(dtype: DType) -> Self {
        Self { kind: StoredKind::Plain(dtype), big_endian: false }
    }

    pub(super) fn from_descr(descr: &str) -> Result<Self> {
        let bad = |reason: &str| bad(super::header::WHAT, &format!("'{descr}' {reason}"));
        let mut rest = descr.chars();
        let order = rest.next();
        let kind = match rest.as_str() {
            "b1" => StoredKind::Plain(DType::Bool),
            "u1" => StoredKind::Plain(DType::U8),
            "u2" => StoredKind::Plain(DType::U16),
            "u4" => StoredKind::Plain(DType::U32),
            "u8" => StoredKind::Plain(DType::U64),
            "i1" => StoredKind::Plain(DType::I8),
            "i2" => StoredKind::Plain(DType::I16),
            "i4" => StoredKind::Plain(DType::I32),
            "i8" => StoredKind::Plain(DType::I64),
            "f2" => StoredKind::Half,
            "f4" => StoredKind::Plain(DType::F32),
            "f8" => StoredKind::Plain(DType::F64),
            _ => return Err(bad("is no supported type of values; convert them first")),
        };
        match order {
            Some('<' | '|') => Ok(Self { kind, big_endian: false }),
            Some('>') => Ok(Self { kind, big_endian: true }),
            _ => Err(bad("is no byte order and type, such as '<u2'")),
        }
    }

    /// The type in the header; none for half floats, which are read only.
    pub(super) const fn descr(dtype: DType) -> &'static str {
        match dtype {
            DType::Bool => "|b1",
            DType::U8 => "|u1",
            DType::U16 => "<u2",
            DType::U32 => "<u4",
            DType::U64 => "<u8",
            DType::I8 => "|i1",
            DType::I16 => "<i2",
            DType::I32 => "<i4",
            DType::I64 => "<i8",
            DType::F32 => "<f4",
            DType::F64 => "<f8",
        }
    }

    /// Bytes of one value in the file.
    pub(super) const fn size(self) -> usize {
        match self.kind {
            StoredKind::Plain(dtype) => dtype.size(),
            StoredKind::Half => 2,
        }
    }

    /// The type of the values that are read.
    pub(super) const fn dtype(self) -> DType {
        match self.kind {
            StoredKind::Plain(dtype) => dtype,
            StoredKind::Half => DType::F32,
        }
    }

    /// Whether every value of the type can be stored.
    pub(super) fn holds_all(self) -> bool {
        self.kind != StoredKind::Half
    }

    /// Decodes stored bytes, which it may turn around, into values, one for one.
    pub(super) fn decode<'a, T: Element>(self, bytes: &mut [u8], out: impl Iterator<Item = &'a mut T>) -> Result<()> {
        self.to_little_endian(bytes);
        for (value, stored) in out.zip(bytes.chunks_exact(self.size())) {
            let decoded = match self.kind {
                StoredKind::Plain(_) => T::from_le(stored),
                StoredKind::Half => T::from_le(&half(u16::from_le_bytes([stored[0], stored[1]])).to_le_bytes()),
            };
            *value = decoded.ok_or_else(|| bad("npy data", "a bool that is neither 0 nor 1"))?;
        }
        Ok(())
    }

    /// Replaces `bytes` by values as they are stored; of types of which [all are](Self::holds_all).
    pub(super) fn encode<'a, T: Element>(self, values: impl Iterator<Item = &'a T>, bytes: &mut Vec<u8>) {
        bytes.clear();
        values.for_each(|value| value.put_le(bytes));
        self.to_little_endian(bytes);
    }

    /// Between the order of the file and little-endian, either way.
    fn to_little_endian(self, bytes: &mut [u8]) {
        if self.big_endian {
            bytes.chunks_exact_mut(self.size()).for_each(<[u8]>::reverse);
        }
    }
}

/// Widens an IEEE half float; exact.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let magnitude = match (exponent, bits & 0x3ff) {
        (0, _) => fraction * 2.0_f32.powi(-24),
        (31, 0) => f32::INFINITY,
        (31, _) => f32::NAN,
        _ => (1024.0 + fraction) * 2.0_f32.powi(exponent - 25),
    };
    sign * magnitude
}
