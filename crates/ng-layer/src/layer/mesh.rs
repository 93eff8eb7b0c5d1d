//! Layers of one mesh.

use super::{layer, new_object};
use crate::error::Result;
use crate::json::Object;
use crate::source::Sources;

layer! {
    /// A layer of a single mesh file (OBJ, VTK): `"type": "mesh"`. Meshes of segments belong to segmentations.
    MeshLayer {
        /// The shader, in GLSL.
        "shader" => shader, with_shader: String;
        /// The values of the shader's controls, by name.
        "shaderControls" => shader_controls, with_shader_controls: Object;
    }
}

impl MeshLayer {
    /// The value of `type`.
    pub const TYPE: &'static str = "mesh";

    /// A layer over a mesh.
    ///
    /// # Errors
    /// [`Error::MissingKey`](crate::Error::MissingKey) for an empty name.
    pub fn new(name: &str, source: impl Into<Sources>) -> Result<Self> {
        Ok(Self { object: new_object(Self::TYPE, name, &source.into())? })
    }

    /// A layer from an object whose `type` has been looked at.
    pub(super) fn from_typed(object: Object) -> Self {
        Self { object }
    }
}
