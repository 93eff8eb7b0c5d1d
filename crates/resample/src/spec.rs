//! [`Spec`]: everything that decides how voxels are computed, apart from the factors.

mod interpolation;
mod parse;
mod scales;
mod windows;

use std::fmt;

use array_core::{DType, Kind};
use serde::{Deserialize, Serialize};

pub use self::interpolation::{AntiAlias, Boundary, Clip, WideIntegers};
pub use self::scales::ScaleChoice;
pub use self::windows::{Nans, PartialWindows, Ties, Zeros};
use crate::{Error, Order, Result};

/// How to resample. The default is what images want; every field can stand in a config under its own name.
///
/// ```
/// use resample::{Extent, Method, Spec};
/// let spec = Spec::default().with_method(Method::Mean).with_extent(Extent::Cover);
/// assert_eq!(serde_json::from_str::<Spec>(r#"{"method": "mean", "extent": "cover"}"#)?, spec);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Spec {
    /// The method; by default what [`Method::for_kind`] says, and order 1 for plain arrays, which have no kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Anti-aliasing of an interpolation; by default Gaussian from order 1 on, off for order 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anti_alias: Option<AntiAlias>,
    /// What an interpolation sees beyond the edge of the volume. Windows take what exists.
    pub boundary: Boundary,
    /// How computed values become integers.
    pub cast: Cast,
    /// Limits of interpolated values.
    pub clip: Clip,
    /// Whether zeros take part in a mean or a mode.
    pub zeros: Zeros,
    /// Whether NaN takes part in a mean.
    pub nans: Nans,
    /// Which of several equally frequent values a mode takes.
    pub ties: Ties,
    /// What becomes of windows that reach beyond the source.
    pub partial_windows: PartialWindows,
    /// Whether 64-bit integers may be interpolated.
    pub wide_integers: WideIntegers,
    /// Which target voxels exist.
    pub extent: Extent,
    /// What the target grid is counted from.
    pub anchor: Anchor,
    /// Whether coarser versions that the source holds may be read in its place.
    pub scales: ScaleChoice,
}

impl Spec {
    /// Sets the method.
    pub fn with_method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Sets anti-aliasing, for interpolating methods.
    pub fn with_anti_alias(mut self, anti_alias: AntiAlias) -> Self {
        self.anti_alias = Some(anti_alias);
        self
    }

    /// Sets what lies beyond the edge of the volume, for interpolating methods.
    pub fn with_boundary(mut self, boundary: Boundary) -> Self {
        self.boundary = boundary;
        self
    }

    /// Sets how computed values become integers.
    pub fn with_cast(mut self, cast: Cast) -> Self {
        self.cast = cast;
        self
    }

    /// Sets limits of interpolated values.
    pub fn with_clip(mut self, clip: Clip) -> Self {
        self.clip = clip;
        self
    }

    /// Sets whether zeros take part in a mean or a mode.
    pub fn with_zeros(mut self, zeros: Zeros) -> Self {
        self.zeros = zeros;
        self
    }

    /// Sets whether NaN takes part in a mean.
    pub fn with_nans(mut self, nans: Nans) -> Self {
        self.nans = nans;
        self
    }

    /// Sets which of several equally frequent values a mode takes.
    pub fn with_ties(mut self, ties: Ties) -> Self {
        self.ties = ties;
        self
    }

    /// Sets what becomes of windows that reach beyond the source, for [`Extent::Cover`].
    pub fn with_partial_windows(mut self, partial_windows: PartialWindows) -> Self {
        self.partial_windows = partial_windows;
        self
    }

    /// Sets whether 64-bit integers may be interpolated.
    pub fn with_wide_integers(mut self, wide_integers: WideIntegers) -> Self {
        self.wide_integers = wide_integers;
        self
    }

    /// Sets which target voxels exist.
    pub fn with_extent(mut self, extent: Extent) -> Self {
        self.extent = extent;
        self
    }

