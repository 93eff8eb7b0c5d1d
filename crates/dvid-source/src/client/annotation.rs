//! Instances of type `annotation`: points with tags and relations.

use std::collections::BTreeMap;

use array_core::{Coordinate, VoxelBox};
use serde::Deserialize;

use super::{Control, DvidClient, MAX_REPOS};
use crate::request::Request;
use crate::{Error, Result};

/// A point of an `annotation` instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Annotation {
    /// Voxel z, y, x.
    pub position: Coordinate,
    /// What it is, in the server's words: `PostSyn`, `PreSyn`, `Gap`, `Note`, …
    pub kind: String,
    /// Free words.
    pub tags: Vec<String>,
    /// Free texts by name.
    pub properties: BTreeMap<String, String>,
    /// Other points that it belongs to.
    pub relations: Vec<Relation>,
}

/// A relation to another annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Relation {
    /// What it is, in the server's words: `PreSynTo`, `PostSynTo`, …
    pub kind: String,
    /// Voxel z, y, x of the other.
    pub to: Coordinate,
}

/// As in the document: triples are x, y, z, and lists may be null.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Element {
    #[serde(rename = "Pos")]
    position_xyz: [i64; 3],
    #[serde(default)]
    kind: String,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(rename = "Prop", default)]
    properties: Option<BTreeMap<String, String>>,
    #[serde(rename = "Rels", default)]
    relations: Option<Vec<ElementRelation>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ElementRelation {
    #[serde(rename = "Rel")]
    kind: String,
    #[serde(rename = "To")]
    to_xyz: [i64; 3],
}

/// This is where the order of axes turns around.
fn zyx([x, y, z]: [i64; 3]) -> Coordinate {
    [z, y, x].into()
}

impl From<Element> for Annotation {
    fn from(element: Element) -> Self {
        let relation = |relation: ElementRelation| Relation { kind: relation.kind, to: zyx(relation.to_xyz) };
        Self {
            position: zyx(element.position_xyz),
            kind: element.kind,
            tags: element.tags.unwrap_or_default(),
            properties: element.properties.unwrap_or_default(),
            relations: element.relations.unwrap_or_default().into_iter().map(relation).collect(),
        }
    }
}

impl DvidClient {
    /// The annotations of an `annotation` instance within a box of voxels z, y, x, by position. `uuid` is as in
    /// [`fetch_info`](Self::fetch_info).
    ///
    /// # Errors
    /// [`Error::BadBox`] for a box that DVID cannot have; [`Error::BadInfo`] for an answer that lists no annotations or
    /// some that are outside of the box.
    pub fn annotations(&self, uuid: &str, instance: &str, voxels: &VoxelBox) -> Result<Vec<Annotation>> {
        let request = Request::annotations(uuid, instance, voxels)?;
        let what = "the list of annotations";
        // An empty region is told as null.
        self.get_json(&request, (what, MAX_REPOS), &Control::new(&self.cx), |elements: Option<Vec<Element>>| {
            let mut found: Vec<Annotation> = elements.into_iter().flatten().map(Annotation::from).collect();
            if let Some(stray) = found.iter().find(|annotation| !voxels.contains_point(&annotation.position)) {
                let problem = format!("one is at {} (z, y, x), outside of {voxels}", stray.position);
                return Err(Error::bad_info(what, problem));
            }
            found.sort_by_key(|annotation| annotation.position);
            Ok(found)
        })
    }
}
