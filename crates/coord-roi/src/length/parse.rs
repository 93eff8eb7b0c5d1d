//! How a length is read from text: digit by digit, never through a float.

use core::str::FromStr;

use crate::{Error, Length, Result};

const WHAT: &str = "a length";
const NUMBER_RULE: &str =
    "write a number such as 4, 4.56 or 4/3, and a unit such as nm or um after it if it is not in nm";
const UNIT_RULE: &str = "the units are pm, nm, um (or µm), mm, cm, m and angstrom";

/// Unit names and the power of ten that leads to nanometres.
const UNITS: [(&str, i64); 23] = [
    ("", 0),
    ("nm", 0),
    ("nanometer", 0),
    ("nanometre", 0),
    ("pm", -3),
    ("picometer", -3),
    ("picometre", -3),
    ("angstrom", -1),
    ("Å", -1),
    ("um", 3),
    ("µm", 3),
    // The Greek letter, which looks the same as the micro sign above.
    ("μm", 3),
    ("micrometer", 3),
    ("micrometre", 3),
    ("mm", 6),
    ("millimeter", 6),
    ("millimetre", 6),
    ("cm", 7),
    ("centimeter", 7),
    ("centimetre", 7),
    ("m", 9),
    ("meter", 9),
    ("metre", 9),
];

/// `4`, `-4.56`, `1e3`, `4/3`, each with or without a unit: `4.56 nm`, `0.5 um`. The decimal text is taken literally.
///
/// # Errors
/// [`Error::Parse`] for anything else, [`Error::DivisionByZero`] for `1/0`, [`Error::Unrepresentable`] for a number
/// beyond 64-bit terms.
impl FromStr for Length {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let number = Number::scan(trimmed).ok_or_else(|| Error::parse(WHAT, text, NUMBER_RULE))?;
        let unit = number.rest.trim_start();
        let &(_, power) =
            UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(|| Error::parse(WHAT, text, UNIT_RULE))?;
        number.to_length(power, trimmed)
    }
}

/// The value of a decimal text times `10^power`, exactly.
pub(super) fn decimal(text: &str, power: i64) -> Result<Length> {
    match Number::scan(text) {
        Some(number) if number.rest.is_empty() => number.to_length(power, text),
        _ => Err(Error::parse(WHAT, text, NUMBER_RULE)),
    }
}

/// The parts of a number text: `[+-] whole [. fraction] [e exponent]` or `[+-] whole / denominator`.
struct Number<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: &'a str,
    denominator: Option<&'a str>,
    rest: &'a str,
}

impl<'a> Number<'a> {
    fn scan(text: &'a str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, rest) = digits(unsigned)?;
        let mut number =
            Self { negative: text.starts_with('-'), whole, fraction: "", exponent: "", denominator: None, rest };
        if let Some(after) = rest.strip_prefix('/') {
            let (denominator, rest) = digits(after)?;
            (number.denominator, number.rest) = (Some(denominator), rest);
            return Some(number);
        }
        if let Some(after) = rest.strip_prefix('.') {
            (number.fraction, number.rest) = digits(after)?;
        }
        if let Some((exponent, rest)) = scan_exponent(number.rest) {
            (number.exponent, number.rest) = (exponent, rest);
        }
        Some(number)
    }

    fn to_length(&self, power: i64, text: &str) -> Result<Length> {
        let value = match self.denominator {
            Some(denominator) => self.fraction_value(denominator, power)?,
            None => self.decimal_value(power),
        };
        let (num, den) = value.ok_or_else(|| Error::Unrepresentable { text: text.into() })?;
        Length::reduced(if self.negative { -num } else { num }, den)
            .ok_or_else(|| Error::Unrepresentable { text: text.into() })
    }

    fn fraction_value(&self, denominator: &str, power: i64) -> Result<Option<(i128, i128)>> {
        // Terms beyond 64 bits are refused even if they would reduce: nobody writes them.
        let (Ok(num), Ok(den)) = (self.whole.parse::<u64>(), denominator.parse::<u64>()) else { return Ok(None) };
        if den == 0 {
            return Err(Error::DivisionByZero { axis: None, value: decimal(self.whole, 0)? });
        }
        let scale = 10_i128.pow(power.unsigned_abs() as u32);
        let (num, den) = (i128::from(num), i128::from(den));
        Ok(Some(if power < 0 { (num, den * scale) } else { (num * scale, den) }))
    }

    /// The magnitude as a fraction with terms below 2^127; none where it is out of reach of 64-bit terms.
    fn decimal_value(&self, power: i64) -> Option<(i128, i128)> {
        let all = self.whole.bytes().chain(self.fraction.bytes()).map(|byte| u128::from(byte - b'0'));
        let leading = all.clone().take_while(|&digit| digit == 0).count();
        let count = self.whole.len() + self.fraction.len();
        if leading == count {
            return Some((0, 1));
        }
        let exponent = if self.exponent.is_empty() { 0 } else { self.exponent.parse::<i32>().ok()? };
        // Where the decimal point stands, counted from the first digit that is not zero.
        let point = self.whole.len() as i64 - leading as i64 + i64::from(exponent) + power;
        // 2^63 has 19 digits before the point, and 1 / (2^63 - 1) has 18 zeros after it.
        let zeros = usize::try_from(-point).unwrap_or(0);
        let point = usize::try_from(point).unwrap_or(0);
        if point > 19 || zeros > 18 {
            return None;
        }
        let digits = all.clone().skip(leading).chain(core::iter::repeat(0));
        let whole = digits.take(point).fold(0, |sum, digit| 10 * sum + digit);
        let places = (count - leading).saturating_sub(point);
        let (num, den) = decimals_value(all.rev().take(places).chain(core::iter::repeat_n(0, zeros)))?;
        Some(((whole * den + num) as i128, den as i128))
    }
}

/// `0.d₁d₂…` as a reduced fraction, from its digits in reverse. Each suffix of the decimals of a value has a
/// denominator that divides the one of the value, so a denominator beyond 64 bits on the way means that the value
/// itself has one.
fn decimals_value(reversed: impl Iterator<Item = u128>) -> Option<(u128, u128)> {
    let (mut num, mut den) = (0_u128, 1_u128);
    for digit in reversed {
        num += digit * den;
        den *= 10;
        let divisor = super::gcd(num, den);
        (num, den) = (num / divisor, den / divisor);
        if den > i64::MAX as u128 {
            return None;
        }
    }
    Some((num, den))
}

/// The leading digits, at least one, and what follows.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The signed digits of `e-9` and what follows; none where the letter begins something else.
fn scan_exponent(text: &str) -> Option<(&str, &str)> {
    let after = text.strip_prefix(['e', 'E'])?;
    let (_, rest) = digits(after.strip_prefix(['+', '-']).unwrap_or(after))?;
    Some((&after[..after.len() - rest.len()], rest))
}
