//! Annotation layers: points, lines, boxes.

use super::{layer, new_object};
use crate::color::Color;
use crate::document::{Field, document, wrong};
use crate::error::{Error, Result};
use crate::field::words;
use crate::json::{Object, Value};
use crate::rules::{not_empty, positive};
use crate::segment::SegmentId;
use crate::source::{Source, SourceUrl, Sources};
use crate::space::CoordinateSpace;
use crate::transform::Transform;

layer! {
    /// A layer of points, lines and boxes: `"type": "annotation"`.
    AnnotationLayer {
        /// The annotations, if they are in the state itself (`local://annotations`).
        "annotations" => annotations, with_annotations: Vec<Annotation>;
        /// What the `props` of the annotations mean.
        "annotationProperties" => annotation_properties, with_annotation_properties: Vec<AnnotationProperty>;
        /// The relationships between annotations and segments; `["segments"]` where it is absent.
        "annotationRelationships" => annotation_relationships, with_annotation_relationships: Vec<String>;
        /// The colour; yellow where it is absent.
        "annotationColor" => annotation_color, with_annotation_color: Color;
        /// The layer whose segments they belong to: its name, or an object from relationships to names.
        "linkedSegmentationLayer" => linked_segmentation_layer, with_linked_segmentation_layer: Value;
        /// By which relationships annotations of hidden segments are hidden: a list, or true or false.
        "filterBySegmentation" => filter_by_segmentation, with_filter_by_segmentation: Value;
        /// Whether all are shown while no segment is selected; true where it is absent.
        "ignoreNullSegmentFilter" => ignore_null_segment_filter, with_ignore_null_segment_filter: bool;
        /// Least distance of annotations in cross-sections, in pixels.
        "crossSectionAnnotationSpacing" => cross_section_annotation_spacing, with_cross_section_annotation_spacing: f64, positive;
        /// Least distance of annotations in the 3-d view, in pixels.
        "projectionAnnotationSpacing" => projection_annotation_spacing, with_projection_annotation_spacing: f64, positive;
        /// The shader, in GLSL.
        "shader" => shader, with_shader: String;
        /// The values of the shader's controls, by name.
        "shaderControls" => shader_controls, with_shader_controls: Object;
    }
}

impl AnnotationLayer {
    /// The value of `type`.
    pub const TYPE: &'static str = "annotation";
    /// An older name of the same type.
    pub(super) const OLD_TYPE: &'static str = "pointAnnotation";

    /// A layer over a source of annotations.
    ///
    /// # Errors
    /// [`Error::MissingKey`] for an empty name.
    pub fn new(name: &str, source: impl Into<Sources>) -> Result<Self> {
        Ok(Self { object: new_object(Self::TYPE, name, &source.into())? })
    }

    /// A layer whose annotations are in the state itself, with coordinates in the voxels of `dimensions`. Without these
    /// they would move with the voxel size of whatever source the viewer loads first.
    ///
    /// # Errors
    /// [`Error::MissingKey`] for an empty name.
    ///
    /// ```
    /// use ng_layer::layer::{Annotation, AnnotationLayer};
    /// use ng_layer::space::{CoordinateSpace, Dim};
    ///
    /// let nm = |voxel: i64| Dim::metres(voxel.into());
    /// let dimensions = CoordinateSpace::new([("x", nm(8)), ("y", nm(8)), ("z", nm(40))])?;
    /// let synapse = Annotation::point("1", [12.5, 7.5, 3.5])?.with_description("a synapse")?;
    /// let layer = AnnotationLayer::local("synapses", dimensions)?.with_annotations([synapse])?;
    /// assert_eq!(layer.annotations()?.map(|all| all.len()), Some(1));
    /// # Ok::<(), ng_layer::Error>(())
    /// ```
    pub fn local(name: &str, dimensions: CoordinateSpace) -> Result<Self> {
        let source =
            Source::new(&SourceUrl::Local("annotations".to_owned())).with_transform(Transform::new(dimensions))?;
        Self::new(name, source)
    }

    /// A layer from an object whose `type` has been looked at.
    pub(super) fn from_typed(object: Object) -> Self {
        Self { object }
    }
}

words! {
    /// The shapes of annotations.
    AnnotationKind, "\"point\", \"line\", \"axis_aligned_bounding_box\", \"ellipsoid\" or \"polyline\"" {
        /// `point`.
        Point = "point",
        /// `pointA` and `pointB`.
        Line = "line",
        /// `pointA` and `pointB`.
        BoundingBox = "axis_aligned_bounding_box",
        /// `center` and `radii`.
        Ellipsoid = "ellipsoid",
        /// `points`.
        Polyline = "polyline",
    }
}

document! {
    /// One annotation. Coordinates are in voxels of its source, whose voxel `i` reaches from `i` to `i + 1`.
    Annotation {
        /// Its shape.
        "type" => kind, with_kind: AnnotationKind;
        /// Its id; unique in the layer.
        "id" => id, with_id: String, not_empty;
        /// Text for people.
        "description" => description, with_description: String;
        /// Segments, for each relationship of the layer.
        "segments" => segments, with_segments: Vec<Vec<SegmentId>>;
        /// Values of the layer's properties.
        "props" => props, with_props: Vec<Value>;
        /// Of a point.
        "point" => position, with_position: Vec<f64>;
        /// The first corner or end.
        "pointA" => point_a, with_point_a: Vec<f64>;
        /// The second corner or end.
        "pointB" => point_b, with_point_b: Vec<f64>;
        /// The middle of an ellipsoid.
        "center" => center, with_center: Vec<f64>;
        /// Half axes of an ellipsoid.
        "radii" => radii, with_radii: Vec<f64>;
        /// The corners of a polyline.
        "points" => points, with_points: Vec<Vec<f64>>;
    }
}

