//! The operations of the cases through the main types.

use coord_roi::compat::PartialRoi;
use coord_roi::{Axis, Coordinate, Grid, Length, Roi, Rounding, VoxelBox};
use serde_json::{Value, json};

use crate::case::{Failure, Outcome, dims, is_negative};

/// The result of the main interface; none where it leaves the operation out; an error for an operation that does not
/// exist.
pub(crate) fn run(op: &str, args: &Value) -> Result<Option<Outcome>, String> {
    match op.split_once('.') {
        Some(("coord", "truediv" | "pow")) => Ok(None),
        Some(("roi", "mod")) => Ok(roi(&args["self"]).err().map(Err)),
        Some(("coord", name)) => coordinate_op(name, args).transpose_unknown(op),
        Some(("roi", name)) => roi_op(name, args).transpose_unknown(op),
        _ => Err(format!("unknown operation {op}")),
    }
}

trait Known {
    fn transpose_unknown(self, op: &str) -> Result<Option<Outcome>, String>;
}

impl Known for Option<Outcome> {
    fn transpose_unknown(self, op: &str) -> Result<Option<Outcome>, String> {
        self.map(Some).ok_or_else(|| format!("unknown operation {op}"))
    }
}

fn coordinate(value: &Value) -> Result<Coordinate, Failure> {
    Ok(serde_json::from_value(value.clone())?)
}

/// A coordinate, or a number for every one of `dims` entries.
fn operand(value: &Value, dims: usize) -> Result<Coordinate, Failure> {
    if let Some(name) = value.get("float").and_then(Value::as_str) {
        Length::from_f64(name.parse().map_err(|_| Failure::Refused(name.into()))?)?;
    }
    if let Some(text) = value.get("text").and_then(Value::as_str) {
        // Text is never an operand; what is no coordinate is refused by the parser, too.
        return Err(text.parse::<Coordinate>().map_or_else(
            |error| Failure::Refused(error.to_string()),
            |parsed| Failure::Refused(format!("the text of {parsed} must be parsed explicitly")),
        ));
    }
    if value.is_number() {
        return Ok(Coordinate::filled(dims, coordinate(&json!([value]))?[0])?);
    }
    coordinate(value)
}

/// A divisor of a rounding division: below zero it is refused also where there is nothing to divide.
fn step(value: &Value, dims: usize) -> Result<Coordinate, Failure> {
    if is_negative(value) {
        let alone = operand(value, 1)?;
        alone.div_ceil(&alone)?;
    }
    operand(value, dims)
}

fn coordinate_op(name: &str, args: &Value) -> Option<Outcome> {
    Some(match name {
        "new" => items(&args["items"]),
        "radd" => Err(Failure::Refused("a number or tuple + a coordinate does not compile".into())),
        "rmul" => Err(multiplication_commutes(args)),
        "eq" => equals(args),
        "dims" | "neg" | "abs" | "str" | "squeeze" => unary(name, args),
        "add" | "sub" | "mul" | "floordiv" | "floor_division" | "ceil_division" | "round_division" | "mod"
        | "is_multiple_of" | "lt" => binary(name, args),
        _ => return None,
    })
}

fn items(items: &Value) -> Outcome {
    if let Some(float) = items.as_array().and_then(|items| items.iter().find(|item| item.is_object())) {
        operand(float, 1)?;
    }
    Ok(json!({"kind": "coord", "value": coordinate(items)?}))
}

/// `2 * c` is `c * 2` here, not two times the entries of c one after the other.
fn multiplication_commutes(args: &Value) -> Failure {
    match (coordinate(&args["self"]), args["other"].as_i64()) {
        (Ok(own), Some(number)) => {
            // The operator panics where the product does not fit.
            if let Ok(product) = own.checked_mul_scalar(number) {
                assert_eq!(number * own, product);
            }
            Failure::Refused("repetition has no operator".into())
        }
        (Err(failure), _) => failure,
        (Ok(_), None) => Failure::Refused(format!("{} is not an integer", args["other"])),
    }
}

