//! Numbers in the two spellings, from the shortest decimal digits that give the same double back.

use serde_json::{Number, Value};

/// Doubles hold every whole number up to here; beyond, a JSON number is no longer the one that was written.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The shortest digits of a finite double: `0.00125` is `digits = "125"`, `point = -2` (0.125 · 10^point).
struct Decimal {
    negative: bool,
    digits: String,
    point: i32,
}

impl Decimal {
    /// # Panics
    /// If `value` is not finite; JSON numbers never are.
    fn of(value: f64) -> Self {
        let text = format!("{:e}", value.abs());
        let (mantissa, exponent) = text.split_once('e').expect("{:e} of a finite double has an exponent");
        let exponent: i32 = exponent.parse().expect("the exponent of a double is a small integer");
        let digits = even_digits(value.abs(), mantissa.replace('.', ""));
        Self { negative: value.is_sign_negative(), digits, point: exponent + 1 }
    }

    fn sign(&self) -> &'static str {
        if self.negative { "-" } else { "" }
    }

    /// Plain decimal notation, without a fraction where there is none.
    fn plain(&self) -> String {
        let digits = &self.digits;
        let len = digits.len() as i32;
        if self.point <= 0 {
            format!("0.{}{digits}", "0".repeat(-self.point as usize))
        } else if self.point >= len {
            format!("{digits}{}", "0".repeat((self.point - len) as usize))
        } else {
            let (whole, fraction) = digits.split_at(self.point as usize);
            format!("{whole}.{fraction}")
        }
    }

    /// `d.ddde±x`, the exponent with at least `width` digits.
    fn scientific(&self, width: usize) -> String {
        let (first, rest) = self.digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let exponent = self.point - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{dot}{rest}e{sign}{:0width$}", exponent.unsigned_abs())
    }
}

/// The digits that both languages write where the value lies in the middle between two candidates of as many digits: the
/// even one, which is not what Rust prints.
fn even_digits(value: f64, digits: String) -> String {
    // Shorter numbers are too far apart for two of them to be equally good.
    const LEAST: usize = 15;
    let last = digits.as_bytes()[digits.len() - 1] - b'0';
    if digits.len() < LEAST || last.is_multiple_of(2) || !ends_half_way(value, digits.len()) {
        return digits;
    }
    // An odd last digit has no carry: 9 and one more would be shorter.
    let (rest, _) = digits.split_at(digits.len() - 1);
    let even = [last - 1, last + 1].into_iter().map(|digit| format!("{rest}{digit}"));
    let exponent = format!("{value:e}").split_once('e').map_or(0, |(_, exponent)| exponent.parse().unwrap_or(0));
    let same = |digits: &String| {
        let scale = exponent - (digits.len() as i32 - 1);
        format!("{digits}e{scale}").parse() == Ok(value)
    };
    let half_way = exact_digits(value);
    // Of the two, the neighbour on the other side of the value.
    let below = half_way[..digits.len()] == *digits;
    even.into_iter().nth(usize::from(below)).filter(same).unwrap_or(digits)
}

/// Whether the value is exactly half a unit of its last digit away from numbers of so many digits.
fn ends_half_way(value: f64, digits: usize) -> bool {
    let rest = &exact_digits(value)[digits..];
    rest.starts_with('5') && rest[1..].bytes().all(|digit| digit == b'0')
}

/// All digits of a double, which has at most 767.
fn exact_digits(value: f64) -> String {
    let text = format!("{value:.800e}");
    text.split_once('e').map_or("", |(mantissa, _)| mantissa).replace('.', "")
}

/// As `JSON.stringify` prints it: every number is a double, exponents outside 1e-6 ≤ |v| < 1e21.
pub(super) fn client(number: &Number) -> String {
    let value = as_double(number);
    if value == 0.0 {
        return "0".to_owned();
    }
    let decimal = Decimal::of(value);
    let body = if (-5..=21).contains(&decimal.point) { decimal.plain() } else { decimal.scientific(1) };
    format!("{}{body}", decimal.sign())
}

/// As `json.dumps` prints it: integers in full, floats with a point, exponents outside 1e-4 ≤ |v| < 1e16.
pub(super) fn python(number: &Number) -> String {
    if !number.is_f64() {
        return number.to_string();
    }
    let decimal = Decimal::of(as_double(number));
    let body = if as_double(number) != 0.0 && !(-3..=16).contains(&decimal.point) {
        decimal.scientific(2)
    } else {
        let plain = decimal.plain();
        if plain.contains('.') { plain } else { format!("{plain}.0") }
    };
    format!("{}{body}", decimal.sign())
}

/// The double that the browser sees.
pub(super) fn as_double(number: &Number) -> f64 {
    number.as_f64().expect("without arbitrary precision every JSON number has a double")
}

/// A finite double as a JSON number, whole ones as integers; `None` for what JSON cannot hold.
pub(crate) fn from_f64(value: f64) -> Option<Value> {
    if value.fract() == 0.0 && value.abs() < LARGEST_EXACT {
        return Some(Value::from(value as i64));
    }
    Number::from_f64(value).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str) -> (String, String) {
        let number: Number = serde_json::from_str(text).unwrap();
        (client(&number), python(&number))
    }

    #[test]
    fn spellings_of_both_languages() {
        for (text, js, py) in [
            ("8e-9", "8e-9", "8e-09"),
            ("1e21", "1e+21", "1e+21"),
            ("1e20", "100000000000000000000", "1e+20"),
            ("1e-6", "0.000001", "1e-06"),
            ("1.5e-7", "1.5e-7", "1.5e-07"),
            ("4.0", "4", "4.0"),
            ("4", "4", "4"),
            ("-0.0", "0", "-0.0"),
            ("0.0001", "0.0001", "0.0001"),
            ("0.00001", "0.00001", "1e-05"),
            ("1e16", "10000000000000000", "1e+16"),
            ("1234567890123456.0", "1234567890123456", "1234567890123456.0"),
            ("123456789.125", "123456789.125", "123456789.125"),
            ("-1.7976931348623157e308", "-1.7976931348623157e+308", "-1.7976931348623157e+308"),
            ("5e-324", "5e-324", "5e-324"),
            // In the middle between two numbers of 17 digits.
            ("-1175460186593679.25", "-1175460186593679.2", "-1175460186593679.2"),
            ("1175460186593679.75", "1175460186593679.8", "1175460186593679.8"),
            ("18446744073709551615", "18446744073709552000", "18446744073709551615"),
            ("-9007199254740993", "-9007199254740992", "-9007199254740993"),
        ] {
            assert_eq!(both(text), (js.to_owned(), py.to_owned()), "{text}");
        }
    }

    #[test]
    fn whole_doubles_become_integers() {
        assert_eq!(from_f64(4.0), Some(Value::from(4)));
        assert_eq!(from_f64(-0.0), Some(Value::from(0)));
        assert_eq!(from_f64(0.5), Some(Value::from(0.5)));
        assert_eq!(from_f64(f64::NAN), None);
        assert_eq!(from_f64(f64::INFINITY), None);
    }
}
