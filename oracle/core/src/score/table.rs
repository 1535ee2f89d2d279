//! A map that is filled once and then only read: sorted, in one piece of memory.

use rayon::prelude::*;

/// Ascending by key; keys are unique.
pub(super) struct Table<K, V> {
    rows: Vec<(K, V)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<K: Ord + Copy + Send, V: Send> Table<K, V> {
    /// Of rows in any order; of several with the same key the last one stays.
    pub(super) fn new(mut rows: Vec<(K, V)>) -> Self {
        rows.reverse();
        rows.par_sort_by_key(|(key, _)| *key);
        rows.dedup_by_key(|(key, _)| *key);
        Self { rows }
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let at = self.rows.binary_search_by_key(key, |(key, _)| *key).ok()?;
        self.rows.get(at).map(|(_, value)| value)
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.rows.iter()
    }

    pub(super) fn into_values(self) -> impl Iterator<Item = V> {
        self.rows.into_iter().map(|(_, value)| value)
    }
}
