//! One voxel of a job at a time, straight from the definition: what the timed results are checked against.

use std::collections::BTreeMap;

use array_core::Element;
use array_core::ndarray::Array3;

use crate::Job;

/// What the voxel at `place` of the job's result has to be, and by how much it may differ.
///
/// Modes and nearest voxels are exact. Means and interpolations of integers may differ by one where a value lies on a
/// half but for rounding; floats by a millionth of the largest value.
pub fn voxel<T: Element + Into<Number>>(job: &Job, source: &Array3<T>, place: [usize; 3]) -> (Number, f64) {
    let extents = [source.shape()[0], source.shape()[1], source.shape()[2]];
    let at = |z: usize, y: usize, x: usize| -> Number { source[[z, y, x]].into() };
    let axes: [Samples; 3] = std::array::from_fn(|axis| samples(job, axis, place[axis] as i64, extents[axis] as i64));
    if job.is_mode() {
        return (mode(&axes, at), 0.0);
    }
    if job.order() == Some(0) {
        return (at(axes[0][0].0, axes[1][0].0, axes[2][0].0), 0.0);
    }
    let (mut sum, mut total, mut largest) = (0.0, 0.0, 0.0_f64);
    each(&axes, |weight, [z, y, x]| {
        let value = at(z, y, x).to_f64();
        sum += weight * value;
        total += weight;
        largest = largest.max(value.abs());
    });
    let value = sum / total;
    if T::DTYPE.is_float() {
        return (Number::Float(value), largest * 4e-6);
    }
    (Number::Float(value.clamp(0.0, 255.0_f64.max(largest))), 0.5 + largest * 4e-6)
}

/// A voxel of any type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An integer.
    Whole(u64),
    /// A float, or a value not yet rounded.
    Float(f64),
}

impl Number {
    /// As a float.
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Whole(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// Whether it is `other` but for a difference of at most `tolerance`; bit for bit at tolerance 0.
    pub fn agrees(self, other: Self, tolerance: f64) -> bool {
        if tolerance == 0.0 { self == other } else { (self.to_f64() - other.to_f64()).abs() <= tolerance }
    }
}

macro_rules! number {
    ($($T:ident => $variant:ident $into:ident;)*) => {$(
        impl From<$T> for Number {
            fn from(value: $T) -> Self {
                Self::$variant($into::from(value))
            }
        }
    )*};
}
number! {
    u8 => Whole u64;
    u16 => Whole u64;
    u64 => Whole u64;
    f32 => Float f64;
}

/// Source indices along one axis, with their weights.
type Samples = Vec<(usize, f64)>;

fn each(axes: &[Samples; 3], mut visit: impl FnMut(f64, [usize; 3])) {
    for &(z, wz) in &axes[0] {
        for &(y, wy) in &axes[1] {
            for &(x, wx) in &axes[2] {
                visit(wz * wy * wx, [z, y, x]);
            }
        }
    }
}

/// Most overlap wins, then the lowest value.
fn mode(axes: &[Samples; 3], at: impl Fn(usize, usize, usize) -> Number) -> Number {
    let mut votes = BTreeMap::<u64, u64>::new();
    each(axes, |weight, [z, y, x]| match at(z, y, x) {
        // Overlaps are whole numbers.
        Number::Whole(value) => *votes.entry(value).or_default() += weight as u64,
        Number::Float(_) => unreachable!("jobs count votes of labels only"),
    });
    let winner = votes.into_iter().max_by_key(|&(value, weight)| (weight, std::cmp::Reverse(value)));
    Number::Whole(winner.map_or(0, |(value, _)| value))
}

/// Where target voxel `j` of an axis takes its value from.
fn samples(job: &Job, axis: usize, j: i64, extent: i64) -> Samples {
    let (u, d) = job.ratios()[axis];
    if u == d {
        return vec![(j as usize, 1.0)];
    }
    match job.order() {
        None => overlaps(j, (u, d), extent),
        Some(0) => vec![(((2 * j + 1) * d).div_euclid(2 * u) as usize, 1.0)],
        Some(order) => interpolation(order, j, (u, d), extent),
    }
}

/// Target voxel `j` covers source `[j·d/u, (j+1)·d/u)`; overlaps in units of 1/u source voxel.
fn overlaps(j: i64, (u, d): (i64, i64), extent: i64) -> Samples {
    let overlap = |i: i64| ((j + 1) * d).min((i + 1) * u) - (j * d).max(i * u);
    let first = (j * d).div_euclid(u);
    let covered = (first..extent).take_while(|&i| overlap(i) > 0);
    covered.map(|i| (i as usize, overlap(i) as f64)).collect()
}

/// Gaussian of `(d/u - 1)/2` voxels, spline through all voxels, mirrored at the centres of the first and the last.
fn interpolation(order: u8, j: i64, (u, d): (i64, i64), extent: i64) -> Samples {
    let position = ((2 * j + 1) * d - u) as f64 / (2 * u) as f64;
    let bell = gaussian((d as f64 / u as f64 - 1.0) / 2.0);
    let spline = if order == 1 { vec![(0, 1.0)] } else { cubic_prefilter() };
    let mut weights = BTreeMap::<usize, f64>::new();
    let first = position.floor() as i64 - 1;
    for i in first..first + 4 {
        let share = if order == 1 { hat(position - i as f64) } else { cubic(position - i as f64) };
        for (near, weight) in &bell {
            for (far, coefficient) in &spline {
                *weights.entry(mirrored(i + near + far, extent)).or_default() += share * weight * coefficient;
            }
        }
    }
    weights.into_iter().filter(|&(_, weight)| weight != 0.0).collect()
}

fn gaussian(sigma: f64) -> Vec<(i64, f64)> {
    if sigma < 0.125 {
        return vec![(0, 1.0)];
    }
    let radius = (4.0 * sigma + 0.5) as i64;
    let weight = |k: i64| (-((k * k) as f64) / (2.0 * sigma * sigma)).exp();
    let sum: f64 = (-radius..=radius).map(weight).sum();
    (-radius..=radius).map(|k| (k, weight(k) / sum)).collect()
}

/// The filter that makes a cubic spline pass through the voxels: `√3·(√3 - 2)^|k|`.
fn cubic_prefilter() -> Vec<(i64, f64)> {
    let pole = 3.0_f64.sqrt() - 2.0;
    (-24_i64..=24).map(|k| (k, 3.0_f64.sqrt() * pole.powi(k.abs() as i32))).collect()
}

fn hat(x: f64) -> f64 {
    (1.0 - x.abs()).max(0.0)
}

fn cubic(x: f64) -> f64 {
    match x.abs() {
        x if x < 1.0 => (4.0 - 6.0 * x * x + 3.0 * x * x * x) / 6.0,
        x if x < 2.0 => (2.0 - x).powi(3) / 6.0,
        _ => 0.0,
    }
}

fn mirrored(i: i64, extent: i64) -> usize {
    if extent == 1 {
        return 0;
    }
    let period = 2 * extent - 2;
    let k = i.rem_euclid(period);
    (if k < extent { k } else { period - k }) as usize
}
