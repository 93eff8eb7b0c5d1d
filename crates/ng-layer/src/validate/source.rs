//! Sources of layers.

use super::{keys, transform};
use crate::finding::{Findings, pointer};
use crate::json::Value;
use crate::layer::Layer;
use crate::source::{Notation, Source, SourceUrl};
use crate::transform::Transform;

pub(super) fn look(layer: &Layer, at: &str, findings: &mut Findings) {
    let Ok(Some(sources)) = layer.source() else { return };
    let list = layer.as_object().get("source").is_some_and(Value::is_array);
    let at = pointer(at, "source");
    for (index, source) in sources.0.iter().enumerate() {
        let at = if list { format!("{at}/{index}") } else { at.clone() };
        look_at_source(source, &at, findings);
    }
}

fn look_at_source(source: &Source, at: &str, findings: &mut Findings) {
    let known: Vec<&str> = Source::KEYS.iter().copied().chain(["url"]).collect();
    keys::look(source.as_object(), &known, at, findings);
    if let Some(transform) = source.as_object().get("transform").and_then(Value::as_object) {
        keys::look(transform, &Transform::KEYS, &pointer(at, "transform"), findings);
    }
    let Ok(url) = source.url() else { return };
    look_at_url(&url, at, findings);
    match source.transform() {
        Ok(Some(transform)) => transform::look(&transform, &url, &pointer(at, "transform"), findings),
        Ok(None) if matches!(&url, SourceUrl::Local(name) if name == "annotations") => findings.warning(
            at,
            "annotations in the state, without a transform",
            "they are counted in the voxels of whatever source the viewer loads first, and move with it",
            "add `transform` with `outputDimensions`",
        ),
        _ => {}
    }
}

fn look_at_url(url: &SourceUrl, at: &str, findings: &mut Findings) {
    let text = url.to_string();
    match url {
        SourceUrl::Precomputed { directory, notation: Notation::Prefix, .. } if directory.contains('?') => findings
            .error(
                at,
                text,
                "the viewer takes no query in this notation",
                "write https://host/dir/?query|neuroglancer-precomputed:",
            ),
        SourceUrl::Python(_) => findings.error(
            at,
            text,
            "only the page of one Python process can read it",
            "serve the data, and use that address",
        ),
        SourceUrl::Other(other) => look_at_other(other, at, findings),
        _ => {}
    }
    let text = url.to_string();
    if text.bytes().any(|byte| !byte.is_ascii_graphic()) {
        let rule = "spaces and everything beyond ASCII are percent-encoded in an address";
        findings.warning(at, text, rule, "write them as %XX");
    }
}

/// Addresses without a variant, which are wrong or of formats that are not looked into.
fn look_at_other(url: &str, at: &str, findings: &mut Findings) {
    if let Some(rest) = url.strip_prefix("dvid://") {
        let (rule, cure) = if rest.contains('?') {
            ("the viewer takes everything behind the last slash for the name of the instance", "leave the query out")
        } else {
            ("an instance is addressed by server, node and name", "write dvid://http://HOST:PORT/NODE/INSTANCE")
        };
        return findings.error(at, url, rule, cure);
    }
    if url.split('|').skip(1).any(|stage| stage.starts_with("precomputed:")) {
        return findings.error(at, url, "the stage has another name", "write |neuroglancer-precomputed:");
    }
    let format =
        url.contains('|') || url.split_once("://").is_some_and(|(scheme, rest)| !rest.is_empty() && !is_store(scheme));
    if !format {
        let rule = "without a format the viewer asks for the files of each, and exactly one must answer";
        findings.warning(at, url, rule, "name the format, as |neuroglancer-precomputed: or |zarr:");
    }
}

fn is_store(scheme: &str) -> bool {
    let scheme = scheme.rsplit('+').next().unwrap_or(scheme);
    ["http", "https", "gs", "s3"].contains(&scheme)
}

/// Where voxels have their corner at whole numbers, and where their centre.
pub(super) fn look_at_corners<'a>(layers: impl Iterator<Item = (&'a Layer, &'a str)>, findings: &mut Findings) {
    let (mut corners, mut centres) = (false, Vec::new());
    for (layer, at) in layers {
        for source in layer.source().ok().flatten().map(|sources| sources.0).unwrap_or_default() {
            match source.url() {
                Ok(SourceUrl::Precomputed { .. } | SourceUrl::Dvid { .. }) => corners = true,
                Ok(SourceUrl::Other(url)) => {
                    let zarr = url.contains("|zarr") || url.starts_with("zarr");
                    let placed = matches!(source.transform(), Ok(Some(_)));
                    centres.extend((zarr && !placed).then(|| pointer(at, "source")));
                }
                _ => {}
            }
        }
    }
    for at in centres.iter().filter(|_| corners) {
        findings.hint(
            at,
            "a zarr source beside precomputed or DVID ones",
            "OME metadata count from the centre of a voxel, the others from its corner: half a voxel lies between them",
            "add a transform that moves it by half a voxel, if its metadata are OME",
        );
    }
}
