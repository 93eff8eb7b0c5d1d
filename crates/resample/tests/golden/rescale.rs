//! Interpolation, whole arrays and regions.

use array_core::ArrayExt;
use array_core::{Array, Block, Kind, ReadContext, VoxelBox, with_block};
use resample::{AntiAlias, Cast, Factor, Method, Order, Spec};

use crate::case::{self, Boundary, Case, Process, Rescale, Sizing};
use crate::{Outcome, Run, compare, downsample, half};

fn spec(params: &Rescale) -> resample::Result<Spec> {
    let order = Order::try_from(params.order)?;
    let boundary = match params.boundary {
        Boundary::Reflect => resample::Boundary::Mirror,
        Boundary::Symmetric => resample::Boundary::Symmetric,
        Boundary::Edge => resample::Boundary::Nearest,
        Boundary::Wrap => resample::Boundary::Wrap,
        Boundary::Constant => resample::Boundary::Constant(params.cval),
    };
    let anti_alias = if params.anti_aliasing { AntiAlias::Gaussian } else { AntiAlias::Off };
    let cast = if params.cast == case::Cast::Truncate { Cast::Truncate } else { Cast::RoundSaturate };
    let spec = Spec::default().with_method(Method::Interpolate(order)).with_anti_alias(anti_alias);
    Ok(spec.with_boundary(boundary).with_cast(cast))
}

/// The input in the type in which the case computes: that of the result, when the result is no cast.
fn input(case: &Case, params: &Rescale) -> Result<Block, Box<dyn std::error::Error>> {
    let (input, output) = (case.input.read()?, case.output.read()?);
    let float_result = params.process == Process::Float32 && params.cast == case::Cast::None;
    Ok(if float_result { compare::convert(&input, output.dtype())? } else { input })
}

/// The last step of the library that made the vectors: results are limited to the range of the input. With linear
/// weights it acts only where a constant outside of that range comes in.
fn limit(block: Block, input: &Block, params: &Rescale) -> Block {
    if !params.clip_to_input_range || !block.dtype().is_float() {
        return block;
    }
    let range = |block: &Block| {
        let values = compare::floats(block).into_iter().filter(|value| !value.is_nan());
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let ((mut low, mut high), (out_low, out_high)) = (range(input), range(&block));
    let constant = matches!(params.boundary, Boundary::Constant);
    if constant && out_low <= params.cval && params.cval <= out_high {
        (low, high) = (low.min(params.cval), high.max(params.cval));
    }
    if low > high {
        return block;
    }
    match block {
        Block::F32(values) => Block::F32(values.mapv(|value| value.clamp(low as f32, high as f32))),
        Block::F64(values) => Block::F64(values.mapv(|value| value.clamp(low, high))),
        other => other,
    }
}

pub(crate) fn whole(case: &Case, params: &Rescale) -> Run {
    let spec = spec(params)?;
    let input = input(case, params)?;
    let factors = params.scale.iter().zip(input.shape()).map(|(&(up, down), &extent)| {
        let factor = Factor::new(up, down)?;
        if params.sizing == Sizing::Shape { factor.fit(extent) } else { Ok(factor) }
    });
    let factors = factors.collect::<Result<Vec<_>, _>>()?;
    let found = with_block!(Block = &input, values => Block::from(resample::resample(values.view(), &factors, &spec)?));
    finish(case, params, found, &input, "rescale")
}

pub(crate) fn region(case: &Case, params: &Rescale) -> Run {
    let spec = spec(params)?;
    let input = input(case, params)?;
    let factors = params.scale.iter().map(|&(up, down)| Factor::new(up, down)).collect::<Result<Vec<_>, _>>()?;
    let origin = vec![0; input.shape().len()];
    let array = downsample::array(input.clone(), &origin, Kind::Image, factors, spec)?;
    let region = VoxelBox::new(
        array_core::Coordinate::try_from(params.roi_begin.as_slice())?,
        array_core::Coordinate::try_from(params.roi_shape.as_slice())?,
    )?;
    assert!(array.meta().voxel_box().contains(&region), "the region lies in the array");
    let found = array.read_box(&region, &ReadContext::default())?;
    finish(case, params, found, &input, "rescale_roi")
}

fn finish(case: &Case, params: &Rescale, found: Block, input: &Block, what: &str) -> Run {
    let found = limit(found, input, params);
    let found = if case.output.is_half() { half::round(found) } else { found };
    compare::check(case, &found, &case.output.read()?)?;
    let filter = if params.anti_aliasing { ", anti-aliased" } else { "" };
    Ok(Outcome::Passed(format!("{what} order {}{filter}", params.order)))
}
