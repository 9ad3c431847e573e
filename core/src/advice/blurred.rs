//! Pairs of sub-genres that blur into each other.

use serde::{Deserialize, Serialize};

use crate::metrics::{ConfusionMatrix, Interval, NearestNeighbors, knn_predictions, wilson_interval};

/// False alarms among the pairs that are listed, on average (Benjamini and Hochberg 1995).
const FALSE_DISCOVERIES: f64 = 0.05;
/// The share of swapped tracks that is not worth a line, whatever chance says.
const NEGLIGIBLE: f64 = 0.02;

/// The pairs that blur, the most blurred first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BlurredPairs {
    /// Pairs that were looked at: all with judged tracks on both sides.
    pub examined: usize,
    /// Those that blur more than chance explains.
    pub pairs: Vec<BlurredPair>,
}

/// Two sub-genres that blur.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlurredPair {
    /// The sub-genre with the lower index.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// Held-out tracks that the classifier took for the other.
    pub confused: Swaps,
    /// Tracks whose nearest neighbour is of the other.
    pub nearest: Swaps,
    /// How thoroughly the two mix among each other's neighbours: the share of foreign tracks among those neighbours that
    /// are of either, over the share that it would be if both were shuffled together: 0 apart, 1 as if they were one.
    /// `None` where no neighbour is of either.
    pub mixing: Option<f64>,
}

/// Tracks of two sub-genres that are taken for the other, in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Swaps {
    /// Tracks of `a` taken for `b`.
    pub a_as_b: usize,
    /// Tracks of `a`.
    pub of_a: usize,
    /// Tracks of `b` taken for `a`.
    pub b_as_a: usize,
    /// Tracks of `b`.
    pub of_b: usize,
    /// All swapped ones, as a share of the tracks of both.
    pub share: f64,
    /// The 95 % score interval of that share.
    pub interval: Interval,
    /// The share if the errors of each of the two were spread over all other sub-genres by their size.
    pub expected: f64,
    /// How probable so many are if chance gives the expected share, or 0.02 where that is less (one-sided binomial
    /// test).
    pub p_value: f64,
    /// Whether it is too improbable, all pairs considered.
    pub significant: bool,
}

/// Finds the pairs of sub-genres that blur: swapped by the held-out classifier of `confusion`, or among the nearest
/// `neighbors` of tracks with `labels` `[n]`, more than chance explains, by a binomial test with 5 % false discoveries
/// over all pairs and both kinds of evidence. Most swapped first.
///
/// Where there are but two sub-genres, errors have nowhere else to go, and the share is held against 0.02.
///
/// # Panics
/// When `labels` is not one per track of the library, or a label is not below the classes of `confusion`.
pub fn blurred_pairs(confusion: &ConfusionMatrix, neighbors: &NearestNeighbors, labels: &[usize]) -> BlurredPairs {
    let classes = confusion.classes();
    let asked = neighbors.queries().iter().zip(knn_predictions(neighbors, labels, 1));
    let (truth, nearest): (Vec<usize>, Vec<usize>) =
        asked.filter_map(|(&query, nearest)| Some((labels[query as usize], nearest?))).unzip();
    let nearest = ConfusionMatrix::of(&truth, &nearest, classes);
    let slots = slots(neighbors, labels, classes);
    let gallery = sizes(neighbors, labels, classes);
    let mut pairs = Vec::new();
    for a in 0..classes {
        for b in a + 1..classes {
            if let (Some(confused), Some(nearest)) = (swaps(confusion, a, b), swaps(&nearest, a, b)) {
                pairs.push(BlurredPair { a, b, confused, nearest, mixing: mixing(&slots, &gallery, a, b) });
            }
        }
    }
    let examined = pairs.len();
    let limit = discovery_limit(pairs.iter().flat_map(|pair| [pair.confused.p_value, pair.nearest.p_value]).collect());
    for pair in &mut pairs {
        for swaps in [&mut pair.confused, &mut pair.nearest] {
            swaps.significant = swaps.p_value <= limit;
        }
    }
    pairs.retain(|pair| pair.confused.significant || pair.nearest.significant);
    let blur = |pair: &BlurredPair| pair.confused.share + pair.nearest.share;
    pairs.sort_by(|x, y| blur(y).total_cmp(&blur(x)).then((x.a, x.b).cmp(&(y.a, y.b))));
    BlurredPairs { examined, pairs }
}

