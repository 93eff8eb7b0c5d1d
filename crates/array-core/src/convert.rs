//! Values of one element type as values of another, by a rule that has a name.

mod number;
mod rows;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use self::number::Number;
use crate::{Block, BlockMut, BlockRef, DType, Error, Result, with_dtype};

/// How values that the target type does not have are treated.
///
/// All three keep every value that the target type has: 3.0 becomes 3, and bool counts as the integers 0 and 1. They
/// differ in the others; integers become floats (and back) by their exact value, never through a narrower float.
///
/// | | `exact` | `saturate` | `truncate` |
/// |---|---|---|---|
/// | between two values of the target | error | the nearest, in the middle the even one | the one nearer to zero |
/// | beyond the range of the target | error | the largest or smallest finite value | the same |
/// | infinities, as an integer | error | the largest or smallest value | the same |
/// | NaN, as an integer or bool | error | 0 | 0 |
///
/// Infinities and NaN stay what they are among floats (the payload of a NaN does not count), and -0.0 is an ordinary zero.
///
/// ```
/// use array_core::{Block, Conversion, DType, ndarray::arr1};
///
/// let values = Block::from(arr1(&[-1.0, 0.5, 1.5, 254.9, 300.0_f32]).into_dyn());
/// let bytes = values.view().convert(DType::U8, Conversion::Saturate)?;
/// assert_eq!(bytes, Block::from(arr1(&[0_u8, 0, 2, 255, 255]).into_dyn()));
///
/// let refused = values.view().convert(DType::U8, Conversion::Exact).unwrap_err();
/// assert!(refused.to_string().contains("uint8 does not have the value -1"));
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conversion {
    /// Such a value is an error, [`Error::NotConvertible`].
    #[default]
    Exact,
    /// The nearest value that the target has, ties to even; NaN becomes 0 where there is no NaN.
    Saturate,
    /// The nearest value towards zero that the target has; NaN becomes 0 where there is no NaN.
    Truncate,
}

impl Conversion {
    /// All rules.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Saturate, Self::Truncate];

    /// The name in configurations, e.g. `saturate`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Saturate => "saturate",
            Self::Truncate => "truncate",
        }
    }
}

impl fmt::Display for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Conversion {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unknown = || Error::UnknownName {
            what: "conversion",
            text: text.to_owned(),
            known: Self::ALL.map(Self::name).to_vec(),
        };
        Self::ALL.into_iter().find(|rule| rule.name() == text).ok_or_else(unknown)
    }
}

impl Block {
    /// These voxels as another type; the same block where it is the type that they have.
    ///
    /// # Errors
    /// [`Error::NotConvertible`] under [`Conversion::Exact`], [`Error::TooLarge`].
    pub fn convert(self, dtype: DType, rule: Conversion) -> Result<Self> {
        if self.dtype() == dtype { Ok(self) } else { self.view().convert(dtype, rule) }
    }
}

impl BlockRef<'_> {
    /// A dense copy in C order, as another type.
    ///
    /// # Errors
    /// [`Error::NotConvertible`] under [`Conversion::Exact`], [`Error::TooLarge`].
    pub fn convert(&self, dtype: DType, rule: Conversion) -> Result<Block> {
        let mut block = Block::zeros(dtype, self.shape())?;
        block.view_mut().assign_converted(self, rule)?;
        Ok(block)
    }
}

impl BlockMut<'_> {
    /// Copies all voxels of `source`, as the type of this destination; bit for bit where it is the same type.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`]; nothing is copied then. [`Error::NotConvertible`] under [`Conversion::Exact`], naming the
    /// first such value in C order; the content is unspecified then.
    pub fn assign_converted(&mut self, source: &BlockRef<'_>, rule: Conversion) -> Result<()> {
        if self.dtype() == source.dtype() {
            return self.assign(source);
        }
        if self.shape() != source.shape() {
            return Err(Error::ShapeMismatch { expected: self.shape().to_vec(), found: source.shape().to_vec() });
        }
        let (from, to) = (source.dtype(), self.dtype());
        with_dtype!(from, S => {
            let view = source.clone().into_view::<S>()?;
            let failed = with_dtype!(to, T => {
                let convert: rows::Convert<S, T> = match rule {
                    Conversion::Exact => rows::exact,
                    Conversion::Saturate => rows::saturate,
                    Conversion::Truncate => rows::truncate,
                };
                rows::each(&view, self.reborrow().into_view::<T>()?, convert)
            });
            let Some(index) = failed else { return Ok(()) };
            let value = view[&index[..]].to_exact();
            Err(Error::NotConvertible { value, from, to, index })
        })
    }
}
