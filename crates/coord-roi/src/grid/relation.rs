//! How the lines of two grids lie to each other along one axis.

use core::fmt;

use crate::{Length, Result};

/// How the lines of another grid lie to those of [one](crate::Grid::relation), along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The lines are the same: index + `shift` is the index of the same voxel there. Where `shift` is 0 on all axes,
    /// the grids are the same.
    Equal {
        /// What to add to an index.
        shift: i64,
    },
    /// Every line of the other is a line of this: `factor` voxels of this make one of the other.
    Finer {
        /// At least 2.
        factor: i64,
    },
    /// Every line of this is a line of the other: one voxel of this is `factor` voxels of the other.
    Coarser {
        /// At least 2.
        factor: i64,
    },
    /// Neither is nested in the other, but there is a common refinement, in which both can be said exactly. How many
    /// times smaller its voxels are tells whether joining the two is sensible.
    Refinable {
        /// The step of the common refinement.
        step: Length,
        /// Its steps in a step of this grid.
        own: i64,
        /// Its steps in a step of the other.
        other: i64,
    },
    /// No refinement of the steps meets the lines of both.
    Apart {
        /// The common refinement of the steps.
        unit: Length,
        /// How far above a line of that refinement, placed on this grid, the origin of the other is: more than 0, less
        /// than `unit`.
        offset: Length,
    },
}

impl Relation {
    /// Of the steps, and the difference of the origins, other minus own.
    pub(super) fn of(step: Length, other_step: Length, difference: Length) -> Result<Self> {
        let unit = step.common_divisor(other_step)?;
        let offset = difference.rem_floor(unit)?;
        if offset != Length::ZERO {
            return Ok(Self::Apart { unit, offset });
        }
        let (own, other) = (step.div_floor(unit)?, other_step.div_floor(unit)?);
        Ok(match (own, other) {
            (1, 1) => Self::Equal { shift: difference.checked_neg()?.div_floor(unit)? },
            (1, factor) => Self::Finer { factor },
            (factor, 1) => Self::Coarser { factor },
            _ => Self::Refinable { step: unit, own, other },
        })
    }
}

/// The same lines, the same voxels.
impl Default for Relation {
    fn default() -> Self {
        Self::Equal { shift: 0 }
    }
}

/// In words, for messages.
impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal { shift: 0 } => f.write_str("the same voxels"),
            Self::Equal { shift } => write!(f, "the same lines, indices {shift:+} apart"),
            Self::Finer { factor } => write!(f, "{factor} times finer"),
            Self::Coarser { factor } => write!(f, "{factor} times coarser"),
            Self::Refinable { step, own, other } => {
                write!(f, "not nested; they meet on a grid of step {step}, {own} and {other} times finer")
            }
            Self::Apart { unit, offset } => write!(f, "lines apart by {offset}, which is no multiple of {unit}"),
        }
    }
}