impl Annotation {
    fn of(kind: AnnotationKind, id: &str) -> Result<Self> {
        Self { object: Object::new() }.with_kind(kind)?.with_id(id)
    }

    /// A point.
    ///
    /// # Errors
    /// [`Error::Value`] for an empty id and for numbers that are not finite; so in all constructors.
    pub fn point(id: &str, point: impl Into<Vec<f64>>) -> Result<Self> {
        Self::of(AnnotationKind::Point, id)?.with_position(point)
    }

    /// A line.
    ///
    /// # Errors
    /// As [`Annotation::point`].
    pub fn line(id: &str, from: impl Into<Vec<f64>>, to: impl Into<Vec<f64>>) -> Result<Self> {
        Self::of(AnnotationKind::Line, id)?.with_point_a(from)?.with_point_b(to)
    }

    /// A box between two corners.
    ///
    /// # Errors
    /// As [`Annotation::point`].
    pub fn bounding_box(id: &str, lower: impl Into<Vec<f64>>, upper: impl Into<Vec<f64>>) -> Result<Self> {
        Self::of(AnnotationKind::BoundingBox, id)?.with_point_a(lower)?.with_point_b(upper)
    }

    /// An ellipsoid with axes along those of the source.
    ///
    /// # Errors
    /// As [`Annotation::point`].
    pub fn ellipsoid(id: &str, center: impl Into<Vec<f64>>, radii: impl Into<Vec<f64>>) -> Result<Self> {
        Self::of(AnnotationKind::Ellipsoid, id)?.with_center(center)?.with_radii(radii)
    }

    /// Lines from point to point.
    ///
    /// # Errors
    /// As [`Annotation::point`].
    pub fn polyline(id: &str, points: impl Into<Vec<Vec<f64>>>) -> Result<Self> {
        Self::of(AnnotationKind::Polyline, id)?.with_points(points)
    }

    /// The keys that hold the geometry of its shape.
    pub(crate) fn geometry(kind: AnnotationKind) -> &'static [&'static str] {
        match kind {
            AnnotationKind::Point => &["point"],
            AnnotationKind::Line | AnnotationKind::BoundingBox => &["pointA", "pointB"],
            AnnotationKind::Ellipsoid => &["center", "radii"],
            AnnotationKind::Polyline => &["points"],
        }
    }
}

words! {
    /// Types of the properties of annotations.
    PropertyType, "\"rgb\", \"rgba\", \"float32\", \"uint8\", \"int8\", \"uint16\", \"int16\", \"uint32\" or \"int32\"" {
        /// A colour.
        Rgb = "rgb",
        /// A colour with opacity.
        Rgba = "rgba",
        /// A floating-point number.
        Float32 = "float32",
        /// A whole number.
        Uint8 = "uint8",
        /// A whole number.
        Int8 = "int8",
        /// A whole number.
        Uint16 = "uint16",
        /// A whole number.
        Int16 = "int16",
        /// A whole number.
        Uint32 = "uint32",
        /// A whole number.
        Int32 = "int32",
    }
}

document! {
    /// A property that all annotations of a layer have.
    AnnotationProperty {
        /// Its name, as the shader calls it.
        "id" => id, with_id: String, not_empty;
        /// Its type.
        "type" => kind, with_kind: PropertyType;
        /// Its value where an annotation states none.
        "default" => default_value, with_default_value: Value;
        /// Text for people.
        "description" => description, with_description: String;
        /// Values that have names.
        "enum_values" => enum_values, with_enum_values: Vec<Value>;
        /// The names of these values.
        "enum_labels" => enum_labels, with_enum_labels: Vec<String>;
    }
}

impl AnnotationProperty {
    /// A property.
    ///
    /// # Errors
    /// [`Error::Value`] for an empty name.
    pub fn new(id: &str, kind: PropertyType) -> Result<Self> {
        Self { object: Object::new() }.with_id(id)?.with_kind(kind)
    }
}

/// Documents that are entries of lists.
macro_rules! entry {
    ($name:ident, $expected:literal, [$($key:literal),*]) => {
        impl Field for $name {
            const EXPECTED: &'static str = $expected;

            fn read(value: &Value) -> Result<Self> {
                let object = value.as_object().cloned().ok_or_else(|| wrong::<Self>(value))?;
                $(
                    if !object.contains_key($key) {
                        let reason = "the viewer drops the layer without it";
                        return Err(Error::MissingKey { path: String::new(), key: $key, reason });
                    }
                )*
                Ok(Self { object })
            }

            fn write(&self) -> Result<Value> {
                Ok(Value::Object(self.object.clone()))
            }

            fn look(&self, at: &str, errors: &mut Vec<crate::document::Located>) {
                $name::look(self, at, errors);
            }
        }
    };
}

entry!(Annotation, "an annotation: an object with type, id and its geometry", ["type", "id"]);
entry!(AnnotationProperty, "a property: an object with id and type", ["id", "type"]);
