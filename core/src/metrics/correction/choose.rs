//! Choosing a correction by what it does for retrieval.

use serde::{Deserialize, Serialize};

use super::HubnessCorrection;
use crate::metrics::random::Stream;
use crate::metrics::{
    Hubness, HubnessSummary, PairedDifference, QueryProtocol, average_precisions, corrected_neighbors, knn_accuracy,
    paired_bootstrap_difference,
};
use crate::vectors::Vectors;

/// Ranks that are judged.
const DEPTH: usize = 10;
/// Queries and tracks of the gallery that are looked at, at most.
const MOST_QUERIES: usize = 5_000;
const MOST_GALLERY: usize = 20_000;
/// Resamples of the bootstrap.
const RESAMPLES: usize = 2_000;

/// The correction that serves best, and how all of them did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrectionChoice {
    /// The candidate with the greatest mean average precision; no correction where none has a greater one than that.
    pub chosen: HubnessCorrection,
    /// All candidates, no correction first.
    pub candidates: Vec<CandidateScore>,
    /// Queries that were asked.
    pub queries: usize,
    /// Tracks that could be found.
    pub gallery: usize,
}

/// How retrieval went under one correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CandidateScore {
    /// The correction.
    pub correction: HubnessCorrection,
    /// Mean average precision of the first 10 ranks, 0 to 1.
    pub mean_average_precision: f64,
    /// Accuracy of the majority of the 10 nearest, 0 to 1.
    pub knn_accuracy: f64,
    /// How unevenly neighbours are spread.
    pub hubness: HubnessSummary,
    /// The gain in average precision over no correction, query by query.
    pub gain: PairedDifference,
}

/// Chooses a correction: the one under which `queries` (validation tracks) find tracks of their label in the `gallery`
/// (training tracks) best, by mean average precision of the first 10 ranks. `None` where no query has a track to find.
///
/// At most 5,000 queries and 20,000 tracks of the gallery are looked at, drawn with the seed.
///
/// # Panics
/// When `labels` is not one per vector, or a track is not below their number or occurs twice in the gallery.
pub fn choose_correction(
    vectors: &Vectors,
    labels: &[usize],
    queries: &[usize],
    gallery: &[usize],
    seed: u64,
) -> Option<CorrectionChoice> {
    assert_eq!(labels.len(), vectors.len(), "one label per vector");
    let queries = sampled(queries, MOST_QUERIES, seed, 0);
    let gallery = sampled(gallery, MOST_GALLERY, seed, 1);
    let mut baseline: Option<Vec<f64>> = None;
    let mut candidates: Vec<CandidateScore> = Vec::new();
    for correction in HubnessCorrection::ALL {
        let neighbors = corrected_neighbors(vectors, &queries, &gallery, DEPTH, correction);
        let precisions = average_precisions(&neighbors, labels, DEPTH, QueryProtocol::LeftOut);
        let precisions: Vec<f64> = precisions.into_iter().flatten().collect();
        let baseline = baseline.get_or_insert_with(|| precisions.clone());
        candidates.push(CandidateScore {
            correction,
            mean_average_precision: precisions.iter().sum::<f64>() / precisions.len() as f64,
            knn_accuracy: knn_accuracy(&neighbors, labels, DEPTH).value()?,
            hubness: Hubness::of(&neighbors, DEPTH)?.summary(),
            gain: paired_bootstrap_difference(&precisions, baseline, RESAMPLES, seed)?,
        });
    }
    let mut chosen = candidates.first()?;
    for candidate in &candidates {
        // Sums of the same numbers in another order differ by rounding, which is no gain.
        if candidate.mean_average_precision > chosen.mean_average_precision + 1e-12 {
            chosen = candidate;
        }
    }
    Some(CorrectionChoice { chosen: chosen.correction, queries: queries.len(), gallery: gallery.len(), candidates })
}

/// Up to `most` of `tracks`, in their order.
fn sampled(tracks: &[usize], most: usize, seed: u64, purpose: u64) -> Vec<usize> {
    if tracks.len() <= most {
        return tracks.to_vec();
    }
    let mut places = Stream::new(seed, 0x6875_6273 ^ (purpose << 32)).permutation(tracks.len());
    places.truncate(most);
    places.sort_unstable();
    places.into_iter().map(|place| tracks[place]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_of_another_label_is_corrected() {
        // Labels 0 to 3 around one axis each, and many tracks of label 4 in the middle of all.
        let stream = Stream::new(9, 0);
        let (mut data, mut labels) = (Vec::new(), Vec::new());
        for i in 0..160u64 {
            let label = (i % 5) as usize;
            for axis in 0..8usize {
                let centre = if label == 4 { 1.0 } else { f32::from(u8::from(axis / 2 == label)) };
                data.push(centre + 1.1 * stream.symmetric(i * 8 + axis as u64) as f32);
            }
            labels.push(label);
        }
        let vectors = Vectors::normalized(data, 8).unwrap();
        let (queries, gallery): (Vec<usize>, Vec<usize>) = (0..160).partition(|i| i % 4 == 0);
        let choice = choose_correction(&vectors, &labels, &queries, &gallery, 1).unwrap();
        assert_eq!((choice.queries, choice.gallery), (40, 120));
        assert_ne!(choice.chosen, HubnessCorrection::None, "{choice:#?}");
        let of = |correction| choice.candidates.iter().find(|c| c.correction == correction).unwrap();
        let (none, chosen) = (of(HubnessCorrection::None), of(choice.chosen));
        assert!(chosen.mean_average_precision > none.mean_average_precision, "{choice:#?}");
        assert!(chosen.hubness.skewness < none.hubness.skewness, "{choice:#?}");
        let gain = chosen.mean_average_precision - none.mean_average_precision;
        assert!((chosen.gain.difference - gain).abs() < 1e-12 && none.gain.difference.abs() < 1e-12);
    }

    #[test]
    fn without_a_gain_nothing_is_corrected() {
        // Two labels at right angles: every ranking is right.
        let data = (0..20).flat_map(|i| if i % 2 == 0 { [1.0, 0.01 * i as f32] } else { [0.01 * i as f32, 1.0] });
        let vectors = Vectors::normalized(data.collect(), 2).unwrap();
        let labels: Vec<usize> = (0..20).map(|i| i % 2).collect();
        let all: Vec<usize> = (0..20).collect();
        let choice = choose_correction(&vectors, &labels, &all, &all, 1).unwrap();
        assert_eq!(choice.chosen, HubnessCorrection::None);
        assert!(choice.candidates.iter().all(|c| c.mean_average_precision <= 1.0));
        assert_eq!(choose_correction(&vectors, &labels, &[], &all, 1), None);
        assert_eq!(choose_correction(&vectors, &labels, &all, &[], 1), None);
    }
}
