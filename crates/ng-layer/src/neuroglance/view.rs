//! One viewer for several arrays.

use super::placement::{Placement, bounds_xyz, region_xyz};
use super::{LayerOptions, Neuroglance, NeuroglancerLayer};
use crate::error::{Error, Result};
use crate::layer::{Layer, Layers};
use crate::space::{CoordinateSpace, Dim};
use crate::state::{Panels, ViewerState};
use array_core::{Array, Length, Roi};

/// A viewer that shows several arrays together.
///
/// * `dimensions`: x, y, z with the finest voxel size among the arrays, axis by axis.
/// * `position`: the centre of the region, in the middle of a voxel.
/// * `crossSectionScale`: the region just fits into a quarter of the window, `projectionScale` covers it.
/// * `layers`: images first, masks and labels on top, else in the order given.
/// * `layout`: `4panel`.
///
/// ```
/// use ng_layer::array_core::{MemoryArray, ndarray::Array3};
/// use ng_layer::neuroglance::ViewBuilder;
///
/// let em = MemoryArray::new("em", Array3::<u8>::zeros((10, 20, 30)).into_dyn(), [40, 8, 8], [0, 0, 0])?;
/// let view = ViewBuilder::default().with_array(&em).build()?;
/// assert_eq!(view.state.position()?, Some(vec![15.5, 10.5, 5.5]));
/// println!("{}: {}", view.layers[0].explanation, view.state.to_url(ng_layer::PUBLIC_VIEWER)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ViewBuilder<'a> {
    arrays: Vec<(&'a dyn Array, LayerOptions)>,
    region: Option<Roi<Length>>,
    window: [u32; 2],
    title: Option<String>,
}

/// A state, and what one has to know to use it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct View {
    /// The state of the whole viewer.
    pub state: ViewerState,
    /// Its layers in drawing order, each with its explanation.
    pub layers: Vec<NeuroglancerLayer>,
}

/// No arrays yet, a window of 1920 by 1080 pixels.
impl Default for ViewBuilder<'_> {
    fn default() -> Self {
        Self { arrays: Vec::new(), region: None, window: [1920, 1080], title: None }
    }
}

impl<'a> ViewBuilder<'a> {
    /// Adds an array.
    pub fn with_array(self, array: &'a dyn Array) -> Self {
        self.with_layer(array, LayerOptions::default())
    }

    /// Adds an array whose layer is made with options of its own.
    pub fn with_layer(mut self, array: &'a dyn Array, options: impl Into<LayerOptions>) -> Self {
        self.arrays.push((array, options.into()));
        self
    }

