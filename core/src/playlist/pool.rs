//! The tracks that a list may be made of.

use super::{Constraints, Library};
use crate::random::{SplitMix64, mix};
use crate::search::Neighbour;

/// Candidates for a list, best first.
#[derive(Default)]
pub(super) struct Pool {
    /// Indices in the library.
    pub(super) tracks: Vec<usize>,
    /// How well each fits what was asked for.
    pub(super) merits: Vec<f64>,
    /// What chance adds to each merit: nothing at temperature 0.
    pub(super) noise: Vec<f64>,
}

impl Pool {
    /// The first `size` of the candidates (best first) that may enter beside the tracks that are `taken`: without
    /// those, without what is excluded, and with one version of each song, the first.
    #[inline(never)]
    pub(super) fn new(
        library: Library<'_>,
        constraints: &Constraints,
        taken: &[usize],
        candidates: &[Neighbour],
        size: usize,
    ) -> Self {
        let mut pool = Self::default();
        let barred = constraints.barred(library.searcher.len());
        for candidate in candidates {
            if pool.tracks.len() == size {
                break;
            }
            let same = |&other: &usize| other == candidate.track || library.same_song(other, candidate.track);
            if !barred[candidate.track] && !taken.iter().any(same) && !pool.tracks.iter().any(same) {
                pool.tracks.push(candidate.track);
                pool.merits.push(candidate.similarity);
            }
        }
        pool.noise = vec![0.0; pool.tracks.len()];
        pool
    }

    /// Takes a candidate out.
    pub(super) fn take(&mut self, index: usize) -> usize {
        self.merits.remove(index);
        self.noise.remove(index);
        self.tracks.remove(index)
    }

    /// Draws the noise. The best by merit and noise is a draw by the softmax of the merits, the best `k` are `k` draws
    /// without putting back. `unit` is by how much merits differ at a temperature of 1.
    ///
    /// Gumbel-top-k: Kool, van Hoof and Welling 2019, "Stochastic beams and where to find them" (ICML), section 2. Here
    /// a track keeps its noise throughout a list, although its merit changes from place to place.
    pub(super) fn draw(&mut self, constraints: &Constraints, unit: f64) {
        let scale = unit * constraints.temperature;
        if scale > 0.0 {
            let gumbel = |&track: &usize| -scale * libm::log(exponential(constraints.seed, track));
            self.noise = self.tracks.iter().map(gumbel).collect();
        }
    }

    /// Standard deviation of the merits of the first so many.
    pub(super) fn deviation(&self, first: usize) -> f64 {
        let merits = &self.merits[..first.min(self.merits.len())];
        let n = merits.len().max(1) as f64;
        let mean = merits.iter().sum::<f64>() / n;
        (merits.iter().map(|merit| (merit - mean) * (merit - mean)).sum::<f64>() / n).sqrt()
    }
}

/// A draw from the exponential distribution of mean 1 that belongs to a track. Minus its logarithm is a draw from the
/// standard Gumbel distribution.
pub(super) fn exponential(seed: u64, track: usize) -> f64 {
    let bits = SplitMix64 { state: mix(seed).wrapping_add(track as u64) }.next() >> 11;
    -libm::log((bits as f64 + 0.5) / (1_u64 << 53) as f64)
}

/// Largest difference between a value of a unit vector and that of a copy: `|x - y|^2 = 2 (1 - x.y)`, and copies are
/// as similar as 1 - 1e-6.
const COPY_DIFFERENCE: f32 = 2e-3;

impl Library<'_> {
    /// Whether two tracks are versions of one song ([`Songs::same_song`](super::Songs::same_song)). Compares vectors
    /// only where the answer depends on them.
    pub fn same_song(self, a: usize, b: usize) -> bool {
        let first = |track| self.searcher.rows().value(track, 0);
        let may_be = self.songs.same_title(a, b)
            || self.songs.same_duration(a, b) && (first(a) - first(b)).abs() < COPY_DIFFERENCE;
        may_be && self.songs.same_song(a, b, self.searcher.similarity(a, b))
    }
}
