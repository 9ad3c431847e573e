//! Cross-domain similarity local scaling.

use crate::metrics::panels::Panels;
use crate::metrics::random::Stream;
use crate::vectors::Vectors;

/// Neighbours that make up a track's surroundings (Conneau et al. use 10).
const SURROUNDINGS: usize = 10;
/// Tracks of the gallery that surroundings are looked for in, at most.
const SAMPLE: usize = 20_000;
/// Which sample that is.
const SAMPLE_SEED: u64 = 0x6373_6c73;

/// Cross-domain similarity local scaling (Conneau et al. 2018, "Word translation without parallel data", section 2.3):
/// `2 cos(x, y) - r(x) - r(y)`, where `r` is the mean similarity of a track to its 10 nearest of the gallery. A track in
/// dense surroundings must be nearer than others to count as near.
///
/// Conneau et al. take `r(y)` of a track of the gallery over the queries; here it is over the gallery itself, so that
/// the ranking of a query does not depend on what else is asked. In a gallery of more than 20,000 tracks the
/// surroundings are those of a fixed sample of so many: coarser, for all tracks alike.
#[derive(Clone, Debug)]
pub(in crate::metrics) struct Csls {
    /// `r` of every track of the gallery, `[n]`.
    density: Vec<f32>,
}

impl Csls {
    /// Measures the surroundings in a gallery `[n, dim]`.
    pub(super) fn fit(gallery: &Vectors) -> Self {
        let n = gallery.len();
        let mut sample: Vec<usize> = (0..n).collect();
        if n > SAMPLE {
            sample = Stream::new(SAMPLE_SEED, 0).permutation(n);
            sample.truncate(SAMPLE);
            sample.sort_unstable();
        }
        let panels = Panels::new(&gallery.select(&sample));
        let mut density = Vec::with_capacity(n);
        let mut buffer = Vec::new();
        for block in Panels::blocks(n) {
            let similarities = panels.similarities(gallery, block.clone());
            for (track, row) in block.zip(similarities.chunks_exact(sample.len())) {
                density.push(self::density(row, sample.binary_search(&track).ok(), &mut buffer));
            }
        }
        Self { density }
    }

    /// See [`super::Fitted::score`].
    pub(super) fn score(&self, similarities: &mut [f32], own: Option<usize>) {
        let query = density(similarities, own, &mut Vec::new());
        for (value, density) in similarities.iter_mut().zip(&self.density) {
            *value = 2.0 * *value - query - density;
        }
    }
}

/// The mean of the greatest similarities, that to the track itself left out; 0 where there are none.
fn density(similarities: &[f32], own: Option<usize>, buffer: &mut Vec<f32>) -> f32 {
    buffer.clear();
    buffer.extend(similarities.iter().enumerate().filter(|&(i, _)| Some(i) != own).map(|(_, &s)| s));
    let count = SURROUNDINGS.min(buffer.len());
    if count == 0 {
        return 0.0;
    }
    buffer.select_nth_unstable_by(count - 1, |a, b| b.total_cmp(a));
    // Sorted, so that the sum does not depend on how the selection went.
    let nearest = &mut buffer[..count];
    nearest.sort_unstable_by(|a, b| b.total_cmp(a));
    (nearest.iter().map(|&s| f64::from(s)).sum::<f64>() / count as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{HubnessCorrection, corrected_neighbors};

    #[test]
    fn density_is_the_mean_of_the_ten_nearest_others() {
        let mut row: Vec<f32> = (0..30).map(|i| i as f32 / 100.0).collect();
        row[4] = 1.0;
        // 0.29 down to 0.20.
        assert!((density(&row, Some(4), &mut Vec::new()) - 0.245).abs() < 1e-6);
        // 1.00 and 0.29 down to 0.21.
        assert!((density(&row, None, &mut Vec::new()) - 0.325).abs() < 1e-6);
        assert!((density(&[0.5, 1.0, 0.1], Some(1), &mut Vec::new()) - 0.3).abs() < 1e-6);
        assert!(density(&[1.0], Some(0), &mut Vec::new()).abs() < f32::EPSILON);
    }

    #[test]
    fn the_score_is_the_formula_of_the_paper() {
        let data = (0..40).flat_map(|i| [(i as f32 * 0.07).cos(), (i as f32 * 0.07).sin(), 0.3]).collect();
        let vectors = Vectors::normalized(data, 3).unwrap();
        let all: Vec<usize> = (0..40).collect();
        let found = corrected_neighbors(&vectors, &all, &all, 39, HubnessCorrection::Csls);
        let cosine = |a: usize, b: usize| crate::metrics::cosine(vectors.row(a), vectors.row(b));
        let r = |a: usize| {
            let mut similarities: Vec<f64> = (0..40).filter(|&b| b != a).map(|b| cosine(a, b)).collect();
            similarities.sort_by(|a, b| b.total_cmp(a));
            similarities[..10].iter().sum::<f64>() / 10.0
        };
        for query in [0, 20] {
            for (&track, &score) in found.indices(query).iter().zip(found.similarities(query)) {
                let expected = 2.0 * cosine(query, track as usize) - r(query) - r(track as usize);
                assert!((f64::from(score) - expected).abs() < 1e-5, "{query} {track}: {score} {expected}");
            }
        }
    }
}
