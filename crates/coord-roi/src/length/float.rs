//! Floats in and out: the shortest decimal of a float is what its writer meant.

use super::parse;
use super::stack_text::StackText;
use crate::{Error, Length, Result};

/// Significant digits up to which a decimal and a double determine each other.
const EXACT_DIGITS: usize = 15;

/// A nanometre is `10^-9` metres.
const METRES: i64 = 9;

impl Length {
    /// The length that a 64-bit float stands for: its shortest decimal form if that has at most 15 digits (4.56 is
    /// 114/25), else the simplest fraction that maps to the same float (3.3333333333333335 is 10/3). A whole float is
    /// itself.
    ///
    /// # Errors
    /// [`Error::NotFinite`]; [`Error::Unrepresentable`] beyond 64-bit terms.
    pub fn from_f64(nanometres: f64) -> Result<Self> {
        from_f64_scaled(nanometres, 0)
    }

    /// The length that a 32-bit float stands for, by the rule of [`from_f64`](Self::from_f64). A 32-bit float has at
    /// most 9 digits, so its shortest decimal is always taken: 3.2 is 16/5, although the stored value is 3.2000000477.
    ///
    /// # Errors
    /// [`Error::NotFinite`]; [`Error::Unrepresentable`] beyond 64-bit terms.
    pub fn from_f32(nanometres: f32) -> Result<Self> {
        finite(nanometres.into())?;
        parse::decimal(StackText::new(format_args!("{nanometres:e}")).as_str(), 0)
    }

    /// The length that a number of metres stands for: `8e-9` is 8 nm. The rule of [`from_f64`](Self::from_f64), then
    /// the power of ten is applied exactly.
    ///
    /// # Errors
    /// [`Error::NotFinite`]; [`Error::Unrepresentable`] beyond 64-bit terms.
    pub fn from_metres_f64(metres: f64) -> Result<Self> {
        from_f64_scaled(metres, METRES)
    }

    /// The double nearest to the length in nanometres.
    pub fn to_f64(self) -> f64 {
        self.signed(ratio_to_f64(self.num.unsigned_abs().into(), self.den as u128))
    }

    /// The double nearest to the length in metres; 8 nm prints as `8e-9`.
    pub fn to_metres_f64(self) -> f64 {
        let den = self.den as u128 * 10_u128.pow(METRES as u32);
        self.signed(ratio_to_f64(self.num.unsigned_abs().into(), den))
    }

    /// A decimal number of a text format, which an ordinary reader has turned into a double.
    #[cfg(feature = "serde")]
    pub(crate) fn from_decimal_f64(value: f64) -> Result<Self> {
        finite(value)?;
        let shortest = StackText::new(format_args!("{value:e}"));
        if significant_digits(shortest.as_str()) > EXACT_DIGITS {
            return Err(Error::TooManyDigits { axis: None, text: alloc::format!("{value}") });
        }
        parse::decimal(shortest.as_str(), 0)
    }

    /// The double whose shortest decimal is this length; none where that takes more than 15 digits.
    #[cfg(feature = "serde")]
    pub(crate) fn to_decimal_f64(self) -> Option<f64> {
        let value = self.to_f64();
        (Self::from_decimal_f64(value) == Ok(self)).then_some(value)
    }

    fn signed(self, magnitude: f64) -> f64 {
        if self.num < 0 { -magnitude } else { magnitude }
    }
}

fn from_f64_scaled(value: f64, power: i64) -> Result<Length> {
    finite(value)?;
    let shortest = StackText::new(format_args!("{value:e}"));
    if significant_digits(shortest.as_str()) <= EXACT_DIGITS {
        return parse::decimal(shortest.as_str(), power);
    }
    let magnitude = simplest_fraction(value.abs(), 10_u128.pow(power as u32));
    let signed = magnitude.and_then(|(num, den)| {
        let num = i128::try_from(num).ok()?;
        Length::reduced(if value < 0.0 { -num } else { num }, i128::try_from(den).ok()?)
    });
    signed.ok_or_else(|| Error::Unrepresentable { text: alloc::format!("{value}") })
}

