//! What changes with every mutation of an open version, and reads that it must not change under.

use std::collections::BTreeMap;

use array_core::{BlockMut, ReadContext, VoxelBox};
use serde::Deserialize;

use super::read;
use super::volume::Volume;
use crate::client::Control;
use crate::request::Request;
use crate::{Error, Result};

/// The longest description of a repository that is read.
const MAX_REPO: u64 = 64 << 20;
/// How often a region is read before it is given up that somebody always changes something.
const READS: u32 = 3;

/// What changes with every mutation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    mutation: Option<u64>,
    updated: String,
    pub(super) locked: bool,
}

#[derive(Deserialize)]
struct Repo {
    #[serde(rename = "MutationID", default)]
    mutation: Option<u64>,
    #[serde(rename = "DAG")]
    dag: Dag,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dag {
    nodes: BTreeMap<String, Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    #[serde(default)]
    updated: String,
    #[serde(default)]
    locked: bool,
}

/// Asks for the state of the version of a volume; the answer is about the whole repository.
pub(super) fn state(volume: &Volume, control: &Control<'_>) -> Result<State> {
    let (uuid, what) = (&volume.source.uuid, "the mutation state");
    volume.client.get_json(&Request::repo_info(uuid), (what, MAX_REPO), control, |repo: Repo| {
        let missing = || Error::bad_info(what, format!("the repository does not list its version {uuid}"));
        let node = repo.dag.nodes.get(uuid).ok_or_else(missing)?;
        Ok(State { mutation: repo.mutation, updated: node.updated.clone(), locked: node.locked })
    })
}

/// Reads a box of an open version until nothing has changed from before to after.
pub(super) fn read_steadily(
    volume: &Volume,
    scale: u8,
    voxels: &VoxelBox,
    mut out: BlockMut<'_>,
    cx: &ReadContext,
) -> Result<()> {
    let control = Control::new(cx);
    let mut before = state(volume, &control)?;
    for _ in 0..READS {
        read::read(volume, scale, voxels, out.reborrow(), cx)?;
        let after = state(volume, &control)?;
        if after == before {
            return Ok(());
        }
        tracing::warn!(source = ?volume.source, %voxels, "something has changed while it was read; reading it again");
        before = after;
    }
    let (uuid, instance) = (volume.source.uuid.clone(), volume.source.instance.clone());
    Err(Error::Changed { uuid, instance, reads: READS })
}
