//! How many items two partitions have in common, group by group.

use std::collections::BTreeMap;

/// Counts of the items of every pair of groups that share some, and of every group.
#[derive(Clone, Debug)]
pub(super) struct Contingency {
    /// Items of all.
    pub(super) total: usize,
    /// By group of the first and of the second partition.
    pub(super) shared: BTreeMap<(usize, usize), usize>,
    /// By group of the first.
    pub(super) first: BTreeMap<usize, usize>,
    /// By group of the second.
    pub(super) second: BTreeMap<usize, usize>,
}

impl Contingency {
    /// # Panics
    /// When the slices differ in length.
    pub(super) fn of(first: &[usize], second: &[usize]) -> Self {
        assert_eq!(first.len(), second.len(), "two partitions of the same items");
        let empty = BTreeMap::new;
        let mut counts = Self { total: first.len(), shared: empty(), first: BTreeMap::new(), second: BTreeMap::new() };
        for (&a, &b) in first.iter().zip(second) {
            *counts.shared.entry((a, b)).or_default() += 1;
            *counts.first.entry(a).or_default() += 1;
            *counts.second.entry(b).or_default() += 1;
        }
        counts
    }
}
