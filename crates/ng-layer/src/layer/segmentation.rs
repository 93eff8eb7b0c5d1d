//! Segmentation layers.

use super::{layer, new_object};
use crate::color::Color;
use crate::document::{Field, wrong};
use crate::error::Result;
use crate::json::{Object, Value};
use crate::rules::{fraction, not_negative, positive};
use crate::segment::{Segment, SegmentColors, SegmentId};
use crate::source::Sources;

layer! {
    /// A layer that draws each label in a colour: `"type": "segmentation"`.
    SegmentationLayer {
        /// The selected segments, visible ones and hidden ones.
        "segments" => segments, with_segments: Vec<Segment>;
        /// The query in the list of segments.
        "segmentQuery" => segment_query, with_segment_query: String;
        /// Whether label 0 is background; true where it is absent.
        "hideSegmentZero" => hide_segment_zero, with_hide_segment_zero: bool;
        /// Groups of labels that count as one segment.
        "equivalences" => equivalences, with_equivalences: Vec<Vec<SegmentId>>;
        /// Changes the colours of all segments, see [`segment_color`](crate::segment_color).
        "colorSeed" => color_seed, with_color_seed: u32;
        /// Colours of single segments.
        "segmentColors" => segment_colors, with_segment_colors: SegmentColors;
        /// One colour for all other segments.
        "segmentDefaultColor" => segment_default_color, with_segment_default_color: Color;
        /// Opacity of the selected segments in cross-sections; 0.5 where it is absent.
        "selectedAlpha" => selected_alpha, with_selected_alpha: f64, fraction;
        /// Opacity of all others there; 0 where it is absent.
        "notSelectedAlpha" => not_selected_alpha, with_not_selected_alpha: f64, fraction;
        /// Opacity of meshes; 1 where it is absent.
        "objectAlpha" => object_alpha, with_object_alpha: f64, fraction;
        /// Saturation of the colours; 1 where it is absent.
        "saturation" => saturation, with_saturation: f64, fraction;
        /// Whether the segment under the mouse lights up; true where it is absent.
        "hoverHighlight" => hover_highlight, with_hover_highlight: bool;
        /// Whether each label keeps its own colour within a group of equivalent ones; false where it is absent.
        "baseSegmentColoring" => base_segment_coloring, with_base_segment_coloring: bool;
        /// Whether an empty selection shows everything; true where it is absent.
        "ignoreNullVisibleSet" => ignore_null_visible_set, with_ignore_null_visible_set: bool;
        /// Coarseness of meshes; 1 where it is absent.
        "meshRenderScale" => mesh_render_scale, with_mesh_render_scale: f64, positive;
        /// Coarseness of the level that is drawn in cross-sections; 1 where it is absent.
        "crossSectionRenderScale" => cross_section_render_scale, with_cross_section_render_scale: f64, positive;
        /// Strength of the silhouettes of meshes; 0 where it is absent.
        "meshSilhouetteRendering" => mesh_silhouette_rendering, with_mesh_silhouette_rendering: f64, not_negative;
        /// How skeletons are drawn: `shader`, `shaderControls`, `mode2d`, `lineWidth2d`, `mode3d`, `lineWidth3d`.
        "skeletonRendering" => skeleton_rendering, with_skeleton_rendering: Object;
        /// Name of the layer whose selection it shares.
        "linkedSegmentationGroup" => linked_segmentation_group, with_linked_segmentation_group: String;
        /// Whose colours it shares; those of its group where it is absent.
        "linkedSegmentationColorGroup" => linked_segmentation_color_group, with_linked_segmentation_color_group: ColorGroup;
        /// The segment that the graph view starts from.
        "anchorSegment" => anchor_segment, with_anchor_segment: SegmentId;
    }
}

impl SegmentationLayer {
    /// The value of `type`.
    pub const TYPE: &'static str = "segmentation";

    /// A layer over a source, drawn with the viewer's defaults: as nothing is selected, everything is shown.
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

/// Whose colours a layer takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColorGroup {
    /// Those of another layer.
    Layer(String),
    /// Its own, although it shares a selection.
    Own,
}

impl Field for ColorGroup {
    const EXPECTED: &'static str = "the name of a layer, or false";

    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::String(layer) => Ok(Self::Layer(layer.clone())),
            Value::Bool(false) => Ok(Self::Own),
            _ => Err(wrong::<Self>(value)),
        }
    }

    fn write(&self) -> Result<Value> {
        Ok(match self {
            Self::Layer(layer) => layer.as_str().into(),
            Self::Own => false.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceUrl;

    #[test]
    fn ids_are_written_as_strings() {
        let url = SourceUrl::dvid("http://h:8000", "3f8c", "seg").unwrap();
        let layer = SegmentationLayer::new("seg", url)
            .unwrap()
            .with_segments([Segment::from(9_007_199_254_740_993), Segment::Hidden(SegmentId(12))])
            .unwrap()
            .with_equivalences([vec![SegmentId(1), SegmentId(2)]])
            .unwrap()
            .with_segment_colors([(7, Color::Rgb([255, 128, 0]))])
            .unwrap();
        assert_eq!(
            crate::Layer::from(layer).to_string(),
            r##"{"type":"segmentation","source":"dvid://http://h:8000/3f8c/seg","name":"seg","segments":["9007199254740993","!12"],"equivalences":[["1","2"]],"segmentColors":{"7":"#ff8000"}}"##
        );
    }
}