fn finite(value: f64) -> Result<()> {
    if value.is_finite() {
        return Ok(());
    }
    let value = if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "infinity"
    } else {
        "-infinity"
    };
    Err(Error::NotFinite { value })
}

/// The fraction with the smallest terms among those whose double is `value / scale`, times `scale`; none out of 64-bit
/// reach. `value` is positive and finite.
fn simplest_fraction(value: f64, scale: u128) -> Option<(u128, u128)> {
    let bits = value.to_bits();
    let mantissa = u128::from((bits & ((1 << 52) - 1)) | (1 << 52));
    let exponent = i64::try_from(bits >> 52).ok()? - 1075;
    if exponent >= 0 {
        // A whole number. Numbers from 2^64 on are out of reach.
        return (exponent < 12).then(|| ((mantissa << exponent) * scale, 1));
    }
    // In quarters of the last place, so that half the way to either neighbour is a whole number. Below a power of two
    // the neighbours are twice as close.
    let below = if mantissa == 1 << 52 { 1 } else { 2 };
    let shift = u32::try_from(2 - exponent).ok().filter(|&shift| shift < 126)?;
    let low = ((4 * mantissa - below) * scale, 1 << shift);
    let high = ((4 * mantissa + 2) * scale, 1 << shift);
    let value = mantissa * scale;
    if value.is_multiple_of(1 << (shift - 2)) {
        return Some((value >> (shift - 2), 1));
    }
    simplest_between(low, high)
}

type Ratio = (u128, u128);

/// The fraction of smallest terms in the open interval, by its continued fraction: the integer parts that both ends
/// share, then the smallest integer in between. `high` may be infinite (denominator 0).
///
/// Whether the ends belong to the interval makes no difference to the caller: halfway between two doubles a fraction has
/// larger terms than either double.
fn simplest_between(mut low: Ratio, mut high: Ratio) -> Option<Ratio> {
    // The last two convergents.
    let (mut before, mut last) = ((0_u128, 1_u128), (1_u128, 0_u128));
    loop {
        let floor = low.0 / low.1;
        let found = (floor + 1).checked_mul(high.1)? < high.0;
        let term = if found { floor + 1 } else { floor };
        (before, last) = (last, append(term, last, before)?);
        if found {
            return Some(last);
        }
        // Turn over what is left of both ends; the order turns with it.
        (low, high) = ((high.1, high.0 - floor * high.1), (low.1, low.0 - floor * low.1));
    }
}

/// The next convergent of a continued fraction; none beyond 64 bits, where the result would not fit either.
fn append(term: u128, last: Ratio, before: Ratio) -> Option<Ratio> {
    let num = term.checked_mul(last.0)?.checked_add(before.0)?;
    let den = term.checked_mul(last.1)?.checked_add(before.1)?;
    (num <= u128::from(u64::MAX) && den <= u128::from(u64::MAX)).then_some((num, den))
}

/// The double nearest to `num / den`, ties to even. `num < 2^64`, `0 < den < 2^94`.
fn ratio_to_f64(num: u128, den: u128) -> f64 {
    if num == 0 {
        return 0.0;
    }
    let (mut quotient, mut rest) = (num / den, num % den);
    let mut exponent = 1023_u64;
    // At least two bits more than a double keeps; what is left of the rest only says whether it is a tie.
    while quotient < 1 << 54 {
        rest <<= 1;
        quotient = (quotient << 1) | u128::from(rest >= den);
        rest %= den;
        exponent -= 1;
    }
    let sticky = u64::from(rest != 0);
    let power = f64::from_bits(exponent << 52);
    ((quotient as u64) | sticky) as f64 * power
}

/// The number of significant digits of a number in scientific notation.
fn significant_digits(scientific: &str) -> usize {
    let mantissa = scientific.split('e').next().unwrap_or_default();
    mantissa.bytes().filter(u8::is_ascii_digit).count()
}
