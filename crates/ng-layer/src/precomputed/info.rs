//! The `info` of a volume.

mod rules;

use super::chunks::chunk_name;
use super::scale::{Scale, missing, need};
use crate::document::{Field, any, get, unexpected, wrong};
use crate::error::{Error, Result};
use crate::field::words;
use crate::finding::{Finding, Findings, Severity, pointer};
use crate::json::{self, Object, Value};
use array_core::{DType, VoxelBox};
use std::fmt;
use std::str::FromStr;

words! {
    /// What the voxels of a volume mean to the viewer.
    VolumeType, "\"image\" or \"segmentation\"" {
        /// Intensities.
        Image = "image",
        /// Labels.
        Segmentation = "segmentation",
    }
}

/// The metadata of a precomputed volume.
#[derive(Clone, Debug, PartialEq)]
pub struct Info {
    kind: VolumeType,
    dtype: DType,
    channels: usize,
    scales: Vec<Scale>,
    mesh: Option<String>,
    skeletons: Option<String>,
    segment_properties: Option<String>,
    extra: Object,
}

/// What an `info` file can be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InfoFile {
    /// A volume.
    Volume(Info),
    /// Another data source, which the viewer opens instead.
    Redirect(String),
    /// Something else that has an `info`, by its `@type`: meshes, skeletons, annotations, properties.
    Other(String),
}

const TYPE: &str = "@type";
const VOLUME: &str = "neuroglancer_multiscale_volume";
const DIRECTORIES: [&str; 3] = ["mesh", "skeletons", "segment_properties"];
const KEYS: [&str; 4] = ["type", "data_type", "num_channels", "scales"];

/// The types that the format has.
pub(super) const DTYPES: [DType; 8] =
    [DType::U8, DType::I8, DType::U16, DType::I16, DType::U32, DType::I32, DType::U64, DType::F32];

impl Info {
    /// The metadata of a volume, finest scale first.
    ///
    /// # Errors
    /// [`Error::Finding`] for the first thing that the viewer would refuse.
    pub fn new(kind: VolumeType, dtype: DType, channels: usize, scales: Vec<Scale>) -> Result<Self> {
        let info = Self {
            kind,
            dtype,
            channels,
            scales,
            mesh: None,
            skeletons: None,
            segment_properties: None,
            extra: Object::new(),
        };
        match read(&info.to_json()?).1.into_iter().find(|finding| finding.severity == Severity::Error) {
            Some(finding) => Err(finding.into()),
            None => Ok(info),
        }
    }

    /// Names the directory of meshes, relative to that of the `info`.
    pub fn with_mesh(mut self, directory: impl Into<String>) -> Self {
        self.mesh = Some(directory.into());
        self
    }

    /// Names the directory of skeletons.
    pub fn with_skeletons(mut self, directory: impl Into<String>) -> Self {
        self.skeletons = Some(directory.into());
        self
    }

    /// Names the directory of segment properties.
    pub fn with_segment_properties(mut self, directory: impl Into<String>) -> Self {
        self.segment_properties = Some(directory.into());
        self
    }

    /// Whether it is an image or a segmentation.
    pub fn kind(&self) -> VolumeType {
        self.kind
    }

    /// Data type of the voxels.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Number of channels, at least 1.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The scales, finest first.
    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// The scale of a key.
    pub fn scale(&self, key: &str) -> Option<&Scale> {
        self.scales.iter().find(|scale| scale.key() == key)
    }

    /// The directory of meshes.
    pub fn mesh(&self) -> Option<&str> {
        self.mesh.as_deref()
    }

    /// The directory of skeletons.
    pub fn skeletons(&self) -> Option<&str> {
        self.skeletons.as_deref()
    }

    /// The directory of segment properties.
    pub fn segment_properties(&self) -> Option<&str> {
        self.segment_properties.as_deref()
    }

    /// The keys that have no type here.
    pub fn extra(&self) -> &Object {
        &self.extra
    }

    /// The shape of the block of a chunk: channel, z, y, x.
    ///
    /// # Errors
    /// [`Error::Geometry`] for a box without a size in memory.
    pub fn chunk_shape(&self, chunk: &VoxelBox) -> Result<[usize; 4]> {
        let sides = chunk.shape_usize()?;
        let [z, y, x] = sides[..] else {
            return Err(Error::EmptyRegion {
                what: format!("chunk {} of {} dimensions", chunk_name(chunk), sides.len()),
            });
        };
        Ok([self.channels, z, y, x])
    }

    /// The metadata as JSON.
    ///
    /// # Errors
    /// None for what the constructors made.
    pub fn to_json(&self) -> Result<Value> {
        let mut object = Object::new();
        object.insert(TYPE.to_owned(), VOLUME.into());
        object.insert("type".to_owned(), self.kind.as_str().into());
        object.insert("data_type".to_owned(), self.dtype.name().into());
        object.insert("num_channels".to_owned(), (self.channels as u64).into());
        let scales: Result<Vec<Value>> = self.scales.iter().map(Scale::write).collect();
        object.insert("scales".to_owned(), Value::Array(scales?));
        for (key, directory) in DIRECTORIES.into_iter().zip([&self.mesh, &self.skeletons, &self.segment_properties]) {
            if let Some(directory) = directory {
                object.insert(key.to_owned(), directory.as_str().into());
            }
        }
        object.extend(self.extra.clone());
        Ok(Value::Object(object))
    }

