//! How a length is written: exactly for programs, shortly for people.

use alloc::string::{String, ToString};
use core::fmt;

use super::stack_text::StackText;
use crate::Length;

/// Decimals that [`Length::for_people`] shows at most.
const PEOPLE_PLACES: u32 = 6;

impl Length {
    /// The number of decimals of the exact value; none when no finite decimal is exact.
    pub(crate) fn decimal_places(self) -> Option<u32> {
        let twos = self.den.trailing_zeros();
        let mut rest = self.den >> twos;
        let mut fives = 0;
        while rest % 5 == 0 {
            rest /= 5;
            fives += 1;
        }
        (rest == 1).then_some(twos.max(fives))
    }

    /// A short text for tables and messages: at most six decimals, trailing zeros dropped. Where digits are missing the
    /// text ends with `…`, and a digit that repeats up to there is written three times: a third of 4 nm is `1.333…`.
    ///
    /// The exact text, which [`FromStr`](core::str::FromStr) reads, is that of [`Display`](core::fmt::Display).
    pub fn for_people(self) -> String {
        if self.decimal_places().is_some_and(|places| places <= PEOPLE_PLACES) {
            return self.to_string();
        }
        let text = decimal(self, PEOPLE_PLACES);
        let digits = text.as_str();
        let last = digits.chars().next_back().unwrap_or('0');
        let kept = digits.trim_end_matches(last);
        let repeats = (digits.len() - kept.len()).min(3);
        let mut short = String::from(if self.num < 0 { "-" } else { "" });
        short.push_str(kept);
        short.extend(core::iter::repeat_n(last, repeats));
        short.push('…');
        short
    }
}

/// The exact value: an integer, else a finite decimal (`4.56`), else a fraction (`4/3`).
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.decimal_places() {
            Some(places) => decimal(*self, places),
            None => StackText::new(format_args!("{}/{}", self.num.unsigned_abs(), self.den)),
        };
        f.pad_integral(self.num >= 0, "", text.as_str())
    }
}

impl fmt::Debug for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Length({self})")
    }
}

/// Integer part and `places` decimals of the magnitude; further decimals are left out.
fn decimal(length: Length, places: u32) -> StackText {
    let den = i128::from(length.den).unsigned_abs();
    let num = u128::from(length.num.unsigned_abs());
    let mut text = StackText::new(format_args!("{}", num / den));
    if places > 0 {
        text.push(format_args!("."));
    }
    let mut rest = num % den;
    for _ in 0..places {
        rest *= 10;
        text.push(format_args!("{}", rest / den));
        rest %= den;
    }
    text
}
