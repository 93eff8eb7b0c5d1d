//! Layers.

use super::{keys, source};
use crate::document::Field;
use crate::finding::{Findings, pointer};
use crate::json::{Object, Value};
use crate::layer::{Annotation, AnnotationLayer, ImageLayer, Invlerp, Layer, MeshLayer, OtherLayer, SegmentationLayer};
use crate::state::ViewerState;

/// Types that have no document of their own.
const OTHER_TYPES: [&str; 3] = ["auto", "new", "pointAnnotation"];

/// A layer, by its place and name.
struct Place<'a> {
    layer: &'a Layer,
    at: String,
    name: Option<String>,
}

/// Looks at all layers and returns their names.
pub(super) fn look(state: &ViewerState, findings: &mut Findings) -> Vec<String> {
    // Layers that cannot be read were noted already, and nothing can be said of their names.
    let Ok(layers) = state.layers() else { return Vec::new() };
    let layers = layers.unwrap_or_default();
    let old_form = state.as_object().get("layers").is_some_and(Value::is_object);
    if old_form {
        findings.warning("/layers", "an object", "the order of layers is that of a list", "write a list of layers");
    }
    let place = |(index, layer)| {
        let name = Layer::name(layer).ok().flatten();
        let at =
            if old_form { pointer("/layers", name.as_deref().unwrap_or_default()) } else { format!("/layers/{index}") };
        Place { layer, at, name }
    };
    let places: Vec<Place<'_>> = layers.0.iter().enumerate().map(place).collect();
    let names: Vec<String> = places.iter().filter_map(|place| place.name.clone()).collect();
    let mut seen = std::collections::HashSet::new();
    for place in &places {
        look_at_name(place, &mut seen, findings);
        look_at_type(place, findings);
        look_at_layer(place, &names, findings);
        source::look(place.layer, &place.at, findings);
    }
    source::look_at_corners(places.iter().map(|place| (place.layer, place.at.as_str())), findings);
    if let Ok(Some(selected)) = state.selected_layer()
        && let Ok(Some(name)) = selected.layer()
    {
        expect_layer(&name, &names, "/selectedLayer/layer", findings);
    }
    names
}

fn look_at_name(place: &Place<'_>, seen: &mut std::collections::HashSet<String>, findings: &mut Findings) {
    match &place.name {
        None => {
            let rule = "layers are told apart by their names";
            findings.error(&place.at, "a layer without a name", rule, "add `name`");
        }
        Some(name) if !seen.insert(name.clone()) => {
            let at = pointer(&place.at, "name");
            findings.warning(&at, format!("a second layer `{name}`"), "the viewer renames it", "give it another name");
        }
        Some(_) => {}
    }
}

fn look_at_type(place: &Place<'_>, findings: &mut Findings) {
    let known = [ImageLayer::TYPE, SegmentationLayer::TYPE, AnnotationLayer::TYPE, MeshLayer::TYPE];
    let Some(kind) = place.layer.kind() else {
        let cure = "write image, segmentation, annotation or mesh";
        let rule = "the viewer guesses it from the data, and the Python package refuses the layer";
        return findings.warning(&place.at, "a layer without `type`", rule, cure);
    };
    if known.contains(&kind) || OTHER_TYPES.contains(&kind) {
        return;
    }
    let meant = keys::nearest(kind, &known).map_or_else(|| known.join(", "), str::to_owned);
    let rule = "the viewer makes an empty layer of it, without an error";
    findings.error(&pointer(&place.at, "type"), format!("the type `{kind}`"), rule, &format!("write {meant}"));
}

fn look_at_layer(place: &Place<'_>, names: &[String], findings: &mut Findings) {
    let Place { layer, at, .. } = place;
    let known = match layer {
        Layer::Image(_) => ImageLayer::KEYS,
        Layer::Segmentation(_) => SegmentationLayer::KEYS,
        Layer::Annotation(_) => AnnotationLayer::KEYS,
        Layer::Mesh(_) => MeshLayer::KEYS,
        Layer::Other(_) => OtherLayer::KEYS,
    };
    if !matches!(layer, Layer::Other(_)) {
        let known: Vec<&str> = known.iter().copied().chain(["type"]).collect();
        keys::look(layer.as_object(), &known, at, findings);
    }
    match layer {
        Layer::Image(image) => look_at_image(image, at, findings),
        Layer::Segmentation(labels) => look_at_segmentation(labels, names, at, findings),
        Layer::Annotation(annotations) => look_at_annotations(annotations, at, findings),
        Layer::Mesh(_) | Layer::Other(_) => {}
    }
    if let Some(controls) = layer.as_object().get("shaderControls").and_then(Value::as_object) {
        look_at_controls(controls, &pointer(at, "shaderControls"), findings);
    }
}