fn equals(args: &Value) -> Outcome {
    let own = coordinate(&args["self"])?;
    let raw = args["other"].get("raw");
    if dims(&args["other"]).is_none() && raw.is_none() {
        // Nothing but a sequence has a `==` with a coordinate in Rust; in the reference it is false.
        return Ok(json!({"kind": "bool", "value": false}));
    }
    let other = coordinate(raw.unwrap_or(&args["other"]))?;
    let equal = if raw.is_some() { own == *other.as_slice() } else { own == other };
    Ok(json!({"kind": "bool", "value": equal}))
}

fn unary(name: &str, args: &Value) -> Outcome {
    let own = coordinate(&args["self"])?;
    Ok(match name {
        "dims" => json!({"kind": "int", "value": own.dims()}),
        "neg" => json!({"kind": "coord", "value": own.checked_neg()?}),
        "abs" => json!({"kind": "coord", "value": own.checked_abs()?}),
        "str" => json!({"kind": "str", "value": own.to_string()}),
        _ => json!({"kind": "coord", "value": own.squeeze(axis(&args["dim"])?)?}),
    })
}

fn binary(name: &str, args: &Value) -> Outcome {
    let own = coordinate(&args["self"])?;
    let other = match name {
        // Relations take any sequence but no number, arithmetic takes coordinates and numbers.
        "lt" | "is_multiple_of" => coordinate(args["other"].get("raw").unwrap_or(&args["other"]))?,
        "ceil_division" | "round_division" => step(&args["other"], own.dims())?,
        _ => operand(&args["other"], own.dims())?,
    };
    let value = match name {
        "add" => own.checked_add(&other)?,
        "sub" => own.checked_sub(&other)?,
        "mul" => own.checked_mul(&other)?,
        "floordiv" | "floor_division" => own.div_floor(&other)?,
        "ceil_division" => own.div_ceil(&other)?,
        "round_division" => own.div_round(&other)?,
        "mod" => own.rem_floor(&other)?,
        "lt" => return Ok(json!({"kind": "bool", "value": own < other})),
        _ => return Ok(json!({"kind": "bool", "value": own.is_multiple_of(&other)?})),
    };
    Ok(json!({"kind": "coord", "value": value}))
}

/// A Rust index: what is negative is not one. The first where none is named.
pub(crate) fn axis(value: &Value) -> Result<usize, Failure> {
    if value.is_null() {
        return Ok(0);
    }
    Ok(serde_json::from_value(value.clone())?)
}

/// Regions as the reference writes them, where they mean the same here.
fn roi(value: &Value) -> Result<Roi, Failure> {
    Ok(Roi::try_from(serde_json::from_value::<PartialRoi>(value.clone())?)?)
}

fn roi_op(name: &str, args: &Value) -> Option<Outcome> {
    Some(match name {
        "new" => roi(args).map(roi_value),
        "props" => roi(&args["self"]).and_then(|own| properties(&own)),
        "str" => roi(&args["self"]).map(|own| json!({"kind": "str", "value": own.to_string()})),
        "set_offset" | "set_shape" => assigned(name, args),
        "to_slices" => slices(args),
        "snap_to_grid" => snapped(args),
        "squeeze" | "grow" | "shift" | "add" | "sub" | "mul" | "floordiv" | "truediv" => moved(name, args),
        "contains_point" | "contains_roi" | "eq" | "intersects" | "intersect" | "union" => related(name, args),
        _ => return None,
    })
}

fn roi_value(roi: Roi) -> Value {
    json!({"kind": "roi", "value": roi})
}

fn properties(roi: &Roi) -> Outcome {
    let entries = |function: &dyn Fn(Roi) -> coord_roi::Result<Coordinate>| {
        // One axis at a time, since an unbounded axis has none of these values.
        let entry = |axis: &Axis| function(Roi::from_axes(&[*axis])?).map(|value| value[0]);
        json!({"kind": "coord", "value": roi.axes().iter().map(|axis| entry(axis).ok()).collect::<Vec<_>>()})
    };
    let size = match roi.size()? {
        Some(size) => json!({"kind": "int", "value": size}),
        None => json!({"kind": "none"}),
    };
    Ok(json!({"kind": "props", "value": {
        "dims": {"kind": "int", "value": roi.dims()},
        "offset": entries(&|axis| axis.offset()),
        "shape": entries(&|axis| axis.shape()),
        "begin": entries(&|axis| axis.begin()),
        "end": entries(&|axis| axis.end()),
        "center": entries(&|axis| axis.center()),
        "size": size,
        "empty": {"kind": "bool", "value": roi.is_empty()},
        "unbounded": {"kind": "bool", "value": roi.is_unbounded()},
    }}))
}

