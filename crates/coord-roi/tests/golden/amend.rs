//! What is expected where the recorded result is not.

use serde_json::{Value, json};

use crate::case::{Case, any, dims, is_negative};

/// The quotient of a case that the reference has sent through a double: the exact one. Other cases: as recorded.
pub(crate) fn exact_quotient(case: &Case) -> Result<Value, String> {
    let (own, other, recorded) = (&case.args["self"], &case.args["other"], &case.expect["value"]);
    match case.expect["kind"].as_str() {
        Some("coord") if case.has_tag("Q02") => Ok(json!({"kind": "coord", "value": quotients(own, other, recorded)?})),
        Some("roi") if case.has_tag("Q02") => {
            let part = |name: &str| quotients(&own[name], other, &recorded[name]);
            Ok(json!({"kind": "roi", "value": {"offset": part("offset")?, "shape": part("shape")?}}))
        }
        _ => Ok(case.expect.clone()),
    }
}

fn quotients(own: &Value, other: &Value, recorded: &Value) -> Result<Vec<Value>, String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut quotients = Vec::new();
    for (index, (entry, recorded)) in list(own).iter().zip(list(recorded)).enumerate() {
        let divisor = other.get(index).unwrap_or(other);
        let (Some(a), Some(b)) = (entry.as_i64(), divisor.as_i64()) else {
            quotients.push(Value::Null);
            continue;
        };
        let exact = a / b;
        let recorded = recorded.as_i64().ok_or("a recorded quotient is no integer")?;
        // A rounded quotient can also be the next whole number.
        if (exact - recorded).unsigned_abs() > (exact.unsigned_abs() >> 52) + 1 {
            return Err(format!("the recorded quotient {recorded} is not {exact} but for the rounding of a double"));
        }
        quotients.push(exact.into());
    }
    Ok(quotients)
}

/// Operands and expected result of a case whose result was changed on purpose. `begin` stands in for the offset of
/// empty regions that have none: they always have one here, and which one must not matter.
pub(crate) fn changed(case: &Case, begin: i64) -> Result<(Value, Value), String> {
    let mut args = case.args.clone();
    for key in ["self", "other"] {
        if args.get(key).is_some_and(|value| value.get("shape").is_some()) {
            fill_begins(&mut args[key], begin);
        }
    }
    if case.op == "roi.new" {
        fill_begins(&mut args, begin);
    }
    let expected = expected(case, &args).ok_or_else(|| format!("no rule for {} with {:?}", case.op, case.tags))?;
    Ok((args, expected))
}

fn fill_begins(roi: &mut Value, begin: i64) {
    for axis in 0..roi["shape"].as_array().map_or(0, Vec::len) {
        if roi["shape"][axis] == 0 && roi["offset"][axis].is_null() {
            roi["offset"][axis] = begin.into();
        }
    }
}

fn expected(case: &Case, args: &Value) -> Option<Value> {
    let recorded = &case.expect;
    let (own, other) = (&args["self"], &args["other"]);
    let truth = |value: bool| json!({"kind": "bool", "value": value});
    let error = json!({"kind": "error"});
    let recorded_truth = recorded["value"].as_bool();
    Some(match case.op.as_str() {
        // A shape is not negative and is not turned around.
        "roi.new" if any(&args["shape"], &is_negative) => error,
        _ if any(&own["shape"], &is_negative) || any(&other["shape"], &is_negative) => error,
        "roi.mul" if any(other, &is_negative) => error,
        "roi.set_shape" if any(&args["value"], &is_negative) => error,
        // None is for the axes of regions, not for amounts and steps.
        "roi.shift" | "roi.add" | "roi.sub" | "roi.mul" | "roi.grow" | "roi.snap_to_grid" if lacks_amount(args) => {
            error
        }
        "roi.set_offset" | "roi.set_shape" => assigned(case, args).unwrap_or(error),
        // Points and regions of other dims are not just outside.
        "roi.contains_point" if dims(&args["point"]) != dims(own) => error,
        "roi.contains_roi" if dims(other) != dims(own) => error,
        // An empty region has no points, is in every region, and is the same wherever it is.
        "roi.contains_point" => truth(!is_empty(own) && recorded_truth?),
        "roi.contains_roi" => truth(is_empty(other) || (!is_empty(own) && recorded_truth?)),
        "roi.eq" if is_empty(own) && is_empty(other) => truth(dims(own) == dims(other)),
        "roi.eq" | "roi.intersects" => truth(!is_empty(own) && !is_empty(other) && recorded_truth?),
        "roi.props" => properties(recorded, own),
        "roi.grow" => grown(recorded, args),
        "roi.snap_to_grid" => snapped(recorded, args)?,
        "roi.new" | "roi.str" | "roi.intersect" | "roi.union" | "roi.squeeze" | "roi.to_slices" | "roi.shift"
        | "roi.add" | "roi.sub" | "roi.mul" => recorded.clone(),
        _ => return None,
    })
}

