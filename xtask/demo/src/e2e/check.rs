//! What is compared: each pixel of a panel with the colour of its voxel, and each value with that of its voxel.

use std::fmt;
use std::path::Path;

use facade::ng_layer::segment_color;
use facade::prelude::*;
use serde_json::{Value, json};

use super::Result;
use super::page::{Page, Panel, Picture};
use super::scene::{Layer, Level, Scene};

/// Outside of all data: no grey, and not the colour of any segment, which are all bright.
const BACKGROUND: [u8; 3] = [0x20, 0x30, 0x50];
/// A colour passes through floats on its way.
const TOLERANCE: u8 = 1;
/// How far from the middle of a voxel values are asked for, in parts of its edge.
const OFF: [f64; 2] = [-0.4, 0.4];
/// About how many voxels are asked for by the viewer's picking.
const ASKED: usize = 600;
/// How many differences are told in full.
const TOLD: usize = 5;
/// A picture of tissue has more colours than this; a blank one has one or two.
const BLANK: usize = 10;

/// How large something is shown: a level, and how many pixels each of its voxels covers, an odd number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Zoom {
    pub(super) level: usize,
    pub(super) pixels: u32,
}

/// What one picture shows.
pub(super) struct Shown<'a> {
    pub(super) scene: &'a Scene,
    pub(super) layer: &'a Layer,
    pub(super) zoom: &'a Zoom,
    pub(super) half_voxel_off: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Comparisons that were made.
    pub compared: usize,
    /// Pixels of another colour than their voxel's.
    pub pixels: Differences,
    /// Values other than their voxel's.
    pub values: Differences,
    /// Console errors, failed requests, blank panels.
    pub broken: Vec<String>,
}

/// How many, and the first few in words.
#[derive(Debug, Default)]
pub struct Differences {
    /// How many.
    pub count: usize,
    told: Vec<String>,
}

impl Differences {
    fn add(&mut self, words: impl FnOnce() -> String) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(words());
        }
    }
}

impl Findings {
    /// The link itself, as everybody sees it first: all layers in four panels.
    pub(super) fn overview(&mut self, page: &Page<'_>, file: &Path) -> Result<()> {
        page.wait_for_any()?;
        let picture = page.picture()?;
        std::fs::write(file, &picture.png)?;
        self.not_blank(&picture, picture.whole(), "the link");
        Ok(())
    }

    fn not_blank(&mut self, picture: &Picture, panel: Panel, what: &str) {
        let colors = picture.colors(panel);
        if colors < BLANK {
            self.broken.push(format!("{what}: a blank panel of {colors} colours"));
        }
    }

    /// One layer at one zoom, in one cross-section along z.
    pub(super) fn compare(&mut self, page: &Page<'_>, shown: &Shown<'_>, file: &Path) -> Result<String> {
        let before = (self.compared, self.pixels.count, self.values.count);
        // Where the panel lies is known once something is shown in it.
        page.show(&shown.state(&shown.view(Panel { left: 0, top: 0, width: 0, height: 0 }), "layout")?)?;
        let view = shown.view(page.panel()?);
        page.show(&shown.state(&view, "compared")?)?;
        if page.panel()? != view.panel {
            return Err(format!("{}: the panel has moved", view.name).into());
        }
        let picture = page.picture()?;
        std::fs::write(file, &picture.png)?;
        self.not_blank(&picture, view.panel, &view.name);
        self.compare_pixels(&picture, &view);
        self.compare_values(page, &view)?;
        self.compare_hovered(page, &view)?;
        let (compared, pixels) = (self.compared - before.0, self.pixels.count - before.1);
        let values = self.values.count - before.2;
        Ok(format!("{}: {compared} compared, {pixels} pixels and {values} values differ", view.name))
    }

