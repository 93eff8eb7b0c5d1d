//! Serves arrays as instances of a DVID server: an image as `uint8blk`, labels as `labelmap`, others as any voxel type.
//!
//! The answers have the wire formats of the real server and its words for what it refuses, also where these are
//! peculiar: most mistakes are 400, blocks come in no order, blocks of zeros do not exist, a single such block cannot be read
//! with `raw` of labels, and a scale that does not exist is empty. It only reads: of `POST` and the like, the refusals are there.
//!
//! What it has not: 2d images, regions of interest, bodies and supervoxels that differ.

mod bodies;
mod frames;
mod image;
mod info;
mod jpeg;
mod labels;
mod levels;
mod options;
mod refusal;
mod region;
mod repo;
mod served;
mod throttle;
mod types;
mod verbs;
mod volume;

use std::sync::Arc;

use array_core::ArrayRef;
use serde_json::Value;

use options::check_block;
pub use options::{NodeState, ServeOptions, Version, VoxelUnit};
use repo::RepoModel;
pub use served::ServedVolume;
use throttle::Throttle;
pub use types::VoxelType;
use volume::Volume;

use crate::Result;
use crate::http::{Request, Response};
use crate::server::Handler;
use crate::wording::{NO_SUCH_INSTANCE, bad_api_call, redirect_to_clean_path, segments};

/// A [`Handler`] that answers as a DVID server whose one repo holds the given arrays.
#[derive(Debug)]
pub struct DvidService {
    repo: RepoModel,
    instances: Vec<Arc<Volume>>,
    throttle: Throttle,
}

impl DvidService {
    /// Serves an image, labels, or both.
    ///
    /// An array has three physical axes z, y, x and no others, `uint8` for the image and `uint64` for the labels, and a
    /// grid with origin 0, since the voxels of DVID have no offset but their index.
    ///
    /// # Errors
    ///
    /// One of [`Error`](crate::Error) that names the array, or the option, that cannot be served.
    pub fn new(image: Option<ArrayRef>, labels: Option<ArrayRef>, options: &ServeOptions) -> Result<Self> {
        let repo = RepoModel::new(&options.alias, &options.versions)?;
        let mut instances = Vec::new();
        if let Some(image) = image {
            volume::check(&image, VoxelType::Uint8blk)?;
            check_block(options.block_zyx, VoxelType::Uint8blk.block_step())?;
            let arrays = levels::of_image(image, options.image_levels)?;
            instances.extend(arrays.into_iter().enumerate().map(|(level, array)| {
                let name = &options.image_name;
                let name = if level == 0 { name.clone() } else { format!("{name}_{level}") };
                let (block, unit) = (options.block_zyx, options.unit.clone());
                Arc::new(Volume::new(&name, VoxelType::Uint8blk, vec![array], block, unit))
            }));
        }
        if let Some(labels) = labels {
            volume::check(&labels, VoxelType::Labelmap)?;
            check_block(options.block_zyx, VoxelType::Labelmap.block_step())?;
            let arrays = levels::of_labels(labels, options.max_downres_level)?;
            let (name, block, unit) = (&options.labels_name, options.block_zyx, options.unit.clone());
            instances.push(Arc::new(Volume::new(name, VoxelType::Labelmap, arrays, block, unit)));
        }
        ServeOptions::check_names(instances.iter().map(|volume| volume.name.as_str()))?;
        Ok(Self { repo, instances, throttle: Throttle::new(options.max_throttled) })
    }

    /// Serves one more array.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_volume(mut self, served: ServedVolume) -> Result<Self> {
        self.instances.push(Arc::new(served.into_volume()?));
        ServeOptions::check_names(self.instances.iter().map(|volume| volume.name.as_str()))?;
        Ok(self)
    }

    fn answer(&self, request: &Request) -> Response {
        if let Some(redirect) = redirect_to_clean_path(request) {
            return redirect;
        }
        let path = request.path();
        let answer = match segments(&path)[..] {
            ["api", "node", reference, instance, keyword, ref rest @ ..] => {
                self.instance(request, reference, instance, keyword, rest)
            }
            _ => self.repo.answer(request, &segments(&path), &self.instances),
        };
        answer.unwrap_or_else(|refusal| refusal.into_response(&path))
    }

    fn instance(
        &self,
        request: &Request,
        reference: &str,
        name: &str,
        keyword: &str,
        rest: &[&str],
    ) -> refusal::Result<Response> {
        let node = self.repo.resolve(reference)?;
        let volume = self.instances.iter().find(|volume| volume.name == name);
        let Some(volume) = volume else { return refusal::bad(NO_SUCH_INSTANCE) };
        if let Some(refused) = verbs::check(request, volume, keyword, node) {
            return refused;
        }
        let answer = match keyword {
            "info" => Some(Ok(json(&info::instance(volume, self.repo.root())))),
            "metadata" => Some(Ok(metadata(volume))),
            _ if volume.voxel_type.is_labels() => labels::answer(volume, request, keyword, rest, &self.throttle),
            _ => image::answer(volume, request, keyword, rest, &self.throttle),
        };
        answer.unwrap_or_else(|| Ok(bad_api_call(request, name, volume.voxel_type.name())))
    }
}

impl Handler for DvidService {
    fn handle(&self, request: &Request) -> Response {
        let response = if request.method() == "OPTIONS" { verbs::preflight(request) } else { self.answer(request) };
        response.with_header("Access-Control-Allow-Origin", "*")
    }
}

/// A JSON document.
fn json(value: &Value) -> Response {
    frames::framed("application/json", value.to_string())
}

fn metadata(volume: &Volume) -> Response {
    frames::framed("application/vnd.dvid-nd-data+json", format!("{}\n", info::metadata(volume)))
}
