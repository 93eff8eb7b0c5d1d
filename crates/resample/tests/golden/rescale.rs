//! Interpolation, whole arrays and regions.

use array_core::ArrayExt;
use array_core::{Array, Block, DType, Kind, ReadContext, VoxelBox, with_block};
use resample::{AntiAlias, Cast, Clip, Factor, Method, Order, Spec, resample, resample_as, rescale};

use crate::case::{self, Boundary, Case, Process, Rescale, Sizing};
use crate::{Run, compare, downsample, half};

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
    let clip = if params.clip_to_input_range { Clip::ToInput } else { Clip::Off };
    Ok(spec.with_boundary(boundary).with_cast(cast).with_clip(clip))
}

pub(crate) fn whole(case: &Case, params: &Rescale) -> Run {
    let (spec, mut input, expected) = (spec(params)?, case.input.read()?, case.output.read()?);
    let float_result = params.process == Process::Float32 && params.cast == case::Cast::None;
    if float_result && params.order == 0 {
        input = compare::convert(&input, expected.dtype())?;
    }
    let factors = params.scale.iter().map(|&(up, down)| Factor::new(up, down)).collect::<Result<Vec<_>, _>>()?;
    let found = with_block!(Block = &input, values => {
        let values = values.view();
        match expected.dtype() {
            _ if params.sizing == Sizing::Shape => Block::from(rescale(values, &factors, &spec)?),
            DType::F32 if !input.dtype().is_float() => Block::F32(resample_as(values, &factors, &spec)?),
            DType::F64 if !input.dtype().is_float() => Block::F64(resample_as(values, &factors, &spec)?),
            _ => Block::from(resample(values, &factors, &spec)?),
        }
    });
    finish(case, params, found, "rescale")
}

pub(crate) fn region(case: &Case, params: &Rescale) -> Run {
    let (spec, input) = (spec(params)?, case.input.read()?);
    let factors = params.scale.iter().map(|&(up, down)| Factor::new(up, down)).collect::<Result<Vec<_>, _>>()?;
    let origin = vec![0; input.shape().len()];
    let array = downsample::array(input, &origin, Kind::Image, factors, spec)?;
    let region = VoxelBox::new(
        array_core::Coordinate::try_from(params.roi_begin.as_slice())?,
        array_core::Coordinate::try_from(params.roi_shape.as_slice())?,
    )?;
    assert!(array.meta().voxel_box().contains(&region), "the region lies in the array");
    let found = array.read_box(&region, &ReadContext::default())?;
    finish(case, params, found, "rescale_roi")
}

fn finish(case: &Case, params: &Rescale, found: Block, what: &str) -> Run {
    let found = if case.output.is_half() { half::round(found) } else { found };
    compare::check(case, &found, &case.output.read()?)?;
    let filter = if params.anti_aliasing { ", anti-aliased" } else { "" };
    Ok(format!("{what} order {}{filter}", params.order))
}
