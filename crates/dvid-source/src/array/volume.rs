//! What an instance is and how its voxels are asked for.

use std::sync::atomic::AtomicU32;

use array_core::{Coordinate, DType, Kind, VoxelBox};

use super::blocks::Seen;
use super::body::Body;
use super::{DvidOptions, Images, Lossy, OpenVersions};
use crate::client::{Control, RegionOfInterest};
use crate::request::Ids;
use crate::{DvidClient, Error, ImagePayload, InstanceInfo, Node, Payload, Result, Strictness};

/// The most voxels of a block of labels, 64 times what is usual: 128 MiB.
const MAX_LABEL_BLOCK: i64 = 256 * 256 * 256;
/// The most bytes of any block that is unpacked as a whole.
const MAX_BLOCK_BYTES: i64 = 8 * MAX_LABEL_BLOCK;
/// The channels of `rgba8blk`.
const RGBA: usize = 4;

/// Where the voxels of an array are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Source {
    /// The server, as `http://host:port`.
    pub server: String,
    /// The full UUID of the version.
    pub uuid: String,
    /// Name of the data instance.
    pub instance: String,
}

/// How the voxels of an instance are asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Route {
    /// Voxels of any box as they are. Of images, this is the one way that works for every type and storage.
    Raw,
    /// Single blocks in frames: all that a proxy of a precomputed volume gives.
    Blocks,
    /// Blocks of an image in frames, as they are stored.
    Stored(ImagePayload),
    /// Label blocks in frames.
    LabelBlocks,
    /// Labels of any box, packed as a whole: where blocks are not stored with gzip, `blocks` does not work.
    LabelRaw(Payload),
    /// Runs of blocks, in memory.
    Region(RegionOfInterest),
    /// The runs of a body.
    Body(Body),
}

/// What the voxels of an instance are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Voxels {
    pub(super) dtype: DType,
    pub(super) kind: Kind,
    /// Values per voxel where there is a channel axis.
    pub(super) channels: Option<usize>,
}

/// An instance: an image at one scale, or labels with all their scales.
#[derive(Debug)]
pub(super) struct Volume {
    pub(super) client: DvidClient,
    pub(super) source: Source,
    pub(super) node: Node,
    pub(super) info: InstanceInfo,
    pub(super) voxels: Voxels,
    pub(super) route: Route,
    /// Voxels per block, z, y, x; the same number at each scale.
    pub(super) block: [i64; 3],
    pub(super) chunk_voxels: i64,
    pub(super) ids: Ids,
    pub(super) strictness: Strictness,
    pub(super) lossy: Lossy,
    /// Whether each read makes sure that nothing has changed on the way.
    pub(super) is_watched: bool,
    /// Whether blocks are asked for as they are stored; whoever refuses what is lossy has to see what is.
    pub(super) as_stored: bool,
    /// What was seen of a proxied volume.
    pub(super) seen: Seen,
    /// The scales, as bits, of which a block was seen, so that they are known to exist.
    pub(super) seen_scales: AtomicU32,
}

impl Volume {
    pub(super) fn open(
        client: &DvidClient,
        node: &Node,
        instance: &str,
        options: &DvidOptions,
        control: &Control<'_>,
    ) -> Result<Self> {
        let info = client.info(&node.uuid, instance, control)?;
        let voxels = voxels(&info, options)?;
        if options.ids == Ids::Supervoxels && info.type_name() != "labelmap" {
            let problem = format!("`{instance}` has the type `{}`; only labelmaps have supervoxels", info.type_name());
            return Err(Error::BadOption { option: "ids", problem });
        }
        if options.label_payload.is_some() && voxels.kind != Kind::Labels {
            let problem = format!("`{instance}` is read as {}; only labels are packed so", voxels.kind);
            return Err(Error::BadOption { option: "label_payload", problem });
        }
        let mut route = if voxels.kind == Kind::Mask && options.body.is_none() {
            Route::Region(client.spans(&node.uuid, &info, control)?)
        } else {
            route(&info, voxels, options)?
        };
        check_lossy(&info, options.lossy)?;
        let block = block_size(&info, &route, voxels)?;
        if let Some(label) = options.body {
            route = Route::Body(Body::find(client, node, instance, label, options.ids, control)?);
        }
        let chunk_voxels = chunk_voxels(options, &route, block)?;
        let (server, uuid) = (client.server().to_owned(), node.uuid.clone());
        let source = Source { server, uuid, instance: instance.to_owned() };
        Ok(Self {
            client: client.clone(),
            source,
            node: node.clone(),
            info,
            voxels,
            route,
            block,
            chunk_voxels,
            ids: options.ids,
            strictness: options.strictness,
            lossy: options.lossy,
            as_stored: options.images == Images::Stored || options.lossy == Lossy::Refuse,
            is_watched: options.open_versions == OpenVersions::Watch && node.locked != Some(true),
            seen: Seen::default(),
            seen_scales: AtomicU32::new(0),
        })
    }

