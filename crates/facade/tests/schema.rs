//! `config.schema.json` against the types that it describes: the same names, and the same verdict about every document.

use facade::ArrayConfig;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../config.schema.json")).unwrap()
}

/// As much of JSON Schema as the file uses; a keyword that is not listed here is a mistake of this test.
fn valid(root: &Value, schema: &Value, value: &Value) -> bool {
    schema.as_object().unwrap().iter().all(|(keyword, rule)| match keyword.as_str() {
        "$schema" | "$defs" | "title" | "description" | "required" => true,
        "$ref" => valid(root, root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap(), value),
        "oneOf" => rule.as_array().unwrap().iter().filter(|one| valid(root, one, value)).count() == 1,
        "enum" => rule.as_array().unwrap().contains(value),
        "type" if rule.is_array() => rule.as_array().unwrap().iter().any(|name| is(name, value)),
        "type" => is(rule, value),
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        "minLength" => value.as_str().is_none_or(|text| text.len() as u64 >= rule.as_u64().unwrap()),
        "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= rule.as_u64().unwrap()),
        "maxItems" => value.as_array().is_none_or(|list| list.len() as u64 <= rule.as_u64().unwrap()),
        "items" => value.as_array().is_none_or(|list| list.iter().all(|item| valid(root, rule, item))),
        "properties" => fields(value).all(|(name, field)| rule.get(name).is_none_or(|rule| valid(root, rule, field))),
        "additionalProperties" => fields(value).all(|(name, _)| schema["properties"].get(name).is_some()),
        other => panic!("unknown keyword {other}"),
    }) && (!value.is_object() || names(&schema["required"]).iter().all(|name| value.get(name).is_some()))
}

fn is(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    }
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(|name| name.as_str().unwrap()).collect()
}

/// Every field of every kind of configuration.
fn full() -> Vec<Value> {
    let dvid = json!({"dvid": {
        "source": ["emdata:8000", "a1b2:master", "seg"], "name": "seg", "scale": 2, "voxel_size": [4.56, 4, "4/3 nm"],
        "extents": {"begin": [0, -64, 0], "shape": [10, 20, 30]}
    }});
    let npy = json!({"npy": {
        "path": "a/b.npy", "name": "b", "voxel_size": [25, "9.8 nm", "9.8"], "offset": ["-0.5 um", 0, 1.5], "kind": "mask",
        "axes": [{"name": "c", "kind": "channel"}, {"name": "z", "kind": "space", "unit": "nm"},
                 {"name": "y", "kind": "space", "unit": "nm"}, {"name": "x", "kind": "space", "unit": "nm"}]
    }});
    let crop = json!({"crop": {
        "source": dvid, "roi": {"offset": [0, null, -8.5], "shape": ["91/3", null, 16]}, "alignment": "closest"
    }});
    let spec = json!({
        "method": {"interpolate": 1}, "anti_alias": {"sigma": [0, 1.5, 2]}, "boundary": {"constant": 7.5},
        "cast": "truncate", "clip": {"range": [0, 255.5]}, "zeros": "ignore", "nans": "ignore", "ties": "first_x_fastest",
        "partial_windows": {"pad": 7}, "wide_integers": "through_f64", "extent": "cover", "anchor": "array",
        "scales": "coarser"
    });
    let resampled = json!({"resampled": {
        "source": crop, "name": "coarse", "upsample": [1, 2, 2], "downsample": [2, 3, 3], "voxel_size": [9.12, 8, 8],
        "interp_order": 0, "spec": spec
    }});
    let mut all = vec![dvid, npy, crop, resampled];
    all.extend(views(&all[1]));
    all
}

/// Every field of the other views, and every sort of choice that they have.
fn views(npy: &Value) -> Vec<Value> {
    let sources = json!([npy, npy]);
    let groups = json!([{"name": "soma", "ids": [7, u64::MAX, -1]}, {"ids": []}]);
    let parts = json!([{"source": npy}, {"fill": 0.5}]);
    vec![
        json!({"select": {"source": npy, "name": "n", "channels": {"one": 1}}}),
        json!({"select": {"source": npy, "channels": {"list": [2, 0]}}}),
        json!({"select": {"source": npy, "channels": {"range": {"begin": 0, "end": 2}}}}),
        json!({"permute": {"source": npy, "name": "n", "order": {"names": ["x", "y", "z"]}}}),
        json!({"permute": {"source": npy, "order": {"indices": [2, 1, 0]}}}),
        json!({"cast": {"source": npy, "name": "n", "dtype": "uint8", "conversion": "saturate"}}),
        json!({"intensities": {"source": npy, "name": "n", "min": -1.5, "max": 255, "beyond": "clip"}}),
        json!({"binarize": {"source": npy, "name": "n", "groups": groups, "background": -1}}),
        json!({"map_labels": {"source": npy, "name": "n", "table": [[u64::MAX, 1], [-1, 0]], "unknown": "keep", "dtype": "int16"}}),
        json!({"concat": {"parts": parts, "name": "n", "channel_names": ["a", "b"]}}),
        json!({"logical_or": {"sources": sources, "name": "n"}}),
        json!({"sum": {"sources": sources, "name": "n", "sum_type": "same"}}),
        json!({"merge_instances": {"sources": sources, "name": "n", "ids": {"largest": [10, u64::MAX]}}}),
        json!({"merge_instances": {"sources": sources, "ids": {"offsets": [0, 10]}}}),
        json!({"constant": {"like": npy, "name": "n", "value": "NaN", "dtype": "float32"}}),
    ]
}

