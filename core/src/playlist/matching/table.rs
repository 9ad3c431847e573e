//! Hashes and the tracks they belong to, sorted: 16 bytes a row.

use std::cmp::Ordering;

type Row = (u64, u32);

/// Rows `(hash, track)`.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// Sorts the rows by hash, equal ones as `ties` orders their tracks, and then by track.
    #[inline(never)]
    pub(super) fn new(mut rows: Vec<Row>, ties: &dyn Fn(u32, u32) -> Ordering) -> Self {
        sort(&mut rows, &|a, b| a.0.cmp(&b.0).then_with(|| ties(a.1, b.1)).then(a.1.cmp(&b.1)));
        rows.shrink_to_fit();
        Self { rows }
    }

    /// The rows whose hashes lie in `low..=high`.
    #[inline(never)]
    pub(super) fn between(&self, low: u64, high: u64) -> &[Row] {
        let from = self.rows.partition_point(|row| row.0 < low);
        let count = self.rows[from..].partition_point(|row| row.0 <= high);
        &self.rows[from..from + count]
    }

    /// The rows of one hash.
    pub(super) fn of(&self, hash: u64) -> &[Row] {
        self.between(hash, hash)
    }

    /// All rows.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// Heapsort (Williams 1964). The standard library's sorts are twice as fast, and each use of them is a tenth of what
/// matching takes in the browser's module.
fn sort(rows: &mut [Row], order: &dyn Fn(Row, Row) -> Ordering) {
    let sift = |rows: &mut [Row], mut parent: usize, end: usize| {
        loop {
            let mut child = 2 * parent + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && order(rows[child], rows[child + 1]).is_lt() {
                child += 1;
            }
            if order(rows[parent], rows[child]).is_ge() {
                return;
            }
            rows.swap(parent, child);
            parent = child;
        }
    };
    for step in (0..rows.len() + rows.len() / 2).rev() {
        // First the heap is made, then its largest row is taken out again and again.
        let end = step.min(rows.len());
        if step < rows.len() {
            rows.swap(0, step);
            sift(rows, 0, end);
        } else {
            sift(rows, step - rows.len(), end);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_sorted_and_found(rows in prop::collection::vec((0..20u64, any::<u32>()), 0..200)) {
            let table = Table::new(rows.clone(), &|_, _| Ordering::Equal);
            let mut expected = rows;
            expected.sort_unstable();
            prop_assert_eq!(table.rows(), &expected);
            for low in 0..20 {
                let inside: Vec<_> = expected.iter().copied().filter(|row| (low..=low + 2).contains(&row.0)).collect();
                prop_assert_eq!(table.between(low, low + 2), &inside);
            }
        }
    }
}
