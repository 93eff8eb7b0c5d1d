//! Keys that nobody reads.

use crate::finding::{Findings, pointer};
use crate::json::Object;

/// Notes the keys of an object that the viewer ignores.
pub(super) fn look(object: &Object, known: &[&str], at: &str, findings: &mut Findings) {
    for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
        let cure = match nearest(key, known) {
            Some(known) => format!("write `{known}`"),
            None => "leave it out, unless it is yours".to_owned(),
        };
        let rule = "the viewer ignores keys that it does not know, without a message";
        findings.warning(&pointer(at, key), format!("the key `{key}`"), rule, &cure);
    }
}

/// The word that somebody may have meant.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // What is longer by more than the tolerance is not looked at, so hostile words cost nothing.
    let tolerance = 2.min(word.chars().count() / 2);
    let near = known.iter().filter(|known| known.len().abs_diff(word.len()) <= 2 * tolerance);
    let measured = near.map(|known| (distance(&known.to_lowercase(), &word.to_lowercase()), *known));
    measured
        .filter(|(distance, _)| *distance <= tolerance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Letters to change, add or leave out.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        let known = ["opacity", "blend", "shader"];
        assert_eq!(nearest("opacty", &known), Some("opacity"));
        assert_eq!(nearest("Blend", &known), Some("blend"));
        assert_eq!(nearest("shared", &known), Some("shader"));
        assert_eq!(nearest("x", &known), None);
        assert_eq!(nearest("something", &known), None);
    }
}