/// What the types say to a document; not whether it makes sense as a whole, which is found out when it is opened.
fn accepted(document: &Value) -> bool {
    ArrayConfig::from_json(&document.to_string()).is_ok()
}

fn agree(document: &Value) {
    let schema = schema();
    assert_eq!(valid(&schema, &schema, document), accepted(document), "schema and types about {document}");
}

#[test]
fn what_the_types_write_is_valid() {
    let schema = schema();
    for document in full() {
        assert!(valid(&schema, &schema, &document), "{document}");
        let config = ArrayConfig::from_json(&document.to_string()).unwrap();
        let written: Value = serde_json::from_str(&config.to_json()).unwrap();
        assert!(valid(&schema, &schema, &written), "{written}");
    }
}

#[test]
fn the_examples_of_the_readmes_are_valid() {
    let schema = schema();
    let mut checked = 0;
    for readme in [include_str!("../README.md"), include_str!("../../../README.md")] {
        for block in readme.split("```json\n").skip(1) {
            let document: Value = serde_json::from_str(block.split("```").next().unwrap()).unwrap();
            assert!(valid(&schema, &schema, &document) && accepted(&document), "{document}");
            checked += 1;
        }
    }
    assert!(checked >= 2, "{checked}");
}

/// The places of a document, as JSON pointers.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    for (name, field) in fields(value) {
        places(field, &format!("{here}/{name}"), found);
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        places(item, &format!("{here}/{index}"), found);
    }
}

#[test]
fn schema_and_types_say_the_same_about_wrong_documents() {
    let wrong = [json!(true), json!(-1), json!(1.5), json!("no such word"), json!({"x": 1}), json!([[]])];
    let mut checked = 0;
    for document in full() {
        let mut all = Vec::new();
        places(&document, "", &mut all);
        for place in all {
            for wrong in &wrong {
                let mut changed = document.clone();
                *changed.pointer_mut(&place).unwrap() = wrong.clone();
                // What a text or a number means is not for a schema to say: units of lengths, digits, negative extents.
                let was = document.pointer(&place).unwrap();
                if !was.is_object() && !was.is_array() && (wrong.is_string() || wrong.is_number()) {
                    continue;
                }
                agree(&changed);
                checked += 1;
            }
        }
    }
    assert!(checked > 300, "{checked}");
}

#[test]
fn schema_and_types_have_the_same_fields_and_need_the_same() {
    for document in full() {
        let mut all = Vec::new();
        places(&document, "", &mut all);
        for place in all.iter().filter(|place| document.pointer(place).unwrap().is_object()) {
            let object = |changed: &mut Value| changed.pointer_mut(place).unwrap().as_object_mut().unwrap().clone();
            let mut more = document.clone();
            let mut fields = object(&mut more);
            fields.insert("no_such_field".to_owned(), json!(1));
            *more.pointer_mut(place).unwrap() = Value::Object(fields);
            agree(&more);
            for name in document.pointer(place).unwrap().as_object().unwrap().keys() {
                let mut less = document.clone();
                let mut fields = object(&mut less);
                fields.remove(name);
                *less.pointer_mut(place).unwrap() = Value::Object(fields);
                agree(&less);
            }
        }
    }
}

/// The names that the types know are in their own words about one that they do not.
fn known_to_types(document: &Value) -> Vec<String> {
    let message = ArrayConfig::from_json(&document.to_string()).unwrap_err().to_string();
    let (_, known) = message.split_once("expected").unwrap();
    let known = known.split("; did you mean").next().unwrap();
    let mut known: Vec<_> = known.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    known.sort();
    known
}

fn with_unknown(mut document: Value, place: &str, value: Value) -> Value {
    match document.pointer_mut(place).unwrap() {
        Value::Object(fields) => drop(fields.insert("?".to_owned(), value)),
        other => *other = value,
    }
    document
}

