//! What the names of axes say: letters, marks, and one text for several axes.

use super::{AxisInfo, AxisKind};

/// The axes of data that say nothing, for ranks up to five: the last of these.
const USUAL: [&str; 5] = ["s", "c", "z", "y", "x"];

/// Marks at the end of a name: a channel, and an axis that belongs to one viewer layer.
pub(super) const MARKS: [char; 2] = ['^', '\''];

/// An axis by its name alone. A letter of its own meaning keeps it with or without a mark, but for `t^`, which is no time.
pub(super) fn by_name(name: &str) -> AxisInfo {
    let (base, mark) = without_mark(name);
    let kind = match (base, mark) {
        ("c", _) | (_, Some('^')) if !matches!(base, "s" | "b") => AxisKind::Channel,
        ("s", _) => AxisKind::Sample,
        ("b", _) => AxisKind::Batch,
        ("t", None) => AxisKind::Time,
        (_, None) => AxisKind::Space,
        _ => AxisKind::Other,
    };
    of_kind(base, kind, "")
}

/// An axis of a kind; `unit` matters for time only, since space is kept in nanometres.
pub(super) fn of_kind(name: &str, kind: AxisKind, unit: &str) -> AxisInfo {
    match kind {
        AxisKind::Space => AxisInfo::space(name),
        AxisKind::Time => AxisInfo::time(name, unit),
        _ => AxisInfo::plain(name, kind),
    }
}

/// A name and the mark that it ends in.
pub(super) fn without_mark(name: &str) -> (&str, Option<char>) {
    match name.strip_suffix(MARKS) {
        Some(base) => (base, name.chars().next_back()),
        None => (name, None),
    }
}

/// The letters of one text for several axes, each with its mark: `c^zyx` is `c^`, `z`, `y`, `x`.
pub(super) fn letters(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for letter in text.chars() {
        match names.last_mut() {
            Some(name) if MARKS.contains(&letter) && without_mark(name).1.is_none() => name.push(letter),
            _ => names.push(letter.to_string()),
        }
    }
    names
}

/// The usual axes of a rank.
pub(super) fn usual(rank: usize) -> Option<Vec<AxisInfo>> {
    let first = USUAL.len().checked_sub(rank)?;
    Some(USUAL[first..].iter().map(|name| by_name(name)).collect())
}

/// Names of axes of these kinds, where nothing else is known: physical ones `d0, d1, …`, others `c0, c1, …`.
pub(super) fn numbered(kinds: &[AxisKind]) -> Vec<String> {
    let (mut physical, mut plain) = (0.., 0..);
    let name = |kind: &AxisKind| {
        let (letter, number) = if kind.is_physical() { ('d', physical.next()) } else { ('c', plain.next()) };
        format!("{letter}{}", number.unwrap_or(0))
    };
    kinds.iter().map(name).collect()
}
