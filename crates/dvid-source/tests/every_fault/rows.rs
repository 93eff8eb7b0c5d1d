//! The answers that are hit: each kind of answer, of each type of voxel.

use array_core::ndarray::ArrayD;
use array_core::{Array, ArrayExt, Block, BlockCache, Coordinate, ReadContext, VoxelBox};
use dvid_source::{
    DvidArray, DvidClient, DvidOptions, Error, Images, OpenVersions, Payload, Result, Siblings, Strictness,
};

use crate::served::{BODY, ROOT, truth};

/// What is asked for when something happens.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ask {
    Voxels,
    /// Voxels by a reference that has to be looked up.
    Branch,
    /// Blocks as they are stored.
    Stored,
    /// Labels packed in this way.
    Packed(Payload),
    /// Single blocks.
    Blocks,
    Body,
    Points,
    /// Through a cache that asks whether something has changed.
    Cached,
    Key,
    KeyRange,
    Annotations,
}

/// An instance, and which of its answers is hit.
pub(crate) struct Row {
    pub(crate) instance: &'static str,
    pub(crate) part: &'static str,
    pub(crate) ask: Ask,
}

const fn row(instance: &'static str, part: &'static str, ask: Ask) -> Row {
    Row { instance, part, ask }
}

pub(crate) const ROWS: [Row; 37] = [
    row("gray", "/repos/info", Ask::Branch),
    row("gray", "/status", Ask::Voxels),
    row("gray", "/info", Ask::Voxels),
    row("seg", "/info", Ask::Voxels),
    row("gray", "/raw/", Ask::Voxels),
    row("g16", "/raw/", Ask::Voxels),
    row("g32", "/raw/", Ask::Voxels),
    row("g64", "/raw/", Ask::Voxels),
    row("f32", "/raw/", Ask::Voxels),
    row("rgba", "/raw/", Ask::Voxels),
    row("gray", "/raw/", Ask::Cached),
    row("gray", "/api/repo/", Ask::Cached),
    row("proxy", "/subvolblocks/", Ask::Voxels),
    row("proxy_jpeg", "/subvolblocks/", Ask::Voxels),
    row("proxy_none", "/subvolblocks/", Ask::Voxels),
    row("gray", "/subvolblocks/", Ask::Stored),
    row("g16", "/subvolblocks/", Ask::Stored),
    row("g32_gzip", "/subvolblocks/", Ask::Stored),
    row("jpeg", "/subvolblocks/", Ask::Stored),
    row("f32", "/specificblocks", Ask::Blocks),
    row("rgba", "/specificblocks", Ask::Blocks),
    row("seg", "/specificblocks", Ask::Blocks),
    row("lblk", "/raw/", Ask::Voxels),
    row("seg_lz4", "/raw/", Ask::Voxels),
    row("lblk", "/raw/", Ask::Packed(Payload::Gzip)),
    row("larr", "/raw/", Ask::Packed(Payload::CompressedSegmentation)),
    row("seg", "/raw/", Ask::Packed(Payload::CompressedSegmentationGzip)),
    row("larr", "/blocks/", Ask::Voxels),
    row("seg", "/blocks/", Ask::Voxels),
    row("seg", "/sparsevol-size/", Ask::Body),
    row("seg", "/sparsevol/", Ask::Body),
    row("low", "/sparsevol/", Ask::Body),
    row("seg", "/labels", Ask::Points),
    row("mask", "/roi", Ask::Voxels),
    row("meta", "/key/", Ask::Key),
    row("meta", "/keyrange/", Ask::KeyRange),
    row("points", "/elements/", Ask::Annotations),
];

impl Row {
    /// Whether anybody could tell that a byte is another: only gzip has a checksum, and JSON is ASCII here.
    pub(crate) fn shows_flips(&self) -> bool {
        let packed = match self.ask {
            Ask::Packed(payload) => matches!(payload, Payload::Gzip | Payload::CompressedSegmentationGzip),
            Ask::Stored => self.instance == "g32_gzip",
            Ask::Blocks => self.instance == "seg",
            _ => self.part == "/blocks/",
        };
        packed || self.is_json()
    }

    /// Whether the length of the answer is what the server says it is, and its bytes mean nothing to us.
    pub(crate) fn is_free(&self) -> bool {
        self.ask == Ask::Key
    }

    /// Whether the answer has texts that may be any.
    pub(crate) fn has_texts(&self) -> bool {
        matches!(self.ask, Ask::KeyRange | Ask::Annotations)
    }