#[test]
fn no_field_and_no_word_is_missing_on_either_side() {
    let schema = schema();
    let [dvid, npy, crop, resampled] = <[Value; 4]>::try_from(full()[..4].to_vec()).unwrap();
    let views = views(&npy);
    let view = |name: &str| views.iter().find(|view| view.get(name).is_some()).unwrap();
    let keys = |pointer: &str| {
        let mut names: Vec<_> = fields(schema.pointer(pointer).unwrap()).map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    };
    for (document, place, name) in [
        (&dvid, "/dvid", "dvid"),
        (&npy, "/npy", "npy"),
        (&npy, "/npy/axes/0", "axis"),
        (&crop, "/crop", "crop"),
        (&crop, "/crop/roi", "roi"),
        (&dvid, "/dvid/extents", "voxel_box"),
        (&resampled, "/resampled", "resampled"),
        (&resampled, "/resampled/spec", "spec"),
        (view("select"), "/select", "select"),
        (view("permute"), "/permute", "permute"),
        (view("cast"), "/cast", "cast"),
        (view("intensities"), "/intensities", "intensities"),
        (view("binarize"), "/binarize", "binarize"),
        (view("binarize"), "/binarize/groups/0", "id_group"),
        (view("map_labels"), "/map_labels", "map_labels"),
        (view("concat"), "/concat", "concat"),
        (view("logical_or"), "/logical_or", "logical_or"),
        (view("sum"), "/sum", "sum"),
        (view("merge_instances"), "/merge_instances", "merge_instances"),
        (view("constant"), "/constant", "constant"),
    ] {
        let unknown = with_unknown(document.clone(), place, json!(1));
        assert_eq!(keys(&format!("/$defs/{name}/properties")), known_to_types(&unknown), "{name}");
    }
    for (document, place, rule) in [
        (&dvid, "", "/$defs/array"),
        (&npy, "/npy/kind", "/$defs/npy/properties/kind"),
        (&npy, "/npy/axes/0/kind", "/$defs/axis/properties/kind"),
        (&crop, "/crop/alignment", "/$defs/crop/properties/alignment"),
        (view("select"), "/select/channels", "/$defs/channels"),
        (view("permute"), "/permute/order", "/$defs/axis_order"),
        (view("cast"), "/cast/conversion", "/$defs/cast/properties/conversion"),
        (view("intensities"), "/intensities/beyond", "/$defs/intensities/properties/beyond"),
        (view("map_labels"), "/map_labels/unknown", "/$defs/map_labels/properties/unknown"),
        (view("concat"), "/concat/parts/0", "/$defs/concat_part"),
        (view("sum"), "/sum/sum_type", "/$defs/sum/properties/sum_type"),
        (view("merge_instances"), "/merge_instances/ids", "/$defs/instance_ids"),
        (&resampled, "/resampled/spec/method", "/$defs/method"),
        (&resampled, "/resampled/spec/anti_alias", "/$defs/anti_alias"),
        (&resampled, "/resampled/spec/boundary", "/$defs/boundary"),
        (&resampled, "/resampled/spec/cast", "/$defs/spec/properties/cast"),
        (&resampled, "/resampled/spec/zeros", "/$defs/spec/properties/zeros"),
        (&resampled, "/resampled/spec/nans", "/$defs/spec/properties/nans"),
        (&resampled, "/resampled/spec/ties", "/$defs/spec/properties/ties"),
        (&resampled, "/resampled/spec/partial_windows", "/$defs/partial_windows"),
        (&resampled, "/resampled/spec/wide_integers", "/$defs/spec/properties/wide_integers"),
        (&resampled, "/resampled/spec/extent", "/$defs/spec/properties/extent"),
        (&resampled, "/resampled/spec/anchor", "/$defs/spec/properties/anchor"),
        (&resampled, "/resampled/spec/scales", "/$defs/spec/properties/scales"),
    ] {
        let mut unknown = document.clone();
        *unknown.pointer_mut(place).unwrap() = json!("?");
        assert_eq!(words(schema.pointer(rule).unwrap()), known_to_types(&unknown), "{place}");
    }
}

#[test]
fn element_types_have_one_list() {
    let known = facade::array_core::DType::ALL.map(facade::array_core::DType::name);
    assert_eq!(names(&schema()["$defs"]["dtype"]["enum"]), known);
}

/// The words of a choice: those that stand alone, and those with a value.
fn words(rule: &Value) -> Vec<String> {
    let choices = rule["oneOf"].as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
    let mut words: Vec<String> = choices
        .iter()
        .flat_map(|choice| names(&choice["enum"]).into_iter().chain(names(&choice["required"])))
        .map(str::to_owned)
        .collect();
    words.sort();
    words
}
