//! One scale of a volume.

use super::chunks::ChunkGrid;
use super::encoding::{self, Encoding};
use super::order::{entry, from_xyz, three, to_xyz};
use super::shard::Sharding;
use crate::document::{Field, any, get, unexpected};
use crate::error::{Error, Result};
use crate::finding::Findings;
use crate::json::{Object, Value};
use crate::rules::at_least_one;
use array_core::{Coordinate, Length, VoxelBox};

/// One scale of a volume. Lists are in z, y, x order.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    key: String,
    voxels: VoxelBox,
    resolution: [Length; 3],
    chunk_shapes: Vec<[i64; 3]>,
    encoding: Encoding,
    sharding: Option<Sharding>,
    hidden: bool,
    extra: Object,
}

const KEYS: [&str; 7] = ["key", "size", "voxel_offset", "resolution", "chunk_sizes", "sharding", "hidden"];

impl Scale {
    /// A scale of these voxels, `resolution` nanometres each, in chunks of one shape. Its directory is called after the
    /// resolution, as `8_8_40`.
    ///
    /// # Errors
    /// [`Error::Geometry`] for another number of dimensions than three and for a chunk without voxels,
    /// [`Error::EmptyRegion`] without voxels.
    pub fn new(voxels: VoxelBox, resolution: [Length; 3], chunk_zyx: [i64; 3], encoding: Encoding) -> Result<Self> {
        ChunkGrid::new(voxels, chunk_zyx)?;
        if voxels.is_empty() {
            return Err(Error::EmptyRegion { what: format!("the scale {voxels}") });
        }
        let [z, y, x] = resolution.map(Length::to_f64);
        Ok(Self {
            key: format!("{x}_{y}_{z}"),
            voxels,
            resolution,
            chunk_shapes: vec![chunk_zyx],
            encoding,
            sharding: None,
            hidden: false,
            extra: Object::new(),
        })
    }

    /// Sets the directory, relative to that of the `info`.
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// Says that the chunks are in shards.
    pub fn with_sharding(mut self, sharding: Sharding) -> Self {
        self.sharding = Some(sharding);
        self
    }

    /// The directory of the chunks, relative to that of the `info`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The voxels, by the indices of this scale.
    pub fn voxels(&self) -> VoxelBox {
        self.voxels
    }

    /// Voxel size in nanometres.
    pub fn resolution(&self) -> [Length; 3] {
        self.resolution
    }

    /// Voxel size in nanometres, as the file states it.
    pub fn resolution_nm(&self) -> [f64; 3] {
        self.resolution.map(Length::to_f64)
    }

    /// How the voxels are divided into chunks; the first of several ways.
    ///
    /// # Errors
    /// None: the constructors have made one.
    pub fn chunks(&self) -> Result<ChunkGrid> {
        ChunkGrid::new(self.voxels, self.chunk_shapes[0])
    }

    /// The shapes in which the scale is stored: one as a rule.
    pub fn chunk_shapes(&self) -> &[[i64; 3]] {
        &self.chunk_shapes
    }

    /// How the bytes of chunks are made.
    pub fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    /// How chunks are packed into shards; `None` where each is a file.
    pub fn sharding(&self) -> Option<&Sharding> {
        self.sharding.as_ref()
    }

    /// Whether the viewer leaves the scale out.
    pub fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// The keys that have no type here.
    pub fn extra(&self) -> &Object {
        &self.extra
    }

    /// Reads a scale; what is wrong is noted, each with its place below `at`.
    pub(super) fn read(value: &Value, at: &str, findings: &mut Findings) -> Option<Self> {
        let Some(object) = value.as_object() else {
            findings.refused(at, &unexpected(value, "an object: one scale"));
            return None;
        };
        let key = findings.take(at, need(object, "key", any::<String>));
        let size = findings.take(at, three_of(object, "size", Some(at_least_one)));
        let offset = match object.get("voxel_offset") {
            Some(_) => findings.take(at, three_of(object, "voxel_offset", None)),
            None => Some([0; 3]),
        };
        let resolution = findings.take(at, read_resolution(object));
        let chunk_shapes = findings.take(at, read_chunk_shapes(object));
        let encoding = Encoding::read(object).and_then(|encoding| encoding.ok_or_else(|| missing("encoding")));
        let encoding = findings.take(at, encoding);
        let sharding = findings.take(at, read_sharding(object));
        let hidden = findings.take(at, get(object, "hidden", any::<bool>));
        let voxels = VoxelBox::new(offset?, size?).map_err(Error::from);
        let own = |key: &String| !KEYS.contains(&key.as_str()) && !encoding::KEYS.contains(&key.as_str());
        Some(Self {
            key: key?,
            voxels: findings.take(at, voxels)?,
            resolution: resolution?,
            chunk_shapes: chunk_shapes?,
            encoding: encoding?,
            sharding: sharding?,
            hidden: hidden?.unwrap_or_default(),
            extra: object.iter().filter(|(key, _)| own(key)).map(|(key, value)| (key.clone(), value.clone())).collect(),
        })
    }

