//! The state of a whole viewer.

mod layout;
mod linked;
mod panel;

pub use layout::{Layout, PanelDetail, Panels, Split, ViewerGroup};
pub use linked::{Link, Linked};
pub use panel::{SelectedLayer, SidePanel};

use crate::color::Color;
use crate::document::document;
use crate::error::{Error, Result};
use crate::json::{self, Object, Value};
use crate::layer::Layers;
use crate::rules::{only_global, positive, rotation};
use crate::source::SourceUrl;
use crate::space::CoordinateSpace;
use std::fmt;
use std::str::FromStr;

document! {
    /// Everything that a viewer shows, and how.
    ///
    /// ```
    /// use ng_layer::{ImageLayer, SourceUrl, ViewerState};
    ///
    /// let em = ImageLayer::new("em", SourceUrl::parse("precomputed://https://data.example.org/em"))?;
    /// let state = ViewerState::default().with_layer(em)?;
    /// let url = state.to_url(ng_layer::PUBLIC_VIEWER)?;
    /// assert!(url.starts_with("https://neuroglancer-demo.appspot.com/#!%7B%22layers%22:"));
    /// # Ok::<(), ng_layer::Error>(())
    /// ```
    ViewerState {
        /// Text in the title of the page.
        "title" => title, with_title: String;
        /// The global dimensions: names, order, voxel sizes.
        "dimensions" => dimensions, with_dimensions: CoordinateSpace, only_global;
        /// Factors that stretch dimensions on the screen, by name.
        "relativeDisplayScales" => relative_display_scales, with_relative_display_scales: Object;
        /// Which dimensions go right, down and away; the first three where it is absent.
        "displayDimensions" => display_dimensions, with_display_dimensions: Vec<String>;
        /// The position in voxels of `dimensions`, one number each. The viewer keeps 32-bit floats.
        "position" => position, with_position: Vec<f64>;
        /// Playback, by dimension.
        "velocity" => velocity, with_velocity: Object;
        /// Canonical voxels per pixel in cross-sections. Without `dimensions` in the same state the viewer shows
        /// nothing.
        "crossSectionScale" => cross_section_scale, with_cross_section_scale: f64, positive;
        /// Rotation of the cross-sections, a quaternion `[x, y, z, w]`.
        "crossSectionOrientation" => cross_section_orientation, with_cross_section_orientation: [f64; 4], rotation;
        /// Depth of field of the cross-sections; negative is relative to the zoom.
        "crossSectionDepth" => cross_section_depth, with_cross_section_depth: f64;
        /// Canonical voxels per height of the 3-d view; like `crossSectionScale` only together with `dimensions`.
        "projectionScale" => projection_scale, with_projection_scale: f64, positive;
        /// Rotation of the 3-d view.
        "projectionOrientation" => projection_orientation, with_projection_orientation: [f64; 4], rotation;
        /// Depth of field of the 3-d view.
        "projectionDepth" => projection_depth, with_projection_depth: f64;
        /// The layers in drawing order, the last on top.
        "layers" => layers, with_layers: Layers;
        /// Whether lines mark the position; true where it is absent.
        "showAxisLines" => show_axis_lines, with_show_axis_lines: bool;
        /// Whether meshes are drawn as wires.
        "wireFrame" => wire_frame, with_wire_frame: bool;
        /// Whether levels are coarsened under load; true where it is absent.
        "enableAdaptiveDownsampling" => enable_adaptive_downsampling, with_enable_adaptive_downsampling: bool;
        /// Whether there is a scale bar; true where it is absent.
        "showScaleBar" => show_scale_bar, with_show_scale_bar: bool;
        /// Whether the bounds of sources are drawn; true where it is absent.
        "showDefaultAnnotations" => show_default_annotations, with_show_default_annotations: bool;
        /// Whether the 3-d view shows the cross-sections; true where it is absent.
        "showSlices" => show_slices, with_show_slices: bool;
        /// Whether the background of cross-sections is left out in the 3-d view.
        "hideCrossSectionBackground3D" => hide_cross_section_background_3d, with_hide_cross_section_background_3d: bool;
        /// Bytes of graphics memory; 1e9 where it is absent.
        "gpuMemoryLimit" => gpu_memory_limit, with_gpu_memory_limit: f64, positive;
        /// Bytes of memory; 2e9 where it is absent.
        "systemMemoryLimit" => system_memory_limit, with_system_memory_limit: f64, positive;
        /// Downloads at a time; 100 where it is absent.
        "concurrentDownloads" => concurrent_downloads, with_concurrent_downloads: u32;
        /// Whether chunks are fetched ahead; true where it is absent.
        "prefetch" => prefetch, with_prefetch: bool;
        /// The layer whose side panel is open.
        "selectedLayer" => selected_layer, with_selected_layer: SelectedLayer;
        /// Background of the cross-sections; `#808080` where it is absent.
        "crossSectionBackgroundColor" => cross_section_background_color, with_cross_section_background_color: Color;
        /// Background of the 3-d view; `#000000` where it is absent.
        "projectionBackgroundColor" => projection_background_color, with_projection_background_color: Color;
        /// The panels; `4panel` where it is absent.
        "layout" => layout, with_layout: Layout;
        /// The panel of statistics.
        "statistics" => statistics, with_statistics: SidePanel;
        /// The panel of key bindings.
        "helpPanel" => help_panel, with_help_panel: SidePanel;
        /// The panel of settings.
        "settingsPanel" => settings_panel, with_settings_panel: SidePanel;
        /// The panel of layers.
        "layerListPanel" => layer_list_panel, with_layer_list_panel: SidePanel;
        /// The pinned selection.
        "selection" => selection, with_selection: Object;
        /// The part of the window in use: left, top, width, height as fractions.
        "partialViewport" => partial_viewport, with_partial_viewport: [f64; 4];
        /// The server behind the button that shares a state.
        "selectedStateServer" => selected_state_server, with_selected_state_server: String;
        /// Capital letters and the tools that they activate.
        "toolBindings" => tool_bindings, with_tool_bindings: Object;
        /// Palettes of tools, by name.
        "toolPalettes" => tool_palettes, with_tool_palettes: Object;
    }
}

