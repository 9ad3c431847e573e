//! Normalized mutual information.

use std::collections::BTreeMap;

use super::contingency::Contingency;

/// Mutual information of two partitions over the arithmetic mean of their entropies: 0 where one says nothing of the
/// other, 1 where they are the same, as scikit-learn's `normalized_mutual_info_score`. Two partitions into one group
/// are the same. `None` without items.
///
/// # Panics
/// When the slices differ in length.
pub fn normalized_mutual_information(labels: &[usize], clusters: &[usize]) -> Option<f64> {
    let counts = Contingency::of(labels, clusters);
    if counts.total == 0 {
        return None;
    }
    if counts.first.len() == 1 && counts.second.len() == 1 {
        return Some(1.0);
    }
    let n = counts.total as f64;
    let information: f64 = counts
        .shared
        .iter()
        .map(|((a, b), &count)| {
            let count = count as f64;
            count / n * (count * n / (counts.first[a] as f64 * counts.second[b] as f64)).ln()
        })
        .sum();
    let entropy = |groups: &BTreeMap<usize, usize>| {
        -groups.values().map(|&count| count as f64 / n * (count as f64 / n).ln()).sum::<f64>()
    };
    let mean = f64::midpoint(entropy(&counts.first), entropy(&counts.second));
    Some((information / mean).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_scale() {
        let nmi = normalized_mutual_information;
        assert!((nmi(&[0, 0, 1, 2], &[5, 5, 3, 1]).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(nmi(&[0, 0, 1, 1], &[0, 1, 0, 1]), Some(0.0));
        assert_eq!(nmi(&[0, 0, 1, 1], &[0, 0, 0, 0]), Some(0.0));
        assert_eq!((nmi(&[3, 3], &[1, 1]), nmi(&[], &[])), (Some(1.0), None));
    }

    #[test]
    fn agrees_with_hand_calculation() {
        // H(labels) = ln 2, H(clusters) = 3/4 ln(4/3) + 1/4 ln 4;
        // I = 1/2 ln(2 * 4 / (2 * 3)) + 1/4 ln(1 * 4 / (2 * 3)) + 1/4 ln(1 * 4 / (2 * 1)).
        let (a, b, c) = ((4.0f64 / 3.0).ln(), (2.0f64 / 3.0).ln(), 2.0f64.ln());
        let expected = (0.5 * a + 0.25 * b + 0.25 * c) / f64::midpoint(c, 0.75 * a + 0.5 * c);
        let found = normalized_mutual_information(&[0, 0, 1, 1], &[0, 0, 0, 1]).unwrap();
        assert!((found - expected).abs() < 1e-12);
    }
}
