//! The keys of the whole viewer.

use super::{keys, space};
use crate::finding::{Findings, pointer};
use crate::space::CoordinateSpace;
use crate::state::ViewerState;

/// Keys of states of many years ago, which are still read.
const OLD: [&str; 4] = ["navigation", "perspectiveOrientation", "perspectiveZoom", "perspectiveViewBackgroundColor"];

/// Whole numbers and halves up to here are exact as 32-bit floats.
const LARGEST_EXACT: f64 = 16_777_216.0;

pub(super) fn look(state: &ViewerState, findings: &mut Findings) {
    let object = state.as_object();
    let known: Vec<&str> = ViewerState::KEYS.iter().chain(&OLD).copied().collect();
    keys::look(object, &known, "", findings);
    if object.contains_key("dimensionRenderScales") {
        findings.warning(
            "/dimensionRenderScales",
            "factors under the name that they have in a viewer of the layout",
            "at the top level they are called otherwise",
            "write `relativeDisplayScales`",
        );
    }
    for key in OLD.iter().filter(|key| object.contains_key(**key)) {
        findings.warning(
            &pointer("", key),
            format!("the old key `{key}`"),
            "it is read, but never written",
            "use today's keys",
        );
    }
    let dimensions = state.dimensions().ok().flatten();
    if dimensions.is_none() {
        look_without_dimensions(state, findings);
    }
    if let Some(dimensions) = &dimensions {
        look_at_dimensions(state, dimensions, findings);
    }
    look_at_position(state, findings);
}

fn look_without_dimensions(state: &ViewerState, findings: &mut Findings) {
    for key in ["crossSectionScale", "projectionScale"] {
        if state.as_object().contains_key(key) && !state.as_object().contains_key("dimensions") {
            findings.error(
                &pointer("", key),
                format!("`{key}` without `dimensions`"),
                "the number is taken as if a voxel were a metre, and nothing is shown",
                "state `dimensions`, too, or leave it to the viewer",
            );
        }
    }
}

fn look_at_dimensions(state: &ViewerState, dimensions: &CoordinateSpace, findings: &mut Findings) {
    space::look(dimensions, "/dimensions", findings);
    if space::is_turned(dimensions) {
        findings.warning(
            "/dimensions",
            format!("the order {:?}", dimensions.names().collect::<Vec<_>>()),
            "the first dimension goes right on the screen, the second down, the third away",
            "list x, y, z; was the object sorted?",
        );
    }
    if let Ok(Some(position)) = state.position()
        && position.len() != dimensions.rank()
    {
        findings.error(
            "/position",
            format!("{} numbers for {} dimensions", position.len(), dimensions.rank()),
            "a position has a number for each dimension",
            "give as many",
        );
    }
    let shown = state.display_dimensions().ok().flatten().unwrap_or_default();
    for (index, name) in shown.iter().enumerate().filter(|(_, name)| dimensions.get(name).is_none()) {
        let at = format!("/displayDimensions/{index}");
        findings.error(&at, format!("`{name}`"), "there is no such dimension", "name one of `dimensions`");
    }
    let scales = state.relative_display_scales().ok().flatten().unwrap_or_default();
    for (name, factor) in &scales {
        let at = pointer("/relativeDisplayScales", name);
        if dimensions.get(name).is_none() {
            findings.warning(
                &at,
                format!("a factor for `{name}`"),
                "there is no such dimension",
                "name one of `dimensions`",
            );
        }
        if factor.as_f64().is_none_or(|factor| factor <= 0.0) {
            findings.error(&at, format!("the factor {factor}"), "factors are numbers above 0", "write 1 for none");
        }
    }
}

fn look_at_position(state: &ViewerState, findings: &mut Findings) {
    let Ok(Some(position)) = state.position() else { return };
    for (index, number) in position.iter().enumerate().filter(|(_, number)| number.abs() > LARGEST_EXACT) {
        findings.warning(
            &format!("/position/{index}"),
            format!("voxel {number}"),
            "positions are 32-bit floats: beyond 16777216 a half voxel cannot be told",
            "use larger voxels in `dimensions`, or move the sources by their transforms",
        );
    }
    if state.display_dimensions().is_ok_and(|shown| shown.is_some_and(|shown| shown.len() > 3)) {
        findings.error("/displayDimensions", "more than three", "a screen shows three at most", "name up to three");
    }
}
