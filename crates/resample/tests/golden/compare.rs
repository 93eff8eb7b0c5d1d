//! Comparing results with files.

use array_core::{Block, DType, with_block, with_dtype};

use crate::case::{Case, Compare};

type Check = Result<(), Box<dyn std::error::Error>>;

/// Voxel types by the little that tests need of them.
pub(crate) trait Number: Copy {
    fn float(self) -> f64;
    fn whole(self) -> Option<i128>;
    fn from_float(value: f64) -> Self;
}

macro_rules! number {
    ($($T:ident $float:expr, $whole:expr, $from:expr;)*) => {$(
        impl Number for $T {
            fn float(self) -> f64 {
                let float: fn(Self) -> f64 = $float;
                float(self)
            }
            fn whole(self) -> Option<i128> {
                let whole: fn(Self) -> Option<i128> = $whole;
                whole(self)
            }
            fn from_float(value: f64) -> Self {
                let from: fn(f64) -> Self = $from;
                from(value)
            }
        }
    )*};
}

number! {
    bool |v| u8::from(v).into(), |v| Some(v.into()), |v| v != 0.0;
    u8 f64::from, |v| Some(v.into()), |v| v as Self;
    u16 f64::from, |v| Some(v.into()), |v| v as Self;
    u32 f64::from, |v| Some(v.into()), |v| v as Self;
    u64 |v| v as f64, |v| Some(v.into()), |v| v as Self;
    i8 f64::from, |v| Some(v.into()), |v| v as Self;
    i16 f64::from, |v| Some(v.into()), |v| v as Self;
    i32 f64::from, |v| Some(v.into()), |v| v as Self;
    i64 |v| v as f64, |v| Some(v.into()), |v| v as Self;
    f32 f64::from, |_| None, |v| v as Self;
    f64 |v| v, |_| None, |v| v;
}

/// All values as floats.
pub(crate) fn floats(block: &Block) -> Vec<f64> {
    with_block!(Block = block, values => values.iter().map(|value| value.float()).collect())
}

/// The block in another type.
pub(crate) fn convert(block: &Block, dtype: DType) -> Result<Block, array_core::Error> {
    if block.dtype() == dtype {
        return Ok(block.clone());
    }
    let (shape, values) = (block.shape().to_vec(), floats(block));
    let mut values = values.into_iter();
    let mut converted = Block::zeros(dtype, &shape)?;
    with_dtype!(dtype, T => {
        let mut view = converted.view_mut().into_view::<T>()?;
        view.iter_mut().zip(&mut values).for_each(|(to, from)| *to = T::from_float(from));
    });
    Ok(converted)
}

/// All values of a block of whole numbers.
pub(crate) fn wholes(block: &Block) -> Option<Vec<i128>> {
    with_block!(Block = block, values => values.iter().map(|value| value.whole()).collect())
}

/// Compares as the case asks; windows are compared by the caller.
#[allow(clippy::float_cmp, reason = "an exact case means the very same number")]
pub(crate) fn check(case: &Case, found: &Block, expected: &Block) -> Check {
    if (found.dtype(), found.shape()) != (expected.dtype(), expected.shape()) {
        let (a, b) = ((found.dtype(), found.shape()), (expected.dtype(), expected.shape()));
        return Err(format!("{a:?} instead of {b:?}").into());
    }
    match case.compare {
        Compare::Exact {} => match (wholes(found), wholes(expected)) {
            (Some(found), Some(expected)) => exact(&found, &expected, |a, b| a == b),
            _ => exact(&floats(found), &floats(expected), |a, b| a == b || (a.is_nan() && b.is_nan())),
        },
        Compare::Abs { max } => {
            // Equal infinities have no difference.
            let near = |a: f64, b: f64| a == b || (a - b).abs() <= max || (a.is_nan() && b.is_nan());
            exact(&floats(found), &floats(expected), near)
        }
        Compare::AbsInt { max, max_fraction } => {
            let (Some(found), Some(expected)) = (wholes(found), wholes(expected)) else {
                return Err("abs_int compares integers".into());
            };
            exact(&found, &expected, |a, b| (a - b).abs() <= max.into())?;
            let differing = found.iter().zip(&expected).filter(|(a, b)| a != b).count() as f64;
            let fraction = differing / found.len() as f64;
            if fraction > max_fraction { Err(format!("{fraction} of the voxels differ").into()) } else { Ok(()) }
        }
        Compare::WindowMode {} => Err("windows are compared with the input".into()),
    }
}

fn exact<T: Copy + std::fmt::Debug>(found: &[T], expected: &[T], equal: impl Fn(T, T) -> bool) -> Check {
    match found.iter().zip(expected).position(|(&a, &b)| !equal(a, b)) {
        Some(index) => Err(format!("voxel {index}: {:?} instead of {:?}", found[index], expected[index]).into()),
        None => Ok(()),
    }
}
