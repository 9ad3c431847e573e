//! Distances between the tracks of a short list, all of them at hand.

use super::Library;

/// Cosine distances between all pairs of some tracks, `[n, n]`.
pub(super) struct Distances {
    n: usize,
    values: Vec<f32>,
}

impl Distances {
    /// Compares all pairs, half a million for a thousand tracks, in `f32` and in a fixed order of additions: the same
    /// on every machine, and to 1e-6 the distances of [`Searcher::similarity`](crate::search::Searcher::similarity).
    #[inline(never)]
    pub(super) fn new(library: Library<'_>, tracks: &[usize]) -> Self {
        let n = tracks.len();
        let vectors: Vec<Vec<f32>> = tracks.iter().map(|&track| library.searcher.rows().vector(track)).collect();
        let mut values = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..i {
                // Rounding may take copies below 0.
                let distance = (1.0 - dot(&vectors[i], &vectors[j])).max(0.0);
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

fn dot(a: &[f32], b: &[f32]) -> f32 {
    // Eight independent sums fill the registers without changing the order between machines.
    let mut sums = [0.0_f32; 8];
    let (a_blocks, a_rest) = a.as_chunks::<8>();
    let (b_blocks, b_rest) = b.as_chunks::<8>();
    for (x, y) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playlist::test_library::TestLibrary;

    #[test]
    fn distances_are_those_of_the_search() {
        for dim in 1..20 {
            let library = TestLibrary::new(9, dim, dim as u64);
            let tracks = [3, 1, 8, 0];
            let distances = Distances::new(library.get(), &tracks);
            for (i, &a) in tracks.iter().enumerate() {
                for (j, &b) in tracks.iter().enumerate() {
                    let expected = 1.0 - library.get().searcher.similarity(a, b);
                    assert!((distances.at(i, j) - expected).abs() < 1e-6, "{a} {b}");
                }
            }
        }
    }
}