/// No key at all: what a viewer shows at its bare address.
impl Default for ViewerState {
    fn default() -> Self {
        Self::from_object(Object::new())
    }
}

impl ViewerState {
    /// A state from its JSON object; nothing is looked at yet ([`ViewerState::check`] does).
    pub fn from_object(object: Object) -> Self {
        Self { object }
    }

    /// The state with the keys of `patch` in place of its own, as the viewer takes a link of the form `#!+{…}`.
    pub fn merged(mut self, patch: Self) -> Self {
        self.object.extend(patch.object);
        self
    }

    /// Adds a layer on top.
    ///
    /// # Errors
    /// [`Error::DuplicateLayer`] if its name is taken, [`Error::Value`] if `layers` cannot be read.
    pub fn with_layer(self, layer: impl Into<crate::Layer>) -> Result<Self> {
        let layer = layer.into();
        let mut layers = self.layers()?.unwrap_or_default();
        let name = layer.name()?;
        for other in &layers.0 {
            if let (Some(name), Some(other)) = (&name, other.name()?)
                && *name == other
            {
                return Err(Error::DuplicateLayer { name: other });
            }
        }
        layers.0.push(layer);
        self.with_layers(layers)
    }

    /// The state as one line of Python's JSON; `to_string` gives the viewer's.
    pub fn to_python_string(&self) -> String {
        json::to_python_string(&Value::Object(self.object.clone()))
    }

