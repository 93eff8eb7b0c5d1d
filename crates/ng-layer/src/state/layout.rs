//! How the panels of a viewer are arranged.

use super::linked::Linked;
use crate::document::{Field, Located, document, unexpected, wrong};
use crate::error::Result;
use crate::field::words;
use crate::json::{Object, Value};

words! {
    /// The arrangements that have names.
    Panels, "\"4panel\", \"4panel-alt\", \"xy\", \"xz\", \"yz\", \"xy-3d\", \"xz-3d\", \"yz-3d\" or \"3d\"" {
        /// Three cross-sections and the 3-d view.
        Four = "4panel",
        /// The same in another order.
        FourAlternative = "4panel-alt",
        /// One cross-section: first and second dimension.
        Xy = "xy",
        /// One cross-section: first and third dimension.
        Xz = "xz",
        /// One cross-section: second and third dimension.
        Yz = "yz",
        /// A cross-section beside the 3-d view.
        Xy3d = "xy-3d",
        /// A cross-section beside the 3-d view.
        Xz3d = "xz-3d",
        /// A cross-section beside the 3-d view.
        Yz3d = "yz-3d",
        /// The 3-d view.
        ThreeD = "3d",
    }
}

/// An arrangement of panels.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Layout {
    /// By name.
    Panels(Panels),
    /// By name, with details.
    Detailed(PanelDetail),
    /// Viewers beside each other.
    Row(Split),
    /// Viewers above each other.
    Column(Split),
    /// A group of layers with panels of its own.
    Viewer(ViewerGroup),
}

document! {
    /// A named arrangement with details.
    PanelDetail {
        /// The arrangement.
        "type" => panels, with_panels: Panels;
        /// Whether the 3-d view is without perspective.
        "orthographicProjection" => orthographic_projection, with_orthographic_projection: bool;
        /// Further cross-sections in the 3-d view, by name.
        "crossSections" => cross_sections, with_cross_sections: Object;
    }
}

document! {
    /// Viewers beside or above each other.
    Split {
        /// The parts: rows, columns and groups. A bare name is refused here.
        "children" => children, with_children: Vec<Layout>, no_bare_names;
        /// Its share of the space.
        "flex" => flex, with_flex: f64;
    }
}

document! {
    /// A group of layers with panels of its own. Position, scales and rotations may be linked to those of the whole
    /// viewer: `{"link": "linked" | "relative" | "unlinked", "value": …}`.
    ViewerGroup {
        /// Names of the layers; one that does not exist makes the viewer refuse the layout.
        "layers" => layers, with_layers: Vec<String>;
        /// The panels; `xy` where it is absent.
        "layout" => layout, with_layout: Box<Layout>, only_panels;
        /// Its share of the space.
        "flex" => flex, with_flex: f64;
        /// Its position.
        "position" => position, with_position: Linked<Vec<f64>>;
        /// Its canonical voxels per pixel in cross-sections.
        "crossSectionScale" => cross_section_scale, with_cross_section_scale: Linked<f64>;
        /// Rotation of its cross-sections.
        "crossSectionOrientation" => cross_section_orientation, with_cross_section_orientation: Linked<[f64; 4]>;
        /// Depth of field of its cross-sections.
        "crossSectionDepth" => cross_section_depth, with_cross_section_depth: Linked<f64>;
        /// Its canonical voxels per height of the 3-d view.
        "projectionScale" => projection_scale, with_projection_scale: Linked<f64>;
        /// Rotation of its 3-d view.
        "projectionOrientation" => projection_orientation, with_projection_orientation: Linked<[f64; 4]>;
        /// Depth of field of its 3-d view.
        "projectionDepth" => projection_depth, with_projection_depth: Linked<f64>;
        /// Its display dimensions.
        "displayDimensions" => display_dimensions, with_display_dimensions: Linked<Vec<String>>;
        /// Factors that stretch its dimensions on the screen; called otherwise than those of the whole viewer.
        "dimensionRenderScales" => dimension_render_scales, with_dimension_render_scales: Linked<Object>;
        /// Playback, by dimension.
        "velocity" => velocity, with_velocity: Object;
        /// Capital letters and the tools that they activate.
        "toolBindings" => tool_bindings, with_tool_bindings: Object;
    }
}

const TYPE: &str = "type";

impl ViewerGroup {
    /// A group of layers, by name.
    ///
    /// # Errors
    /// None; the names are looked up by the viewer.
    pub fn new(layers: impl Into<Vec<String>>) -> Result<Self> {
        Self { object: typed("viewer") }.with_layers(layers)
    }
}

impl PanelDetail {
    /// A named arrangement, without details yet.
    pub fn new(panels: Panels) -> Self {
        Self { object: typed(panels.as_str()) }
    }
}

impl Layout {
    /// Viewers beside each other.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) if a child is no row, column or group.
    pub fn row(children: impl Into<Vec<Self>>) -> Result<Self> {
        Split { object: typed("row") }.with_children(children).map(Self::Row)
    }

