//! Streams of blocks: `i32 x, y, z`, `u32` length, payload, all little-endian.

use super::refusal::{Refusal, Result};
use super::throttle::Slot;
use crate::http::Response;
use crate::wording::refuse_text;

/// Bodies up to this size come with a length, larger ones in chunks, as Go's HTTP server has it.
const UNCHUNKED: usize = 2048;

/// Makes the payload of a block, `None` for a block that does not exist.
pub(super) type Encode = Box<dyn FnMut([i64; 3]) -> Result<Option<Vec<u8>>> + Send>;

/// The answer with these blocks, made one by one while they are sent.
///
/// A block that fails after the first bytes were sent cannot change the status any more: the message stands at the end of
/// the body, as with the real server.
pub(super) fn stream(blocks_zyx: Vec<[i64; 3]>, mut encode: Encode, path: &str, slot: Option<Slot>) -> Response {
    let mut blocks = blocks_zyx.into_iter();
    let mut first = Vec::new();
    while first.len() <= UNCHUNKED {
        let Some(block) = blocks.next() else { return octets(first) };
        if let Err(refusal) = push_frame(&mut first, block, &mut encode) {
            return if first.is_empty() {
                refusal.into_response(path)
            } else {
                octets(with_tail(first, &refusal, path))
            };
        }
    }
    let path = path.to_owned();
    Response::new(200).with_header("Content-Type", "application/octet-stream").with_stream(move |out| {
        let _slot = slot;
        out.write_all(&first)?;
        for block in blocks {
            let mut frame = Vec::new();
            if let Err(refusal) = push_frame(&mut frame, block, &mut encode) {
                return out.write_all(&with_tail(frame, &refusal, &path));
            }
            out.write_all(&frame)?;
        }
        Ok(())
    })
}

/// Bytes of no other type, framed as Go does.
pub(super) fn octets(bytes: Vec<u8>) -> Response {
    framed("application/octet-stream", bytes)
}

/// A body with the framing that Go gives it.
pub(super) fn framed(content_type: &str, bytes: impl Into<Vec<u8>>) -> Response {
    let bytes = bytes.into();
    let chunked = bytes.len() > UNCHUNKED;
    let response = Response::new(200).with_header("Content-Type", content_type).with_body(bytes);
    if chunked { response.chunked() } else { response }
}

fn push_frame(out: &mut Vec<u8>, block_zyx: [i64; 3], encode: &mut Encode) -> Result<()> {
    let Some(payload) = encode(block_zyx)? else { return Ok(()) };
    let [z, y, x] = block_zyx.map(|index| index as i32); // block indices of voxels that are 32 bits, checked when set up
    let length = u32::try_from(payload.len()).map_err(|_| {
        Refusal::Failed(format!("block ({x}, {y}, {z}) has {} bytes, more than a frame can", payload.len()))
    })?;
    for number in [x, y, z] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&payload);
    Ok(())
}

fn with_tail(mut bytes: Vec<u8>, refusal: &Refusal, path: &str) -> Vec<u8> {
    bytes.extend_from_slice(refuse_text(refusal.message(), path).as_bytes());
    bytes.push(b'\n');
    bytes
}

/// An order that is neither sorted nor the same as the request's, but the same each time.
pub(super) fn shuffled(mut blocks_zyx: Vec<[i64; 3]>) -> Vec<[i64; 3]> {
    blocks_zyx.sort_by_key(|block| {
        // The constants are those of `splitmix64`; any mixing would do.
        let mixed = block.iter().fold(0u64, |mixed, index| (mixed ^ *index as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9));
        mixed ^ (mixed >> 31)
    });
    blocks_zyx
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_then_the_message_of_the_one_that_failed() {
        let encode = |large: usize| -> Encode {
            Box::new(move |block| match block {
                [0, 0, 2] => Err(Refusal::Failed("it broke".into())),
                [0, 0, 1] => Ok(None),
                [z, y, x] => Ok(Some(vec![(z + y + x) as u8; large])),
            })
        };
        for large in [3, 5000] {
            let answer = stream(vec![[0, 0, 1], [0, 1, -1], [0, 0, 2], [0, 0, 3]], encode(large), "/p", None);
            assert_eq!(answer.status(), 200);
            let mut expected = [0, 1, 0, large as i32].map(i32::to_le_bytes).concat();
            expected[..4].copy_from_slice(&(-1i32).to_le_bytes());
            expected.extend(vec![0; large]);
            expected.extend(b"it broke (/p).\n");
            assert_eq!(answer.into_bytes().unwrap(), expected);
        }
        assert_eq!(stream(vec![[0, 0, 2]], encode(1), "/p", None).status(), 500, "nothing was sent yet");
    }

    #[test]
    fn shuffling_keeps_every_block() {
        let blocks: Vec<_> = (0..50).map(|x| [0, 0, x - 25]).collect();
        let mut back = shuffled(blocks.clone());
        assert_ne!(back, blocks);
        back.sort_unstable();
        assert_eq!(back, blocks);
    }
}
