//! Windows of whole factors.

use std::collections::BTreeMap;
use std::sync::Arc;

use array_core::ndarray::ArrayD;
use array_core::{
    Array, ArrayExt, ArrayMeta, Axes, AxisInfo, Block, Coordinate, DType, Grid, Kind, Length, MemoryArray, Provenance,
    VoxelBox,
};
use resample::{Cast, Extent, Factor, Method, PartialWindows, ResampledArray, Spec, Ties, Zeros};

use crate::case::{self, Anchor, Case, Compare, Downsample, Partial, Rounding, Tie};
use crate::{Run, compare, half};

type Error = Box<dyn std::error::Error>;

/// A resampled array over a block whose first voxel has this index; all axes are axes of space, with voxels of 1 nm.
pub(crate) fn array(
    block: Block,
    origin: &[i64],
    kind: Kind,
    factors: Vec<Factor>,
    spec: Spec,
) -> Result<ResampledArray, Error> {
    let names = ["u", "v", "w", "z", "y", "x"];
    let axes = names[names.len() - origin.len()..].iter().map(|name| AxisInfo::space(*name)).collect::<Vec<_>>();
    let grid = Grid::with_step(Coordinate::filled(origin.len(), Length::ONE)?)?;
    let shape = block.shape().iter().map(|&extent| extent as i64).collect::<Vec<_>>();
    let voxels = VoxelBox::new(Coordinate::try_from(origin)?, Coordinate::try_from(shape.as_slice())?)?;
    let meta = ArrayMeta::new("golden", block.dtype(), Axes::new(axes)?, &[], grid, voxels)?;
    let meta = meta.with_kind(kind, Provenance::Stated("the case".to_owned()));
    let source = MemoryArray::from_meta(meta, block)?;
    Ok(ResampledArray::new("resampled", Arc::new(source), factors, spec)?)
}

/// How the case asks for it.
fn spec(params: &Downsample) -> Result<(Spec, Kind), Error> {
    let (method, kind) = match params.method {
        case::Method::Mean => (Method::Mean, Kind::Image),
        case::Method::Mode => (Method::Mode, Kind::Labels),
        case::Method::Min => (Method::Min, Kind::Labels),
        case::Method::Max => (Method::Max, Kind::Labels),
        case::Method::Median if params.median == Some(case::Median::Lower) => (Method::Median, Kind::Labels),
        case::Method::Median => return Err("a median needs a rule for even windows".into()),
        case::Method::Stride => (Method::Stride, Kind::Labels),
    };
    let ties = match params.tie {
        // Ties of countless are compared by votes.
        None | Some(Tie::Lowest | Tie::Countless) => Ties::Lowest,
        Some(Tie::FirstXFastest) => Ties::FirstXFastest,
        Some(Tie::Countless2x2) => Ties::Countless2x2,
    };
    let partial = match params.partial_windows {
        Partial::Include => PartialWindows::Include,
        // Not PartialWindows::Crop, which a stride refuses.
        Partial::Crop => return Ok((finish(Spec::default().with_method(method).with_ties(ties), params), kind)),
        Partial::FirstVoxel => PartialWindows::FirstVoxel,
        Partial::PadConstant => PartialWindows::Pad(params.cval.ok_or("padding has a value")?.into()),
    };
    let spec = Spec::default().with_method(method).with_ties(ties).with_extent(Extent::Cover);
    Ok((finish(spec.with_partial_windows(partial), params), kind))
}

fn finish(spec: Spec, params: &Downsample) -> Spec {
    let cast = if params.rounding == Some(Rounding::Trunc) { Cast::Truncate } else { Cast::RoundSaturate };
    let zeros = if params.ignore_zero { Zeros::Ignore } else { Zeros::Count };
    spec.with_cast(cast).with_zeros(zeros)
}

/// Several levels by the library that keeps unrounded means between them, of the windows that exist: exact in 64-bit
/// floats, since windows are powers of two. What its sums are kept in is full after so many levels; then it rounds.
fn accumulated(case: &Case, params: &Downsample) -> Result<Block, Error> {
    let input = case.input.read()?;
    let factors = params.factors.iter().map(|&factor| Factor::down_by(factor)).collect::<Result<Vec<_>, _>>()?;
    let rounded = match (case.input.dtype.as_str(), params.factors.iter().product::<u32>()) {
        ("uint8", 4) => 4,
        ("uint8", 8) => 8,
        ("uint16", 8) => 5,
        _ if params.level > 4 => return Err("nobody says after how many levels these sums are full".into()),
        _ => u32::MAX,
    };
    let zeros = if params.ignore_zero { Zeros::Ignore } else { Zeros::Count };
    let spec = Spec::default().with_method(Method::Mean).with_extent(Extent::Cover).with_zeros(zeros);
    let mut values = compare::convert(&input, DType::F64)?.into_array::<f64>()?;
    for level in 1..=params.level {
        values = resample::resample(values.view(), &factors, &spec)?;
        if params.rounding == Some(Rounding::Trunc) && (level == params.level || level % rounded == 0) {
            values.mapv_inplace(f64::trunc);
        }
    }
    Ok(compare::convert(&values.into(), input.dtype())?)
}

