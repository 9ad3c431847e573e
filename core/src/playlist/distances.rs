//! Distances between the tracks of a short list, all of them at hand.

use super::Library;

/// Cosine distances between all pairs of some tracks, `[n, n]`.
pub(super) struct Distances {
    n: usize,
    values: Vec<f32>,
}

impl Distances {
    /// Compares all pairs: half a million for a thousand tracks.
    #[inline(never)]
    pub(super) fn new(library: Library<'_>, tracks: &[usize]) -> Self {
        let n = tracks.len();
        let mut values = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..i {
                // Rounding may take copies below 0.
                let distance = (1.0 - library.searcher.similarity(tracks[i], tracks[j])).max(0.0) as f32;
                values[i * n + j] = distance;
                values[j * n + i] = distance;
            }
        }
        Self { n, values }
    }

    /// Number of tracks.
    pub(super) fn len(&self) -> usize {
        self.n
    }

    /// Distance from one to another.
    pub(super) fn at(&self, from: usize, to: usize) -> f64 {
        f64::from(self.values[from * self.n + to])
    }

    /// Distances from one to all.
    pub(super) fn row(&self, from: usize) -> &[f32] {
        &self.values[from * self.n..(from + 1) * self.n]
    }

    /// The same, to be changed.
    pub(super) fn row_mut(&mut self, from: usize) -> &mut [f32] {
        &mut self.values[from * self.n..(from + 1) * self.n]
    }

    /// Length of a walk.
    pub(super) fn length(&self, order: &[usize]) -> f64 {
        order.windows(2).map(|step| self.at(step[0], step[1])).sum()
    }
}
