//! A volume on a server, as an array.

mod chunks;
mod describe;
mod image;
mod labels;
mod options;
mod read;
mod viewer;

use std::sync::Arc;

use array_core::{Array, ArrayMeta, ArrayRef, BlockMut, Coordinate, ReadContext, ReadPlan, VoxelBox};

pub use options::DvidOptions;

use crate::client::Control;
use crate::{DvidClient, Error, InstanceInfo, Node, Payload, Result};

/// The most voxels of a block of labels, 64 times what is usual: 128 MiB.
const MAX_LABEL_BLOCK: i64 = 256 * 256 * 256;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// Bytes of any box.
    Image,
    /// Label blocks in frames.
    LabelBlocks,
    /// LZ4 of any box: where blocks are not stored with gzip, `blocks` does not work.
    LabelRaw,
}

/// What the scales of a volume have in common.
#[derive(Debug)]
struct Volume {
    client: DvidClient,
    source: Source,
    node: Node,
    info: InstanceInfo,
    route: Route,
    /// Voxels per block, z, y, x; the same number at each scale.
    block: [i64; 3],
    chunk_voxels: i64,
}

/// A volume on a DVID server, pinned to a version: a `uint8blk` image or a `labelmap` segmentation at one of its
/// scales.
///
/// Its grid has the origin 0 and the indices of its voxels are those of the server. Nothing is cached. Reads are split
/// at block borders and fetched by up to four threads, within the budget that all arrays of a server share.
#[derive(Debug, Clone)]
pub struct DvidArray {
    volume: Arc<Volume>,
    scale: u8,
    meta: ArrayMeta,
    coarser: Vec<ArrayRef>,
}

impl DvidArray {
    /// Opens a data instance: resolves the version (see [`DvidClient::resolve`]), reads the instance's `info`, no
    /// voxels.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Ambiguous`] with the server's words; [`Error::Unsupported`] for types other
    /// than `uint8blk` and `labelmap`; [`Error::NoSuchScale`]; [`Error::BadInfo`] where the server states something
    /// impossible that no option replaces; [`Error::BadOption`].
    pub fn open(client: &DvidClient, uuid: &str, instance: &str, options: &DvidOptions) -> Result<Self> {
        options.check()?;
        let cx = ReadContext::default();
        let node = client.resolve_for(uuid, Some(instance), &Control::new(&cx))?;
        let info = client.fetch_info(&node.uuid, instance)?;
        let volume = Arc::new(Volume::new(client.clone(), node, instance, info, options)?);
        let mut coarser: Vec<ArrayRef> = Vec::new();
        for scale in (options.scale..=volume.max_scale()).rev() {
            let meta = describe::meta(&volume, options, scale)?;
            let array = Self { volume: Arc::clone(&volume), scale, meta, coarser: coarser.clone() };
            if scale == options.scale {
                tracing::info!(source = ?array.source(), scale, voxels = %array.meta.voxel_box(), "volume opened");
                return Ok(array);
            }
            coarser.insert(0, Arc::new(array));
        }
        Err(volume.no_such_scale(options.scale))
    }

    /// Server, full UUID and name of the instance.
    pub fn source(&self) -> &Source {
        &self.volume.source
    }

    /// Names of the axes, all of them spatial.
    pub fn spatial_axes(&self) -> [&'static str; 3] {
        ["z", "y", "x"]
    }

    /// What the server says of the instance.
    pub fn info(&self) -> &InstanceInfo {
        &self.volume.info
    }

    /// The version, and whether it is locked and its data thus immutable.
    pub fn node(&self) -> &Node {
        &self.volume.node
    }

    /// The scale: voxels are 2^scale times as large as the finest.
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// The client.
    pub fn client(&self) -> &DvidClient {
        &self.volume.client
    }
}

impl Array for DvidArray {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> array_core::Result<()> {
        read::read(&self.volume, self.scale, voxels, out, cx).map_err(array_core::Error::from)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.coarser
    }

    fn plan(&self, voxels: &VoxelBox) -> array_core::Result<ReadPlan> {
        read::plan(&self.volume, &self.meta, voxels).map_err(array_core::Error::from)
    }
}

