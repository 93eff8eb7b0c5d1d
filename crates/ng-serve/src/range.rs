//! Parts of a body: `Range: bytes=a-b`.

use std::ops::Range;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it; also where the header is not understood, as the protocol has it.
    Whole,
    /// These bytes.
    Bytes(Range<usize>),
    /// Bytes that do not exist.
    Nothing,
}

impl Part {
    /// What a header means for a body of so many bytes. Several ranges at once are answered by the whole.
    pub(crate) fn of(header: &str, length: usize) -> Self {
        let Some((begin, end)) = header.trim().strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'))
        else {
            return Self::Whole;
        };
        match (number(begin), number(end)) {
            (Some(begin), Some(end)) if begin <= end => Self::clipped(begin, end.saturating_add(1), length),
            (Some(begin), None) if end.is_empty() => Self::clipped(begin, u64::MAX, length),
            (None, Some(0)) if begin.is_empty() => Self::Nothing,
            (None, Some(last)) if begin.is_empty() => {
                Self::clipped((length as u64).saturating_sub(last), u64::MAX, length)
            }
            _ => Self::Whole,
        }
    }

    fn clipped(begin: u64, end: u64, length: usize) -> Self {
        if begin >= length as u64 {
            return Self::Nothing;
        }
        Self::Bytes(begin as usize..end.min(length as u64) as usize)
    }
}

/// Digits only: no sign.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_the_protocol_has_them() {
        for (header, part) in [
            ("bytes=0-0", Part::Bytes(0..1)),
            ("bytes=10-19", Part::Bytes(10..20)),
            ("bytes=90-200", Part::Bytes(90..100)),
            ("bytes=0-18446744073709551615", Part::Bytes(0..100)),
            ("bytes=40-", Part::Bytes(40..100)),
            ("bytes=-30", Part::Bytes(70..100)),
            ("bytes=-300", Part::Bytes(0..100)),
            ("bytes=100-", Part::Nothing),
            ("bytes=100-200", Part::Nothing),
            ("bytes=-0", Part::Nothing),
            ("bytes=5-4", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("bytes=99999999999999999999-", Part::Whole),
            ("voxels=0-1", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(Part::of(header, 100), part, "{header}");
        }
        assert_eq!(Part::of("bytes=0-", 0), Part::Nothing);
    }
}