    /// The voxels at scale 0 by what the server says, and where it says so.
    pub(super) fn stated_box(&self) -> Result<(Option<VoxelBox>, &'static str)> {
        match &self.route {
            Route::Region(region) => Ok((Some(region.bounds()), "the block runs")),
            Route::Body(body) => Ok((Some(body.bounds), "sparsevol-size")),
            _ => Ok((self.info.voxel_box()?, "Extents of the info")),
        }
    }

    /// The coarsest scale of the instance itself.
    pub(super) fn max_scale(&self) -> u8 {
        if self.holds_scales() { self.info.max_scale().unwrap_or(0) } else { 0 }
    }

    /// Whether the type has scales; others have them in instances of their own, if at all.
    pub(super) fn holds_scales(&self) -> bool {
        matches!(self.info.type_name(), "labelmap" | "labelarray")
    }

    /// The scale as a request names it: a sibling is asked for its own voxels.
    pub(super) fn own_scale(&self, scale: u8) -> u8 {
        if self.holds_scales() { scale } else { 0 }
    }

    /// Bytes of a voxel with all its values.
    pub(super) fn voxel_bytes(&self) -> u64 {
        (self.voxels.dtype.size() * self.voxels.channels.unwrap_or(1)) as u64
    }

    /// Bytes of the voxels of a block.
    pub(super) fn block_bytes(&self) -> usize {
        self.block.iter().product::<i64>() as usize * self.voxel_bytes() as usize
    }
}

/// The voxels of a type, by `TypeName`, never by the name of the instance.
fn voxels(info: &InstanceInfo, options: &DvidOptions) -> Result<Voxels> {
    let unsupported = |problem: String| Err(Error::Unsupported { instance: info.name().to_owned(), problem });
    let image = |dtype| (dtype, Kind::Image, None);
    let (dtype, kind, channels) = match info.type_name() {
        "uint8blk" => image(DType::U8),
        "uint16blk" => image(DType::U16),
        "uint32blk" => image(DType::U32),
        "uint64blk" => image(DType::U64),
        "float32blk" => image(DType::F32),
        "rgba8blk" => (DType::U8, Kind::Image, Some(RGBA)),
        "labelmap" | "labelarray" if options.body.is_some() => (DType::Bool, Kind::Mask, None),
        "labelblk" | "labelarray" | "labelmap" => (DType::U64, Kind::Labels, None),
        "roi" if options.body.is_none() => (DType::Bool, Kind::Mask, None),
        "keyvalue" => return unsupported("holds bytes under keys; read them with DvidClient::key_value".to_owned()),
        "annotation" => return unsupported("holds points; read them with DvidClient::annotations".to_owned()),
        other => {
            return unsupported(format!(
                "has the type `{other}`; images (uint8blk, uint16blk, uint32blk, uint64blk, float32blk, rgba8blk), labels \
                 (labelblk, labelarray, labelmap) and roi can be read"
            ));
        }
    };
    if options.body.is_some() && kind != Kind::Mask {
        let problem =
            format!("`{}` has the type `{}`; bodies are in labelmaps and labelarrays", info.name(), info.type_name());
        return Err(Error::BadOption { option: "body", problem });
    }
    check_values(info, dtype, channels)?;
    Ok(Voxels { dtype, kind, channels })
}

/// What `Values` says of the voxels, if anything, has to be what the type says.
fn check_values(info: &InstanceInfo, dtype: DType, channels: Option<usize>) -> Result<()> {
    let dtype = if dtype == DType::Bool { DType::U64 } else { dtype };
    let due = channels.unwrap_or(1);
    if info.channels() == 0 || (info.dtype() == Some(dtype) && info.channels() == due) {
        return Ok(());
    }
    let stated = info.dtype().map_or("values of several or unknown types", DType::name);
    Err(info.bad(format!(
        "`Values` has {} times {stated}, but voxels of `{}` are {due} times {dtype}",
        info.channels(),
        info.type_name()
    )))
}

