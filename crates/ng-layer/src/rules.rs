//! Conditions that the values of keys must meet beyond their type: the rule in words where one is violated.
#![allow(clippy::trivially_copy_pass_by_ref, clippy::ptr_arg, reason = "a rule borrows the very type of its key")]
#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "what cannot be compared must be refused, too")]

use crate::space::{CoordinateSpace, DimKind};

/// A part of a whole.
pub(crate) fn fraction(value: &f64) -> Option<&'static str> {
    (!(0.0..=1.0).contains(value)).then_some("a number from 0 to 1")
}

/// A size, a scale.
pub(crate) fn positive(value: &f64) -> Option<&'static str> {
    (!(*value > 0.0)).then_some("a number greater than 0")
}

/// A width.
pub(crate) fn not_negative(value: &f64) -> Option<&'static str> {
    (!(*value >= 0.0)).then_some("a number not below 0")
}

/// A rotation: the viewer normalises it, which it cannot do with zero.
pub(crate) fn rotation(value: &[f64; 4]) -> Option<&'static str> {
    value.iter().all(|part| *part == 0.0).then_some("a quaternion [x, y, z, w] that is not zero")
}

/// Something to call it by.
pub(crate) fn not_empty(value: &String) -> Option<&'static str> {
    value.is_empty().then_some("a string that is not empty")
}

/// The top level's `dimensions` holds shared dimensions only.
pub(crate) fn only_global(space: &CoordinateSpace) -> Option<&'static str> {
    only(space, DimKind::Global, "a space of global dimensions: names without ' and ^")
}

/// `localDimensions`.
pub(crate) fn only_local(space: &CoordinateSpace) -> Option<&'static str> {
    only(space, DimKind::Local, "a space of local dimensions: names that end in '")
}

/// `channelDimensions`.
pub(crate) fn only_channel(space: &CoordinateSpace) -> Option<&'static str> {
    only(space, DimKind::Channel, "a space of channel dimensions: names that end in ^")
}

fn only(space: &CoordinateSpace, kind: DimKind, rule: &'static str) -> Option<&'static str> {
    space.names().any(|name| DimKind::of(name) != kind).then_some(rule)
}

/// Sides of a volume.
pub(crate) fn at_least_one(sides: &[i64; 3]) -> Option<&'static str> {
    sides.iter().any(|side| *side < 1).then_some("three whole numbers from 1")
}
