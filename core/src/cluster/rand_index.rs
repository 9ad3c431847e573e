//! Adjusted Rand index.

use super::contingency::Contingency;

/// Agreement of two partitions on which pairs belong together, less what chance would give (Hubert and Arabie 1985):
/// 1 where they are the same, about 0 for unrelated ones, below 0 where they agree less than by chance. Equals
/// scikit-learn's `adjusted_rand_score`. `None` without items.
///
/// # Panics
/// When the slices differ in length.
pub fn adjusted_rand_index(labels: &[usize], clusters: &[usize]) -> Option<f64> {
    let counts = Contingency::of(labels, clusters);
    if counts.total == 0 {
        return None;
    }
    let pairs = |count: &usize| (*count as f64) * (*count as f64 - 1.0) / 2.0;
    let together: f64 = counts.shared.values().map(pairs).sum();
    let in_labels: f64 = counts.first.values().map(pairs).sum();
    let in_clusters: f64 = counts.second.values().map(pairs).sum();
    // All single, or all in one group, in both.
    if in_labels.max(in_clusters) == 0.0 || together >= pairs(&counts.total) {
        return Some(1.0);
    }
    let by_chance = in_labels * in_clusters / pairs(&counts.total);
    Some((together - by_chance) / (f64::midpoint(in_labels, in_clusters) - by_chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_scale() {
        let ari = adjusted_rand_index;
        assert_eq!(ari(&[0, 0, 1, 2], &[5, 5, 3, 1]), Some(1.0));
        assert_eq!(
            (ari(&[0, 1, 2], &[2, 0, 1]), ari(&[0, 0], &[4, 4]), ari(&[7], &[1])),
            (Some(1.0), Some(1.0), Some(1.0))
        );
        assert_eq!(ari(&[0, 0, 1, 1], &[0, 0, 0, 0]), Some(0.0));
        assert_eq!(ari(&[], &[]), None);
    }

    #[test]
    fn agrees_with_hand_calculation() {
        // Every group is cut in two: no pair is together in both; by chance 2 * 2 / 6.
        assert!((adjusted_rand_index(&[0, 0, 1, 1], &[0, 1, 0, 1]).unwrap() + 0.5).abs() < 1e-12);
    }
}
