//! Retrieval: do the nearest tracks come from the same sub-genre?

use super::neighbors::NearestNeighbors;
use serde::{Deserialize, Serialize};

/// Whether a query takes part in its own ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryProtocol {
    /// The query is left out: what a listener would see.
    LeftOut,
    /// The query ranks first in its own ranking and counts as relevant, which flatters every figure. For comparison
    /// with published figures that were made this way.
    Counted,
}

/// Mean average precision of the first `k` ranks over all queries, relevant being the other tracks of a query's label:
/// `AP@k = 1 / min(R, k) * sum over ranks r <= k of P(r) rel(r)`, where `R` is the number of relevant tracks in the
/// whole ranking and `P(r)` the precision of the first `r` ranks.
///
/// Queries without a relevant track are left out of the mean; `None` where none remains.
///
/// # Panics
/// When `labels` is not one per vector, or when `neighbors` holds fewer ranks than `k` needs (`k`, or one less where
/// the query counts) and could hold more.
pub fn mean_average_precision(
    neighbors: &NearestNeighbors,
    labels: &[usize],
    k: usize,
    protocol: QueryProtocol,
) -> Option<f64> {
    let own = usize::from(protocol == QueryProtocol::Counted);
    let relevant_of = relevant_counts(labels);
    let ranks = checked_ranks(neighbors, labels, k.saturating_sub(own));
    if k == 0 {
        return None;
    }
    let mut sum = 0.0;
    let mut queries = 0usize;
    for (i, &label) in labels.iter().enumerate() {
        let relevant = relevant_of(label) - 1 + own;
        if relevant == 0 {
            continue;
        }
        let mut hits = own;
        let mut precision_sum = own as f64;
        for (rank, &neighbor) in row(neighbors, i, ranks).iter().enumerate() {
            if labels[neighbor as usize] == label {
                hits += 1;
                precision_sum += hits as f64 / (rank + 1 + own) as f64;
            }
        }
        sum += precision_sum / relevant.min(k) as f64;
        queries += 1;
    }
    (queries > 0).then(|| sum / queries as f64)
}

/// Share of queries that have at least one track of their own label among their `k` nearest others: Recall@k as the
/// literature on metric learning uses the word (Jégou et al. 2011; Song et al. 2016).
///
/// Queries without a relevant track are left out of the mean; `None` where none remains.
///
/// # Panics
/// As [`mean_average_precision`].
pub fn recall_at_k(neighbors: &NearestNeighbors, labels: &[usize], k: usize) -> Option<f64> {
    let relevant_of = relevant_counts(labels);
    let ranks = checked_ranks(neighbors, labels, k);
    let (mut found, mut queries) = (0usize, 0usize);
    for (i, &label) in labels.iter().enumerate().filter(|&(_, &label)| relevant_of(label) > 1) {
        queries += 1;
        found += usize::from(row(neighbors, i, ranks).iter().any(|&n| labels[n as usize] == label));
    }
    (queries > 0).then(|| found as f64 / queries as f64)
}

/// The first ranks of query `i`, of which there are none where nothing has a neighbour.
fn row(neighbors: &NearestNeighbors, i: usize, ranks: usize) -> &[u32] {
    if ranks == 0 { &[] } else { &neighbors.indices(i)[..ranks] }
}

/// How many tracks have a label.
fn relevant_counts(labels: &[usize]) -> impl Fn(usize) -> usize + use<> {
    let mut sorted = labels.to_vec();
    sorted.sort_unstable();
    move |label| sorted.partition_point(|&l| l <= label) - sorted.partition_point(|&l| l < label)
}