    /// Sets the region that the viewer looks at, in nanometres and z, y, x order; unbounded axes mean all that the arrays
    /// cover. The default is all of it.
    pub fn with_region(mut self, region: impl Into<Roi<Length>>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the size of the window, width and height in pixels.
    pub fn with_window(mut self, window: [u32; 2]) -> Self {
        self.window = window;
        self
    }

    /// Sets the title of the page.
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The state of the viewer.
    ///
    /// # Errors
    /// [`Error::NoArrays`], [`Error::NotViewable`], [`Error::DuplicateLayer`]; [`Error::EmptyRegion`] for a region or a
    /// window without extent; [`Error::Geometry`] for a region that has not three axes, or on overflow.
    pub fn build(&self) -> Result<View> {
        let voxel = self.finest_voxel()?;
        let region = self.bounds()?;
        let layers = self.layers()?;
        let mut state = ViewerState::default();
        if let Some(title) = &self.title {
            state = state.with_title(title.as_str())?;
        }
        let [x, y, z] = voxel.map(Dim::metres);
        state = state.with_dimensions(CoordinateSpace::new([("x", x), ("y", y), ("z", z)])?)?;
        state = state.with_position(centre(&region, &voxel)?)?;
        let extent = extent_in_canonical_voxels(&region, &voxel)?;
        let panel = self.panel_pixels()?;
        state = state.with_cross_section_scale(extent / panel)?.with_projection_scale(power_of_two_from(extent))?;
        state = state.with_layers(layers.iter().map(|layer| layer.layer.clone()).collect::<Layers>())?;
        Ok(View { state: state.with_layout(Panels::Four)?, layers })
    }

    /// The smallest voxel size of the arrays, axis by axis, in x, y, z order.
    fn finest_voxel(&self) -> Result<[Length; 3]> {
        let mut finest: Option<[Length; 3]> = None;
        for (array, _) in &self.arrays {
            let own = Placement::of(array.meta())?.resolution();
            finest = Some(finest.map_or(own, |finest| [0, 1, 2].map(|dim| finest[dim].min(own[dim]))));
        }
        finest.ok_or(Error::NoArrays)
    }

    /// What the viewer looks at, in x, y, z order.
    fn bounds(&self) -> Result<[(Length, Length); 3]> {
        let mut all: Option<[(Length, Length); 3]> = None;
        for (array, _) in &self.arrays {
            let own = bounds_xyz(array.meta())?;
            let join = |all: [(Length, Length); 3]| {
                [0, 1, 2].map(|dim: usize| (all[dim].0.min(own[dim].0), all[dim].1.max(own[dim].1)))
            };
            all = Some(all.map_or(own, join));
        }
        let all = all.ok_or(Error::NoArrays)?;
        let Some(region) = &self.region else { return Ok(all) };
        let corner = |pick: fn((Length, Length)) -> Length| [2, 1, 0].map(|dim| pick(all[dim]));
        let whole = Roi::from_bounds(corner(|bounds| bounds.0), corner(|bounds| bounds.1))?;
        let region = region.with_bounds_of(&whole)?;
        if region.is_empty() {
            return Err(Error::EmptyRegion { what: format!("the region {region}") });
        }
        region_xyz(&region)
    }

    /// The layers in drawing order.
    fn layers(&self) -> Result<Vec<NeuroglancerLayer>> {
        let mut layers: Vec<NeuroglancerLayer> = Vec::new();
        for (position, (array, options)) in self.arrays.iter().enumerate() {
            let name = array.source_name();
            if self.arrays[..position].iter().any(|(other, _)| other.source_name() == name) {
                return Err(Error::DuplicateLayer { name: name.to_owned() });
            }
            layers.push(array.neuroglancer_layer(options)?);
        }
        layers.sort_by_key(|layer| !matches!(layer.layer, Layer::Image(_)));
        Ok(layers)
    }

    /// The shorter side of one of four panels.
    fn panel_pixels(&self) -> Result<f64> {
        let [width, height] = self.window;
        if width == 0 || height == 0 {
            return Err(Error::EmptyRegion { what: format!("a window of {width} by {height} pixels") });
        }
        Ok(f64::from(width.min(height)) / 2.0)
    }
}

/// The centre of the voxel in the middle: on the border between two voxels a cross-section would show neither for sure.
fn centre(region: &[(Length, Length); 3], voxel: &[Length; 3]) -> Result<Vec<f64>> {
    let middle = |dim: usize| {
        let (begin, end) = region[dim];
        let twice = voxel[dim].checked_mul(Length::from(2))?;
        Ok(begin.checked_add(end)?.div_floor(twice)? as f64 + 0.5)
    };
    (0..3).map(middle).collect()
}

/// The longest side of the region, in the smallest voxel size of any axis: what the viewer counts zoom in.
fn extent_in_canonical_voxels(region: &[(Length, Length); 3], voxel: &[Length; 3]) -> Result<f64> {
    let [x, y, z] = *voxel;
    let canonical = x.min(y).min(z);
    let mut longest = Length::ZERO;
    for (begin, end) in region {
        longest = longest.max(end.checked_sub(*begin)?);
    }
    Ok(longest.checked_div(canonical)?.to_f64())
}

/// The smallest power of two that is not below.
fn power_of_two_from(value: f64) -> f64 {
    value.log2().ceil().exp2()
}
