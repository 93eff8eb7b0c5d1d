//! Reading the table, and its rules.

use super::{Property, PropertyValues, SegmentProperties};
use crate::document::{Field, any, get, unexpected};
use crate::error::Result;
use crate::finding::Findings;
use crate::json::{Object, Value};
use crate::precomputed::scale::need;
use crate::segment::SegmentId;
use array_core::DType;
use std::collections::HashSet;

pub(super) const TYPE: &str = "neuroglancer_segment_properties";

/// Types of numbers that the viewer has for properties.
const NUMBERS: [DType; 7] = [DType::U8, DType::I8, DType::U16, DType::I16, DType::U32, DType::I32, DType::F32];

pub(super) fn read(value: &Value, findings: &mut Findings) -> Option<SegmentProperties> {
    let object = findings.take("", Object::read(value))?;
    if object.get("@type").is_none_or(|kind| kind != TYPE) {
        let found = object.get("@type").unwrap_or(&Value::Null);
        findings.refused("", &unexpected(found, format!("\"{TYPE}\"")).within("@type"));
    }
    let inline = findings.take("", need(&object, "inline", any::<Object>))?;
    let at = "/inline";
    let ids = findings.take(at, read_ids(&inline))?;
    let list = findings.take(at, need(&inline, "properties", any::<Vec<Object>>))?;
    let mut properties = Vec::with_capacity(list.len());
    for (index, object) in list.iter().enumerate() {
        let at = format!("/inline/properties/{index}");
        let property = findings.take(&at, read_property(object))?;
        look(&property, ids.len(), &properties, &at, findings);
        properties.push(property);
    }
    Some(SegmentProperties { ids, properties })
}

/// Ids are strings: a number above 2^53 is not the one that was written.
fn read_ids(inline: &Object) -> Result<Vec<SegmentId>> {
    let texts = need(inline, "ids", any::<Vec<String>>)?;
    let read = |(index, text): (usize, &String)| {
        SegmentId::read(&text.as_str().into()).map_err(|error| error.at_index(index).within("ids"))
    };
    texts.iter().enumerate().map(read).collect()
}

fn read_property(object: &Object) -> Result<Property> {
    let id = need(object, "id", any::<String>)?;
    let description = get(object, "description", any::<String>)?;
    let texts = || need(object, "values", any::<Vec<String>>);
    let values = match need(object, "type", any::<String>)?.as_str() {
        "label" => PropertyValues::Label(texts()?),
        "description" => PropertyValues::Description(texts()?),
        "string" => PropertyValues::String(texts()?),
        "number" => read_numbers(object)?,
        "tags" => PropertyValues::Tags {
            tags: need(object, "tags", any::<Vec<String>>)?,
            descriptions: get(object, "tag_descriptions", any::<Vec<String>>)?.unwrap_or_default(),
            values: need(object, "values", any::<Vec<Vec<u32>>>)?,
        },
        _ => {
            let expected = "\"label\", \"description\", \"string\", \"number\" or \"tags\"";
            return Err(unexpected(&object["type"], expected).within("type"));
        }
    };
    Ok(Property { id, description, values })
}

fn read_numbers(object: &Object) -> Result<PropertyValues> {
    let name = need(object, "data_type", any::<String>)?;
    let dtype = NUMBERS.into_iter().find(|dtype| dtype.name() == name).ok_or_else(|| {
        let expected = "\"uint8\", \"int8\", \"uint16\", \"int16\", \"uint32\", \"int32\" or \"float32\"";
        unexpected(&object["data_type"], expected).within("data_type")
    })?;
    let values = need(object, "values", any::<Vec<f64>>)?;
    if let Some(index) = values.iter().position(|value| !holds(dtype, *value)) {
        let error = unexpected(&object["values"][index], format!("a number that {dtype} has"));
        return Err(error.at_index(index).within("values"));
    }
    Ok(PropertyValues::Number { dtype, values })
}

/// Whether a type has a number; 32-bit floats are rounded by everybody.
fn holds(dtype: DType, value: f64) -> bool {
    let whole = |low: f64, high: f64| value.fract() == 0.0 && (low..=high).contains(&value);
    match dtype {
        DType::U8 => whole(0.0, u8::MAX.into()),
        DType::I8 => whole(i8::MIN.into(), i8::MAX.into()),
        DType::U16 => whole(0.0, u16::MAX.into()),
        DType::I16 => whole(i16::MIN.into(), i16::MAX.into()),
        DType::U32 => whole(0.0, u32::MAX.into()),
        DType::I32 => whole(i32::MIN.into(), i32::MAX.into()),
        _ => value.abs() <= f32::MAX.into(),
    }
}

/// What a property has to be to the others and to the ids.
fn look(property: &Property, ids: usize, before: &[Property], at: &str, findings: &mut Findings) {
    let (id, kind) = (&property.id, property.values.kind());
    if property.values.len() != ids {
        let what = format!("`{id}` has {} values for {ids} ids", property.values.len());
        findings.error(&format!("{at}/values"), what, "each id has a value", "give as many values as ids");
    }
    if before.iter().any(|other| other.id == *id) {
        let what = format!("there is a property `{id}` already");
        findings.error(&format!("{at}/id"), what, "properties are told apart by their ids", "give it another id");
    }
    let single = matches!(kind, "label" | "description" | "tags");
    if single && before.iter().any(|other| other.values.kind() == kind) {
        let what = format!("a second property of type {kind}");
        findings.error(&format!("{at}/type"), what, "there is at most one", "make it a string");
    }
    if let PropertyValues::Tags { tags, descriptions, values } = &property.values {
        look_at_tags(tags, descriptions, values, at, findings);
    }
}

fn look_at_tags(tags: &[String], descriptions: &[String], values: &[Vec<u32>], at: &str, findings: &mut Findings) {
    for (index, tag) in tags.iter().enumerate() {
        if tag.is_empty() || tag.contains(char::is_whitespace) {
            let at = format!("{at}/tags/{index}");
            findings.error(
                &at,
                format!("the tag `{tag}`"),
                "tags are words, typed with # in a query",
                "write _ for spaces",
            );
        }
    }
    if tags.iter().collect::<HashSet<_>>().len() != tags.len() {
        findings.error(&format!("{at}/tags"), "a tag is there twice", "tags are told apart by their names", "keep one");
    }
    if !descriptions.is_empty() && descriptions.len() != tags.len() {
        let what = format!("{} descriptions of {} tags", descriptions.len(), tags.len());
        findings.error(&format!("{at}/tag_descriptions"), what, "each tag has one", "give as many, or none");
    }
    for (index, places) in values.iter().enumerate() {
        let rising = places.windows(2).all(|pair| pair[0] < pair[1]);
        if !rising || places.last().is_some_and(|last| *last as usize >= tags.len()) {
            let at = format!("{at}/values/{index}");
            let rule = "tags of a segment are rising places in the list of tags";
            findings.error(&at, format!("{places:?} with {} tags", tags.len()), rule, "sort them, from 0");
        }
    }
}
