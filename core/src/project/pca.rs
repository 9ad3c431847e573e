//! Principal components.

use super::lanczos::top_eigenvectors;
use crate::vectors::Vectors;
use rayon::prelude::*;

/// Rows whose contributions are added up by one task: fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 256;

/// Projects `vectors` `[n, dim]` to their first two principal components (Pearson 1901): centred, not scaled. The sign
/// of a component makes its greatest loading positive. Components that do not exist (fewer than two dimensions,
/// vectors that are all equal) are 0. Deterministic, whatever the number of threads.
pub fn pca(vectors: &Vectors) -> Vec<[f32; 2]> {
    let (n, dim) = (vectors.len(), vectors.dim());
    let mean = column_sums(vectors, &vec![1.0; n]).into_iter().map(|sum| sum / n as f64).collect::<Vec<_>>();
    let scores = |loading: &[f64]| -> Vec<f64> {
        let offset: f64 = mean.iter().zip(loading).map(|(m, l)| m * l).sum();
        let score = |i| vectors.row(i).iter().zip(loading).map(|(&v, l)| f64::from(v) * l).sum::<f64>() - offset;
        (0..n).into_par_iter().with_min_len(CHUNK).map(score).collect()
    };
    let components = top_eigenvectors(dim, 2, &[], 0, |loading, out| {
        // Scores are centred but for rounding, and the covariance is X^T X / n.
        let scores = scores(loading);
        let total: f64 = scores.iter().sum();
        for ((out, sum), mean) in out.iter_mut().zip(column_sums(vectors, &scores)).zip(&mean) {
            *out = (sum - total * mean) / n.max(1) as f64;
        }
    });
    let mut points = vec![[0.0f32; 2]; n];
    for (axis, (variance, loading)) in components.into_iter().enumerate() {
        // Unit vectors of f32 vary by about 1e-7 where they are all equal.
        if variance > 1e-12 {
            points.iter_mut().zip(scores(&loading)).for_each(|(point, score)| point[axis] = score as f32);
        }
    }
    points
}

/// The sum of all rows, each times its weight: `[dim]`.
fn column_sums(vectors: &Vectors, weights: &[f64]) -> Vec<f64> {
    let dim = vectors.dim();
    let chunks = (0..vectors.len()).step_by(CHUNK).collect::<Vec<_>>();
    let partial: Vec<Vec<f64>> = chunks
        .into_par_iter()
        .map(|first| {
            let mut sums = vec![0.0; dim];
            for (i, weight) in weights.iter().enumerate().skip(first).take(CHUNK) {
                sums.iter_mut().zip(vectors.row(i)).for_each(|(s, &v)| *s += weight * f64::from(v));
            }
            sums
        })
        .collect();
    let mut total = vec![0.0; dim];
    for sums in partial {
        total.iter_mut().zip(sums).for_each(|(t, s)| *t += s);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::random::Stream;

    #[test]
    fn components_are_uncorrelated_and_hold_the_most_variance() {
        let stream = Stream::new(4, 0);
        let data: Vec<f32> = (0..600)
            .flat_map(|i| {
                let at = |d: u64| stream.symmetric(i * 4 + d) as f32;
                [2.0, 0.9 * at(1), 0.05 * at(2), 0.4 * at(3)]
            })
            .collect();
        let vectors = Vectors::normalized(data, 4).unwrap();
        let points = pca(&vectors);
        let mean = |f: &dyn Fn(usize) -> f64| (0..600).map(f).sum::<f64>() / 600.0;
        let at = |i: usize, axis: usize| f64::from(points[i][axis]);
        assert!(mean(&|i| at(i, 0)).abs() < 1e-7 && mean(&|i| at(i, 1)).abs() < 1e-7);
        assert!(mean(&|i| at(i, 0) * at(i, 1)).abs() < 1e-7);
        let variance = |axis| mean(&|i| at(i, axis).powi(2));
        let column = |d: usize| {
            let m = mean(&|i| f64::from(vectors.row(i)[d]));
            mean(&|i| (f64::from(vectors.row(i)[d]) - m).powi(2))
        };
        assert!(variance(0) >= column(1) && variance(0) > variance(1));
        let rest = (0..4).map(column).sum::<f64>() - variance(0) - variance(1);
        assert!((0.0..0.1 * variance(1)).contains(&rest));
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "exact by construction")]
    fn what_does_not_vary_is_at_the_origin() {
        assert_eq!(pca(&Vectors::default()), Vec::<[f32; 2]>::new());
        let equal = Vectors::normalized([0.2, 0.3, 0.9].repeat(5), 3).unwrap();
        assert_eq!(pca(&equal), [[0.0; 2]; 5]);
        // Two points span one component; one dimension has no second.
        let two = pca(&Vectors::normalized(vec![1.0, 0.0, 0.0, 1.0], 2).unwrap());
        assert!((two[0][0] + two[1][0]).abs() < 1e-6 && (two[0][0].abs() - 0.5f32.sqrt()).abs() < 1e-6);
        assert_eq!([two[0][1], two[1][1]], [0.0; 2]);
        assert_eq!(pca(&Vectors::normalized(vec![1.0, -1.0], 1).unwrap()).len(), 2);
    }
}
