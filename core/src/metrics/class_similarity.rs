//! How near the classes are to each other.

use crate::vectors::Vectors;

/// Mean cosine similarity of the tracks of every class to those of every other, `[classes][classes]`, symmetric. The
/// diagonal is the mean over pairs of different tracks of a class. `None` where there is no pair.
///
/// # Panics
/// When `labels` is not one per vector, or a label is not below `classes`.
pub fn class_similarity(vectors: &Vectors, labels: &[usize], classes: usize) -> Vec<Vec<Option<f64>>> {
    assert_eq!(labels.len(), vectors.len(), "one label per vector");
    let dim = vectors.dim();
    let mut sums = vec![0.0f64; classes * dim];
    let mut squares = vec![0.0f64; classes];
    let mut counts = vec![0usize; classes];
    for (row, &label) in vectors.rows().zip(labels) {
        counts[label] += 1;
        for (sum, &value) in sums[label * dim..(label + 1) * dim].iter_mut().zip(row) {
            *sum += f64::from(value);
            squares[label] += f64::from(value) * f64::from(value);
        }
    }
    // The sum over pairs of products is the product of the sums, less the tracks with themselves.
    let sum = |class: usize| &sums[class * dim..(class + 1) * dim];
    let similarity = |a: usize, b: usize| {
        let products: f64 = sum(a).iter().zip(sum(b)).map(|(x, y)| x * y).sum();
        let (total, pairs) = if a == b {
            (products - squares[a], counts[a] * counts[a].saturating_sub(1))
        } else {
            (products, counts[a] * counts[b])
        };
        (pairs > 0).then(|| total / pairs as f64)
    };
    (0..classes).map(|a| (0..classes).map(|b| similarity(a, b)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_mean_over_all_pairs(
            data in prop::collection::vec(0.1f32..1.0, 12 * 3), labels in prop::collection::vec(0usize..4, 12),
        ) {
            let vectors = Vectors::normalized(data, 3).unwrap();
            let found = class_similarity(&vectors, &labels, 4);
            for (a, found) in found.iter().enumerate() {
                for (b, found) in found.iter().enumerate() {
                    let pairs: Vec<f64> = (0..12)
                        .flat_map(|i| (0..12).map(move |j| (i, j)))
                        .filter(|&(i, j)| i != j && labels[i] == a && labels[j] == b)
                        .map(|(i, j)| super::super::cosine(vectors.row(i), vectors.row(j)))
                        .collect();
                    match found {
                        None => prop_assert!(pairs.is_empty()),
                        Some(mean) => {
                            prop_assert!((mean - pairs.iter().sum::<f64>() / pairs.len() as f64).abs() < 1e-9);
                        }
                    }
                }
            }
        }
    }
}
