//! Requests for what is not an array of voxels: labels at points, bodies, regions of interest, keys, annotations.

use array_core::{Coordinate, VoxelBox};

use super::voxels::{Ids, scale_parameter};
use super::{Request, append_query, encode, instance_path, size_and_offset_xyz, xyz};
use crate::{Error, Result};

/// How the voxels of a body are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SparseFormat {
    /// Runs along x behind a header. A server dies of this one, and of every client with it, if the body has blocks at
    /// negative y or z.
    Runs,
    /// Whole blocks with a bit per voxel. Knows no bounds but is safe everywhere.
    Blocks,
}

impl Request {
    /// The block runs of a region of interest.
    pub fn roi(uuid: &str, instance: &str) -> Self {
        Self::of(instance_path(uuid, instance, "roi"))
    }

    /// The labels at points z, y, x of a label instance, as a list in the same order.
    ///
    /// The answer is wrong where an index is negative; read such voxels instead.
    ///
    /// # Errors
    /// [`Error::BadBox`] for a point that is not three indices within 32 bits.
    pub fn labels(uuid: &str, instance: &str, points: &[Coordinate], scale: u8, ids: Ids) -> Result<Self> {
        let points = points.iter().map(|point| Ok(format!("[{}]", xyz(point, ",")?))).collect::<Result<Vec<_>>>()?;
        let mut path = instance_path(uuid, instance, "labels");
        append_query(&mut path, scale_parameter(scale).into_iter().chain(ids.parameter()));
        Ok(Self { path, body: Some(format!("[{}]", points.join(","))) })
    }

    /// How many voxels a body has, and the blocks around it.
    pub fn sparse_volume_size(uuid: &str, instance: &str, label: u64, ids: Ids) -> Self {
        let mut path = format!("{}/{label}", instance_path(uuid, instance, "sparsevol-size"));
        append_query(&mut path, ids.parameter());
        Self::of(path)
    }

    /// The voxels of a body at a scale; of runs, those within `voxels`.
    ///
    /// # Errors
    /// As [`raw`](Self::raw); [`Error::BadOption`] for label 0, the background, which the server does not give.
    pub fn sparse_volume(
        uuid: &str,
        instance: &str,
        label: u64,
        format: SparseFormat,
        scale: u8,
        ids: Ids,
        voxels: &VoxelBox,
    ) -> Result<Self> {
        if label == 0 {
            let problem = "0 is the background; read the labels and compare".to_owned();
            return Err(Error::BadOption { option: "body", problem });
        }
        size_and_offset_xyz(voxels)?;
        let mut path = format!("{}/{label}", instance_path(uuid, instance, "sparsevol"));
        let bounds = || {
            [("x", 2), ("y", 1), ("z", 0)].into_iter().flat_map(|(axis, dim)| {
                [format!("min{axis}={}", voxels.begin()[dim]), format!("max{axis}={}", voxels.end()[dim] - 1)]
            })
        };
        let parameters: Vec<String> = match format {
            SparseFormat::Runs => std::iter::once("format=rles".to_owned()).chain(bounds()).collect(),
            SparseFormat::Blocks => vec!["format=blocks".to_owned()],
        };
        append_query(&mut path, parameters.into_iter().chain(scale_parameter(scale)).chain(ids.parameter()));
        Ok(Self::of(path))
    }

    /// The value of a key.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a key that is empty or has a slash, at which the server cuts it.
    pub fn key(uuid: &str, instance: &str, key: &str) -> Result<Self> {
        Ok(Self::of(format!("{}/{}", instance_path(uuid, instance, "key"), checked_key(key)?)))
    }

    /// All keys of an instance.
    pub fn keys(uuid: &str, instance: &str) -> Self {
        Self::of(instance_path(uuid, instance, "keys"))
    }

    /// The keys from one to another, both included, in the order of their bytes.
    ///
    /// # Errors
    /// As [`key`](Self::key).
    pub fn key_range(uuid: &str, instance: &str, first: &str, last: &str) -> Result<Self> {
        let path = instance_path(uuid, instance, "keyrange");
        Ok(Self::of(format!("{path}/{}/{}", checked_key(first)?, checked_key(last)?)))
    }

    /// The annotations at voxels of a box.
    ///
    /// # Errors
    /// As [`raw`](Self::raw).
    pub fn annotations(uuid: &str, instance: &str, voxels: &VoxelBox) -> Result<Self> {
        let (size, offset) = size_and_offset_xyz(voxels)?;
        Ok(Self::of(format!("{}/{size}/{offset}", instance_path(uuid, instance, "elements"))))
    }
}

fn checked_key(key: &str) -> Result<String> {
    if key.is_empty() || key.contains('/') {
        let problem = format!("`{key}`: a key has at least a character, and none is `/`, at which the server cuts it");
        return Err(Error::BadOption { option: "key", problem });
    }
    Ok(encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_turned_around_too() {
        let points = [[1, 2, 3].into(), [4, -5, 6].into()];
        let labels = Request::labels("u", "s", &points, 1, Ids::Supervoxels).unwrap();
        assert_eq!(labels.path(), "/api/node/u/s/labels?scale=1&supervoxels=true");
        assert_eq!(labels.body(), Some("[[3,2,1],[6,-5,4]]"));
        let voxels = VoxelBox::new([-3, 20, 100], [1, 2, 4]).unwrap();
        let body =
            |format| Request::sparse_volume("u", "s", 9, format, 2, Ids::Bodies, &voxels).unwrap().path().to_owned();
        let bounds = "minx=100&maxx=103&miny=20&maxy=21&minz=-3&maxz=-3";
        assert_eq!(body(SparseFormat::Runs), format!("/api/node/u/s/sparsevol/9?format=rles&{bounds}&scale=2"));
        assert_eq!(body(SparseFormat::Blocks), "/api/node/u/s/sparsevol/9?format=blocks&scale=2");
        assert!(Request::sparse_volume("u", "s", 0, SparseFormat::Runs, 0, Ids::Bodies, &voxels).is_err());
        let points = Request::annotations("u", "p", &voxels).unwrap();
        assert_eq!(points.path(), "/api/node/u/p/elements/4_2_1/100_20_-3");
    }

    #[test]
    fn keys_that_the_server_would_cut_are_refused() {
        assert_eq!(Request::key("u", "kv", "a b?").unwrap().path(), "/api/node/u/kv/key/a%20b%3F");
        assert_eq!(Request::key_range("u", "kv", "a", "z").unwrap().path(), "/api/node/u/kv/keyrange/a/z");
        for key in ["", "a/b", "/"] {
            assert!(matches!(Request::key("u", "kv", key), Err(Error::BadOption { .. })), "{key}");
        }
    }
}