    /// Sets what the target grid is counted from.
    pub fn with_anchor(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    /// Sets whether coarser versions that the source holds may be read in its place.
    pub fn with_scales(mut self, scales: ScaleChoice) -> Self {
        self.scales = scales;
        self
    }

    /// The method that is used when the array is of this kind; without a kind, order 1.
    pub(crate) fn method_for(&self, kind: Option<Kind>) -> Method {
        self.method.unwrap_or_else(|| kind.map_or(Method::Interpolate(Order::Linear), Method::for_kind))
    }

    /// The anti-aliasing that is used with this method.
    pub(crate) fn anti_alias_for(&self, order: Order) -> AntiAlias {
        let default = if order == Order::Nearest { AntiAlias::Off } else { AntiAlias::Gaussian };
        self.anti_alias.clone().unwrap_or(default)
    }

    /// The extent in effect: dropping partial windows leaves what is inside.
    pub(crate) fn extent_in_effect(&self) -> Extent {
        if self.partial_windows == PartialWindows::Crop { Extent::Inside } else { self.extent }
    }

    /// Whether this method interpolates values, and does not copy, count or average them.
    pub(crate) fn computes(&self, method: Method) -> bool {
        match method {
            Method::Interpolate(order) => order != Order::Nearest || self.anti_alias_for(order) != AntiAlias::Off,
            _ => false,
        }
    }

    /// Refuses options that contradict each other, the kind or the type of the data.
    pub(crate) fn check(&self, kind: Option<Kind>, dtype: DType) -> Result<()> {
        let method = self.method_for(kind);
        if let Some(option) = self.unused(method) {
            return Err(Error::UnusedOption { option, method: method.to_string() });
        }
        if self.partial_windows != PartialWindows::Include && self.extent == Extent::Inside {
            return Err(Error::NoPartialWindows);
        }
        if let PartialWindows::Pad(value) = self.partial_windows {
            value.block(dtype, &[1])?;
        }
        self.clip.check()?;
        if !matches!(method, Method::Interpolate(_)) {
            return refuse_labels(method == Method::Mean, method, kind);
        }
        let computed = self.computes(method);
        refuse_labels(computed, method, kind)?;
        let wide = matches!(dtype, DType::U64 | DType::I64);
        if computed && wide && self.wide_integers == WideIntegers::Refuse {
            return Err(Error::WideInteger { method: method.to_string(), dtype });
        }
        Ok(())
    }

    /// The name of an option that is set although the method has no use for it.
    fn unused(&self, method: Method) -> Option<&'static str> {
        let interpolates = matches!(method, Method::Interpolate(_));
        let votes = matches!(method, Method::Mode | Method::Labels);
        let mean = method == Method::Mean;
        let unused = [
            ("anti_alias", self.anti_alias.is_some() && !interpolates),
            ("zeros", self.zeros != Zeros::Count && !(votes || mean)),
            ("nans", self.nans != Nans::Propagate && !mean),
            ("ties", self.ties != Ties::Lowest && !votes),
            // Copies are within the range of the input, but need not be within another.
            ("clip", !(self.computes(method) || self.clip == Clip::Off || interpolates && self.clip == Clip::ToInput)),
            (
                "partial_windows",
                self.partial_windows != PartialWindows::Include && (interpolates || method == Method::Stride),
            ),
        ];
        unused.into_iter().find(|(_, unused)| *unused).map(|(option, _)| option)
    }
}

fn refuse_labels(computes_values: bool, method: Method, kind: Option<Kind>) -> Result<()> {
    if computes_values && kind == Some(Kind::Labels) {
        let allowed = "interp_order 0 without anti-aliasing, mode, min, max, median, stride, and labels (mode where voxels \
                       grow, order 0 where they shrink)";
        return Err(Error::NotForKind { method: method.to_string(), kind: Kind::Labels, allowed });
    }
    Ok(())
}

/// The rule that turns source voxels into a target voxel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// B-spline interpolation at the centre of the target voxel.
    ///
    /// Order 0 moves bits and never computes; at even reduction it takes the upper of two equally near voxels, so the
    /// result lies half a source voxel off. Other orders compute in 64-bit floats and round once at the end. From order
    /// 2 on they are splines through the voxels, which look further than their neighbours: 12, 16, 21 and 26 voxels
    /// more to each side for orders 2 to 5 on `f32`, fewer on small integers and up to 34 on 64-bit floats and 32-bit
    /// integers. So far a NaN spreads, too.
    Interpolate(Order),
    /// Mean of the source voxels under the target voxel, weighted by overlap: exact for integers, rounded half to even;
    /// in 64-bit floats for floats. True where more than half of a bool window is.
    Mean,
    /// The most frequent value under the target voxel, by overlap; the lowest one where several are equally frequent,
    /// unless [`Ties`] says otherwise. Floats count -0.0 as 0.0 and all NaN as one value above all others.
    Mode,
    /// The smallest value under the target voxel; NaN only where there is nothing else. Whole factors down only.
    Min,
    /// The largest value under the target voxel; NaN only where there is nothing else. Whole factors down only.
    Max,
    /// The lower median of the values under the target voxel, always one of them: number `(N - 1) / 2` of `N` in order,
    /// NaN last. Whole factors down only.
    Median,
    /// The first voxel under the target voxel, source voxel `j·d`. Whole factors down only. Its
    /// [`Cover`](Extent::Cover) holds the target voxels whose own source voxel exists, so it may begin one voxel later
    /// than that of the other methods.
    Stride,
    /// What labels get by default: [`Method::Mode`] on axes whose voxels grow, order 0 on axes whose voxels shrink.
    Labels,
}

