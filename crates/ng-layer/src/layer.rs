//! Layers: what is drawn, from which data, how.

mod annotation;
mod controls;
mod image;
mod mesh;
mod other;
mod segmentation;

pub use annotation::{Annotation, AnnotationKind, AnnotationLayer, AnnotationProperty, PropertyType};
pub use controls::{ControlValue, Invlerp, Limit};
pub use image::{Blend, ImageLayer, VolumeRendering};
pub use mesh::MeshLayer;
pub use other::OtherLayer;
pub use segmentation::{ColorGroup, SegmentationLayer};

use crate::document::{Field, Located, wrong};
use crate::error::{Error, Result};
use crate::json::{Object, Value};
use crate::source::Sources;
use std::fmt;

/// Declares a layer: the keys that all layers have, and its own.
macro_rules! layer {
    ( $(#[$meta:meta])* $name:ident { $($own:tt)* } ) => {
        $crate::document::document! {
            $(#[$meta])*
            $name {
                /// The name; unique among the layers of a viewer.
                "name" => name, with_name: String, $crate::rules::not_empty;
                /// Where the data come from.
                "source" => source, with_source: $crate::source::Sources;
                /// Whether it is drawn; true where it is absent.
                "visible" => visible, with_visible: bool;
                /// Whether it is kept out of the layer bar; false where it is absent.
                "archived" => archived, with_archived: bool;
                /// The open tab of its side panel.
                "tab" => tab, with_tab: String;
                /// Further side panels, as objects.
                "panels" => panels, with_panels: Vec<$crate::json::Object>;
                /// Whether the mouse picks from it; true where it is absent.
                "pick" => pick, with_pick: bool;
                /// The tool of the layer's tab: its name, or an object with `type`.
                "tool" => tool, with_tool: $crate::json::Value;
                /// Keys and the tools that they activate.
                "toolBindings" => tool_bindings, with_tool_bindings: $crate::json::Object;
                /// Dimensions of this layer alone; names end in `'`.
                "localDimensions" => local_dimensions, with_local_dimensions: $crate::space::CoordinateSpace, $crate::rules::only_local;
                /// Position in the local dimensions, in voxels.
                "localPosition" => local_position, with_local_position: Vec<f64>;
                /// Playback in the local dimensions.
                "localVelocity" => local_velocity, with_local_velocity: $crate::json::Object;
                $($own)*
            }
        }
    };
}

pub(crate) use layer;

/// One layer of a viewer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Layer {
    /// `"type": "image"`.
    Image(ImageLayer),
    /// `"type": "segmentation"`.
    Segmentation(SegmentationLayer),
    /// `"type": "annotation"`.
    Annotation(AnnotationLayer),
    /// `"type": "mesh"`.
    Mesh(MeshLayer),
    /// Any other type, or none: kept as it is, with the keys that all layers have.
    Other(OtherLayer),
}

impl From<ImageLayer> for Layer {
    fn from(layer: ImageLayer) -> Self {
        Self::Image(layer)
    }
}

impl From<SegmentationLayer> for Layer {
    fn from(layer: SegmentationLayer) -> Self {
        Self::Segmentation(layer)
    }
}

impl From<AnnotationLayer> for Layer {
    fn from(layer: AnnotationLayer) -> Self {
        Self::Annotation(layer)
    }
}

impl From<MeshLayer> for Layer {
    fn from(layer: MeshLayer) -> Self {
        Self::Mesh(layer)
    }
}

impl From<OtherLayer> for Layer {
    fn from(layer: OtherLayer) -> Self {
        Self::Other(layer)
    }
}

/// The same for a layer of any type.
macro_rules! each {
    ($self:expr, $layer:ident => $body:expr) => {
        match $self {
            Layer::Image($layer) => $body,
            Layer::Segmentation($layer) => $body,
            Layer::Annotation($layer) => $body,
            Layer::Mesh($layer) => $body,
            Layer::Other($layer) => $body,
        }
    };
}

impl Layer {
    /// A layer from its JSON object; the key `type` decides which.
    pub fn from_object(object: Object) -> Self {
        match object.get("type").and_then(Value::as_str) {
            Some(ImageLayer::TYPE) => ImageLayer::from_typed(object).into(),
            Some(SegmentationLayer::TYPE) => SegmentationLayer::from_typed(object).into(),
            Some(AnnotationLayer::TYPE | AnnotationLayer::OLD_TYPE) => AnnotationLayer::from_typed(object).into(),
            Some(MeshLayer::TYPE) => MeshLayer::from_typed(object).into(),
            _ => OtherLayer::from_object(object).into(),
        }
    }

    /// The name.
    ///
    /// # Errors
    /// [`Error::Value`] if it is no string or empty.
    pub fn name(&self) -> Result<Option<String>> {
        each!(self, layer => layer.name())
    }

    /// Where the data come from.
    ///
    /// # Errors
    /// [`Error::Value`] if it is no source.
    pub fn source(&self) -> Result<Option<Sources>> {
        each!(self, layer => layer.source())
    }

    /// The JSON object.
    pub fn as_object(&self) -> &Object {
        each!(self, layer => layer.as_object())
    }

    /// Reads every typed key, at every depth.
    ///
    /// # Errors
    /// The first value that does not fit its key, with its place.
    pub fn check(&self) -> Result<()> {
        each!(self, layer => layer.check())
    }

    /// The type as the viewer is told it; `None` leaves it to the viewer.
    pub fn kind(&self) -> Option<&str> {
        self.as_object().get("type").and_then(Value::as_str)
    }
}

/// The compact JSON in the viewer's spelling; `{:#}` indents it.
impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::json::display(self.as_object(), f)
    }
}