    /// The scale as JSON.
    pub(super) fn write(&self) -> Result<Value> {
        let mut object = Object::new();
        object.insert("key".to_owned(), self.key.as_str().into());
        object.insert("size".to_owned(), to_xyz(three(&self.voxels.shape()))?);
        object.insert("voxel_offset".to_owned(), to_xyz(three(&self.voxels.begin()))?);
        object.insert("resolution".to_owned(), to_xyz(self.resolution)?);
        let chunks: Result<Vec<Value>> = self.chunk_shapes.iter().map(|shape| to_xyz(*shape)).collect();
        object.insert("chunk_sizes".to_owned(), Value::Array(chunks?));
        self.encoding.write_to(&mut object)?;
        if let Some(sharding) = &self.sharding {
            object.insert("sharding".to_owned(), sharding.write()?);
        }
        if self.hidden {
            object.insert("hidden".to_owned(), true.into());
        }
        object.extend(self.extra.clone());
        Ok(Value::Object(object))
    }
}

/// The error for a key that every scale has.
pub(super) fn missing(key: &'static str) -> Error {
    Error::MissingKey { path: String::new(), key, reason: "the viewer does not open a volume without it" }
}

/// A key that has to be there.
pub(super) fn need<T: Field>(object: &Object, key: &'static str, rule: crate::document::Rule<T>) -> Result<T> {
    get(object, key, rule)?.ok_or_else(|| missing(key))
}

fn three_of(object: &Object, key: &'static str, rule: Option<crate::document::Rule<[i64; 3]>>) -> Result<[i64; 3]> {
    let sides = entry::<i64>(object, key)?.ok_or_else(|| missing(key))?;
    match rule.and_then(|rule| rule(&sides)) {
        Some(expected) => Err(unexpected(&object[key], expected).within(key)),
        None => Ok(sides),
    }
}

fn read_resolution(object: &Object) -> Result<[Length; 3]> {
    let resolution = entry::<Length>(object, "resolution")?.ok_or_else(|| missing("resolution"))?;
    if resolution.iter().all(|length| length.is_positive()) {
        return Ok(resolution);
    }
    Err(unexpected(&object["resolution"], "three voxel sizes in nanometres, greater than 0").within("resolution"))
}

fn read_chunk_shapes(object: &Object) -> Result<Vec<[i64; 3]>> {
    let list = need(object, "chunk_sizes", any::<Vec<Value>>)?;
    let read = |(index, value): (usize, &Value)| {
        let shape = from_xyz::<i64>(value).map_err(|error| error.at_index(index))?;
        match at_least_one(&shape) {
            Some(expected) => Err(unexpected(value, expected).at_index(index)),
            None => Ok(shape),
        }
    };
    let shapes: Result<Vec<[i64; 3]>> = list.iter().enumerate().map(read).collect();
    match shapes {
        Ok(shapes) if shapes.is_empty() => {
            Err(unexpected(&object["chunk_sizes"], "a list of at least one chunk shape").within("chunk_sizes"))
        }
        shapes => shapes.map_err(|error| error.within("chunk_sizes")),
    }
}

fn read_sharding(object: &Object) -> Result<Option<Sharding>> {
    let value = object.get("sharding").filter(|value| !value.is_null());
    value.map(Sharding::read).transpose().map_err(|error| error.within("sharding"))
}

/// The sides of a scale as lists, for rules about numbers.
pub(super) fn bounds(scale: &Scale) -> impl Iterator<Item = i64> {
    let (begin, end): (Coordinate, Coordinate) = (scale.voxels.begin(), scale.voxels.end());
    begin.as_slice().to_vec().into_iter().chain(end.as_slice().to_vec())
}
