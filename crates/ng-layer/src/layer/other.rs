//! Layers of types that have no keys of their own here.

use super::layer;
use crate::json::Object;

layer! {
    /// A layer of any other type, kept as it is.
    OtherLayer {
        /// The type; `"auto"` where it is absent. An unknown one makes an empty layer, without an error in the viewer.
        "type" => kind, with_kind: String;
    }
}

impl OtherLayer {
    /// A layer from its JSON object.
    pub fn from_object(object: Object) -> Self {
        Self { object }
    }
}
