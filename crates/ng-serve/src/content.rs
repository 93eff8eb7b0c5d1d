//! Bytes as they are sent.

use std::hash::{DefaultHasher, Hasher};
use std::io::{Read, Write};

use axum::body::Bytes;
use axum::http::HeaderValue;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// What is compressed to less than half is sent compressed: to a browser on the same machine it takes longer to compress than to
/// send.
const PAYS: (usize, usize) = (1, 2);
/// So many bytes of an image tell whether compression would pay.
const SAMPLE: usize = 8 << 10;

/// Whether to send bytes compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gzip {
    /// No: they are compressed already.
    Never,
    /// Where a part from the middle says that it pays: noise does not, and costs time.
    IfItPays,
    /// Yes: labels and masks.
    Always,
}

/// The body of an answer, in one of its two codings.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    bytes: Bytes,
    gzipped: bool,
    /// Of the bytes before they were compressed.
    length: usize,
    /// Not compressed, and compressed.
    etags: [HeaderValue; 2],
    media_type: &'static str,
}

impl Content {
    pub(crate) fn new(plain: Vec<u8>, media_type: &'static str, gzip: Gzip) -> Self {
        let (length, mut hasher) = (plain.len(), DefaultHasher::new());
        hasher.write(&plain);
        let etags = ["", "-gzip"].map(|coding| etag(hasher.finish(), length, coding));
        let worth_it = match gzip {
            Gzip::Never => false,
            Gzip::IfItPays => pays(&plain),
            Gzip::Always => true,
        };
        let packed = worth_it.then(|| compress(&plain)).filter(|packed| packed.len() < length);
        let gzipped = packed.is_some();
        Self { bytes: packed.unwrap_or(plain).into(), gzipped, length, etags, media_type }
    }

    /// For caches.
    pub(crate) fn weight(&self) -> u64 {
        let tags: usize = self.etags.iter().map(HeaderValue::len).sum();
        (self.bytes.len() + tags + size_of::<Self>()) as u64
    }

    pub(crate) fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// Bytes that are not compressed.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Whether a client that takes gzip gets it.
    pub(crate) fn is_gzipped(&self) -> bool {
        self.gzipped
    }

    /// Each coding has a name of its own, by its content: the same voxels have the same one, whenever they were read.
    pub(crate) fn etag(&self, gzipped: bool) -> &HeaderValue {
        &self.etags[usize::from(gzipped)]
    }

    /// The bytes as they are kept.
    pub(crate) fn stored(&self) -> Bytes {
        self.bytes.clone()
    }

    /// The bytes, not compressed.
    pub(crate) fn plain(&self) -> Bytes {
        if !self.gzipped {
            return self.bytes.clone();
        }
        let mut plain = Vec::with_capacity(self.length);
        GzDecoder::new(&*self.bytes).read_to_end(&mut plain).expect("these bytes were compressed here");
        plain.into()
    }
}

fn etag(hash: u64, length: usize, coding: &str) -> HeaderValue {
    HeaderValue::try_from(format!("\"{hash:016x}-{length:x}{coding}\"")).expect("ASCII")
}

fn pays(plain: &[u8]) -> bool {
    let begin = (plain.len() / 2).saturating_sub(SAMPLE / 2);
    let sample = &plain[begin..plain.len().min(begin + SAMPLE)];
    compress(sample).len() * PAYS.1 < sample.len() * PAYS.0
}

/// The fastest level: the wire to a browser is short.
fn compress(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    encoder.write_all(plain).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_codings_hold_the_same_bytes() {
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let noise: Vec<u8> = (0..40_000).map(|_| random()).collect();
        let flat = vec![7_u8; 40_000];
        for (plain, gzip, gzipped) in [
            (&noise, Gzip::IfItPays, false),
            (&flat, Gzip::IfItPays, true),
            (&flat, Gzip::Never, false),
            (&flat, Gzip::Always, true),
            (&Vec::new(), Gzip::Always, false),
        ] {
            let content = Content::new(plain.clone(), "text/plain", gzip);
            assert_eq!((content.is_gzipped(), content.length()), (gzipped, plain.len()), "{gzip:?}");
            assert_eq!(content.plain(), *plain, "{gzip:?}");
            assert_ne!(content.etag(true), content.etag(false));
        }
    }
}
