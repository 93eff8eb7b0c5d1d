//! The header of a `.npy` file.

use super::bad;
use super::stored::Stored;
use crate::{DType, Error, Result};

const MAGIC: &[u8] = b"\x93NUMPY";
pub(super) const WHAT: &str = "npy header";
/// No header needs more; a file that claims to have one is none.
const LONGEST: usize = 1 << 20;

/// Which axis of the data is contiguous in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The last.
    C,
    /// The first.
    Fortran,
}

/// A parsed header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) stored: Stored,
    pub(super) order: Order,
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
        let order = match field(text, "fortran_order")? {
            value if value.starts_with("True") => Order::Fortran,
            value if value.starts_with("False") => Order::C,
            _ => return Err(bad(WHAT, "its fortran_order is neither True nor False")),
        };
        let descr = field(text, "descr")?;
        let quoted = descr.split(['\'', '"']).nth(1).filter(|_| descr.starts_with(['\'', '"']));
        let descr = quoted.ok_or_else(|| bad(WHAT, "structured types are not supported"))?;
        let header =
            Self { stored: Stored::from_descr(descr)?, order, shape: shape(field(text, "shape")?)?, data_start };
        header.file_bytes()?;
        Ok(header)
    }

    /// The header of a file that is to be written, and its bytes.
    pub(super) fn new(dtype: DType, shape: &[usize]) -> Result<(Self, Vec<u8>)> {
        let bytes = write(dtype, shape);
        let stored = Stored::little_endian(dtype);
        let header = Self { stored, order: Order::C, shape: shape.to_vec(), data_start: bytes.len() };
        header.file_bytes()?;
        Ok((header, bytes))
    }

    /// Where the data begin, from the first 12 bytes of a file.
    pub(super) fn length(bytes: &[u8]) -> Result<usize> {
        if !bytes.starts_with(MAGIC) || bytes.len() < 12 {
            return Err(bad(WHAT, "this is no npy file"));
        }
        let length = match bytes[6] {
            1 => 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]])),
            2 | 3 => (u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]) as usize).saturating_add(12),
            version => return Err(bad(WHAT, &format!("version {version} is not known; versions 1 to 3 are"))),
        };
        if length > LONGEST {
            return Err(bad(WHAT, &format!("it claims to have {length} bytes; no header has more than {LONGEST}")));
        }
        Ok(length)
    }

    pub(super) fn dtype(&self) -> DType {
        self.stored.dtype()
    }

    /// Bytes of all values.
    pub(super) fn data_bytes(&self) -> u64 {
        // `file_bytes` has seen that this fits.
        self.shape.iter().fold(self.stored.size() as u64, |bytes, extent| bytes.wrapping_mul(*extent as u64))
    }

    /// Bytes of the whole file.
    ///
    /// # Errors
    /// [`Error::TooLarge`], also where an extent is 0 and the product of the others does not fit: strides would not either.
    pub(super) fn file_bytes(&self) -> Result<u64> {
        let mut extents = self.shape.iter().filter(|extent| **extent > 0);
        let bytes = extents.try_fold(self.stored.size() as u64, |bytes, extent| bytes.checked_mul(*extent as u64));
        let bytes = bytes.filter(|bytes| i64::try_from(*bytes).is_ok());
        let too_large = || Error::TooLarge { shape: self.shape.clone(), dtype: self.dtype(), limit: i64::MAX as u64 };
        bytes.ok_or_else(too_large)?;
        Ok(self.data_start as u64 + self.data_bytes())
    }

    /// Axes in the order of the file, slowest first: a list with an entry per axis, turned around where need be.
    pub(super) fn file_order<T>(&self, mut list: Vec<T>) -> Vec<T> {
        if self.order == Order::Fortran {
            list.reverse();
        }
        list
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

/// The header of a file with these values: version 1.0, or 2.0 where the shape is too long for it.
pub(super) fn write(dtype: DType, shape: &[usize]) -> Vec<u8> {
    let extents: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let tuple = extents.join(", ") + if shape.len() == 1 { "," } else { "" };
    let mut text = format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({tuple}), }}", Stored::descr(dtype));
    // Magic, version and length take 10 bytes or 12, the line break one; numpy aligns the data to 64.
    let start = if text.len() < usize::from(u16::MAX) - 64 { 10 } else { 12 };
    let padding = (64 - (text.len() + start + 1) % 64) % 64;
    text.extend(std::iter::repeat_n(' ', padding));
    text.push('\n');
    let length = (text.len() as u32).to_le_bytes();
    let mut bytes = [MAGIC, if start == 10 { &[1, 0] } else { &[2, 0] }, &length[..start - 8]].concat();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}