    /// Viewers above each other.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) if a child is no row, column or group.
    pub fn column(children: impl Into<Vec<Self>>) -> Result<Self> {
        Split { object: typed("column") }.with_children(children).map(Self::Column)
    }
}

impl From<Panels> for Layout {
    fn from(panels: Panels) -> Self {
        Self::Panels(panels)
    }
}

impl From<PanelDetail> for Layout {
    fn from(detail: PanelDetail) -> Self {
        Self::Detailed(detail)
    }
}

impl From<ViewerGroup> for Layout {
    fn from(group: ViewerGroup) -> Self {
        Self::Viewer(group)
    }
}

fn typed(kind: &str) -> Object {
    Object::from_iter([(TYPE.to_owned(), kind.into())])
}

#[allow(clippy::ptr_arg, reason = "a rule borrows the very type of its key")]
fn no_bare_names(children: &Vec<Layout>) -> Option<&'static str> {
    let bare = children.iter().any(|child| matches!(child, Layout::Panels(_) | Layout::Detailed(_)));
    bare.then_some("a list of rows, columns and viewers: put named panels into a viewer with its layers")
}

#[allow(clippy::borrowed_box, reason = "a rule borrows the very type of its key")]
fn only_panels(layout: &Box<Layout>) -> Option<&'static str> {
    let panels = matches!(**layout, Layout::Panels(_) | Layout::Detailed(_));
    (!panels).then_some("named panels, with or without details")
}

impl Field for Layout {
    const EXPECTED: &'static str = "named panels, a row, a column or a viewer";

    fn read(value: &Value) -> Result<Self> {
        let object = match value {
            Value::String(_) => return Panels::read(value).map(Self::Panels),
            Value::Object(object) => object.clone(),
            _ => return Err(wrong::<Self>(value)),
        };
        match object.get(TYPE).and_then(Value::as_str) {
            Some("row") => Ok(Self::Row(Split { object })),
            Some("column") => Ok(Self::Column(Split { object })),
            Some("viewer") => Ok(Self::Viewer(ViewerGroup { object })),
            Some(_) => {
                Panels::read(&object[TYPE]).map_err(|error| error.within(TYPE))?;
                Ok(Self::Detailed(PanelDetail { object }))
            }
            None => Err(unexpected(value, "an object whose `type` is row, column, viewer or names panels")),
        }
    }

    fn write(&self) -> Result<Value> {
        match self {
            Self::Panels(panels) => panels.write(),
            Self::Detailed(detail) => Ok(Value::Object(detail.object.clone())),
            Self::Row(split) | Self::Column(split) => Ok(Value::Object(split.object.clone())),
            Self::Viewer(group) => Ok(Value::Object(group.object.clone())),
        }
    }

    fn look(&self, at: &str, errors: &mut Vec<Located>) {
        match self {
            Self::Panels(_) => {}
            Self::Detailed(detail) => detail.look(at, errors),
            Self::Row(split) | Self::Column(split) => split.look(at, errors),
            Self::Viewer(group) => group.look(at, errors),
        }
    }
}

impl Field for Box<Layout> {
    const EXPECTED: &'static str = Layout::EXPECTED;

    fn read(value: &Value) -> Result<Self> {
        Layout::read(value).map(Self::new)
    }

    fn write(&self) -> Result<Value> {
        (**self).write()
    }

    fn look(&self, at: &str, errors: &mut Vec<Located>) {
        (**self).look(at, errors);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(layout: &Layout) -> Vec<Located> {
        let mut errors = Vec::new();
        layout.look("", &mut errors);
        errors
    }

    #[test]
    fn all_forms_are_read_and_built() {
        let group =
            |names: &[&str]| ViewerGroup::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        let detail = PanelDetail::new(Panels::Four).with_orthographic_projection(true).unwrap();
        let seg = group(&["em", "seg"]).with_layout(Layout::from(detail)).unwrap().with_flex(2.0).unwrap();
        let row = Layout::row([
            group(&["em"]).with_layout(Layout::from(Panels::Xy)).unwrap().into(),
            Layout::column([seg.into()]).unwrap(),
        ]);
        let value = json!({"type": "row", "children": [
            {"type": "viewer", "layers": ["em"], "layout": "xy"},
            {"type": "column", "children": [
                {"type": "viewer", "layers": ["em", "seg"], "layout": {"type": "4panel", "orthographicProjection": true}, "flex": 2}
            ]}
        ]});
        assert_eq!(row.as_ref().unwrap().write().unwrap(), value);
        let read = Layout::read(&value).unwrap();
        assert_eq!(read, row.unwrap());
        assert!(errors(&read).is_empty());
    }

    #[test]
    fn what_the_viewer_refuses_is_refused() {
        for bad in [
            json!("5panel"),
            json!({"type": "5panel"}),
            json!({"layers": []}),
            json!(4),
            json!({"type": "row", "children": ["xy"]}),
            json!({"type": "viewer", "layout": {"type": "row", "children": []}}),
        ] {
            assert!(Layout::read(&bad).map_or(true, |layout| !errors(&layout).is_empty()), "{bad}");
        }
    }
}