    fn compare_pixels(&mut self, picture: &Picture, view: &View<'_>) {
        let Panel { left, top, width, height } = view.panel;
        for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
            let place_yx = view.place_yx([row, column]);
            let Some(inside) = view.finest.contains_yx(place_yx) else { continue };
            let Some((index, expected)) = view.expected(place_yx, inside) else { continue };
            self.compared += 1;
            let found = picture.pixel(left + column, top + row);
            if found.iter().zip(expected).any(|(found, expected)| found.abs_diff(expected) > TOLERANCE) {
                self.pixels.add(|| {
                    format!("{}: pixel {column}, {row} of voxel {index:?} is {found:?}, not {expected:?}", view.name)
                });
            }
        }
    }

    /// Near all eight corners in turns: whatever is off by a tenth of a voxel finds another.
    fn compare_values(&mut self, page: &Page<'_>, view: &View<'_>) -> Result<()> {
        let (mut positions, mut indices) = (Vec::new(), Vec::new());
        for (number, index) in view.voxels(ASKED).into_iter().enumerate() {
            let centre = view.level.centre_zyx(index);
            let off = |axis: usize| OFF[number >> axis & 1] * view.level.step_zyx[axis];
            positions.push([2, 1, 0].map(|axis| centre[axis] + off(axis)));
            indices.push(index);
        }
        let found = page.values(&view.layer.name, &positions)?;
        for ((index, place), found) in indices.iter().zip(&positions).zip(&found) {
            self.compared += 1;
            let expected = view.values(*place);
            if !expected.contains(found) {
                self.values.add(|| format!("{}: voxel {index:?} is {found}, not {expected:?}", view.name));
            }
        }
        Ok(())
    }

    /// The same by the mouse, for a few of the finest level: the middle of a coarser voxel lies between finer ones.
    fn compare_hovered(&mut self, page: &Page<'_>, view: &View<'_>) -> Result<()> {
        if view.zoom.level > 0 {
            return Ok(());
        }
        for index in view.voxels(3) {
            let centre = view.level.centre_zyx(index);
            let Some(pixel) = view.pixel([centre[1], centre[2]]) else { continue };
            let [left, top] = [pixel[0] - view.panel.left, pixel[1] - view.panel.top];
            let [y, x] = view.place_yx([top, left]);
            let expected = view.values([x, y, centre[0]]);
            let found = page.hover(&view.layer.name, pixel)?;
            self.compared += 1;
            if !found.as_ref().is_some_and(|found| expected.contains(found)) {
                self.values.add(|| format!("{}: below the mouse is {found:?}, not {expected:?}", view.name));
            }
        }
        Ok(())
    }
}

/// A plane of a level in a panel.
struct View<'a> {
    name: String,
    layer: &'a Layer,
    zoom: Zoom,
    level: &'a Level,
    finest: &'a Level,
    panel: Panel,
    plane: usize,
    /// Middle of the panel.
    position_zyx: [f64; 3],
    /// Voxels of the finest level per pixel.
    scale: f64,
}

impl Shown<'_> {
    /// The middle plane of the level. The middle of the panel lies between pixels where it has an even number of them; there has to
    /// be a place that puts the middles of pixels onto those of voxels.
    fn view(&self, panel: Panel) -> View<'_> {
        let level = &self.layer.levels[self.zoom.level];
        let scale = level.step_zyx[2] / f64::from(self.zoom.pixels);
        let middle = level.shape().map(|extent| extent / 2);
        let [z, y, x] = level.centre_zyx(middle);
        let half = |pixels: u32| if pixels.is_multiple_of(2) { 0.5 * scale } else { 0.0 };
        let position_zyx = [z, y - half(panel.height), x - half(panel.width)];
        let name = format!("{} at level {}", self.layer.name, self.zoom.level);
        let finest = &self.layer.levels[0];
        View { name, layer: self.layer, zoom: *self.zoom, level, finest, panel, plane: middle[0], position_zyx, scale }
    }

    /// The state of the link, but for one layer alone, in one panel, with nothing drawn over it.
    fn state(&self, view: &View<'_>, title: &str) -> Result<Value> {
        let mut state = self.scene.state()?;
        let dimensions = state["dimensions"].clone();
        let layers = state["layers"].as_array_mut().ok_or("a state without layers")?;
        layers.retain(|layer| layer["name"] == self.layer.name.as_str());
        let layer = layers.first_mut().ok_or("the layer is not in the state")?;
        // How many pixels a voxel may cover before the viewer takes a finer level.
        layer["crossSectionRenderScale"] = json!(self.zoom.pixels);
        if self.layer.kind == Kind::Labels {
            layer["selectedAlpha"] = json!(1);
            layer["hoverHighlight"] = json!(false);
        }
        if self.half_voxel_off {
            move_half_a_voxel(layer, &dimensions)?;
        }
        let [z, y, x] = view.position_zyx;
        let [red, green, blue] = BACKGROUND;
        let settings = json!({
            "title": format!("{} {title} {}", view.name, view.panel.width),
            "position": [x, y, z],
            "crossSectionScale": view.scale,
            "crossSectionBackgroundColor": format!("#{red:02x}{green:02x}{blue:02x}"),
            "layout": "xy",
            "showAxisLines": false,
            "showScaleBar": false,
            "showDefaultAnnotations": false,
        });
        let members = settings.as_object().cloned().unwrap_or_default();
        state.as_object_mut().ok_or("a state is an object")?.extend(members);
        Ok(state)
    }
}

