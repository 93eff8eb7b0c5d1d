//! [`Factor`]: how many target voxels take the place of how many source voxels.

use std::fmt;
use std::str::FromStr;

use array_core::Length;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// `up` target voxels in the place of `down` source voxels, in lowest terms.
///
/// The new voxel size is `step · down / up`, exactly: `1/2` halves the number of voxels and doubles their size, `2/3`
/// turns 8 nm into 12 nm, `4` (that is `4/1`) makes voxels a quarter as large.
///
/// ```
/// use resample::Factor;
/// assert_eq!(Factor::new(4, 6)?, "2/3".parse()?);
/// assert_eq!(Factor::down_by(2)?.to_string(), "1/2");
/// # Ok::<(), resample::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Factor {
    up: u32,
    down: u32,
}

impl Factor {
    /// Nothing changes.
    pub const ONE: Self = Self { up: 1, down: 1 };

    /// The factor `up / down`, reduced.
    ///
    /// # Errors
    /// [`Error::ZeroFactor`] when one of them is 0.
    pub fn new(up: u32, down: u32) -> Result<Self> {
        if up == 0 || down == 0 {
            return Err(Error::ZeroFactor { up, down });
        }
        let common = gcd(up.into(), down.into()) as u32;
        Ok(Self { up: up / common, down: down / common })
    }

    /// Every voxel becomes `n` voxels.
    ///
    /// # Errors
    /// [`Error::ZeroFactor`] for 0.
    pub fn up_by(n: u32) -> Result<Self> {
        Self::new(n, 1)
    }

    /// Every `n` voxels become one.
    ///
    /// # Errors
    /// [`Error::ZeroFactor`] for 0.
    pub fn down_by(n: u32) -> Result<Self> {
        Self::new(1, n)
    }

    /// The factor that turns voxels of the first size into voxels of the second, both in the same unit and positive.
    ///
    /// # Errors
    /// [`Error::FactorTooFine`] when the reduced ratio needs more than 32 bits, [`Error::ZeroFactor`] for a size of 0
    /// or below.
    pub fn between(source: Length, target: Length) -> Result<Self> {
        if source <= Length::ZERO || target <= Length::ZERO {
            return Err(Error::ZeroFactor {
                up: u32::from(source > Length::ZERO),
                down: u32::from(target > Length::ZERO),
            });
        }
        let up = i128::from(source.numer()) * i128::from(target.denom());
        let down = i128::from(source.denom()) * i128::from(target.numer());
        Self::reduced(up, down, || format!("voxel size {source} nm to {target} nm"))
    }

    /// The factor that whole-array resizing (`skimage.transform.rescale`) really applies to an axis of `n` voxels when
    /// it is asked for this one: the new size is `max(1, round_half_even(n · up / down))`, and the new voxels share the
    /// old extent evenly.
    ///
    /// Five voxels at `1/2` become two, so the factor is `2/5`. Use it to reproduce that library; reading regions of a
    /// volume wants the factor itself, which does not depend on the size.
    ///
    /// # Errors
    /// [`Error::FactorTooFine`] when a size does not fit 32 bits, [`Error::ZeroFactor`] for `n = 0`.
    pub fn fit(self, n: usize) -> Result<Self> {
        let size = (n as f64 * self.to_f64()).round_ties_even().max(1.0);
        Self::of_extents(n, size as usize)
    }

    /// The factor that makes `m` voxels of `n`.
    pub(crate) fn of_extents(n: usize, m: usize) -> Result<Self> {
        if n == 0 || m == 0 {
            return Err(Error::ZeroFactor { up: u32::from(m != 0), down: u32::from(n != 0) });
        }
        // An extent has no more than 63 bits.
        Self::reduced(m as i128, n as i128, || format!("{n} voxels to {m} voxels"))
    }

    fn reduced(up: i128, down: i128, what: impl FnOnce() -> String) -> Result<Self> {
        let common = gcd(up.unsigned_abs(), down.unsigned_abs()) as i128;
        let (up, down) = (up / common, down / common);
        match (u32::try_from(up), u32::try_from(down)) {
            (Ok(up), Ok(down)) => Self::new(up, down),
            _ => Err(Error::FactorTooFine { what: what(), up, down }),
        }
    }

    /// Target voxels in the place of [`Factor::down`].
    #[must_use]
    pub const fn up(self) -> u32 {
        self.up
    }

    /// Source voxels that [`Factor::up`] replace.
    #[must_use]
    pub const fn down(self) -> u32 {
        self.down
    }