fn route(info: &InstanceInfo, voxels: Voxels, options: &DvidOptions) -> Result<Route> {
    if voxels.kind == Kind::Labels || options.body.is_some() {
        return label_route(info, options.label_payload);
    }
    let is_jpeg = |payload| payload == ImagePayload::Jpeg;
    let has_jpeg = voxels.dtype == DType::U8 && voxels.channels.is_none();
    let stored = ImagePayload::stored(info.compression()).filter(|payload| !is_jpeg(*payload) || has_jpeg);
    Ok(match stored {
        _ if info.grid_store().is_some() => Route::Blocks,
        Some(payload) if options.images == Images::Stored => Route::Stored(payload),
        _ => Route::Raw,
    })
}

fn label_route(info: &InstanceInfo, payload: Option<Payload>) -> Result<Route> {
    let has_blocks = info.type_name() != "labelblk" && info.compression().starts_with("gzip");
    match payload {
        None | Some(Payload::LabelBlock) if has_blocks => Ok(Route::LabelBlocks),
        None => Ok(Route::LabelRaw(Payload::Lz4)),
        Some(Payload::LabelBlock) => {
            let stored = format!("`{}` ({}, {})", info.name(), info.type_name(), info.compression());
            let problem =
                format!("{stored} does not come in label blocks: only labelmaps and labelarrays stored with gzip do");
            Err(Error::BadOption { option: "label_payload", problem })
        }
        Some(payload) => Ok(Route::LabelRaw(payload)),
    }
}

/// The most voxels of a request.
fn chunk_voxels(options: &DvidOptions, route: &Route, block: [i64; 3]) -> Result<i64> {
    let Route::LabelRaw(payload) = route else { return Ok(options.chunk_voxels as i64) };
    // A box grows to the borders of the sub-blocks, and by some planes where it is a single block.
    let [z, y, x] = block.map(|side| side + 2 * payload.step() as i64);
    if z * y * x > payload.max_voxels() {
        let problem = format!("blocks of {block:?} (z, y, x) are too large for the offsets of compressed segmentation");
        return Err(Error::BadOption { option: "label_payload", problem });
    }
    Ok((options.chunk_voxels as i64).min(payload.max_voxels() / 2))
}

/// Whoever wants the voxels that were written does not get others.
fn check_lossy(info: &InstanceInfo, lossy: Lossy) -> Result<()> {
    if lossy == Lossy::Accept || !info.compression().starts_with("jpeg") {
        return Ok(());
    }
    let problem = "is stored as JPEG, so its voxels are not those that were written; accept them with the option lossy";
    Err(Error::Unsupported { instance: info.name().to_owned(), problem: problem.to_owned() })
}

