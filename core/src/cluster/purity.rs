//! Purity.

use super::contingency::Contingency;

/// Share of items that have the most frequent label of their cluster (Manning, Raghavan and Schütze 2008, section
/// 16.3): from near 0 up to 1. More clusters are purer, so compare equal numbers of them. `None` without items.
///
/// # Panics
/// When the slices differ in length.
pub fn purity(labels: &[usize], clusters: &[usize]) -> Option<f64> {
    let counts = Contingency::of(clusters, labels);
    let largest_of = |cluster: usize| {
        counts.shared.range((cluster, 0)..=(cluster, usize::MAX)).map(|(_, &count)| count).max().unwrap_or(0)
    };
    let right: usize = counts.first.keys().map(|&cluster| largest_of(cluster)).sum();
    (counts.total > 0).then(|| right as f64 / counts.total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_example() {
        // Figure 16.4 of the book: (5 + 4 + 3) / 17.
        let clusters = [[0; 6].as_slice(), &[1; 6], &[2; 5]].concat();
        let labels = [0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 2, 0, 0, 2, 2, 2];
        assert_eq!(purity(&labels, &clusters), Some(12.0 / 17.0));
        assert_eq!(purity(&[], &[]), None);
    }
}
