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

/// Mean average precision of the first `k` ranks: the mean of [`average_precisions`] over the queries that have one.
/// `None` where none has.
///
/// # Panics
/// As [`average_precisions`].
pub fn mean_average_precision(
    neighbors: &NearestNeighbors,
    labels: &[usize],
    k: usize,
    protocol: QueryProtocol,
) -> Option<f64> {
    mean(average_precisions(neighbors, labels, k, protocol).into_iter().flatten())
}

/// Average precision of the first `k` ranks of every query, `[queries]`, relevant being the other tracks of its label
/// in the gallery:
/// `AP@k = 1 / min(R, k) * sum over ranks r <= k of P(r) rel(r)`, where `R` is the number of relevant tracks in the
/// whole ranking and `P(r)` the precision of the first `r` ranks. `None` for a query without a relevant track.
///
/// # Panics
/// When `labels` is not one per track of the library, or when `neighbors` holds fewer ranks than `k` needs (`k`, or one
/// less where the query counts) and could hold more.
pub fn average_precisions(
    neighbors: &NearestNeighbors,
    labels: &[usize],
    k: usize,
    protocol: QueryProtocol,
) -> Vec<Option<f64>> {
    let mut values = vec![None; neighbors.len()];
    for_each_curve(neighbors, labels, k, protocol, |query, curve| values[query] = curve.last().copied());
    values
}

/// [`mean_average_precision`] of the first 1, 2, ... `k` ranks over the queries of every label: `[classes][k]`, without
/// values for a label without queries that have a relevant track.
///
/// # Panics
/// As [`average_precisions`], and when a label is not below `classes`.
pub fn mean_average_precision_curves(
    neighbors: &NearestNeighbors,
    labels: &[usize],
    classes: usize,
    k: usize,
    protocol: QueryProtocol,
) -> Vec<Vec<f64>> {
    let mut sums = vec![Vec::new(); classes];
    let mut queries = vec![0usize; classes];
    for_each_curve(neighbors, labels, k, protocol, |query, curve| {
        let label = label_of(neighbors, labels, query);
        queries[label] += 1;
        sums[label].resize(k, 0.0);
        sums[label].iter_mut().zip(curve).for_each(|(sum, value)| *sum += value);
    });
    for (sums, queries) in sums.iter_mut().zip(queries) {
        for sum in sums.iter_mut() {
            *sum /= queries as f64;
        }
    }
    sums
}

/// Calls `visit` with the average precisions of the first 1, 2, ... `k` ranks of every query that has a relevant track.
fn for_each_curve(
    neighbors: &NearestNeighbors,
    labels: &[usize],
    k: usize,
    protocol: QueryProtocol,
    mut visit: impl FnMut(usize, &[f64]),
) {
    let own = usize::from(protocol == QueryProtocol::Counted);
    let ranks = checked_ranks(neighbors, labels, k.saturating_sub(own));
    let mut curve = Vec::with_capacity(k);
    for (query, others) in relevant_counts(neighbors, labels).into_iter().enumerate() {
        let relevant = others + own;
        if relevant == 0 {
            continue;
        }
        let label = label_of(neighbors, labels, query);
        let others = neighbors.indices(query)[..ranks].iter().map(|&neighbor| labels[neighbor as usize] == label);
        // Ranks that do not exist add nothing.
        let found = std::iter::repeat_n(true, own).chain(others).chain(std::iter::repeat(false));
        let (mut hits, mut precision_sum) = (0usize, 0.0);
        curve.clear();
        for (rank, found) in (1..=k).zip(found) {
            if found {
                hits += 1;
                precision_sum += hits as f64 / rank as f64;
            }
            curve.push(precision_sum / relevant.min(rank) as f64);
        }
        visit(query, &curve);
    }
}

/// The mean of [`r_precisions`] over the queries that have one; `None` where none has.
///
/// # Panics
/// As [`r_precisions`].
pub fn r_precision(neighbors: &NearestNeighbors, labels: &[usize]) -> Option<f64> {
    mean(r_precisions(neighbors, labels).into_iter().flatten())
}

/// Precision of the first `R` ranks of every query, `[queries]`, where `R` is the number of other tracks of its label in
/// the gallery: 1 where a query is surrounded by its own label. `None` for a query without a relevant track.
///
/// # Panics
/// When `labels` is not one per track of the library, or when `neighbors` holds fewer ranks than the largest `R`.
pub fn r_precisions(neighbors: &NearestNeighbors, labels: &[usize]) -> Vec<Option<f64>> {
    let of_query = |(query, relevant): (usize, usize)| {
        let ranks = checked_ranks(neighbors, labels, relevant);
        (relevant > 0).then(|| hits(neighbors, labels, query, ranks) as f64 / relevant as f64)
    };
    relevant_counts(neighbors, labels).into_iter().enumerate().map(of_query).collect()
}

/// Share of queries that have at least one track of their own label among their `k` nearest others: Recall@k as the
/// literature on metric learning uses the word (Jégou et al. 2011; Song et al. 2016). The mean of [`recalls_at_k`] over
/// the queries that have one; `None` where none has.
///
/// # Panics
/// As [`average_precisions`].
pub fn recall_at_k(neighbors: &NearestNeighbors, labels: &[usize], k: usize) -> Option<f64> {
    mean(recalls_at_k(neighbors, labels, k).into_iter().flatten().map(|found| f64::from(u8::from(found))))
}