/// Values are immutable: an assignment is a construction.
fn assigned(name: &str, args: &Value) -> Outcome {
    let mut parts = serde_json::to_value(roi(&args["self"])?)?;
    parts[name.trim_start_matches("set_")] = args["value"].clone();
    roi(&parts).map(roi_value)
}

/// Indices come from a box of voxels in an array, here one that begins at 0 and goes on far enough.
fn slices(args: &Value) -> Outcome {
    let own = roi(&args["self"])?;
    let voxels = VoxelBox::new(own.begin()?, own.shape()?)?;
    let array = VoxelBox::new(own.begin()?.map(|_| 0), own.end()?.map(|end| end.max(0)))?;
    let slice = |range: &std::ops::Range<usize>| {
        if range.is_empty() { json!([null, 0]) } else { json!([range.start, range.end]) }
    };
    Ok(json!({"kind": "slices", "value": voxels.index_ranges(&array)?.iter().map(slice).collect::<Vec<_>>()}))
}

fn snapped(args: &Value) -> Outcome {
    let own = roi(&args["self"])?;
    let mode = rounding(args);
    let grid = Grid::with_step(operand(&args["voxel_size"], own.dims())?.to_lengths())?;
    // What is wrong with the steps comes before what is wrong with the mode.
    let snapped = own.snap(&grid, mode.clone().unwrap_or(Rounding::Grow))?;
    mode?;
    Ok(roi_value(snapped.to_integers()?))
}

pub(crate) fn rounding(args: &Value) -> coord_roi::Result<Rounding> {
    args["mode"].as_str().unwrap_or("grow").parse()
}

fn moved(name: &str, args: &Value) -> Outcome {
    let own = roi(&args["self"])?;
    let by = |key: &str| operand(&args[key], own.dims());
    Ok(roi_value(match name {
        "squeeze" => own.squeeze(axis(&args["dim"])?)?,
        "grow" => own.grow(&by("neg")?, &by("pos")?)?,
        "shift" => own.shift(&by("by")?)?,
        "add" => own.shift(&by("other")?)?,
        "sub" => own.shift(&by("other")?.checked_neg()?)?,
        "mul" => own.scale(&factor(&args["other"], own.dims())?)?,
        _ => own.div_exact(&by("other")?)?,
    }))
}

/// A factor of a region: below zero it is refused also where there is nothing to multiply.
fn factor(value: &Value, dims: usize) -> Result<Coordinate, Failure> {
    if is_negative(value) {
        Roi::unbounded(1)?.scale(&operand(value, 1)?)?;
    }
    operand(value, dims)
}

fn related(name: &str, args: &Value) -> Outcome {
    let own = roi(&args["self"])?;
    if name == "contains_point" {
        // Points between whole numbers can be asked for, too; nothing is cut.
        let point: Coordinate<Length> = serde_json::from_value(args["point"].clone())?;
        return Ok(json!({"kind": "bool", "value": own.to_lengths().contains_point(&point)?}));
    }
    if name == "eq" && args["other"].get("raw").is_some() {
        // A region and a tuple have no `==` in Rust; in the reference it is false.
        return Ok(json!({"kind": "bool", "value": false}));
    }
    let other = roi(&args["other"])?;
    let answer = match name {
        "contains_roi" => own.contains(&other)?,
        "eq" => own == other,
        "intersects" => own.intersects(&other)?,
        "intersect" => return Ok(roi_value(own.intersect(&other)?)),
        _ => return Ok(roi_value(own.union(&other)?)),
    };
    Ok(json!({"kind": "bool", "value": answer}))
}