fn block_size(info: &InstanceInfo, route: &Route, voxels: Voxels) -> Result<[i64; 3]> {
    let stated: Option<Coordinate> = info.block_size();
    let bad = |rule: &str| info.bad(format!("`BlockSize` is {stated:?} (z, y, x); {rule}"));
    let block = match stated.as_ref().map(Coordinate::as_slice) {
        Some(&[z, y, x]) if [z, y, x].iter().all(|side| (1..=1 << 12).contains(side)) => [z, y, x],
        _ => return Err(bad("three sizes from 1 to 4096 are due")),
    };
    let count = block.iter().product::<i64>();
    let bytes = count * (voxels.dtype.size() * voxels.channels.unwrap_or(1)) as i64;
    match route {
        // A block is unpacked as a whole, so what a server states here decides how much memory a read takes.
        Route::Blocks if bytes > MAX_BLOCK_BYTES => return Err(bad("blocks of more than 128 MiB are not read")),
        Route::Stored(_) if bytes > MAX_BLOCK_BYTES => return Err(bad("blocks of more than 128 MiB are not unpacked")),
        Route::Raw | Route::Region(_) | Route::Blocks | Route::Stored(_) => {}
        _ if Payload::LabelBlock.max_len(block.map(|side| side as usize)).is_err()
            && info.type_name() != "labelblk" =>
        {
            return Err(bad("blocks of labels have sides that are multiples of 8, up to 1024"));
        }
        _ if count > MAX_LABEL_BLOCK => return Err(bad("blocks of more than 256 x 256 x 256 labels are not read")),
        _ => {}
    }
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn info(type_name: &str, extended: &serde_json::Value) -> InstanceInfo {
        let base = json!({"TypeName": type_name, "Name": "x", "Compression": "gzip"});
        InstanceInfo::parse(json!({"Base": base, "Extended": extended}), "x").unwrap()
    }

    #[test]
    fn the_memory_of_a_block_is_bounded_before_any_is_read() {
        let block = |type_name: &str, size_xyz: [i64; 3]| {
            let (info, options) = (info(type_name, &json!({"BlockSize": size_xyz})), DvidOptions::default());
            let voxels = voxels(&info, &options).unwrap();
            block_size(&info, &route(&info, voxels, &options).unwrap(), voxels)
        };
        assert_eq!(block("labelmap", [16, 32, 64]).unwrap(), [64, 32, 16]);
        assert_eq!(block("labelmap", [256; 3]).unwrap(), [256; 3]);
        assert_eq!(block("uint8blk", [20, 1024, 1024]).unwrap(), [1024, 1024, 20], "images are read in any pieces");
        assert_eq!(block("labelblk", [20; 3]).unwrap(), [20; 3], "these labels are not packed as blocks");
        for (type_name, size) in
            [("labelmap", [512; 3]), ("labelmap", [20, 16, 16]), ("labelmap", [0; 3]), ("uint8blk", [5_000; 3])]
        {
            let error = block(type_name, size).unwrap_err();
            assert!(matches!(error, Error::BadInfo { .. }) && error.to_string().contains("`BlockSize`"), "{error}");
        }
        let proxy = info("uint64blk", &json!({"BlockSize": [512, 512, 512], "GridStore": "s"}));
        let (options, voxels) = (DvidOptions::default(), voxels(&proxy, &DvidOptions::default()).unwrap());
        assert_eq!(route(&proxy, voxels, &options).unwrap(), Route::Blocks);
        assert!(block_size(&proxy, &Route::Blocks, voxels).is_err());
    }

    #[test]
    fn compressed_segmentation_is_kept_below_what_its_offsets_reach() {
        let options = DvidOptions::default().with_chunk_voxels(256 * 256 * 256);
        let of = |payload, side| chunk_voxels(&options, &Route::LabelRaw(payload), [side; 3]);
        assert_eq!(of(Payload::Lz4, 256).unwrap(), 256 * 256 * 256);
        let most = of(Payload::CompressedSegmentation, 64).unwrap();
        assert!(Payload::CompressedSegmentation.max_len([1, 1, most as usize]).unwrap() < 4 << 24);
        assert!(matches!(of(Payload::CompressedSegmentationGzip, 256), Err(Error::BadOption { .. })));
    }

    #[test]
    fn values_that_contradict_the_type_are_refused() {
        let value = |dtype: &str| json!({"DataType": dtype, "Label": dtype});
        let with = |type_name: &str, values: Vec<serde_json::Value>| {
            voxels(&info(type_name, &json!({"Values": values})), &DvidOptions::default())
        };
        assert_eq!(with("uint16blk", vec![value("uint16")]).unwrap().dtype, DType::U16);
        assert_eq!(with("rgba8blk", vec![value("uint8"); 4]).unwrap().channels, Some(4));
        assert!(with("float32blk", vec![]).is_ok(), "an old server does not say");
        for (type_name, values) in [
            ("uint8blk", vec![value("uint16")]),
            ("uint8blk", vec![value("uint8"); 2]),
            ("rgba8blk", vec![value("uint8"); 3]),
            ("labelmap", vec![value("int64")]),
            ("rgba8blk", vec![value("uint8"), value("uint8"), value("uint8"), value("float32")]),
        ] {
            let error = with(type_name, values).unwrap_err();
            assert!(matches!(error, Error::BadInfo { .. }) && error.to_string().contains("`Values`"), "{error}");
        }
    }

    #[test]
    fn other_types_are_refused_by_name() {
        for (type_name, word) in
            [("multichan16", "multichan16"), ("keyvalue", "key_value"), ("annotation", "annotations"), ("", "labelmap")]
        {
            let error = voxels(&info(type_name, &json!({})), &DvidOptions::default()).unwrap_err();
            assert!(matches!(error, Error::Unsupported { .. }) && error.to_string().contains(word), "{error}");
        }
        let body = DvidOptions::default().with_body(3);
        assert!(matches!(voxels(&info("labelblk", &json!({})), &body), Err(Error::BadOption { .. })));
    }
}