impl serde::Serialize for Layer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_object().serialize(serializer)
    }
}

impl Field for Layer {
    const EXPECTED: &'static str = "a layer: an object with type, name and source";

    fn read(value: &Value) -> Result<Self> {
        value.as_object().cloned().map(Self::from_object).ok_or_else(|| wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        Ok(Value::Object(self.as_object().clone()))
    }

    fn look(&self, at: &str, errors: &mut Vec<Located>) {
        each!(self, layer => layer.look(at, errors));
    }
}

/// The layers of a viewer, in drawing order: the last is on top.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layers(pub Vec<Layer>);

impl<L: Into<Layer>> FromIterator<L> for Layers {
    fn from_iter<I: IntoIterator<Item = L>>(layers: I) -> Self {
        Self(layers.into_iter().map(Into::into).collect())
    }
}

impl Field for Layers {
    const EXPECTED: &'static str = "a list of layers";

    /// The list, or the old form: an object from names to layers or to source URLs.
    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::Object(layers) => {
                layers.iter().map(|(name, layer)| read_old(name, layer)).collect::<Result<_>>().map(Self)
            }
            Value::Array(_) => Vec::read(value).map(Self),
            _ => Err(wrong::<Self>(value)),
        }
    }

    fn write(&self) -> Result<Value> {
        self.0.write()
    }

    fn look(&self, at: &str, errors: &mut Vec<Located>) {
        self.0.look(at, errors);
    }
}

fn read_old(name: &str, layer: &Value) -> Result<Layer> {
    let mut object = match layer {
        Value::String(_) => Object::from_iter([("source".to_owned(), layer.clone())]),
        Value::Object(object) => object.clone(),
        _ => return Err(wrong::<Layer>(layer).within(name)),
    };
    object.insert("name".to_owned(), name.into());
    Ok(Layer::from_object(object))
}

/// The object of a new layer: what every layer must have, in the viewer's order.
fn new_object(kind: &str, name: &str, source: &Sources) -> Result<Object> {
    if name.is_empty() {
        return Err(Error::MissingKey { path: "layer".to_owned(), key: "name", reason: "layers are told apart by it" });
    }
    let source = source.write()?;
    let entries = [("type", kind.into()), ("source", source), ("name", name.into())];
    Ok(entries.into_iter().map(|(key, value): (&str, Value)| (key.to_owned(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_type_decides() {
        let layers =
            Layers::read(&json!([{"type": "image"}, {"type": "segmentation"}, {"type": "Image"}, {}])).unwrap();
        let kinds: Vec<_> = layers.0.iter().map(Layer::kind).collect();
        assert_eq!(kinds, [Some("image"), Some("segmentation"), Some("Image"), None]);
        assert!(matches!(layers.0[0], Layer::Image(_)));
        assert!(matches!(layers.0[1], Layer::Segmentation(_)));
        assert!(matches!(layers.0[2], Layer::Other(_)));
    }

    #[test]
    fn the_old_form_names_layers_by_key() {
        let old = json!({"em": {"type": "image", "source": "precomputed://gs://b/em"}, "x": "precomputed://gs://b/x"});
        let layers = Layers::read(&old).unwrap();
        assert_eq!(layers.0[0].name().unwrap().as_deref(), Some("em"));
        assert_eq!(layers.0[1].to_string(), r#"{"source":"precomputed://gs://b/x","name":"x"}"#);
        assert!(Layers::read(&json!({"em": 7})).is_err());
        assert!(Layers::read(&json!("em")).is_err());
    }
}
