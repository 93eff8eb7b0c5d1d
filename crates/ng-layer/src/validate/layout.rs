//! The layout.

use super::keys;
use crate::finding::{Findings, pointer};
use crate::json::Object;
use crate::state::{Layout, PanelDetail, Split, ViewerGroup, ViewerState};

pub(super) fn look(state: &ViewerState, names: &[String], findings: &mut Findings) {
    if let Ok(Some(layout)) = state.layout() {
        look_at(&layout, names, "/layout", findings);
    }
}

fn look_at(layout: &Layout, names: &[String], at: &str, findings: &mut Findings) {
    match layout {
        Layout::Panels(_) => {}
        Layout::Detailed(detail) => look_at_keys(detail.as_object(), PanelDetail::KEYS, at, findings),
        Layout::Row(split) | Layout::Column(split) => look_at_split(split, names, at, findings),
        Layout::Viewer(group) => look_at_group(group, names, at, findings),
    }
}

/// Every form but the plain string says which it is.
fn look_at_keys(object: &Object, known: &[&str], at: &str, findings: &mut Findings) {
    let known: Vec<&str> = known.iter().copied().chain(["type"]).collect();
    keys::look(object, &known, at, findings);
}

fn look_at_split(split: &Split, names: &[String], at: &str, findings: &mut Findings) {
    look_at_keys(split.as_object(), Split::KEYS, at, findings);
    for (index, child) in split.children().ok().flatten().unwrap_or_default().iter().enumerate() {
        look_at(child, names, &format!("{at}/children/{index}"), findings);
    }
}

fn look_at_group(group: &ViewerGroup, names: &[String], at: &str, findings: &mut Findings) {
    for (index, name) in group.layers().ok().flatten().unwrap_or_default().iter().enumerate() {
        if !names.contains(name) {
            findings.error(
                &format!("{at}/layers/{index}"),
                format!("`{name}`"),
                "there is no such layer, and the viewer restores nothing from the layout on",
                "name one of `layers`",
            );
        }
    }
    if let Ok(Some(layout)) = group.layout() {
        look_at(&layout, names, &pointer(at, "layout"), findings);
    }
    look_at_keys(group.as_object(), ViewerGroup::KEYS, at, findings);
    if group.as_object().contains_key("relativeDisplayScales") {
        findings.warning(
            &pointer(at, "relativeDisplayScales"),
            "factors under the name that they have at the top level",
            "in a viewer of the layout they are called otherwise",
            "write `dimensionRenderScales`",
        );
    }
}
