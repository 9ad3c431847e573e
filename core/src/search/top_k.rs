//! The best `k` of a stream.

use std::{cmp::Ordering, collections::BinaryHeap};

/// A track and how similar it is to what was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Index of the track in the library.
    pub track: usize,
    /// Cosine similarity: 1 = identical.
    pub similarity: f64,
}

/// Orders the worse neighbour last: lower similarity, then higher index. Similarities are finite.
fn by_merit(a: &Neighbour, b: &Neighbour) -> Ordering {
    b.similarity.total_cmp(&a.similarity).then(a.track.cmp(&b.track))
}

/// In a max-heap the greatest is the worst one kept.
struct Kept(Neighbour);

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Kept {}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kept {
    fn cmp(&self, other: &Self) -> Ordering {
        by_merit(&self.0, &other.0)
    }
}

/// Keeps the best `k` neighbours offered.
pub(crate) struct TopK {
    k: usize,
    kept: BinaryHeap<Kept>,
}

impl TopK {
    pub(crate) fn new(k: usize) -> Self {
        Self { k, kept: BinaryHeap::new() }
    }

    /// The worst similarity kept, once `k` are: what is below it cannot enter any more.
    pub(crate) fn threshold(&self) -> Option<f64> {
        if self.kept.len() < self.k { None } else { self.kept.peek().map(|worst| worst.0.similarity) }
    }

    pub(crate) fn offer(&mut self, neighbour: Neighbour) {
        if self.kept.len() < self.k {
            self.kept.push(Kept(neighbour));
        } else if let Some(mut worst) = self.kept.peek_mut()
            && by_merit(&neighbour, &worst.0).is_lt()
        {
            *worst = Kept(neighbour);
        }
    }

    /// Best first.
    pub(crate) fn into_sorted(self) -> Vec<Neighbour> {
        self.kept.into_sorted_vec().into_iter().map(|kept| kept.0).collect()
    }
}
