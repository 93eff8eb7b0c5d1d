//! The operations of the cases through the compatibility module.

use std::cmp::Ordering;

use coord_roi::Rounding;
use coord_roi::compat::{PartialCoordinate, PartialRoi};
use serde_json::{Value, json};

use crate::case::{Failure, Outcome, dims, is_negative};
use crate::whole::{axis, rounding};

/// The result of the compatibility module; none where it leaves the operation to the main interface.
pub(crate) fn run(op: &str, args: &Value) -> Result<Option<Outcome>, String> {
    Ok(match op.split_once('.') {
        Some(("coord", name)) => coordinate_op(name, args),
        Some(("roi", name)) => roi_op(name, args),
        _ => return Err(format!("unknown operation {op}")),
    })
}

fn partial(value: &Value) -> Result<PartialCoordinate, Failure> {
    Ok(serde_json::from_value(value.clone())?)
}

/// A coordinate, or a number for every one of `dims` entries.
fn operand(value: &Value, dims: usize) -> Result<PartialCoordinate, Failure> {
    if value.is_number() {
        return Ok(PartialCoordinate::filled(dims, partial(&json!([value]))?.entries()[0])?);
    }
    partial(value)
}

/// A divisor of a rounding division: below zero it is refused also where there is nothing to divide.
fn step(value: &Value, dims: usize) -> Result<PartialCoordinate, Failure> {
    if is_negative(value) {
        let alone = operand(value, 1)?;
        alone.div_ceil(&alone)?;
    }
    operand(value, dims)
}

fn coordinate_op(name: &str, args: &Value) -> Option<Outcome> {
    Some(match name {
        "new" => partial(&args["items"]).map(|value| json!({"kind": "coord", "value": value})),
        "dims" | "neg" | "abs" | "str" | "squeeze" => unary(name, args),
        "add" | "sub" | "mul" | "truediv" | "floordiv" | "floor_division" | "ceil_division" | "round_division"
        | "mod" | "pow" => binary(name, args),
        "eq" | "lt" | "is_multiple_of" => relation(name, args),
        _ => return None,
    })
}

fn unary(name: &str, args: &Value) -> Outcome {
    let own = partial(&args["self"])?;
    Ok(match name {
        "dims" => json!({"kind": "int", "value": own.dims()}),
        "neg" => json!({"kind": "coord", "value": own.checked_neg()?}),
        "abs" => json!({"kind": "coord", "value": own.checked_abs()?}),
        "str" => json!({"kind": "str", "value": own.to_string()}),
        _ => json!({"kind": "coord", "value": own.squeeze(axis(&args["dim"])?)?}),
    })
}

fn binary(name: &str, args: &Value) -> Outcome {
    let own = partial(&args["self"])?;
    let rounding = matches!(name, "ceil_division" | "round_division");
    let other = if rounding { step } else { operand }(&args["other"], own.dims())?;
    let value = match name {
        "add" => own.checked_add(&other)?,
        "sub" => own.checked_sub(&other)?,
        "mul" => own.checked_mul(&other)?,
        "truediv" => own.div_trunc(&other)?,
        "floordiv" | "floor_division" => own.div_floor(&other)?,
        "ceil_division" => own.div_ceil(&other)?,
        "round_division" => own.div_round(&other)?,
        "mod" => own.rem_floor(&other)?,
        _ => own.checked_pow(&other)?,
    };
    Ok(json!({"kind": "coord", "value": value}))
}

fn relation(name: &str, args: &Value) -> Outcome {
    let own = partial(&args["self"])?;
    if name == "eq" && dims(&args["other"]).is_none() && args["other"].get("raw").is_none() {
        // Nothing but a sequence has a `==` with a coordinate in Rust; in the reference it is false.
        return Ok(json!({"kind": "bool", "value": false}));
    }
    let other = partial(args["other"].get("raw").unwrap_or(&args["other"]))?;
    let answer = match name {
        "eq" => own == other,
        "lt" => own.lexicographic_cmp(&other)? == Ordering::Less,
        _ => own.is_multiple_of(&other)?,
    };
    Ok(json!({"kind": "bool", "value": answer}))
}

