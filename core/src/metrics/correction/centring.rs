//! Centring.

use crate::vectors::Vectors;

/// The share of a vector that must be left without the mean: below it there is but rounding.
const LEAST: f64 = 1e-6;

/// Compares directions as seen from the mean of the gallery (Suzuki et al. 2013, "Centering similarity measures to
/// reduce hubs"): a track near the mean is near everything, and stops to be so where the mean is the origin.
///
/// Suzuki et al. take the inner product of the centred vectors; here they are scaled to unit length once more, so that
/// the result is a cosine again (as in Feldbauer and Flexer 2019, "A comprehensive empirical comparison of hubness
/// reduction in high-dimensional spaces", section 3). A vector that equals the mean has no direction as seen from it,
/// and keeps the one it had.
#[derive(Clone, Debug)]
pub(in crate::metrics) struct Centring {
    /// `[dim]`.
    mean: Vec<f64>,
}

impl Centring {
    /// Takes the mean of a gallery `[n, dim]` that is not empty.
    pub(super) fn fit(gallery: &Vectors) -> Self {
        Self { mean: mean(gallery) }
    }

    /// Vectors `[m, dim]` as seen from the mean, of unit length.
    pub(super) fn place(&self, vectors: &Vectors) -> Vectors {
        let mut placed = Vec::with_capacity(vectors.as_slice().len());
        for row in vectors.rows() {
            let centred: Vec<f64> = row.iter().zip(&self.mean).map(|(&v, mean)| f64::from(v) - mean).collect();
            let norm = centred.iter().map(|v| v * v).sum::<f64>().sqrt();
            if norm > LEAST {
                placed.extend(centred.iter().map(|v| (v / norm) as f32));
            } else {
                placed.extend_from_slice(row);
            }
        }
        // Every row is finite and of unit length by now.
        Vectors::from_unit_rows(placed, vectors.dim()).unwrap_or_else(|_| vectors.clone())
    }
}

/// The mean of vectors `[n, dim]` with `n > 0`: `[dim]`.
pub(super) fn mean(vectors: &Vectors) -> Vec<f64> {
    let mut sums = vec![0.0f64; vectors.dim()];
    for row in vectors.rows() {
        sums.iter_mut().zip(row).for_each(|(sum, &v)| *sum += f64::from(v));
    }
    for sum in &mut sums {
        *sum /= vectors.len() as f64;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Hubness, HubnessCorrection, corrected_neighbors};

    #[test]
    fn a_common_direction_makes_hubs_and_is_taken_away() {
        // What is random around a common direction is nearer to all the nearer it is to that direction.
        let stream = crate::metrics::random::Stream::new(2, 0);
        let data = (0..400 * 30).map(|i| 0.5 + stream.symmetric(i) as f32).collect();
        let vectors = Vectors::normalized(data, 30).unwrap();
        let all: Vec<usize> = (0..400).collect();
        let skewness =
            |correction| Hubness::of(&corrected_neighbors(&vectors, &all, &all, 10, correction), 10).unwrap().skewness;
        let (before, after) = (skewness(HubnessCorrection::None), skewness(HubnessCorrection::Centring));
        assert!(after < 0.7 * before, "{before} before, {after} after");
    }

    #[test]
    fn centred_vectors_have_unit_length_and_the_mean_keeps_its_direction() {
        let vectors = Vectors::normalized(vec![1.0, 0.0, 0.0, 1.0], 2).unwrap();
        let placed = Centring::fit(&vectors).place(&vectors);
        let half = std::f32::consts::FRAC_1_SQRT_2;
        assert_eq!(placed.as_slice(), [half, -half, -half, half]);
        let alone = vectors.select(&[1]);
        assert_eq!(Centring::fit(&alone).place(&alone), alone);
    }
}