/// Along x and y, by the last column of the transform, which the source may have none of.
fn move_half_a_voxel(layer: &mut Value, dimensions: &Value) -> Result<()> {
    let source = &mut layer["source"];
    if source.is_string() {
        let still = json!([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]);
        *source = json!({"url": *source, "transform": {"matrix": still, "outputDimensions": dimensions}});
    }
    for row in 0..2 {
        let place = source.pointer_mut(&format!("/transform/matrix/{row}/3")).ok_or("a transform has a matrix")?;
        *place = json!(place.as_f64().ok_or("of numbers")? + 0.5);
    }
    Ok(())
}

impl View<'_> {
    /// What lies in the middle of a pixel of the panel.
    fn place_yx(&self, [row, column]: [u32; 2]) -> [f64; 2] {
        let along = |pixel: u32, pixels: u32, middle: f64| {
            middle + (f64::from(pixel) + 0.5 - f64::from(pixels) / 2.0) * self.scale
        };
        let [_, y, x] = self.position_zyx;
        [along(row, self.panel.height, y), along(column, self.panel.width, x)]
    }

    /// The pixel of the window that shows a place, if any does.
    fn pixel(&self, [y, x]: [f64; 2]) -> Option<[u32; 2]> {
        let along = |place: f64, middle: f64, pixels: u32| {
            let pixel = ((place - middle) / self.scale + f64::from(pixels) / 2.0).floor();
            (pixel >= 0.0 && pixel < f64::from(pixels)).then_some(pixel as u32)
        };
        let [_, middle_y, middle_x] = self.position_zyx;
        let (row, column) = (along(y, middle_y, self.panel.height)?, along(x, middle_x, self.panel.width)?);
        Some([self.panel.left + column, self.panel.top + row])
    }

    /// Index and colour of the voxel at a place, or the background; `None` near the border of a voxel.
    fn expected(&self, place_yx: [f64; 2], inside: bool) -> Option<([usize; 3], [u8; 3])> {
        if !inside {
            return Some(([self.plane, usize::MAX, usize::MAX], BACKGROUND));
        }
        let index = |axis: usize| {
            let at = (place_yx[axis - 1] - self.level.begin_zyx[axis]) / self.level.step_zyx[axis];
            let sure = (at - at.round()).abs() > 0.05 && at >= 0.0 && at < self.level.shape()[axis] as f64;
            sure.then_some(at as usize)
        };
        let index = [self.plane, index(1)?, index(2)?];
        let value = self.level.values[index];
        let color = match (self.layer.kind, value) {
            (Kind::Labels, 0) => BACKGROUND,
            (Kind::Labels, id) => segment_color(0, id),
            (_, gray) => [gray as u8; 3],
        };
        Some((index, color))
    }

    /// The value at a place in x, y, z order: that of the level, or of a finer one, since the viewer names the finest that it has
    /// loaded before.
    fn values(&self, [x, y, z]: [f64; 3]) -> Vec<String> {
        let levels = self.layer.levels.iter().take_while(|level| level.step_zyx[2] <= self.level.step_zyx[2]);
        levels.filter_map(|level| level.value([z, y, x])).map(|value| value.to_string()).collect()
    }

    /// About so many voxels, all over what is visible of the plane.
    fn voxels(&self, count: usize) -> Vec<[usize; 3]> {
        let [_, rows, columns] = self.level.shape();
        let all = (0..rows).flat_map(|row| (0..columns).map(move |column| [self.plane, row, column]));
        let visible = |index: &[usize; 3]| {
            let [_, y, x] = self.level.centre_zyx(*index);
            // What the rim of a coarser level has beyond the data is not drawn.
            self.finest.contains_yx([y, x]) == Some(true) && self.pixel([y, x]).is_some()
        };
        let visible: Vec<[usize; 3]> = all.filter(visible).collect();
        let stride = (visible.len() / count).max(1) | 1;
        visible.into_iter().skip(stride / 2).step_by(stride).take(count).collect()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { compared, pixels, values, broken } = self;
        writeln!(f, "{compared} compared, {} pixels and {} values differ", pixels.count, values.count)?;
        for line in pixels.told.iter().chain(&values.told).chain(broken) {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}
