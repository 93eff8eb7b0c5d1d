//! Where a viewer can find the very voxels that `read` returns.

use serde::{Deserialize, Serialize};

/// Whether the data have a stable public address that a viewer can open by itself.
///
/// The source of the data decides. Positions at such an address are the voxel indices of the array's grid.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewerSource {
    /// The viewer can show the data at this address, e.g. `dvid://http://host:8000/UUID/segmentation`.
    Shown {
        /// What the viewer's `source` says.
        url: String,
        /// Why it shows something else than `read` returns, if it does: grayscale that comes as JPEG.
        lossy: Option<String>,
    },
    /// There is an address, but the viewer could not show it.
    NotShown {
        /// The address.
        url: String,
        /// What is in the way.
        reason: String,
    },
    /// No public address: memory, files, views.
    Local,
}