pub(crate) fn run(case: &Case, params: &Downsample) -> Run {
    let expected = case.output.read()?;
    if params.accumulate_levels && params.level > 1 {
        compare::check(case, &accumulated(case, params)?, &expected)?;
        return Ok(format!("{}, several levels", name(params)));
    }
    let (spec, kind) = spec(params)?;
    let input = compare::convert(&case.input.read()?, expected.dtype())?;
    let origin = match params.anchor {
        Some(Anchor::AbsoluteZero) => case.input.origin.clone().ok_or("windows at absolute indices need an origin")?,
        None => vec![0; input.shape().len()],
    };
    if params.preserve_dtype.is_some_and(|preserved| preserved != (case.input.dtype == case.output.dtype)) {
        return Err("the types of input and output contradict preserve_dtype".into());
    }
    let (steps, power) = if params.chained { (params.level, 1) } else { (1, params.level) };
    let factors =
        params.factors.iter().map(|factor| Factor::down_by(factor.pow(power))).collect::<Result<Vec<_>, _>>()?;
    let (mut found, mut begin) = (input.clone(), origin.clone());
    for _ in 0..steps {
        let level = array(found, &begin, kind, factors.clone(), spec.clone())?;
        check_place(case, params, &level, power)?;
        begin = level.meta().voxel_box().begin().to_vec();
        found = level.data()?;
    }
    let found = if case.output.is_half() { half::round(found) } else { found };
    if case.output.origin.as_ref().is_some_and(|expected| *expected != begin) {
        return Err(format!("begins at {begin:?}").into());
    }
    match case.compare {
        Compare::WindowMode {} => {
            check_windows(&found, &input, params, (&origin, &begin))?;
            check_windows(&expected, &input, params, (&origin, &begin))?;
        }
        _ => compare::check(case, &found, &expected)?,
    }
    Ok(name(params))
}

fn name(params: &Downsample) -> String {
    let zeros = if params.ignore_zero { " without zeros" } else { "" };
    let rounding = if params.rounding == Some(Rounding::Trunc) { ", truncated" } else { "" };
    format!("{:?}{zeros}{rounding}", params.method).to_lowercase()
}

/// The centre of the first voxel and the step, in source voxels, where a case states them.
fn check_place(case: &Case, params: &Downsample, level: &ResampledArray, power: u32) -> Result<(), Error> {
    let Some(places) = &params.centre_of_first_and_step else { return Ok(()) };
    if power != params.level {
        return Ok(());
    }
    let (offset, step) = (level.meta().offset(), level.meta().voxel_size());
    for (axis, &place) in places.iter().enumerate() {
        let (offset, step) = (offset[axis].to_f64(), step[axis].to_f64());
        if (offset + step / 2.0 - 0.5, step) != place {
            return Err(
                format!("{}: axis {axis} has its first centre at {}", case.id, offset + step / 2.0 - 0.5).into()
            );
        }
    }
    Ok(())
}

/// Every value must be one of the most frequent of its window.
fn check_windows(modes: &Block, input: &Block, params: &Downsample, begins: (&[i64], &[i64])) -> Result<(), Error> {
    let whole = |block: &Block| {
        let values = compare::wholes(block).ok_or("windows of whole numbers only")?;
        Ok::<_, Error>(ArrayD::from_shape_vec(block.shape(), values)?)
    };
    let (modes, input) = (whole(modes)?, whole(input)?);
    for (place, value) in modes.indexed_iter() {
        let mut votes = BTreeMap::new();
        for (source, label) in input.indexed_iter() {
            let inside = (0..params.factors.len()).all(|axis| {
                let index = source[axis] as i64 + begins.0[axis];
                index.div_euclid(i64::from(params.factors[axis])) == place[axis] as i64 + begins.1[axis]
            });
            if inside && !(params.ignore_zero && *label == 0) {
                *votes.entry(*label).or_insert(0) += 1;
            }
        }
        let most = votes.values().max().copied().unwrap_or(0);
        if votes.get(value).copied().unwrap_or(0) != most {
            return Err(format!("{value} at {place:?} is not the most frequent of {votes:?}").into());
        }
    }
    Ok(())
}
