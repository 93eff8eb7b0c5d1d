//! The header of a `.npy` file, and how its values are stored.

use super::bad;
use crate::{DType, Element, Result};

const MAGIC: &[u8] = b"\x93NUMPY";
const WHAT: &str = "npy header";

/// How values lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// Little-endian values of an element type.
    Plain(DType),
    /// IEEE half floats, read as float32.
    Half,
}

impl Stored {
    fn from_descr(descr: &str) -> Result<Self> {
        let mut rest = descr.chars();
        let order = rest.next();
        let stored = match rest.as_str() {
            "b1" => Self::Plain(DType::Bool),
            "u1" => Self::Plain(DType::U8),
            "u2" => Self::Plain(DType::U16),
            "u4" => Self::Plain(DType::U32),
            "u8" => Self::Plain(DType::U64),
            "i1" => Self::Plain(DType::I8),
            "i2" => Self::Plain(DType::I16),
            "i4" => Self::Plain(DType::I32),
            "i8" => Self::Plain(DType::I64),
            "f2" => Self::Half,
            "f4" => Self::Plain(DType::F32),
            "f8" => Self::Plain(DType::F64),
            _ => return Err(bad(WHAT, &format!("values of type '{descr}' are not supported; convert them first"))),
        };
        match order {
            Some('<' | '|' | '=') => Ok(stored),
            Some('>') => Err(bad(WHAT, &format!("'{descr}' is big-endian; save it as little-endian"))),
            _ => Err(bad(WHAT, &format!("'{descr}' is no byte order and type, such as '<u2'"))),
        }
    }

    pub(super) fn size(self) -> usize {
        match self {
            Self::Plain(dtype) => dtype.size(),
            Self::Half => 2,
        }
    }

    pub(super) fn dtype(self) -> DType {
        match self {
            Self::Plain(dtype) => dtype,
            Self::Half => DType::F32,
        }
    }

    /// Decodes stored bytes into values, one for one.
    pub(super) fn decode<'a, T: Element>(self, bytes: &[u8], out: impl Iterator<Item = &'a mut T>) -> Result<()> {
        for (value, stored) in out.zip(bytes.chunks_exact(self.size())) {
            let decoded = match self {
                Self::Plain(_) => T::from_le(stored),
                Self::Half => T::from_le(&half(u16::from_le_bytes([stored[0], stored[1]])).to_le_bytes()),
            };
            *value = decoded.ok_or_else(|| bad("npy data", "a bool that is neither 0 nor 1"))?;
        }
        Ok(())
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

/// A parsed header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) stored: Stored,
    pub(super) shape: Vec<usize>,
    pub(super) data_start: usize,
}

impl Header {
    /// Parses the beginning of a file; `bytes` has at least the whole header.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let data_start = Self::length(bytes)?;
        let text_start = if bytes[6] == 1 { 10 } else { 12 };
        let text = bytes.get(text_start..data_start).ok_or_else(|| bad(WHAT, "the file ends inside it"))?;
        let text = std::str::from_utf8(text).map_err(|_| bad(WHAT, "it is not text"))?;
        if field(text, "fortran_order")?.starts_with("True") {
            return Err(bad(WHAT, "Fortran order is not supported; save numpy.ascontiguousarray of it"));
        }
        let descr = field(text, "descr")?;
        let quoted = descr.split(['\'', '"']).nth(1).filter(|_| descr.starts_with(['\'', '"']));
        let descr = quoted.ok_or_else(|| bad(WHAT, "structured types are not supported"))?;
        Ok(Self { stored: Stored::from_descr(descr)?, shape: shape(field(text, "shape")?)?, data_start })
    }

    /// Where the data begin, from the first 12 bytes of a file.
    pub(super) fn length(bytes: &[u8]) -> Result<usize> {
        if !bytes.starts_with(MAGIC) || bytes.len() < 12 {
            return Err(bad(WHAT, "this is no npy file"));
        }
        match bytes[6] {
            1 => Ok(10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]))),
            2 | 3 => Ok(12 + u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]) as usize),
            version => Err(bad(WHAT, &format!("version {version} is not known; versions 1 to 3 are"))),
        }
    }

    pub(super) fn dtype(&self) -> DType {
        self.stored.dtype()
    }

    /// Bytes of all values.
    pub(super) fn data_bytes(&self) -> Result<u64> {
        let product = self.shape.iter().try_fold(self.stored.size() as u64, |sum, n| sum.checked_mul(*n as u64));
        product.ok_or_else(|| bad(WHAT, &format!("shape {:?} is impossibly large", self.shape)))
    }
}

/// What follows `'key':` in the dictionary.
fn field<'a>(text: &'a str, key: &str) -> Result<&'a str> {
    let found = ['\'', '"'].into_iter().find_map(|quote| text.split_once(&format!("{quote}{key}{quote}")));
    let value = found.and_then(|(_, rest)| rest.trim_start().strip_prefix(':'));
    value.map(str::trim_start).ok_or_else(|| bad(WHAT, &format!("it has no '{key}'")))
}

fn shape(value: &str) -> Result<Vec<usize>> {
    let inner = value.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(inner, _)| inner);
    let inner = inner.ok_or_else(|| bad(WHAT, "its shape is no tuple"))?;
    let numbers = inner.split(',').map(str::trim).filter(|number| !number.is_empty());
    numbers.map(|number| number.parse().map_err(|_| bad(WHAT, &format!("'{number}' is no extent")))).collect()
}

/// The header (version 1.0) of a file with these values.
pub(super) fn write(dtype: DType, shape: &[usize]) -> Vec<u8> {
    let code = match dtype {
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
    };
    let extents: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let tuple = extents.join(", ") + if shape.len() == 1 { "," } else { "" };
    let mut text = format!("{{'descr': '{code}', 'fortran_order': False, 'shape': ({tuple}), }}");
    // Magic, version and length take 10 bytes, the line break one; numpy aligns the data to 64.
    let padding = (64 - (text.len() + 11) % 64) % 64;
    text.extend(std::iter::repeat_n(' ', padding));
    text.push('\n');
    let mut bytes = [MAGIC, &[1, 0]].concat();
    bytes.extend_from_slice(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes
}
