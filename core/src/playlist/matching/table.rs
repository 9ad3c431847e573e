//! Hashes and the tracks they belong to, sorted: 16 bytes a row.

use std::cmp::Ordering;

/// Rows `(hash, track)`.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    rows: Vec<(u64, u32)>,
}

impl Table {
    /// Sorts the rows by hash, and equal ones as `ties` orders their tracks.
    pub(super) fn new(mut rows: Vec<(u64, u32)>, ties: &dyn Fn(u32, u32) -> Ordering) -> Self {
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| ties(a.1, b.1)).then(a.1.cmp(&b.1)));
        rows.shrink_to_fit();
        Self { rows }
    }

    /// The rows whose hashes lie in `low..=high`.
    pub(super) fn between(&self, low: u64, high: u64) -> &[(u64, u32)] {
        let from = self.rows.partition_point(|row| row.0 < low);
        let count = self.rows[from..].partition_point(|row| row.0 <= high);
        &self.rows[from..from + count]
    }

    /// The rows of one hash.
    pub(super) fn of(&self, hash: u64) -> &[(u64, u32)] {
        self.between(hash, hash)
    }

    /// All rows.
    pub(super) fn rows(&self) -> &[(u64, u32)] {
        &self.rows
    }
}
