//! numpy's `.npy` files: reading, writing, and regions of files that are larger than memory.
//!
//! Versions 1 to 3 of the format, both byte orders, C and Fortran order; float16 is widened to float32. What is made here is
//! little-endian and in C order. Reference: the description of the format in numpy's documentation (`numpy.lib.format`).

mod file;
mod header;
mod options;
mod pieces;
mod source;
mod stored;

use std::io::{self, Write};

use ndarray::{ArrayD, IxDyn, ShapeBuilder};

use self::header::{Header, Order};
pub use self::options::NpyOptions;
pub use self::source::NpyArray;
use crate::{Block, BlockRef, Element, Error, Result, block_bytes, with_block, with_dtype};

/// Parses a whole `.npy` file.
///
/// # Errors
/// [`Error::BadFile`] for anything that is not a complete file of a supported type, or that has bytes too many;
/// [`Error::TooLarge`] for a shape that cannot be in memory.
pub fn parse(bytes: &[u8]) -> Result<Block> {
    let header = Header::parse(bytes)?;
    let mut body = bytes[header.data_start..].to_vec();
    let expected = header.data_bytes();
    if body.len() as u64 != expected {
        let reason = format!("{} bytes of data where shape {:?} needs {expected}", body.len(), header.shape);
        return Err(bad("npy data", &reason));
    }
    block_bytes(header.dtype(), &header.shape)?;
    with_dtype!(header.dtype(), T => {
        let mut values = vec![T::default(); body.len() / header.stored.size()];
        header.stored.decode(&mut body, values.iter_mut())?;
        let shape = IxDyn(&header.shape).set_f(header.order == Order::Fortran);
        let array = ArrayD::from_shape_vec(shape, values).map_err(|error| bad("npy data", &error.to_string()))?;
        Ok(T::wrap(array.as_standard_layout().into_owned()))
    })
}

/// Writes voxels as a `.npy` file (version 1.0) in C order; float64, integers and bool keep their type.
///
/// # Errors
/// Those of the writer.
pub fn write(writer: &mut impl Write, block: &BlockRef<'_>) -> io::Result<()> {
    writer.write_all(&header::write(block.dtype(), block.shape()))?;
    let mut buffer = Vec::with_capacity(1 << 16);
    with_block!(BlockRef = block, view => {
        for value in view {
            value.put_le(&mut buffer);
            if buffer.len() >= (1 << 16) - 8 {
                writer.write_all(&buffer)?;
                buffer.clear();
            }
        }
    });
    writer.write_all(&buffer)?;
    writer.flush()
}

fn bad(what: &str, reason: &str) -> Error {
    Error::BadFile { what: what.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DType;

    fn written(block: &Block) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, &block.view()).unwrap();
        bytes
    }

    #[test]
    fn every_dtype_and_rank_comes_back() {
        for dtype in DType::ALL {
            for shape in [vec![], vec![5], vec![0, 3], vec![2, 3, 4]] {
                let block = crate::FillValue::from(1).block(dtype, &shape).unwrap();
                let bytes = written(&block);
                assert_eq!(bytes.len() % 64, block.bytes() % 64, "numpy aligns the data to 64 bytes");
                assert_eq!(parse(&bytes).unwrap(), block);
            }
        }
    }

    #[test]
    fn damaged_files_are_errors() {
        let good = written(&Block::from(ndarray::arr1(&[1_u64, u64::MAX]).into_dyn()));
        for cut in 0..good.len() {
            assert!(matches!(parse(&good[..cut]), Err(Error::BadFile { .. })), "cut at {cut}");
        }
        let mut long = good.clone();
        long.push(0);
        assert!(matches!(parse(&long), Err(Error::BadFile { .. })));
        let text = |from: &[u8], to: &[u8]| {
            let at = good.windows(from.len()).position(|window| window == from).unwrap();
            let mut bytes = good.clone();
            bytes[at..at + to.len()].copy_from_slice(to);
            parse(&bytes).unwrap_err().to_string()
        };
        assert!(text(b"'<u8'", b"'<c8'").contains("<c8"));
        assert!(text(b"False", b"Maybe").contains("fortran_order"));
        assert!(text(b"'<u8'", "'\u{e9}8'".as_bytes()).contains("\u{e9}8"), "not cut inside a letter");
        assert!(text(b"'<u8'", b"'?u8'").contains("byte order"));
    }

    #[test]
    fn float16_is_widened() {
        let mut bytes = header::write(DType::U16, &[6]);
        let at = bytes.windows(3).position(|window| window == b"<u2").unwrap();
        bytes[at..at + 3].copy_from_slice(b"<f2");
        for half in [0x3c00_u16, 0xc000, 0x7bff, 0x0001, 0x7c00, 0x8000] {
            bytes.extend_from_slice(&half.to_le_bytes());
        }
        let values = parse(&bytes).unwrap().into_array::<f32>().unwrap();
        let expected = [1.0, -2.0, 65504.0, 5.960_464_5e-8, f32::INFINITY, -0.0];
        assert!(values.iter().zip(expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{values}");
    }
}
