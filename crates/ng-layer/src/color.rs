//! Colours, and the colour that the viewer gives a segment.

use crate::document::{Field, wrong};
use crate::error::{Error, Result};
use crate::json::Value;
use std::fmt;
use std::str::FromStr;

/// A colour as it stands in a state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Color {
    /// `#rrggbb`.
    Rgb([u8; 3]),
    /// Any other notation of the browser, as `red`; kept as it is.
    Css(String),
}

impl From<[u8; 3]> for Color {
    fn from(rgb: [u8; 3]) -> Self {
        Self::Rgb(rgb)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rgb([r, g, b]) => write!(f, "#{r:02x}{g:02x}{b:02x}"),
            Self::Css(text) => f.write_str(text),
        }
    }
}

/// Reads `#rrggbb`; other notations are [`Color::Css`], which only a browser can check.
impl FromStr for Color {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::Color { text: text.to_owned() };
        let Some(hex) = text.strip_prefix('#') else {
            return if text.is_empty() { Err(bad()) } else { Ok(Self::Css(text.to_owned())) };
        };
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(bad());
        }
        match hex.len() {
            6 => {
                let rgb = u32::from_str_radix(hex, 16).map_err(|_| bad())?;
                let [_, r, g, b] = rgb.to_be_bytes();
                Ok(Self::Rgb([r, g, b]))
            }
            3 | 4 | 8 => Ok(Self::Css(text.to_owned())),
            _ => Err(bad()),
        }
    }
}

impl Field for Color {
    const EXPECTED: &'static str = "a colour, as \"#ff8000\"";

    fn read(value: &Value) -> Result<Self> {
        value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        Ok(Value::String(self.to_string()))
    }
}

/// The colour of a segment without a colour of its own, at full saturation, as the viewer computes it from the layer's
/// `colorSeed` (0 where it is absent): 24 bits of a hash of seed and id make hue and saturation, the value is 1.
///
/// ```
/// assert_eq!(ng_layer::segment_color(0, 7), [0x0c, 0xff, 0x95]);
/// ```
pub fn segment_color(seed: u32, id: u64) -> [u8; 3] {
    let hash = mix(mix(seed, id as u32), (id >> 32) as u32);
    let part = |bits: u32| f64::from(bits & 255) / 255.0;
    rgb_of(part(hash), 0.5 + 0.5 * part(hash >> 8))
}

/// One round of `MurmurHash3` (x86, 32 bits), without the final mixing.
fn mix(hash: u32, key: u32) -> u32 {
    let key = key.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    (hash ^ key).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

/// A hue on the circle 0..=1 and a saturation, at value 1.
fn rgb_of(hue: f64, saturation: f64) -> [u8; 3] {
    let sixths = hue * 6.0;
    let sector = sixths.floor();
    let rest = sixths - sector;
    let low = 1.0 - saturation;
    let falling = 1.0 - saturation * rest;
    let rising = 1.0 - saturation * (1.0 - rest);
    let rgb = match sector as u32 % 6 {
        0 => [1.0, rising, low],
        1 => [falling, 1.0, low],
        2 => [low, 1.0, rising],
        3 => [low, falling, 1.0],
        4 => [rising, low, 1.0],
        _ => [1.0, low, falling],
    };
    rgb.map(|part| (part * 255.0).round_ties_even() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations() {
        assert_eq!("#ff8000".parse::<Color>().unwrap(), Color::Rgb([255, 128, 0]));
        assert_eq!(Color::Rgb([255, 128, 0]).to_string(), "#ff8000");
        assert_eq!("red".parse::<Color>().unwrap().to_string(), "red");
        assert_eq!("#f80".parse::<Color>().unwrap().to_string(), "#f80");
        for bad in ["", "#", "#ff800g", "#12345", "#+12345"] {
            assert!(bad.parse::<Color>().is_err(), "{bad}");
        }
    }
}