/// Whether every query has a track of its own label among its `k` nearest others, `[queries]`. `None` for a query
/// without a relevant track.
///
/// # Panics
/// As [`average_precisions`].
pub fn recalls_at_k(neighbors: &NearestNeighbors, labels: &[usize], k: usize) -> Vec<Option<bool>> {
    let ranks = checked_ranks(neighbors, labels, k);
    let of_query =
        |(query, relevant): (usize, usize)| (relevant > 0).then(|| hits(neighbors, labels, query, ranks) > 0);
    relevant_counts(neighbors, labels).into_iter().enumerate().map(of_query).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

/// The label of query `i`.
fn label_of(neighbors: &NearestNeighbors, labels: &[usize], i: usize) -> usize {
    labels[neighbors.queries()[i] as usize]
}

/// How many of the first ranks of query `i` are of its label.
fn hits(neighbors: &NearestNeighbors, labels: &[usize], i: usize, ranks: usize) -> usize {
    let label = label_of(neighbors, labels, i);
    neighbors.indices(i)[..ranks].iter().filter(|&&neighbor| labels[neighbor as usize] == label).count()
}

/// How many tracks of its label every query could find, `[queries]`.
fn relevant_counts(neighbors: &NearestNeighbors, labels: &[usize]) -> Vec<usize> {
    assert_eq!(labels.len(), neighbors.tracks(), "one label per track");
    let mut in_gallery = vec![false; labels.len()];
    let mut of_label = vec![0usize; labels.iter().max().map_or(0, |most| most + 1)];
    for &track in neighbors.gallery() {
        in_gallery[track as usize] = true;
        of_label[labels[track as usize]] += 1;
    }
    let queries = neighbors.queries().iter().map(|&query| query as usize);
    queries.map(|query| of_label[labels[query]] - usize::from(in_gallery[query])).collect()
}

/// `k` cut to the ranks that exist, after a check that the neighbours at hand cover them.
fn checked_ranks(neighbors: &NearestNeighbors, labels: &[usize], k: usize) -> usize {
    assert_eq!(labels.len(), neighbors.tracks(), "one label per track");
    let ranks = k.min(neighbors.most());
    assert!(neighbors.k() >= ranks, "{ranks} ranks asked for, only {} computed", neighbors.k());
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;
    use crate::metrics::{HubnessCorrection, corrected_neighbors, nearest_neighbors};
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
        // The single values, and their means by label at every rank: label 0 ranks 2 and 2, label 1 ranks 3 and 2.
        let of_queries = average_precisions(&neighbors, &labels, 3, QueryProtocol::LeftOut);
        assert_eq!(of_queries, [Some(0.5), Some(1.0 / 3.0), Some(0.5), Some(0.5)]);
        let curves = mean_average_precision_curves(&neighbors, &labels, 3, 4, QueryProtocol::LeftOut);
        let mixed = f64::midpoint(1.0 / 3.0, 0.5);
        assert_eq!(curves, [vec![0.0, 0.5, 0.5, 0.5], vec![0.0, 0.25, mixed, mixed], vec![]]);
        // R = 1, and no nearest neighbour is of the same label.
        assert_eq!(r_precision(&neighbors, &labels), Some(0.0));
    }

    #[test]
    fn r_precision_counts_the_first_ranks_only() {
        // Labels a a a b: R = 2. 0 -> 1 2, 1 -> 0 2, 2 -> 3 1 and 3 has no other.
        let neighbors = nearest_neighbors(&at(&[0.0, 10.0, 25.0, 30.0]), 3);
        assert!((r_precision(&neighbors, &[0, 0, 0, 1]).unwrap() - 2.5 / 3.0).abs() < 1e-12);
        assert_eq!(r_precision(&neighbors, &[0, 1, 2, 3]), None);
    }

    #[test]
    fn held_out_tracks_are_judged_on_the_gallery() {
        let vectors = at(&[0.0, 10.0, 25.0, 60.0, 5.0]);
        let labels = [0, 1, 0, 1, 2];
        // 1 -> 0 2 3 and R = 1 (track 3); 4 has nothing to find; 0 is in the gallery and finds 2 3, R = 1.
        let neighbors = corrected_neighbors(&vectors, &[1, 4], &[0, 2, 3], 3, HubnessCorrection::None);
        let found = average_precisions(&neighbors, &labels, 3, QueryProtocol::LeftOut);
        assert_eq!(found, [Some(1.0 / 3.0), None]);
        assert_eq!(recalls_at_k(&neighbors, &labels, 2), [Some(false), None]);
        assert_eq!(r_precisions(&neighbors, &labels), [Some(0.0), None]);
        let neighbors = corrected_neighbors(&vectors, &[0], &[0, 2, 3], 3, HubnessCorrection::None);
        assert_eq!(average_precisions(&neighbors, &labels, 3, QueryProtocol::LeftOut), [Some(1.0)]);
        assert_eq!((recall_at_k(&neighbors, &labels, 1), r_precision(&neighbors, &labels)), (Some(1.0), Some(1.0)));
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
