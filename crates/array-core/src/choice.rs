//! Which of several statements of one value counts.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::{Error, Field, Provenance, Result};

/// What happens where a source does not say clearly what an array is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// What is usual is assumed, what counts most is taken, and the provenance of the value says so.
    #[default]
    Lenient,
    /// It is an error.
    Strict,
}

/// All that is stated about one value, by whom, the statement that counts most first: explicit configuration before the
/// format's own metadata, these before attributes, these before attributes of parents, the nearest first.
///
/// ```
/// use array_core::{Candidates, Coordinate, Field, Strictness};
///
/// let stated = Candidates::new(Field::VoxelSize)
///     .add("option voxel_size", None)
///     .add("attribute resolution", Some(Coordinate::from([40, 4, 4])))
///     .add("attribute voxel_size", Some(Coordinate::from([1, 1, 1])))
///     .add("attribute of the parent", Some(Coordinate::from([40, 4, 4])));
///
/// let choice = stated.clone().choose(Strictness::Lenient)?.unwrap();
/// assert_eq!(choice.value, Coordinate::from([40, 4, 4]));
/// assert_eq!(
///     choice.provenance.to_string(),
///     "stated: attribute resolution and attribute of the parent, against (1, 1, 1) of attribute voxel_size"
/// );
/// assert!(stated.choose(Strictness::Strict).is_err());
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Candidates<T> {
    field: Field,
    /// Different values, each with all who state it.
    stated: Vec<(T, Vec<String>)>,
}

/// The statement that counts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Choice<T> {
    /// The value.
    pub value: T,
    /// Who states it, and who states something else.
    pub provenance: Provenance,
    /// The other values, each with all who state it.
    pub against: Vec<(T, Vec<String>)>,
}

impl<T: PartialEq + Display> Candidates<T> {
    /// Nobody has said anything yet.
    pub fn new(field: Field) -> Self {
        Self { field, stated: Vec::new() }
    }

    /// Adds a statement that counts less than those before it; equal ones are merged. `None` is no statement.
    pub fn add(mut self, origin: impl Into<String>, value: Option<T>) -> Self {
        let Some(value) = value else { return self };
        match self.stated.iter_mut().find(|(known, _)| *known == value) {
            Some((_, origins)) => origins.push(origin.into()),
            None => self.stated.push((value, vec![origin.into()])),
        }
        self
    }

    /// The statement that counts most; `None` where nothing is stated.
    ///
    /// # Errors
    /// [`Error::Contradiction`] when statements differ and the strictness says so.
    pub fn choose(self, strictness: Strictness) -> Result<Option<Choice<T>>> {
        let told: Vec<String> =
            self.stated.iter().map(|(value, by)| format!("{value} of {}", by.join(" and "))).collect();
        if strictness == Strictness::Strict && told.len() > 1 {
            return Err(Error::Contradiction { field: self.field, values: told });
        }
        let mut stated = self.stated.into_iter();
        let Some((value, origins)) = stated.next() else { return Ok(None) };
        let mut by = origins.join(" and ");
        if told.len() > 1 {
            by = format!("{by}, against {}", told[1..].join(", "));
        }
        Ok(Some(Choice { value, provenance: Provenance::Stated(by), against: stated.collect() }))
    }

    /// The statement that counts most, or a value that is usual.
    ///
    /// # Errors
    /// [`Error::NotStated`] where nothing is stated and the strictness says so; otherwise as [`choose`](Self::choose).
    pub fn choose_or(self, assumed: T, strictness: Strictness) -> Result<Choice<T>> {
        let field = self.field;
        if let Some(choice) = self.choose(strictness)? {
            return Ok(choice);
        }
        if strictness == Strictness::Strict {
            return Err(Error::NotStated { field, assumed: assumed.to_string() });
        }
        let provenance = Provenance::Assumed(format!("{field} {assumed}, as nothing states it"));
        Ok(Choice { value: assumed, provenance, against: Vec::new() })
    }
}
