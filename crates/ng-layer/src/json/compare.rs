//! Equality as the viewer sees it.

use super::Object;
use super::number::as_double;
use serde_json::Value;

/// Whether the viewer could not tell two values apart: numbers are compared as doubles (`4` is `4.0`), the order of
/// keys counts, except for array indices, which a JavaScript object sorts anyway.
///
/// `same(a, b)` exactly if both have the same client form.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            #[allow(clippy::float_cmp, reason = "two JSON numbers are the same if they are the same double")]
            let equal = as_double(a) == as_double(b);
            equal
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => same_objects(a, b),
        _ => a == b,
    }
}

/// [`same`] for two objects.
pub(crate) fn same_objects(a: &Object, b: &Object) -> bool {
    a.len() == b.len()
        && in_client_order(a).into_iter().zip(in_client_order(b)).all(|((k, a), (l, b))| k == l && same(a, b))
}

/// The entries in the order in which a JavaScript object enumerates them: array indices first, rising.
pub(super) fn in_client_order(object: &Object) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = object.iter().collect();
    // Stable, so names keep the order in which they were written.
    entries.sort_by_key(|(key, _)| array_index(key).map_or((1, 0), |index| (0, index)));
    entries
}

/// The array index that a property name is: decimal without leading zeros, below 2^32 - 1.
fn array_index(key: &str) -> Option<u32> {
    let canonical = key == "0" || (!key.starts_with('0') && !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit()));
    if !canonical {
        return None;
    }
    key.parse().ok().filter(|index| *index != u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_counts_for_names_and_not_for_indices() {
        assert!(!same(&json!({"x": 1, "y": 2}), &json!({"y": 2, "x": 1})));
        assert!(same(&json!({"2": 1, "1": 2}), &json!({"1": 2, "2": 1})));
        assert!(same(&json!([4.0, -0.0]), &json!([4, 0])));
        assert!(!same(&json!({"x": null}), &json!({})));
    }

    #[test]
    fn only_canonical_indices_are_indices() {
        assert_eq!(array_index("0"), Some(0));
        assert_eq!(array_index("00"), None);
        assert_eq!(array_index("+1"), None);
        assert_eq!(array_index(""), None);
        assert_eq!(array_index("4294967295"), None);
        assert_eq!(array_index("4294967294"), Some(4_294_967_294));
    }
}
