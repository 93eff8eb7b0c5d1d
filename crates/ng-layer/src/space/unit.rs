//! Units of the viewer: SI base units, with prefixes that are folded into the number.

use crate::error::{Error, Result};

/// A base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// No unit.
    None,
    /// Metres.
    Metre,
    /// Seconds.
    Second,
    /// Hertz.
    Hertz,
    /// Radians per second.
    RadianPerSecond,
}

impl Unit {
    /// As it stands in a state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Metre => "m",
            Self::Second => "s",
            Self::Hertz => "Hz",
            Self::RadianPerSecond => "rad/s",
        }
    }
}

/// Longest first, since `rad/s` ends in `s`.
const BASE_UNITS: [Unit; 4] = [Unit::RadianPerSecond, Unit::Hertz, Unit::Metre, Unit::Second];

/// How a prefix acts on the number. Small units *divide* by the positive power of ten: 8 / 1e9 is the double that
/// prints as 8e-9, 8 · 1e-9 is not.
#[derive(Clone, Copy)]
enum Power {
    Times(f64),
    Over(f64),
}

const PREFIXES: [(&str, Power); 22] = [
    ("", Power::Times(1.0)),
    ("Y", Power::Times(1e24)),
    ("Z", Power::Times(1e21)),
    ("E", Power::Times(1e18)),
    ("P", Power::Times(1e15)),
    ("T", Power::Times(1e12)),
    ("G", Power::Times(1e9)),
    ("M", Power::Times(1e6)),
    ("k", Power::Times(1e3)),
    ("h", Power::Times(1e2)),
    ("da", Power::Times(1e1)),
    ("d", Power::Over(1e1)),
    ("c", Power::Over(1e2)),
    ("m", Power::Over(1e3)),
    ("u", Power::Over(1e6)),
    ("\u{b5}", Power::Over(1e6)),
    ("n", Power::Over(1e9)),
    ("p", Power::Over(1e12)),
    ("f", Power::Over(1e15)),
    ("a", Power::Over(1e18)),
    ("z", Power::Over(1e21)),
    ("y", Power::Over(1e24)),
];

/// The number in the base unit.
pub(super) fn fold(scale: f64, unit: &str) -> Result<(f64, Unit)> {
    if unit.is_empty() {
        return Ok((scale, Unit::None));
    }
    let candidates = BASE_UNITS.into_iter().filter_map(|base| Some((unit.strip_suffix(base.as_str())?, base)));
    for (prefix, base) in candidates {
        if let Some((_, power)) = PREFIXES.iter().find(|(name, _)| *name == prefix) {
            let scale = match power {
                Power::Times(factor) => scale * factor,
                Power::Over(divisor) => scale / divisor,
            };
            return Ok((scale, base));
        }
    }
    Err(Error::Unit { unit: unit.to_owned(), cure: cure(unit) })
}

/// What to write instead: most wrong units are words, as in file formats.
fn cure(unit: &str) -> String {
    let words = [
        ("nanomet", "nm"),
        ("micromet", "um"),
        ("millimet", "mm"),
        ("micron", "um"),
        ("angstr", "nm with a tenth of the number"),
    ];
    let lower = unit.to_lowercase();
    match words.iter().find(|(word, _)| lower.starts_with(word)) {
        Some((_, symbol)) => format!("units are symbols there, not words; write {symbol}"),
        None => "write m, s, Hz or rad/s, with an SI prefix (as nm) or without, or \"\" for none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "the printed form depends on the exact double")]
    fn prefixes_fold_exactly() {
        for (scale, unit, expected, base) in [
            (8.0, "nm", 8e-9, Unit::Metre),
            (1.5, "um", 1.5e-6, Unit::Metre),
            (1.5, "µm", 1.5e-6, Unit::Metre),
            (3.0, "m", 3.0, Unit::Metre),
            (3.0, "mm", 3e-3, Unit::Metre),
            (3.0, "ms", 3e-3, Unit::Second),
            (3.0, "dam", 30.0, Unit::Metre),
            (3.0, "krad/s", 3e3, Unit::RadianPerSecond),
            (3.0, "MHz", 3e6, Unit::Hertz),
            (2.0, "", 2.0, Unit::None),
            (7.0, "Ys", 7e24, Unit::Second),
            (7.0, "am", 7e-18, Unit::Metre),
        ] {
            assert_eq!(fold(scale, unit).unwrap(), (expected, base), "{scale} {unit}");
        }
    }

    #[test]
    fn words_get_a_cure() {
        let message = fold(8.0, "nanometer").unwrap_err().to_string();
        assert!(message.contains("`nanometer`") && message.contains("write nm"), "{message}");
        for bad in ["min", "nn", "m/s", " m", "NM", "n"] {
            assert!(fold(1.0, bad).is_err(), "{bad}");
        }
    }
}