fn roi(value: &Value) -> Result<PartialRoi, Failure> {
    Ok(serde_json::from_value(value.clone())?)
}

fn roi_value(roi: PartialRoi) -> Value {
    json!({"kind": "roi", "value": roi})
}

fn roi_op(name: &str, args: &Value) -> Option<Outcome> {
    Some(match name {
        "new" => roi(args).map(roi_value),
        "props" => roi(&args["self"]).and_then(|own| properties(&own)),
        "str" => roi(&args["self"]).map(|own| json!({"kind": "str", "value": own.to_string()})),
        "to_slices" => roi(&args["self"]).and_then(|own| Ok(json!({"kind": "slices", "value": own.to_slices()?}))),
        "eq" | "contains_point" | "contains_roi" => relation_of_rois(name, args),
        "set_offset" | "set_shape" | "squeeze" | "floordiv" | "truediv" | "mod" | "snap_to_grid" => changed(name, args),
        "add" | "sub" | "shift" | "mul" | "grow" => moved(name, args),
        _ => return None,
    })
}

fn properties(roi: &PartialRoi) -> Outcome {
    let coordinate = |value: PartialCoordinate| json!({"kind": "coord", "value": value});
    let size = match roi.size()? {
        Some(size) => json!({"kind": "int", "value": size}),
        None => json!({"kind": "none"}),
    };
    Ok(json!({"kind": "props", "value": {
        "dims": {"kind": "int", "value": roi.dims()},
        "offset": coordinate(roi.offset()),
        "shape": coordinate(roi.shape()),
        "begin": coordinate(roi.offset()),
        "end": coordinate(roi.end()?),
        "center": coordinate(roi.center()?),
        "size": size,
        "empty": {"kind": "bool", "value": roi.is_empty()},
        "unbounded": {"kind": "bool", "value": roi.is_unbounded()},
    }}))
}

fn relation_of_rois(name: &str, args: &Value) -> Outcome {
    let own = roi(&args["self"])?;
    let answer = match name {
        "eq" => own == roi(&args["other"])?,
        "contains_roi" => own.contains(&roi(&args["other"])?)?,
        _ => own.contains_point(&partial(&args["point"])?)?,
    };
    Ok(json!({"kind": "bool", "value": answer}))
}

fn changed(name: &str, args: &Value) -> Outcome {
    let own = roi(&args["self"])?;
    // In the reference a lone none is a coordinate of one entry.
    let value = || partial(&if args["value"].is_null() { json!([null]) } else { args["value"].clone() });
    let by = |key: &str| operand(&args[key], own.dims());
    Ok(roi_value(match name {
        "set_offset" => own.with_offset(value()?)?,
        "set_shape" => own.with_shape(value()?)?,
        "squeeze" => own.squeeze(axis(&args["dim"])?)?,
        "floordiv" => own.div_floor(&by("other")?)?,
        "truediv" => own.div_trunc(&by("other")?)?,
        "mod" => own.rem_floor(&by("other")?)?,
        _ => {
            let mode = rounding(args);
            // What is wrong with the steps comes before what is wrong with the mode.
            let snapped = own.snap_to_grid(&partial(&args["voxel_size"])?, mode.clone().unwrap_or(Rounding::Grow))?;
            mode.map(|_| snapped)?
        }
    }))
}

/// Offset and shape moved by amounts that may lack a value, none in, none out.
fn moved(name: &str, args: &Value) -> Outcome {
    let own = roi(&args["self"])?;
    let by = |key: &str| operand(&args[key], own.dims());
    let (offset, shape) = (own.offset(), own.shape());
    Ok(roi_value(match name {
        "add" => own.with_offset(offset.checked_add(&by("other")?)?)?,
        "sub" => own.with_offset(offset.checked_sub(&by("other")?)?)?,
        "shift" => own.with_offset(offset.checked_add(&by("by")?)?)?,
        "mul" => PartialRoi::new(offset.checked_mul(&by("other")?)?, shape.checked_mul(&by("other")?)?)?,
        _ => {
            let (neg, pos) = (by("neg")?, by("pos")?);
            PartialRoi::new(offset.checked_sub(&neg)?, shape.checked_add(&neg)?.checked_add(&pos)?)?
        }
    }))
}