/// The greatest p-value that counts, by the step-up procedure of Benjamini and Hochberg; below 0 where none does.
fn discovery_limit(mut p_values: Vec<f64>) -> f64 {
    p_values.sort_unstable_by(f64::total_cmp);
    let allowed = |rank: usize| FALSE_DISCOVERIES * (rank + 1) as f64 / p_values.len() as f64;
    p_values.iter().enumerate().rev().find(|&(rank, &p)| p <= allowed(rank)).map_or(-1.0, |(_, &p)| p)
}

/// What is swapped between two classes; `None` where one has no tracks.
fn swaps(matrix: &ConfusionMatrix, a: usize, b: usize) -> Option<Swaps> {
    let total: usize = (0..matrix.classes()).map(|class| matrix.support(class)).sum();
    let (of_a, of_b) = (matrix.support(a), matrix.support(b));
    let (a_as_b, b_as_a) = (matrix.count(a, b), matrix.count(b, a));
    let (tracks, swapped) = (of_a + of_b, a_as_b + b_as_a);
    if of_a == 0 || of_b == 0 {
        return None;
    }
    // With nothing but these two, spreading says nothing.
    let spread = |from: usize, own: usize, other: usize| {
        if total == tracks {
            0.0
        } else {
            (own - matrix.count(from, from)) as f64 * other as f64 / (total - own) as f64
        }
    };
    let expected = (spread(a, of_a, of_b) + spread(b, of_b, of_a)) / tracks as f64;
    Some(Swaps {
        a_as_b,
        of_a,
        b_as_a,
        of_b,
        share: swapped as f64 / tracks as f64,
        interval: wilson_interval(swapped, tracks)?,
        expected,
        p_value: binomial_tail(swapped, tracks, expected.max(NEGLIGIBLE)),
        significant: false,
    })
}

/// The probability of at least `successes` in `trials` of probability `p`.
fn binomial_tail(successes: usize, trials: usize, p: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    let ln_factorial = |n: usize| libm::lgamma(n as f64 + 1.0);
    let term = |x: usize| {
        let ways = ln_factorial(trials) - ln_factorial(x) - ln_factorial(trials - x);
        (ways + x as f64 * p.ln() + (trials - x) as f64 * (-p).ln_1p()).exp()
    };
    (successes..=trials).map(term).sum::<f64>().min(1.0)
}

/// How many neighbours of the tracks of each label are of each: `[classes][classes]`.
fn slots(neighbors: &NearestNeighbors, labels: &[usize], classes: usize) -> Vec<Vec<usize>> {
    let mut slots = vec![vec![0; classes]; classes];
    for (row, &query) in neighbors.queries().iter().enumerate() {
        for &other in neighbors.indices(row) {
            slots[labels[query as usize]][labels[other as usize]] += 1;
        }
    }
    slots
}

/// Tracks of each label that can be found.
fn sizes(neighbors: &NearestNeighbors, labels: &[usize], classes: usize) -> Vec<usize> {
    let mut sizes = vec![0; classes];
    neighbors.gallery().iter().for_each(|&track| sizes[labels[track as usize]] += 1);
    sizes
}