    /// # Errors
    /// [`Error::NotShareable`] if a source exists in one Python process only.
    pub(crate) fn check_shareable(&self) -> Result<()> {
        // What cannot be read is not for this check to report: such a state can be shared, and shows as it is.
        let Ok(Some(layers)) = self.layers() else { return Ok(()) };
        for layer in layers.0 {
            let Ok(Some(sources)) = layer.source() else { continue };
            let private = sources.0.iter().filter_map(|source| source.url().ok());
            if let Some(url) = private.into_iter().find(|url| matches!(url, SourceUrl::Python(_))) {
                let layer = layer.name().ok().flatten().unwrap_or_default();
                return Err(Error::NotShareable { layer, url: url.to_string() });
            }
        }
        Ok(())
    }
}

/// The compact JSON in the viewer's spelling; `{:#}` indents it.
impl fmt::Display for ViewerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        json::display(&self.object, f)
    }
}

/// Reads JSON, which has to be an object.
impl FromStr for ViewerState {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        json::parse_object(text).map(Self::from_object)
    }
}

impl<'de> serde::Deserialize<'de> for ViewerState {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Object::deserialize(deserializer).map(Self::from_object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{ImageLayer, Layer};

    fn state(text: &str) -> ViewerState {
        text.parse().unwrap()
    }

    #[test]
    fn unknown_keys_and_order_survive() {
        let text = r#"{"zz":1,"layout":"xy","position":[1,2.5],"a":{"y":1,"x":2}}"#;
        let state = state(text);
        assert_eq!(state.to_string(), text);
        assert_eq!(state.extra().map(|(key, _)| key).collect::<Vec<_>>(), ["zz", "a"]);
        let edited = state.with_position([0.0]).unwrap().without("a");
        assert_eq!(edited.to_string(), r#"{"zz":1,"layout":"xy","position":[0]}"#);
    }

    #[test]
    fn typed_keys_are_no_extras() {
        let refused = ViewerState::default().with_extra("position", 1);
        assert!(matches!(refused, Err(Error::TypedKey { key }) if key == "position"));
        assert!(ViewerState::default().with_extra("mine", 1).is_ok());
    }

    #[test]
    fn check_names_the_path() {
        for (text, path) in [
            (r#"{"crossSectionScale":0}"#, "`/crossSectionScale`"),
            (r#"{"position":[1,"2"]}"#, "`/position/1`"),
            (r#"{"dimensions":{"c'":[1,"m"]}}"#, "`/dimensions`"),
            (r#"{"layers":[{"type":"image","opacity":2}]}"#, "`/layers/0/opacity`"),
            (r#"{"layers":[{"type":"segmentation","segments":["07"]}]}"#, "`/layers/0/segments/0`"),
            (
                r#"{"layers":[{"type":"image","source":{"transform":{"matrix":[]}}}]}"#,
                "`/layers/0/source`: `url` is missing",
            ),
            (r#"{"layout":"5panel"}"#, "`/layout`"),
        ] {
            let message = state(text).check().unwrap_err().to_string();
            assert!(message.contains(path), "{text}: {message}");
        }
    }

    #[test]
    fn layers_are_unique() {
        let em = || ImageLayer::new("em", SourceUrl::parse("x")).unwrap();
        let once = ViewerState::default().with_layer(em()).unwrap();
        assert!(matches!(once.with_layer(em()), Err(Error::DuplicateLayer { .. })));
        assert!(matches!(ImageLayer::new("", SourceUrl::parse("x")), Err(Error::MissingKey { .. })));
    }

    #[test]
    fn merging_replaces_whole_keys() {
        let merged = state(r#"{"a":{"x":1},"b":2}"#).merged(state(r#"{"a":{"y":1},"c":3}"#));
        assert_eq!(merged.to_string(), r#"{"a":{"y":1},"b":2,"c":3}"#);
    }

    #[test]
    fn pages_of_one_process_are_not_shared() {
        let layer = Layer::from(ImageLayer::new("em", SourceUrl::parse("python://volume/a.b")).unwrap());
        let refused = ViewerState::default().with_layer(layer).unwrap().check_shareable();
        assert!(matches!(refused, Err(Error::NotShareable { layer, .. }) if layer == "em"));
    }
}