    /// Whether nothing changes.
    #[must_use]
    pub const fn is_one(self) -> bool {
        self.up == self.down
    }

    /// Whether the target has fewer voxels than the source.
    #[must_use]
    pub const fn is_down(self) -> bool {
        self.down > self.up
    }

    /// The factor that undoes this one.
    #[must_use]
    pub const fn inverse(self) -> Self {
        Self { up: self.down, down: self.up }
    }

    /// Target voxels per source voxel, as a float for people.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        f64::from(self.up) / f64::from(self.down)
    }
}

impl Default for Factor {
    fn default() -> Self {
        Self::ONE
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.down == 1 { f.pad(&self.up.to_string()) } else { f.pad(&format!("{}/{}", self.up, self.down)) }
    }
}

impl FromStr for Factor {
    type Err = Error;

    /// Parses `"2/3"` or `"4"`.
    fn from_str(text: &str) -> Result<Self> {
        let (up, down) = text.split_once('/').unwrap_or((text, "1"));
        match (up.trim().parse(), down.trim().parse()) {
            (Ok(up), Ok(down)) => Self::new(up, down),
            _ => Err(Error::ParseFactor { text: text.to_owned() }),
        }
    }
}

impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Factor {
    /// A whole number or a string such as `"2/3"`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a whole number, or a string such as \"2/3\"")]
        enum Form {
            Whole(u32),
            Text(String),
        }
        match Form::deserialize(deserializer)? {
            Form::Whole(up) => Self::up_by(up),
            Form::Text(text) => text.parse(),
        }
        .map_err(serde::de::Error::custom)
    }
}

/// Greatest common divisor of two numbers of which one at least is not 0.
const fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The factors as people write them: `(1, 1/2, 2/3)`.
pub(crate) fn list(factors: &[Factor]) -> String {
    format!("({})", factors.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(text: &str) -> Factor {
        text.parse().unwrap()
    }

    #[test]
    fn reduces_and_prints() {
        assert_eq!(Factor::new(10, 4).unwrap().to_string(), "5/2");
        assert_eq!(Factor::new(7, 7).unwrap(), Factor::ONE);
        assert_eq!(factor(" 4 / 8 "), Factor::down_by(2).unwrap());
        assert_eq!(factor("3").to_string(), "3");
        assert_eq!(factor("2/3").inverse(), factor("3/2"));
    }

    #[test]
    fn refuses_zero_and_nonsense() {
        assert!(matches!(Factor::new(0, 3), Err(Error::ZeroFactor { up: 0, down: 3 })));
        for text in ["", "1/0", "0", "-1", "1/2/3", "0.5", "1/x"] {
            assert!(text.parse::<Factor>().is_err(), "{text}");
        }
    }

    #[test]
    fn between_voxel_sizes_is_exact() {
        let nm = |text: &str| text.parse::<Length>().unwrap();
        assert_eq!(Factor::between(nm("8"), nm("12")).unwrap(), factor("2/3"));
        assert_eq!(Factor::between(nm("4"), nm("4/3")).unwrap(), factor("3"));
        assert_eq!(Factor::between(nm("4.56"), nm("9.12")).unwrap(), factor("1/2"));
        assert!(matches!(Factor::between(nm("8"), nm("0")), Err(Error::ZeroFactor { .. })));
        let fine = Factor::between(nm("4.00000000001"), nm("3.99999999997"));
        assert!(matches!(fine, Err(Error::FactorTooFine { .. })));
    }

    #[test]
    fn fit_rounds_half_to_even_and_clamps_to_one() {
        assert_eq!(factor("1/2").fit(5).unwrap(), factor("2/5"));
        assert_eq!(factor("1/2").fit(7).unwrap(), factor("4/7"));
        assert_eq!(factor("1/9").fit(3).unwrap(), factor("1/3"));
        assert_eq!(factor("1/2").fit(8).unwrap(), factor("1/2"));
    }

    #[test]
    fn serde_takes_numbers_and_strings() {
        assert_eq!(
            serde_json::from_str::<Vec<Factor>>(r#"[2, "1/2", "2/3"]"#).unwrap(),
            [factor("2"), factor("1/2"), factor("2/3")]
        );
        assert_eq!(serde_json::to_string(&factor("2/3")).unwrap(), r#""2/3""#);
        let error = serde_json::from_str::<Factor>("0.5").unwrap_err().to_string();
        assert!(error.contains("2/3"), "{error}");
    }
}