/// See [`BlurredPair::mixing`].
fn mixing(slots: &[Vec<usize>], gallery: &[usize], a: usize, b: usize) -> Option<f64> {
    let both = (gallery[a] + gallery[b]) as f64;
    let expected =
        |own: usize, other: usize| (slots[own][own] + slots[own][other]) as f64 * gallery[other] as f64 / both;
    let expected = expected(a, b) + expected(b, a);
    (expected > 0.0).then(|| (slots[a][b] + slots[b][a]) as f64 / expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;
    use crate::metrics::nearest_neighbors;
    use crate::metrics::random::Stream;

    #[test]
    fn tails_agree_with_the_binomial_test() {
        // scipy.stats.binom.sf(successes - 1, trials, p), scipy 1.17.
        for (successes, trials, p, expected) in [
            (8, 60, 0.02, 2.591_961_626_624_738_4e-5),
            (3, 10, 0.25, 0.474_407_196_044_921_9),
            (0, 5, 0.1, 1.0),
            (5, 5, 0.5, 0.031_25),
        ] {
            let found = binomial_tail(successes, trials, p);
            assert!((found / expected - 1.0).abs() < 1e-9, "{successes} of {trials}: {found}, expected {expected}");
        }
    }

    /// 40 tracks around each of 5 axes; those of the last two lie around the same one.
    fn library(blur: bool) -> (Vectors, Vec<usize>) {
        let stream = Stream::new(8, 0);
        let labels: Vec<usize> = (0..200).map(|i| i % 5).collect();
        let value = |i: usize| {
            let (label, axis) = (labels[i / 5], i % 5);
            let centre = if blur && label == 4 { 3 } else { label };
            (f64::from(u8::from(centre == axis)) + 0.5 * stream.symmetric(i as u64)) as f32
        };
        (Vectors::normalized((0..1000).map(value).collect(), 5).unwrap(), labels)
    }

    fn find((vectors, labels): &(Vectors, Vec<usize>)) -> BlurredPairs {
        let neighbors = nearest_neighbors(vectors, 10);
        let predicted: Vec<usize> = knn_predictions(&neighbors, labels, 5).into_iter().map(Option::unwrap).collect();
        blurred_pairs(&ConfusionMatrix::of(labels, &predicted, 5), &neighbors, labels)
    }

    #[test]
    fn a_planted_pair_is_found_and_nothing_else() {
        let found = find(&library(true));
        assert_eq!((found.examined, found.pairs.len()), (10, 1), "{found:#?}");
        let pair = &found.pairs[0];
        assert_eq!((pair.a, pair.b), (3, 4));
        assert!(pair.confused.significant && pair.nearest.significant);
        assert!(pair.nearest.share > 0.3 && pair.nearest.interval.low > pair.nearest.expected, "{pair:#?}");
        assert!((0.8..1.2).contains(&pair.mixing.unwrap()), "{pair:#?}");
        let apart = find(&library(false));
        assert!(apart.pairs.is_empty(), "{apart:#?}");
    }

    #[test]
    fn errors_that_are_spread_evenly_blame_no_pair() {
        // Every class loses 10 of 40 tracks to each of the 3 others.
        let (mut truth, mut predicted) = (Vec::new(), Vec::new());
        for a in 0..4 {
            for b in 0..4 {
                truth.extend([a; 10]);
                predicted.extend([b; 10]);
            }
        }
        let matrix = ConfusionMatrix::of(&truth, &predicted, 4);
        for (a, b) in [(0, 1), (2, 3)] {
            let swaps = swaps(&matrix, a, b).unwrap();
            assert!((swaps.share - swaps.expected).abs() < 1e-12 && swaps.p_value > 0.3, "{swaps:?}");
        }
        // With two classes there is nowhere else for errors to go.
        let two = ConfusionMatrix::of(&[0; 30], &[1; 30], 2);
        assert_eq!(swaps(&two, 0, 1), None);
        let two = ConfusionMatrix::of(&[0, 1].repeat(20), &[0, 1, 1, 0].repeat(10), 2);
        assert!(swaps(&two, 0, 1).unwrap().p_value < 1e-9);
    }

    #[test]
    fn discoveries_are_limited() {
        let limit = discovery_limit(vec![0.04, 0.001, 0.5, 0.02]);
        // Allowed: 0.0125, 0.025, 0.0375, 0.05.
        assert!((limit - 0.02).abs() < 1e-12);
        assert!(discovery_limit(vec![0.3]) < 0.0 && discovery_limit(Vec::new()) < 0.0);
    }
}
