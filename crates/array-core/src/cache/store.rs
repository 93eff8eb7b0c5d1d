//! Values in order of their use, in a bounded number of bytes. Knows nothing of threads.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Those that were used once since they came, and those that were used again.
const ONCE: usize = 0;
const AGAIN: usize = 1;

pub(super) struct Store<K, V> {
    limit: u64,
    entries: HashMap<K, Entry<V>>,
    /// Keys by the time of their last use.
    order: [BTreeMap<u64, K>; 2],
    bytes: [u64; 2],
    clock: u64,
}

struct Entry<V> {
    value: V,
    bytes: u64,
    used: u64,
    part: usize,
}

impl<K, V> Store<K, V> {
    /// A key stands in the table and in the order, and both may be half empty.
    pub(super) const ENTRY_BYTES: u64 = 2 * (size_of::<(K, Entry<V>)>() + size_of::<(u64, K)>()) as u64;

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes[ONCE] + self.bytes[AGAIN]
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Store<K, V> {
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, entries: HashMap::new(), order: [BTreeMap::new(), BTreeMap::new()], bytes: [0; 2], clock: 0 }
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.keys()
    }

    /// The value, which counts as its use.
    pub(super) fn get(&mut self, key: &K) -> Option<V> {
        let value = self.entries.get(key)?.value.clone();
        self.place(key, AGAIN);
        while self.bytes[AGAIN] > self.limit / 4 * 3 {
            let Some((_, oldest)) = self.order[AGAIN].first_key_value() else { break };
            self.place(&oldest.clone(), ONCE);
        }
        Some(value)
    }

    /// Keeps a value of at most `limit` bytes. Gives back what had to go for it, and what stood at its key.
    pub(super) fn insert(&mut self, key: K, value: V, bytes: u64) -> Vec<V> {
        let mut gone: Vec<V> = self.remove(&key).into_iter().collect();
        while bytes > self.limit.saturating_sub(self.bytes()) {
            let oldest = self.order.iter().find_map(BTreeMap::first_key_value).map(|(_, key)| key.clone());
            let Some(oldest) = oldest else { break };
            gone.extend(self.remove(&oldest));
        }
        self.clock += 1;
        self.order[ONCE].insert(self.clock, key.clone());
        self.bytes[ONCE] += bytes;
        self.entries.insert(key, Entry { value, bytes, used: self.clock, part: ONCE });
        gone
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.order[entry.part].remove(&entry.used);
        self.bytes[entry.part] -= entry.bytes;
        Some(entry.value)
    }

    /// Makes an entry the last used one of a part.
    fn place(&mut self, key: &K, part: usize) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        self.order[entry.part].remove(&entry.used);
        self.bytes[entry.part] -= entry.bytes;
        self.clock += 1;
        (entry.used, entry.part) = (self.clock, part);
        self.order[part].insert(self.clock, key.clone());
        self.bytes[part] += entry.bytes;
    }
}
