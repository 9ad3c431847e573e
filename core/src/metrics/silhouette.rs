//! Silhouette.

use crate::vectors::Vectors;

/// The mean of [`silhouettes`].
///
/// # Panics
/// When `labels` is not one per vector.
pub fn silhouette(vectors: &Vectors, labels: &[usize]) -> Option<f64> {
    silhouettes(vectors, labels).map(|of_tracks| of_tracks.iter().sum::<f64>() / of_tracks.len() as f64)
}

/// Silhouettes (Rousseeuw 1987) of `vectors` `[n, dim]` under cosine distance, `1 - cos`: of each track
/// `(b - a) / max(a, b)`, where `a` is its mean distance to the others of its label and `b` that to the nearest other
/// label; 0 for a track alone in its label, as scikit-learn's `silhouette_samples` has it.
///
/// For unit vectors the mean distance to a label is 1 less the mean dot product, which is a dot product with the sum
/// of the label's vectors: linear in `n` instead of quadratic.
///
/// `None` unless at least two labels occur and some label holds two tracks.
///
/// # Panics
/// When `labels` is not one per vector.
pub fn silhouettes(vectors: &Vectors, labels: &[usize]) -> Option<Vec<f64>> {
    assert_eq!(labels.len(), vectors.len(), "one label per vector");
    let dim = vectors.dim();
    let mut present = labels.to_vec();
    present.sort_unstable();
    present.dedup();
    if present.len() < 2 || present.len() == labels.len() {
        return None;
    }
    let class_of: Vec<usize> = labels.iter().map(|label| present.partition_point(|l| l < label)).collect();
    let mut sums = vec![0.0f64; present.len() * dim];
    let mut counts = vec![0usize; present.len()];
    for (row, &class) in vectors.rows().zip(&class_of) {
        counts[class] += 1;
        for (sum, &value) in sums[class * dim..(class + 1) * dim].iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    let dot = |a: &[f64], b: &[f32]| a.iter().zip(b).map(|(x, &y)| x * f64::from(y)).sum::<f64>();
    let mut silhouettes = vec![0.0; labels.len()];
    for ((row, &own), silhouette) in vectors.rows().zip(&class_of).zip(&mut silhouettes) {
        if counts[own] < 2 {
            continue;
        }
        let (mut a, mut b) = (0.0, f64::INFINITY);
        for (class, (&count, sum)) in counts.iter().zip(sums.chunks_exact(dim)).enumerate() {
            let similarity = dot(sum, row);
            if class == own {
                let itself = row.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>();
                a = (1.0 - (similarity - itself) / (count - 1) as f64).max(0.0);
            } else {
                b = b.min((1.0 - similarity / count as f64).max(0.0));
            }
        }
        // Rounding of the f32 rows leaves about 1e-7 where all vectors are the same.
        if a.max(b) > 1e-6 {
            *silhouette = (b - a) / a.max(b);
        }
    }
    Some(silhouettes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::cosine;
    use proptest::prelude::*;

    /// The definition, pair by pair.
    fn by_definition(vectors: &Vectors, labels: &[usize]) -> f64 {
        let n = labels.len();
        let mean_distance = |i: usize, label: usize| {
            let others: Vec<f64> = (0..n)
                .filter(|&j| j != i && labels[j] == label)
                .map(|j| 1.0 - cosine(vectors.row(i), vectors.row(j)))
                .collect();
            (!others.is_empty()).then(|| others.iter().sum::<f64>() / others.len() as f64)
        };
        let score = |i: usize| {
            let a = mean_distance(i, labels[i])?;
            let others = labels.iter().filter(|&&l| l != labels[i]).filter_map(|&l| mean_distance(i, l));
            let b = others.fold(f64::INFINITY, f64::min);
            Some((b - a) / a.max(b))
        };
        (0..n).map(|i| score(i).unwrap_or(0.0)).sum::<f64>() / n as f64
    }

    #[test]
    fn agrees_with_hand_calculation() {
        // Two pairs of equal vectors at right angles: a = 0, b = 1 for each.
        let vectors = Vectors::normalized(vec![1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0], 2).unwrap();
        assert_eq!(silhouette(&vectors, &[0, 0, 4, 4]), Some(1.0));
        // Crossed: a = 1, b = 1/2 for each.
        assert_eq!(silhouette(&vectors, &[0, 1, 0, 1]), Some(-0.5));
        assert_eq!(silhouette(&vectors, &[0, 0, 0, 0]), None);
        assert_eq!(silhouette(&vectors, &[0, 1, 2, 3]), None);
    }

    #[test]
    fn equal_vectors_are_in_no_group() {
        let vectors = Vectors::normalized([0.3, 0.1, 0.7].repeat(6), 3).unwrap();
        assert_eq!(silhouette(&vectors, &[0, 0, 0, 1, 1, 1]), Some(0.0));
    }

    proptest! {
        #[test]
        fn equals_the_definition(data in prop::collection::vec(-1.0f32..1.0, 12 * 4), seed in any::<u64>()) {
            let labels: Vec<usize> = (0..12).map(|i| (seed >> (i * 3)) as usize % 3).collect();
            prop_assume!(data.chunks(4).all(|row| row.iter().any(|v| v.abs() > 0.1)));
            let vectors = Vectors::normalized(data, 4).unwrap();
            if let Some(score) = silhouette(&vectors, &labels) {
                prop_assert!((score - by_definition(&vectors, &labels)).abs() < 1e-6);
            }
        }
    }
}
