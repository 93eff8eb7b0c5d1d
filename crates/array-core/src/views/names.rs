//! Names of channels, where the free-form metadata have them: under `channel_names`, one per channel.

use serde_json::Value;

use crate::{ArrayMeta, Attrs};

const KEY: &str = "channel_names";

/// The attributes with these names of channels; a channel may have none.
pub(super) fn with_names(mut attrs: Attrs, names: impl IntoIterator<Item = Option<String>>) -> Attrs {
    attrs.insert(KEY.to_owned(), names.into_iter().collect::<Vec<_>>().into());
    attrs
}

/// The attributes of an array without names of channels, for a view that has other channels.
pub(super) fn without_names(mut attrs: Attrs) -> Attrs {
    attrs.remove(KEY);
    attrs
}

/// The attributes of a view that has only some channels of its source. A list with another number of names than channels says
/// nothing that could be kept.
pub(super) fn some_names(source: &ArrayMeta, attrs: Attrs, picks: &[usize]) -> Attrs {
    let names = match source.attrs().get(KEY) {
        Some(Value::Array(names)) if Some(names.len()) == source.num_channels() => names,
        _ => return without_names(attrs),
    };
    let mut attrs = attrs;
    let kept = picks.iter().filter_map(|&pick| names.get(pick).cloned()).collect();
    attrs.insert(KEY.to_owned(), Value::Array(kept));
    attrs
}