    /// Reads the metadata of a volume.
    ///
    /// # Errors
    /// [`Error::Finding`] for the first thing that the viewer would refuse, and for what is no volume.
    pub fn from_json(value: &Value) -> Result<Self> {
        let (file, findings) = InfoFile::read(value);
        match file {
            Some(InfoFile::Volume(info)) => Ok(info),
            Some(InfoFile::Redirect(url)) => {
                Err(not_here(&pointer("", "redirect"), &format!("the volume is at {url}")))
            }
            Some(InfoFile::Other(kind)) => Err(not_here(&pointer("", TYPE), &format!("this is a `{kind}`"))),
            None => match Findings(findings).into_first_error() {
                Some(finding) => Err(finding.into()),
                None => Err(missing("scales")),
            },
        }
    }
}

fn not_here(at: &str, what: &str) -> Error {
    let mut findings = Findings::default();
    findings.error(at, what, "a volume is asked for", "read the volume itself");
    findings.0.remove(0).into()
}

impl InfoFile {
    /// Reads an `info`: what it is, `None` if the viewer would refuse it; and all that is wrong with it.
    pub fn read(value: &Value) -> (Option<Self>, Vec<Finding>) {
        read(value)
    }
}

fn read(value: &Value) -> (Option<InfoFile>, Vec<Finding>) {
    let mut findings = Findings::default();
    let file = read_file(value, &mut findings);
    let refused = findings.0.iter().any(|finding| finding.severity == Severity::Error);
    (file.filter(|_| !refused), findings.0)
}

fn read_file(value: &Value, findings: &mut Findings) -> Option<InfoFile> {
    let Some(object) = value.as_object() else {
        findings.refused("", &unexpected(value, "an object: the info of a volume"));
        return None;
    };
    if object.contains_key("redirect") {
        return findings.take("", need(object, "redirect", crate::rules::not_empty)).map(InfoFile::Redirect);
    }
    let kind = findings.take("", get(object, TYPE, any::<String>))?;
    if let Some(kind) = kind.filter(|kind| kind != VOLUME) {
        return Some(InfoFile::Other(kind));
    }
    read_volume(object, findings).map(InfoFile::Volume)
}

fn read_volume(object: &Object, findings: &mut Findings) -> Option<Info> {
    let kind = findings.take("", need(object, "type", any::<VolumeType>));
    let dtype = findings.take("", need(object, "data_type", any::<Published>));
    let channels = findings.take("", need(object, "num_channels", at_least_one));
    let list = findings.take("", need(object, "scales", any::<Vec<Value>>))?;
    let mut scales = Vec::new();
    for (index, scale) in list.iter().enumerate() {
        scales.push(Scale::read(scale, &format!("/scales/{index}"), findings));
    }
    let [mesh, skeletons, segment_properties] =
        DIRECTORIES.map(|key| findings.take("", get(object, key, any::<String>)).flatten());
    let own = |key: &str| key != TYPE && !KEYS.contains(&key) && !DIRECTORIES.contains(&key);
    let info = Info {
        kind: kind?,
        dtype: dtype?.0,
        channels: channels? as usize,
        scales: scales.into_iter().collect::<Option<_>>()?,
        mesh,
        skeletons,
        segment_properties,
        extra: object.iter().filter(|(key, _)| own(key)).map(|(key, value)| (key.clone(), value.clone())).collect(),
    };
    rules::look(&info, findings);
    Some(info)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "a rule borrows the very type of its key")]
fn at_least_one(channels: &u32) -> Option<&'static str> {
    (*channels == 0).then_some("a whole number from 1")
}

/// A type of voxels that the format has.
struct Published(DType);

impl Field for Published {
    const EXPECTED: &'static str = "\"uint8\", \"int8\", \"uint16\", \"int16\", \"uint32\", \"int32\", \"uint64\" or \"float32\"; publish bool as uint8, \
         int64 labels as uint64 and float64 as float32";

    fn read(value: &Value) -> Result<Self> {
        let name = value.as_str();
        let dtype = DTYPES.into_iter().find(|dtype| name == Some(dtype.name()));
        dtype.map(Self).ok_or_else(|| wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        Ok(self.0.name().into())
    }
}

/// Compact JSON; `{:#}` indents it.
impl fmt::Display for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_json().map_err(|_| fmt::Error)?;
        f.write_str(&if f.alternate() { json::to_pretty_string(&value) } else { json::to_client_string(&value) })
    }
}

/// Reads JSON, which has to be the `info` of a volume.
impl FromStr for Info {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::from_json(&json::parse(text)?)
    }
}