impl Method {
    /// Order 1 for images, [`Method::Labels`] for labels and masks.
    #[must_use]
    pub const fn for_kind(kind: Kind) -> Self {
        match kind {
            Kind::Labels | Kind::Mask => Self::Labels,
            Kind::Image => Self::Interpolate(Order::Linear),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interpolate(order) => write!(f, "interp_order {order}"),
            Self::Mean => f.write_str("mean"),
            Self::Mode => f.write_str("mode"),
            Self::Min => f.write_str("min"),
            Self::Max => f.write_str("max"),
            Self::Median => f.write_str("median"),
            Self::Stride => f.write_str("stride"),
            Self::Labels => f.write_str("labels"),
        }
    }
}

/// How computed values become integers. Floats keep their type; [`resample_as`](crate::resample_as) gives the
/// interpolation of integers as floats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cast {
    /// To the nearest, half to even, limited to the range of the type; NaN becomes 0. A bool is true from one half on.
    #[default]
    RoundSaturate,
    /// Towards zero, limited to the range of the type; NaN becomes 0. Loses half a grey level on average; for
    /// comparisons with software that does so. A bool is treated as under `RoundSaturate`.
    Truncate,
}

/// Which target voxels exist. Target voxel `j` covers source `[j·d/u, (j+1)·d/u)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Extent {
    /// Those that lie inside the source with their whole width.
    #[default]
    Inside,
    /// Those that touch the source. At the rim a window reduces what exists of it, unless [`PartialWindows`] says
    /// otherwise.
    Cover,
}

/// What target voxels are counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Anchor {
    /// Voxel 0 of the source's grid, so that cropping the source never moves the target grid.
    #[default]
    Grid,
    /// The first voxel of the array.
    Array,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpolate(order: Order) -> Spec {
        Spec::default().with_method(Method::Interpolate(order))
    }

    #[test]
    fn labels_are_not_computed_with() {
        let refused = [
            interpolate(Order::Linear),
            interpolate(Order::Nearest).with_anti_alias(AntiAlias::Gaussian),
            Spec::default().with_method(Method::Mean),
        ];
        for spec in refused {
            let error = spec.check(Some(Kind::Labels), DType::U32).unwrap_err();
            assert!(matches!(error, Error::NotForKind { .. }));
            assert!(error.to_string().contains("allowed are interp_order 0"), "{error}");
            spec.check(Some(Kind::Mask), DType::Bool).unwrap();
            spec.check(Some(Kind::Image), DType::U8).unwrap();
        }
        for method in [Method::Mode, Method::Labels, Method::Interpolate(Order::Nearest)] {
            Spec::default().with_method(method).check(Some(Kind::Labels), DType::U64).unwrap();
        }
        Spec::default().check(Some(Kind::Labels), DType::U64).unwrap();
    }

    #[test]
    fn wide_integers_are_interpolated_on_request_only() {
        let spec = interpolate(Order::Linear);
        assert!(matches!(spec.check(None, DType::I64), Err(Error::WideInteger { dtype: DType::I64, .. })));
        spec.clone().with_wide_integers(WideIntegers::ThroughF64).check(None, DType::I64).unwrap();
        spec.check(None, DType::U32).unwrap();
        interpolate(Order::Nearest).check(None, DType::U64).unwrap();
    }

    #[test]
    fn options_without_effect_are_refused() {
        let spec = Spec::default().with_method(Method::Mode).with_anti_alias(AntiAlias::Off);
        assert!(matches!(spec.check(None, DType::U8), Err(Error::UnusedOption { option: "anti_alias", .. })));
        let spec = interpolate(Order::Linear).with_zeros(Zeros::Ignore);
        assert!(matches!(spec.check(None, DType::U8), Err(Error::UnusedOption { option: "zeros", .. })));
    }

    #[test]
    fn serde_round_trip_and_unknown_fields() {
        let spec = interpolate(Order::Nearest)
            .with_anti_alias(AntiAlias::Sigma(vec![0.0, 1.5]))
            .with_boundary(Boundary::Constant(7.0))
            .with_cast(Cast::Truncate)
            .with_anchor(Anchor::Array);
        let text = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<Spec>(&text).unwrap(), spec, "{text}");
        assert_eq!(serde_json::from_str::<Spec>("{}").unwrap(), Spec::default());
        let error = serde_json::from_str::<Spec>(r#"{"methd": "mean"}"#).unwrap_err().to_string();
        assert!(error.contains("methd"), "{error}");
        let error = serde_json::from_str::<Spec>(r#"{"method": {"interpolate": 6}}"#).unwrap_err().to_string();
        assert!(error.contains("interp_order 6") && error.contains("0, 1, 2, 3, 4, 5"), "{error}");
    }
}
