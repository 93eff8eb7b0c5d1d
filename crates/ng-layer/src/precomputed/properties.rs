//! The table of names, numbers and tags of segments.

mod read;

use crate::error::{Error, Result};
use crate::finding::{Finding, Findings, Severity};
use crate::json::{self, Object, Value};
use crate::segment::SegmentId;
use array_core::DType;
use std::fmt;
use std::str::FromStr;

/// What the viewer knows of segments beside their shapes: each property has a value for each id.
///
/// ```
/// use ng_layer::precomputed::{Property, PropertyValues, SegmentProperties};
///
/// let names = Property::new("label", PropertyValues::Label(vec!["MBON01".to_owned(), "KC".to_owned()]));
/// let properties = SegmentProperties::new([7, 9_007_199_254_740_993], [names])?;
/// assert!(properties.to_string().contains(r#""ids":["7","9007199254740993"]"#));
/// assert_eq!(properties.to_string().parse::<SegmentProperties>()?, properties);
/// # Ok::<(), ng_layer::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentProperties {
    ids: Vec<SegmentId>,
    properties: Vec<Property>,
}

/// One column of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    id: String,
    description: Option<String>,
    values: PropertyValues,
}

/// The values of a property, one for each id.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PropertyValues {
    /// Names that stand beside the ids; at most one property is of this type.
    Label(Vec<String>),
    /// Text below the names; at most one property is of this type.
    Description(Vec<String>),
    /// Text that can be searched.
    String(Vec<String>),
    /// Numbers that can be sorted by, of a type of at most 32 bits.
    Number {
        /// Their type.
        dtype: DType,
        /// The numbers, each a value of that type.
        values: Vec<f64>,
    },
    /// Tags; at most one property is of this type.
    Tags {
        /// The tags, without spaces.
        tags: Vec<String>,
        /// What each means; as many as tags, or none.
        descriptions: Vec<String>,
        /// Which tags a segment has: rising places in `tags`.
        values: Vec<Vec<u32>>,
    },
}

impl Property {
    /// A property.
    pub fn new(id: impl Into<String>, values: PropertyValues) -> Self {
        Self { id: id.into(), description: None, values }
    }

    /// Says what it means.
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it means.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Its values.
    pub fn values(&self) -> &PropertyValues {
        &self.values
    }

    fn write(&self) -> Value {
        let mut object = Object::new();
        let mut put = |key: &str, value: Value| drop(object.insert(key.to_owned(), value));
        put("id", self.id.as_str().into());
        put("type", self.values.kind().into());
        if let Some(description) = &self.description {
            put("description", description.as_str().into());
        }
        match &self.values {
            PropertyValues::Label(texts) | PropertyValues::Description(texts) | PropertyValues::String(texts) => {
                put("values", texts.clone().into());
            }
            PropertyValues::Number { dtype, values } => {
                put("data_type", dtype.name().into());
                let number = |value: &f64| json::from_f64(*value).unwrap_or(Value::Null);
                put("values", values.iter().map(number).collect());
            }
            PropertyValues::Tags { tags, descriptions, values } => {
                put("tags", tags.clone().into());
                if !descriptions.is_empty() {
                    put("tag_descriptions", descriptions.clone().into());
                }
                put("values", values.iter().cloned().map(Value::from).collect());
            }
        }
        Value::Object(object)
    }
}

impl PropertyValues {
    fn kind(&self) -> &'static str {
        match self {
            Self::Label(_) => "label",
            Self::Description(_) => "description",
            Self::String(_) => "string",
            Self::Number { .. } => "number",
            Self::Tags { .. } => "tags",
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Label(texts) | Self::Description(texts) | Self::String(texts) => texts.len(),
            Self::Number { values, .. } => values.len(),
            Self::Tags { values, .. } => values.len(),
        }
    }
}

impl SegmentProperties {
    /// A table of these segments.
    ///
    /// # Errors
    /// [`Error::Finding`] for the first thing that the viewer would refuse.
    pub fn new(ids: impl IntoIterator<Item = u64>, properties: impl IntoIterator<Item = Property>) -> Result<Self> {
        let ids = ids.into_iter().map(SegmentId).collect();
        let table = Self { ids, properties: properties.into_iter().collect() };
        Self::from_json(&table.to_json())
    }

    /// The segments.
    pub fn ids(&self) -> &[SegmentId] {
        &self.ids
    }

    /// The columns.
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// The `info` of the directory of segment properties.
    pub fn to_json(&self) -> Value {
        let ids: Vec<Value> = self.ids.iter().map(|id| id.to_string().into()).collect();
        let properties: Vec<Value> = self.properties.iter().map(Property::write).collect();
        let inline: Object = [("ids", Value::from(ids)), ("properties", properties.into())]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        let mut object = Object::new();
        object.insert("@type".to_owned(), read::TYPE.into());
        object.insert("inline".to_owned(), Value::Object(inline));
        Value::Object(object)
    }

    /// Reads an `info`.
    ///
    /// # Errors
    /// [`Error::Finding`] for the first thing that the viewer would refuse.
    pub fn from_json(value: &Value) -> Result<Self> {
        let (table, findings) = Self::read(value);
        let refused = || Error::NotAnObject { found: json::describe(value) };
        match (table, Findings(findings).into_first_error()) {
            (Some(table), None) => Ok(table),
            (_, Some(finding)) => Err(finding.into()),
            (None, None) => Err(refused()),
        }
    }

    /// Reads an `info`: `None` if the viewer would refuse it; and all that is wrong with it.
    pub fn read(value: &Value) -> (Option<Self>, Vec<Finding>) {
        let mut findings = Findings::default();
        let table = read::read(value, &mut findings);
        let refused = findings.0.iter().any(|finding| finding.severity == Severity::Error);
        (table.filter(|_| !refused), findings.0)
    }
}

/// Compact JSON; `{:#}` indents it.
impl fmt::Display for SegmentProperties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_json();
        f.write_str(&if f.alternate() { json::to_pretty_string(&value) } else { json::to_client_string(&value) })
    }
}

/// Reads JSON.
impl FromStr for SegmentProperties {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::from_json(&json::parse(text)?)
    }
}