/// `k` cut to the ranks that exist, after a check that the neighbours at hand cover them.
fn checked_ranks(neighbors: &NearestNeighbors, labels: &[usize], k: usize) -> usize {
    let ranks = k.min(labels.len().saturating_sub(1));
    assert!(neighbors.k() >= ranks, "{ranks} ranks asked for, only {} computed", neighbors.k());
    assert!(ranks == 0 || labels.len() == neighbors.len(), "one label per vector");
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;
    use crate::metrics::nearest_neighbors;
    use proptest::prelude::*;

    /// Unit vectors at these angles in degrees.
    fn at(angles: &[f32]) -> Vectors {
        let data = angles.iter().flat_map(|a| [a.to_radians().cos(), a.to_radians().sin()]).collect();
        Vectors::normalized(data, 2).unwrap()
    }

    #[test]
    fn agrees_with_hand_calculation() {
        // Rankings: 0 -> 1 2 3, 1 -> 0 2 3, 2 -> 1 0 3, 3 -> 2 1 0; labels a b a b.
        let neighbors = nearest_neighbors(&at(&[0.0, 10.0, 25.0, 60.0]), 3);
        let labels = [0, 1, 0, 1];
        let map = |k, protocol| mean_average_precision(&neighbors, &labels, k, protocol).unwrap();
        // Relevant at ranks 2, 3, 2, 2 and R = 1: (1/2 + 1/3 + 1/2 + 1/2) / 4.
        assert!((map(3, QueryProtocol::LeftOut) - 11.0 / 24.0).abs() < 1e-12);
        assert!((map(2, QueryProtocol::LeftOut) - 3.0 / 8.0).abs() < 1e-12);
        assert!(map(1, QueryProtocol::LeftOut).abs() < 1e-12);
        // With the query first: ranks 1 and 3, 4, 3, 3; R = 2: ((1 + 2/3) * 3 + (1 + 2/4)) / 2 / 4.
        assert!((map(4, QueryProtocol::Counted) - 13.0 / 16.0).abs() < 1e-12);
        assert!((map(1, QueryProtocol::Counted) - 1.0).abs() < 1e-12);
        assert_eq!(recall_at_k(&neighbors, &labels, 1), Some(0.0));
        assert_eq!(recall_at_k(&neighbors, &labels, 2), Some(0.75));
        assert_eq!(recall_at_k(&neighbors, &labels, 9), Some(1.0));
    }

    #[test]
    fn queries_without_relevant_tracks_are_left_out() {
        let neighbors = nearest_neighbors(&at(&[0.0, 10.0, 40.0]), 2);
        assert_eq!(mean_average_precision(&neighbors, &[0, 0, 1], 2, QueryProtocol::LeftOut), Some(1.0));
        assert_eq!(recall_at_k(&neighbors, &[0, 0, 1], 1), Some(1.0));
        assert_eq!(mean_average_precision(&neighbors, &[0, 1, 2], 2, QueryProtocol::LeftOut), None);
        assert_eq!(mean_average_precision(&neighbors, &[0, 1, 2], 2, QueryProtocol::Counted), Some(1.0));
        let none = nearest_neighbors(&Vectors::default(), 5);
        assert_eq!(mean_average_precision(&none, &[], 5, QueryProtocol::Counted), None);
    }

    proptest! {
        #[test]
        fn stays_between_zero_and_one_and_is_one_for_a_single_label(
            angles in prop::collection::vec(0.0f32..180.0, 2..40), k in 1usize..50, seed in any::<u64>(),
        ) {
            let labels: Vec<usize> = (0..angles.len()).map(|i| (seed >> (i % 60)) as usize % 3).collect();
            let neighbors = nearest_neighbors(&at(&angles), k);
            let map = |protocol| mean_average_precision(&neighbors, &labels, k, protocol);
            if let (Some(out), Some(counted)) = (map(QueryProtocol::LeftOut), map(QueryProtocol::Counted)) {
                prop_assert!((0.0..=1.0 + 1e-12).contains(&out) && (0.0..=1.0 + 1e-12).contains(&counted));
            }
            if labels.iter().all(|l| *l == labels[0]) {
                prop_assert!((map(QueryProtocol::LeftOut).unwrap() - 1.0).abs() < 1e-12);
            }
        }
    }
}
