//! The page that lists what a server has.

use std::fmt::Write;

use crate::volume::Volume;

/// HTML with a link to the viewer and one line for every volume.
pub(crate) fn index(url: &str, link: &str, volumes: &[Volume]) -> String {
    let mut page = String::from("<!doctype html>\n<meta charset=\"utf-8\">\n<title>Volumes</title>\n");
    let (url, link) = (escaped(url), escaped(link));
    let mut line = |text: std::fmt::Arguments<'_>| page.write_fmt(text).expect("writing to a string cannot fail");
    line(format_args!(
        "<p><a href=\"{link}\">Open in Neuroglancer</a> · <a href=\"{url}/state.json\">state</a></p>\n<ul>\n"
    ));
    for volume in volumes {
        let info = volume.info();
        let shape = info.scales()[0].voxels().shape();
        let (dtype, levels) = (info.dtype(), info.scales().len());
        line(format_args!("<li>{}: {dtype}, {shape} voxels (z, y, x), {levels} levels</li>\n", escaped(volume.name())));
    }
    page.push_str("</ul>\n");
    page
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
