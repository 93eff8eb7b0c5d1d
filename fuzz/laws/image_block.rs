//! What holds of the blocks of an image as a server stores them, whatever the bytes.
//!
//! Three bytes come first: the encoding of the block, its shape, and the bytes of a voxel.

use dvid_source::ImagePayload;

const PAYLOADS: [ImagePayload; 4] =
    [ImagePayload::Uncompressed, ImagePayload::Lz4, ImagePayload::Gzip, ImagePayload::Jpeg];
const SHAPES: [[usize; 3]; 3] = [[32; 3], [8; 3], [8, 16, 24]];

/// Bytes as the payload of a block: all voxels, whatever stood there before, or an error that can be shown.
pub(crate) fn holds(bytes: &[u8]) {
    let Some((&[payload, shape, width], packed)) = bytes.split_first_chunk::<3>() else { return };
    let payload = PAYLOADS[usize::from(payload) % PAYLOADS.len()];
    let shape = SHAPES[usize::from(shape) % SHAPES.len()];
    let plain = shape.iter().product::<usize>() << (width % 4);
    let [mut first, mut second] = [vec![0; plain], vec![u8::MAX; plain]];
    let decoded = payload.decode(packed, shape, &mut first).map_err(|error| error.to_string());
    let again = payload.decode(packed, shape, &mut second).map_err(|error| error.to_string());
    assert_eq!(decoded, again);
    if decoded.is_ok() {
        assert!(first == second, "a voxel was not written");
        assert!(payload != ImagePayload::Uncompressed || first == packed);
    }
}