fn look_at_image(image: &ImageLayer, at: &str, findings: &mut Findings) {
    let own_shader = image.as_object().contains_key("shader");
    let contrast = image.contrast();
    if let Err(error) = &contrast {
        findings.refused(at, error);
    }
    if !own_shader && matches!(contrast, Ok(None)) {
        findings.hint(
            at,
            "an image without a contrast",
            "the whole range of the data type becomes black to white: right for uint8, and 16-bit data are nearly black",
            "set shaderControls.normalized.range, unless the data are uint8",
        );
    }
}

fn look_at_controls(controls: &Object, at: &str, findings: &mut Findings) {
    for (name, control) in controls {
        let at = pointer(at, name);
        for key in ["range", "window"] {
            let limits = control.get(key).and_then(Value::as_array).into_iter().flatten();
            for (index, limit) in limits.enumerate().filter(|(_, limit)| is_rounded(limit)) {
                let at = format!("{at}/{key}/{index}");
                findings.error(&at, format!("the number {limit}"), ROUNDED, "write it as a string");
            }
        }
        let points = control.get("controlPoints").and_then(Value::as_array).into_iter().flatten();
        for (index, value) in points.enumerate().filter_map(|(index, point)| Some((index, point.get(0)?))) {
            if is_rounded(value) {
                let at = format!("{at}/controlPoints/{index}/0");
                findings.error(&at, format!("the number {value}"), ROUNDED, "write it as a string");
            }
        }
        let window =
            control.get("window").and_then(|_| Invlerp::read(control).ok()).and_then(|control| control.window());
        if window.is_some_and(|[low, high]| low.to_f64() > high.to_f64()) {
            let rule = "a window rises; only a range may run backwards";
            findings.error(&pointer(&at, "window"), "it falls", rule, "exchange its ends");
        }
    }
}

const ROUNDED: &str = "a JSON number above 2^53 is rounded before the viewer sees it";

/// Whether a number is not the one that was written.
fn is_rounded(value: &Value) -> bool {
    const LARGEST: u64 = 1 << 53;
    value.as_u64().is_some_and(|number| number > LARGEST)
        || (value.is_f64() && value.as_f64().is_some_and(|number| number.abs() > LARGEST as f64))
}

fn look_at_segmentation(labels: &SegmentationLayer, names: &[String], at: &str, findings: &mut Findings) {
    for key in ["segments", "equivalences", "anchorSegment"] {
        if let Some(value) = labels.as_object().get(key) {
            look_at_ids(value, &pointer(at, key), findings);
        }
    }
    if let Ok(Some(group)) = labels.linked_segmentation_group() {
        expect_layer(&group, names, &pointer(at, "linkedSegmentationGroup"), findings);
    }
}

/// Ids are strings.
fn look_at_ids(value: &Value, at: &str, findings: &mut Findings) {
    match value {
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                look_at_ids(value, &format!("{at}/{index}"), findings);
            }
        }
        Value::Number(number) if is_rounded(value) => {
            findings.error(at, format!("the id {number} as a number"), ROUNDED, "write ids as strings");
        }
        Value::Number(number) => {
            let rule = "ids are strings; numbers are right up to 2^53 only";
            findings.warning(at, format!("the id {number} as a number"), rule, "write ids as strings");
        }
        _ => {}
    }
}

fn look_at_annotations(layer: &AnnotationLayer, at: &str, findings: &mut Findings) {
    let rank = layer.source().ok().flatten().and_then(|sources| {
        let transform = sources.0.first()?.transform().ok()??;
        Some(transform.rank())
    });
    let annotations = layer.annotations().ok().flatten().unwrap_or_default();
    for (index, annotation) in annotations.iter().enumerate() {
        look_at_annotation(annotation, rank, &format!("{at}/annotations/{index}"), findings);
    }
}

fn look_at_annotation(annotation: &Annotation, rank: Option<usize>, at: &str, findings: &mut Findings) {
    if let Some(segments) = annotation.as_object().get("segments") {
        look_at_ids(segments, &pointer(at, "segments"), findings);
    }
    let Ok(Some(kind)) = annotation.kind() else { return };
    for key in Annotation::geometry(kind) {
        let Some(value) = annotation.as_object().get(*key).and_then(Value::as_array) else {
            let what = format!("a {} without `{key}`", kind.as_str());
            findings.error(at, what, "the viewer drops the layer", &format!("add `{key}`"));
            continue;
        };
        let points: Vec<&[Value]> = match value.first() {
            Some(Value::Array(_)) => value.iter().filter_map(Value::as_array).map(Vec::as_slice).collect(),
            _ => vec![value.as_slice()],
        };
        if let Some((point, rank)) =
            rank.and_then(|rank| Some((points.iter().find(|point| point.len() != rank)?, rank)))
        {
            let what = format!("{} coordinates, where the source has {rank} dimensions", point.len());
            findings.error(&pointer(at, key), what, "the viewer drops the layer", "give one for each dimension");
        }
    }
}

/// A name that has to be that of a layer.
fn expect_layer(name: &str, names: &[String], at: &str, findings: &mut Findings) {
    if !names.iter().any(|other| other == name) {
        findings.warning(at, format!("`{name}`"), "there is no such layer", "name one of `layers`");
    }
}