    pub(crate) fn is_json(&self) -> bool {
        let parts =
            ["info", "/status", "/api/repo/", "/labels", "/sparsevol-size/", "/roi", "/keyrange/", "/elements/"];
        parts.iter().any(|part| self.part.ends_with(part))
    }

    fn options(&self) -> DvidOptions {
        let options = DvidOptions::default()
            .with_siblings(Siblings::Ignore)
            .with_strictness(Strictness::Strict)
            .with_open_versions(OpenVersions::Warn);
        match self.ask {
            Ask::Body => options.with_body(BODY),
            Ask::Stored => options.with_images(Images::Stored),
            Ask::Packed(payload) => options.with_label_payload(payload),
            _ if self.instance == "mask" => options.with_voxel_size([8, 8, 8]),
            _ => options,
        }
    }

    /// Asks, and says how many bytes that was to take.
    pub(crate) fn read(&self, client: &DvidClient) -> (Result<Block>, u64) {
        let mut planned = 0;
        (self.read_planned(client, &mut planned), planned)
    }

    fn read_planned(&self, client: &DvidClient, planned: &mut u64) -> Result<Block> {
        let around = VoxelBox::new([0; 3], [16; 3]).unwrap();
        let texts = |texts: Vec<String>| bytes(texts.join(" ").into_bytes());
        match self.ask {
            Ask::Key => return client.key_value(ROOT, self.instance, "attrs").map(bytes),
            Ask::KeyRange => return client.keys_between(ROOT, self.instance, "a", "z").map(texts),
            Ask::Annotations => {
                let found = client.annotations(ROOT, self.instance, &around)?;
                return Ok(texts(found.iter().map(|annotation| format!("{annotation:?}")).collect()));
            }
            _ => {}
        }
        let reference = if self.ask == Ask::Branch { ":master" } else { ROOT };
        let (array, cx) = (DvidArray::open(client, reference, self.instance, &self.options())?, ReadContext::default());
        let whole = *array.meta().voxel_box();
        *planned = array.plan(&whole).unwrap().peak_bytes;
        match self.ask {
            Ask::Points => Ok(ArrayD::from_shape_vec(vec![16], array.labels_at(&points(), &cx)?).unwrap().into()),
            Ask::Blocks => {
                let blocks = array.read_blocks(&[[0, 0, 0].into(), [5, 5, 5].into()], &cx)?;
                assert!(blocks[1].is_none(), "there is nothing so far away");
                Ok(blocks[0].clone().unwrap())
            }
            Ask::Cached => {
                let cached = array.cached(&BlockCache::of_blocks(1 << 20))?;
                *planned = cached.plan(&whole).unwrap().peak_bytes + (1 << 20);
                cached.read_box(&whole, &cx).map_err(own)
            }
            _ => array.read_box(&whole, &cx).map_err(own),
        }
    }

    /// What reading without a fault gives, found from the true voxels.
    pub(crate) fn want(&self) -> Option<Block> {
        match self.ask {
            // What was lost is not in the truth, and questions that are not for voxels are tested elsewhere.
            _ if self.instance.contains("jpeg") => None,
            Ask::Key | Ask::KeyRange | Ask::Annotations => None,
            _ if self.instance == "mask" => Some(ArrayD::from_elem(vec![8, 8, 16], true).into()),
            Ask::Body => {
                let labels = truth(self.instance).data().unwrap().into_array::<u64>().unwrap();
                Some(labels.map(|label| *label == BODY).into())
            }
            Ask::Points => {
                let labels = truth(self.instance).data().unwrap().into_array::<u64>().unwrap();
                let at = |point: Coordinate| labels[[point[0] as usize, point[1] as usize, point[2] as usize]];
                Some(ArrayD::from_shape_vec(vec![16], points().into_iter().map(at).collect()).unwrap().into())
            }
            _ => Some(truth(self.instance).data().unwrap()),
        }
    }
}

fn bytes(bytes: Vec<u8>) -> Block {
    ArrayD::from_shape_vec(vec![bytes.len()], bytes).unwrap().into()
}

/// The error that came through the array trait.
fn own(error: array_core::Error) -> Error {
    match error {
        array_core::Error::Source(error) => error.downcast_ref::<Error>().unwrap().clone(),
        error => panic!("{error}"),
    }
}

fn points() -> Vec<Coordinate> {
    (0..16).map(|i| [i, 15 - i, 3].into()).collect()
}