fn axes(roi: &Value) -> usize {
    dims(roi).unwrap_or(0)
}

/// Whether an amount or a step has no value on some axis.
fn lacks_amount(args: &Value) -> bool {
    ["by", "other", "neg", "pos", "voxel_size"].into_iter().any(|key| {
        let amount = args.get(key).and_then(Value::as_array);
        amount.is_some_and(|entries| entries.iter().any(Value::is_null))
    })
}

/// The new offset and shape together, as far as they make a region: bounded axes have an offset.
fn assigned(case: &Case, args: &Value) -> Option<Value> {
    // A lone none is no list of entries.
    args["value"].as_array()?;
    let mut roi = args["self"].clone();
    roi[case.op.trim_start_matches("roi.set_")] = args["value"].clone();
    for axis in 0..axes(&roi) {
        if roi["shape"][axis].is_null() {
            roi["offset"][axis] = Value::Null;
        } else if roi["offset"][axis].is_null() {
            return None;
        }
    }
    Some(json!({"kind": "roi", "value": roi}))
}

fn is_empty(roi: &Value) -> bool {
    roi["shape"].as_array().is_some_and(|shape| shape.contains(&json!(0)))
}

/// Empty wins over unbounded, and an empty axis begins, ends and has its middle where it is.
fn properties(recorded: &Value, own: &Value) -> Value {
    let mut expected = recorded.clone();
    if is_empty(own) {
        expected["value"]["size"] = json!({"kind": "int", "value": 0});
        expected["value"]["unbounded"]["value"] = false.into();
    }
    for axis in (0..axes(own)).filter(|&axis| own["shape"][axis] == 0) {
        for name in ["offset", "begin", "end", "center"] {
            expected["value"][name]["value"][axis] = own["offset"][axis].clone();
        }
    }
    expected
}

/// Entry `axis` of a list, or the number that stands for every axis.
fn entry(value: &Value, axis: usize) -> Option<i64> {
    value.get(axis).unwrap_or(value).as_i64()
}

/// Limits that cross give an empty axis at the new begin.
fn grown(recorded: &Value, args: &Value) -> Value {
    let mut expected = recorded.clone();
    for axis in 0..axes(&recorded["value"]) {
        if any(&recorded["value"]["shape"][axis], &is_negative) {
            expected["value"]["shape"][axis] = 0.into();
        }
        if let (Some(begin), Some(neg)) = (args["self"]["offset"][axis].as_i64(), entry(&args["neg"], axis)) {
            expected["value"]["offset"][axis] = (begin - neg).into();
        }
    }
    expected
}

/// An empty axis stays empty, and its begin is snapped; limits that cross give an empty axis at the new begin.
fn snapped(recorded: &Value, args: &Value) -> Option<Value> {
    let mut expected = recorded.clone();
    for axis in 0..axes(&recorded["value"]) {
        let (begin, shape) = (&args["self"]["offset"][axis], &args["self"]["shape"][axis]);
        if *shape == 0 {
            let step = entry(&args["voxel_size"], axis)?;
            expected["value"]["offset"][axis] =
                snapped_begin(begin.as_i64()?, step, args["mode"].as_str().unwrap_or("grow"))?.into();
        }
        if *shape == 0 || any(&recorded["value"]["shape"][axis], &is_negative) {
            expected["value"]["shape"][axis] = 0.into();
        }
    }
    Some(expected)
}

fn snapped_begin(begin: i64, step: i64, mode: &str) -> Option<i64> {
    let below = begin - begin.rem_euclid(step);
    let above = if below == begin { begin } else { below + step };
    match mode {
        "grow" => Some(below),
        "shrink" => Some(above),
        "closest" => Some(if above - begin < begin - below { above } else { below }),
        _ => None,
    }
}
