//! Sizes, offsets and block coordinates as they stand in a path: parsed, checked, turned around.

use array_core::VoxelBox;

use super::refusal::{Refusal, Result, bad};

/// Most bytes of voxels in one answer.
const PAYLOAD_LIMIT: i128 = 3 << 30;

/// A box in the order of the protocol; [`Region::voxels`] is where it is turned around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    size_xyz: [i64; 3],
    offset_xyz: [i64; 3],
}

impl Region {
    /// Parses `SX_SY_SZ` and `OX_OY_OZ`.
    pub(super) fn parse(size: &str, offset: &str) -> Result<Self> {
        let region = Self { size_xyz: triple(size, "Size")?, offset_xyz: triple(offset, "Offset")? };
        if region.size_xyz.iter().any(|side| *side <= 0) {
            let (size, offset) = (listed(region.size_xyz), listed(region.offset_xyz));
            return bad(format!("Illegal geometry requested: 3d volume {size} at offset {offset}"));
        }
        Ok(region)
    }

    /// Refuses more voxels than fit into an answer. The types word it differently: `requested` is their first word.
    pub(super) fn check_payload(&self, bytes_per_voxel: i64, requested: &str) -> Result<()> {
        check_bytes(self.size_xyz.iter().fold(i128::from(bytes_per_voxel), |n, side| n * i128::from(*side)), requested)
    }

    /// Refuses what does not begin and end on block borders. `endpoint` is how the message calls the endpoint.
    pub(super) fn check_aligned(&self, block_zyx: [i64; 3], endpoint: &str) -> Result<()> {
        if self.is_aligned(block_zyx) {
            return Ok(());
        }
        let last = |axis: usize| self.offset_xyz[axis] + self.size_xyz[axis] - 1;
        let (from, to) = (listed(self.offset_xyz), listed([last(0), last(1), last(2)]));
        bad(format!("cannot use labels via '{endpoint}' endpoint in non-block aligned geometry {from} -> {to}"))
    }

    fn is_aligned(&self, block_zyx: [i64; 3]) -> bool {
        let block_xyz = reversed(block_zyx);
        (0..3).all(|axis| self.offset_xyz[axis] % block_xyz[axis] == 0 && self.size_xyz[axis] % block_xyz[axis] == 0)
    }

    /// The block that this region is exactly, if it is one.
    pub(super) fn as_one_block(&self, block_zyx: [i64; 3]) -> Option<[i64; 3]> {
        let voxels = reversed(self.offset_xyz);
        let one = self.is_aligned(block_zyx) && self.size_xyz == reversed(block_zyx);
        one.then(|| std::array::from_fn(|axis| voxels[axis] / block_zyx[axis]))
    }

    /// The voxels, in z, y, x.
    pub(super) fn voxels(&self) -> Result<VoxelBox> {
        Ok(VoxelBox::new(reversed(self.offset_xyz), reversed(self.size_xyz))?)
    }
}

/// Refuses an answer of more bytes than one may have.
pub(super) fn check_bytes(bytes: i128, requested: &str) -> Result<()> {
    if bytes <= PAYLOAD_LIMIT {
        return Ok(());
    }
    bad(format!("{requested} payload ({bytes} bytes) exceeds this DVID server's set limit ({PAYLOAD_LIMIT})"))
}

/// Turns x, y, z into z, y, x and back.
pub(super) fn reversed<T: Copy>([a, b, c]: [T; 3]) -> [T; 3] {
    [c, b, a]
}

/// `(1,2,3)`.
pub(super) fn listed([x, y, z]: [i64; 3]) -> String {
    format!("({x},{y},{z})")
}

/// Parses `X_Y_Z`; `what` is how the message calls it.
pub(super) fn triple(text: &str, what: &str) -> Result<[i64; 3]> {
    let parts: Vec<&str> = text.split('_').collect();
    if parts.len() < 2 {
        return bad(format!("cannot convert '{text}' into a Point."));
    }
    let numbers = parts.iter().map(|part| int32(part)).collect::<Result<Vec<_>>>()?;
    <[i64; 3]>::try_from(numbers).or_else(|numbers| bad(format!("{what} must be 3 (not {}) dimensions", numbers.len())))
}

/// Parses a number of 32 bits.
pub(super) fn int32(text: &str) -> Result<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return bad(format!("strconv.ParseInt: parsing \"{text}\": invalid syntax"));
    }
    let number = text.parse::<i32>().map(i64::from);
    number.map_err(|_| Refusal::Bad(format!("strconv.ParseInt: parsing \"{text}\": value out of range")))
}

/// Parses `x,y,z,x,y,z,…` into z, y, x triples; an empty text is an empty list.
pub(super) fn block_list(text: &str) -> Result<Vec<[i64; 3]>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<&str> = text.split(',').collect();
    if !parts.len().is_multiple_of(3) {
        return bad("block query string should be three coordinates per block");
    }
    parts.chunks(3).map(|xyz| Ok([int32(xyz[2])?, int32(xyz[1])?, int32(xyz[0])?])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
        match result {
            Err(Refusal::Bad(message)) => message,
            other => panic!("not a refusal: {other:?}"),
        }
    }

    #[test]
    fn a_region_is_turned_around_once() {
        let region = Region::parse("4_2_1", "-8_6_0").unwrap();
        assert_eq!(region.voxels().unwrap(), VoxelBox::new([0, 6, -8], [1, 2, 4]).unwrap());
        assert_eq!(region.as_one_block([1, 2, 4]), Some([0, 3, -2]));
        assert_eq!(region.as_one_block([1, 2, 2]), None);
        assert_eq!(block_list("1,2,3,-4,5,6").unwrap(), [[3, 2, 1], [6, 5, -4]]);
    }

    #[test]
    fn the_words_of_the_refusals() {
        let parse = |size, offset| message(Region::parse(size, offset));
        assert_eq!(parse("4,4,4", "0_0_0"), "cannot convert '4,4,4' into a Point.");
        assert_eq!(parse("4_4", "0_0_0"), "Size must be 3 (not 2) dimensions");
        assert_eq!(parse("a_4_4", "0_0_0"), "strconv.ParseInt: parsing \"a\": invalid syntax");
        assert_eq!(parse("4_4_4", "2147483648_0_0"), "strconv.ParseInt: parsing \"2147483648\": value out of range");
        assert_eq!(parse("-4_-4_4", "0_0_0"), "Illegal geometry requested: 3d volume (-4,-4,4) at offset (0,0,0)");
        assert_eq!(message(block_list("1,2")), "block query string should be three coordinates per block");
        let large = Region::parse("2147483647_2147483647_2147483647", "0_0_0").unwrap();
        assert!(message(large.check_payload(8, "requested")).starts_with("requested payload (79228162"));
        assert!(block_list("").unwrap().is_empty());
    }

    #[test]
    fn alignment_names_the_last_voxel() {
        let region = Region::parse("60_64_64", "64_0_128").unwrap();
        let words = "cannot use labels via 'blocks' endpoint in non-block aligned geometry (64,0,128) -> (123,63,191)";
        assert_eq!(message(region.check_aligned([64; 3], "blocks")), words);
    }
}