impl Volume {
    fn new(client: DvidClient, node: Node, instance: &str, info: InstanceInfo, options: &DvidOptions) -> Result<Self> {
        let route = route(&info)?;
        let block = block_size(&info, route)?;
        let (server, uuid) = (client.server().to_owned(), node.uuid.clone());
        let source = Source { server, uuid, instance: instance.to_owned() };
        let volume = Self { client, source, node, info, route, block, chunk_voxels: options.chunk_voxels as i64 };
        if options.scale > volume.max_scale() { Err(volume.no_such_scale(options.scale)) } else { Ok(volume) }
    }

    fn max_scale(&self) -> u8 {
        if self.route == Route::Image { 0 } else { self.info.max_scale().unwrap_or(0) }
    }

    fn no_such_scale(&self, scale: u8) -> Error {
        let instance = self.source.instance.clone();
        let rule = match self.route {
            // The server ignores the parameter on images and would send the finest voxels as if they were coarse.
            Route::Image => {
                format!(
                    "images have one scale; by convention coarser ones are instances of their own, such as {instance}_1"
                )
            }
            _ => format!("it has scales 0 to {}", self.max_scale()),
        };
        Error::NoSuchScale { instance, scale, rule }
    }
}

fn route(info: &InstanceInfo) -> Result<Route> {
    let unsupported = |problem: String| Error::Unsupported { instance: info.name().to_owned(), problem };
    match info.type_name() {
        "uint8blk" => match info.grid_store() {
            None => Ok(Route::Image),
            Some(store) => Err(unsupported(format!(
                "is a proxy of the precomputed volume `{store}`, which cannot be read through the server; open that one"
            ))),
        },
        "labelmap" if info.compression().starts_with("gzip") => Ok(Route::LabelBlocks),
        "labelmap" => Ok(Route::LabelRaw),
        other => Err(unsupported(format!("has the type `{other}`; uint8blk and labelmap can be read"))),
    }
}

fn block_size(info: &InstanceInfo, route: Route) -> Result<[i64; 3]> {
    let stated: Option<Coordinate> = info.block_size();
    let bad = |rule: &str| info.bad(format!("`BlockSize` is {stated:?} (z, y, x); {rule}"));
    let block = match stated.as_ref().map(Coordinate::as_slice) {
        Some(&[z, y, x]) if [z, y, x].iter().all(|side| (1..=1 << 12).contains(side)) => [z, y, x],
        _ => return Err(bad("three sizes from 1 to 4096 are due")),
    };
    if route == Route::Image {
        return Ok(block);
    }
    if Payload::LabelBlock.max_len(block.map(|side| side as usize)).is_err() {
        return Err(bad("blocks of labels have sides that are multiples of 8, up to 1024"));
    }
    // A block is unpacked as a whole, so what a server states here decides how much memory a read takes.
    if block.iter().product::<i64>() > MAX_LABEL_BLOCK {
        return Err(bad("blocks of more than 256 x 256 x 256 labels are not read"));
    }
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_memory_of_a_block_is_bounded_before_any_is_read() {
        let block = |type_name: &str, size_xyz: [i64; 3]| {
            let base = json!({"TypeName": type_name, "Name": "x", "Compression": "gzip"});
            let info = InstanceInfo::parse(json!({"Base": base, "Extended": {"BlockSize": size_xyz}}), "x").unwrap();
            block_size(&info, route(&info).unwrap())
        };
        assert_eq!(block("labelmap", [16, 32, 64]).unwrap(), [64, 32, 16]);
        assert_eq!(block("labelmap", [256; 3]).unwrap(), [256; 3]);
        assert_eq!(block("uint8blk", [20, 1024, 1024]).unwrap(), [1024, 1024, 20], "images are read in any pieces");
        for (type_name, size) in
            [("labelmap", [512; 3]), ("labelmap", [20, 16, 16]), ("labelmap", [0; 3]), ("uint8blk", [5_000; 3])]
        {
            let error = block(type_name, size).unwrap_err();
            assert!(matches!(error, Error::BadInfo { .. }) && error.to_string().contains("`BlockSize`"), "{error}");
        }
    }
}
