//! Tracks that are probably in the wrong playlist.

use serde::{Deserialize, Serialize};

use super::distribution::median;
use crate::metrics::NearestNeighbors;

/// What speaks for and against where tracks are filed. All of it must come from models that had not seen the track in
/// its place: by cross-validation, or from embeddings that were made without the labels.
#[derive(Clone, Copy, Debug)]
pub struct FilingEvidence<'a> {
    /// Where tracks are filed: `[n]`.
    pub labels: &'a [usize],
    /// How much nearer each track is to the centroid of its own sub-genre than to any other's, as a difference of
    /// cosines: `[n]`.
    pub margins: &'a [Option<f64>],
    /// The nearest tracks of those that are judged. Computed with more ranks than [`MisfiledOptions::neighbors`] where
    /// groups are given.
    pub neighbors: &'a NearestNeighbors,
    /// What belongs together (an artist, copies of one recording): `[n]`. Such neighbours say nothing and are skipped.
    pub groups: Option<&'a [usize]>,
    /// What held-out classifiers take each track for: `[n]` each, none where a classifier has not judged it.
    pub classifiers: &'a [&'a [Option<usize>]],
}

/// When a track counts as misfiled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MisfiledOptions {
    /// Neighbours that are asked, from the nearest on.
    pub neighbors: usize,
    /// The share of them that must be of the one other sub-genre. 0.6 of 10: the others together are outvoted, with a
    /// vote to spare.
    pub majority: f64,
    /// The share of the classifiers that judged the track that must take it for that sub-genre too, above 1/2. Where
    /// none judged it, that sub-genre's neighbours must be 0.2 more than the majority instead.
    pub agreement: f64,
}

impl Default for MisfiledOptions {
    fn default() -> Self {
        Self { neighbors: 10, majority: 0.6, agreement: 0.66 }
    }
}

/// By how much the neighbours' majority must be clearer where no classifier can confirm it.
const WITHOUT_CLASSIFIERS: f64 = 0.2;

/// A track that is probably in the wrong sub-genre, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Misfiled {
    /// The track.
    pub track: usize,
    /// Where it is filed.
    pub filed: usize,
    /// Where it seems to belong.
    pub suggested: usize,
    /// How strong the evidence is, 0 to 1, to sort by: the geometric mean of the neighbours' share, the classifiers'
    /// share (1/2 without any), and the margin over itself plus the library's median margin. Not a probability.
    pub confidence: f64,
    /// How much nearer it is to its own sub-genre's centroid than to another's: negative.
    pub margin: f64,
    /// What its neighbours say.
    pub neighbors: NeighborVote,
    /// Classifiers that agree with the suggestion.
    pub classifiers_agree: usize,
    /// Classifiers that judged the track.
    pub classifiers: usize,
}

/// Where the neighbours of a track are filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeighborVote {
    /// In the suggested sub-genre.
    pub suggested: usize,
    /// In the track's own.
    pub own: usize,
    /// All that were asked.
    pub asked: usize,
}

/// Finds the tracks for which all three hold: the centroid of another sub-genre is nearer than that of their own; a
/// clear majority of their nearest neighbours is of one other sub-genre; and held-out classifiers take them for that
/// one. Surest first, then by track.
///
/// Each of the three alone is wrong often: centroids fail where a sub-genre has two centres, neighbours where a hub or
/// a small sub-genre is near, classifiers where two sub-genres overlap.
///
/// # Panics
/// When a slice is not one value per track of the library.
pub fn misfiled(evidence: &FilingEvidence<'_>, options: &MisfiledOptions) -> Vec<Misfiled> {
    let FilingEvidence { labels, margins, neighbors, groups, classifiers } = *evidence;
    let n = neighbors.tracks();
    assert!(labels.len() == n && margins.len() == n, "one label and one margin per track");
    assert!(groups.is_none_or(|groups| groups.len() == n), "one group per track");
    assert!(classifiers.iter().all(|predicted| predicted.len() == n), "one prediction per track");
    let typical = median(margins.iter().flatten().map(|margin| margin.abs()).collect()).unwrap_or(0.0);
    let mut found: Vec<Misfiled> =
        (0..neighbors.len()).filter_map(|row| judge(evidence, options, row, typical)).collect();
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.track.cmp(&b.track)));
    found
}

/// Judges the track that asks in a row of the neighbours.
fn judge(evidence: &FilingEvidence<'_>, options: &MisfiledOptions, row: usize, typical: f64) -> Option<Misfiled> {
    let FilingEvidence { labels, margins, neighbors, groups, classifiers } = *evidence;
    let track = neighbors.queries()[row] as usize;
    let filed = labels[track];
    let margin = margins[track].filter(|&margin| margin < 0.0)?;
    let is_foreign = |&other: &usize| groups.is_none_or(|groups| groups[other] != groups[track]);
    let nearest = neighbors.indices(row).iter().map(|&other| other as usize).filter(is_foreign);
    let mut votes: Vec<usize> = nearest.take(options.neighbors).map(|other| labels[other]).collect();
    votes.sort_unstable();
    let (suggested, count) = votes
        .chunk_by(|a, b| a == b)
        .filter(|same| same[0] != filed)
        .map(|same| (same[0], same.len()))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    let vote = NeighborVote {
        suggested: count,
        own: votes.iter().filter(|&&label| label == filed).count(),
        asked: votes.len(),
    };
    let share = count as f64 / votes.len() as f64;
    let judged: Vec<usize> = classifiers.iter().filter_map(|predicted| predicted[track]).collect();
    let agree = judged.iter().filter(|&&label| label == suggested).count();
    let (agreement, majority) = if judged.is_empty() {
        (0.5, (options.majority + WITHOUT_CLASSIFIERS).min(1.0))
    } else {
        (agree as f64 / judged.len() as f64, options.majority)
    };
    // Shares of small counts: 6 of 10 is 0.6, whatever the last bit says.
    let reaches = |share: f64, least: f64| share > least - 1e-9;
    if !reaches(share, majority) || (!judged.is_empty() && !reaches(agreement, options.agreement)) {
        return None;
    }
    let strength = -margin / (typical - margin);
    Some(Misfiled {
        track,
        filed,
        suggested,
        confidence: (share * agreement * strength).cbrt(),
        margin,
        neighbors: vote,
        classifiers_agree: agree,
        classifiers: judged.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::leave_one_out_margins;
    use super::*;
    use crate::Vectors;
    use crate::metrics::random::Stream;
    use crate::metrics::{knn_predictions, nearest_neighbors};
    use proptest::prelude::*;

    /// `classes` groups of 15 tracks around the axes.
    fn library(classes: usize, noise: f64, seed: u64) -> (Vectors, Vec<usize>) {
        let stream = Stream::new(seed, 0);
        let n = classes * 15;
        let value = |i: usize| {
            let (track, axis) = (i / classes, i % classes);
            (f64::from(u8::from(track % classes == axis)) + noise * stream.symmetric(i as u64)) as f32
        };
        let data = (0..n * classes).map(value).collect();
        (Vectors::normalized(data, classes).unwrap(), (0..n).map(|track| track % classes).collect())
    }

    fn find(vectors: &Vectors, labels: &[usize], classes: usize, groups: Option<&[usize]>) -> Vec<Misfiled> {
        let neighbors = nearest_neighbors(vectors, 20);
        let margins = leave_one_out_margins(vectors, labels, classes, groups);
        let predicted = knn_predictions(&neighbors, labels, 5);
        let evidence =
            FilingEvidence { labels, margins: &margins, neighbors: &neighbors, groups, classifiers: &[&predicted] };
        misfiled(&evidence, &MisfiledOptions::default())
    }

    #[test]
    fn a_planted_misfiled_track_is_found_and_nothing_else() {
        let (vectors, mut labels) = library(5, 0.25, 1);
        assert_eq!(find(&vectors, &labels, 5, None), []);
        labels[12] = 4;
        let found = find(&vectors, &labels, 5, None);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].track, found[0].filed, found[0].suggested), (12, 4, 2));
        assert_eq!((found[0].neighbors.suggested, found[0].neighbors.asked), (10, 10));
        assert_eq!((found[0].classifiers_agree, found[0].classifiers), (1, 1));
        assert!(found[0].margin < 0.0 && found[0].confidence > 0.7 && found[0].confidence <= 1.0, "{found:?}");
    }

    #[test]
    fn copies_in_the_same_wrong_place_do_not_vouch_for_each_other() {
        let (vectors, mut labels) = library(4, 0.25, 2);
        // Five copies of track 0, all filed under 3: without groups they are each other's nearest.
        let copies = [0, 0, 0, 0, 0].map(|copy| vectors.row(copy).to_vec()).concat();
        let data = [vectors.as_slice(), &copies].concat();
        let vectors = Vectors::normalized(data, 4).unwrap();
        labels.extend([3; 5]);
        labels[0] = 3;
        let groups: Vec<usize> = (0..65).map(|track| if track == 0 || track >= 60 { 60 } else { track }).collect();
        let neighbors = nearest_neighbors(&vectors, 20);
        let margins = leave_one_out_margins(&vectors, &labels, 4, Some(&groups));
        let held_out = vec![Some(0); 65];
        let evidence = FilingEvidence {
            labels: &labels,
            margins: &margins,
            neighbors: &neighbors,
            groups: Some(&groups),
            classifiers: &[&held_out],
        };
        let found = misfiled(&evidence, &MisfiledOptions::default());
        let mut tracks: Vec<usize> = found.iter().map(|found| found.track).collect();
        tracks.sort_unstable();
        assert_eq!(tracks, [0, 60, 61, 62, 63, 64]);
        assert!(found.iter().all(|found| found.suggested == 0));
    }

    #[test]
    fn classifiers_that_disagree_withdraw_the_suggestion() {
        let (vectors, mut labels) = library(5, 0.25, 1);
        labels[12] = 4;
        let neighbors = nearest_neighbors(&vectors, 10);
        let margins = leave_one_out_margins(&vectors, &labels, 5, None);
        let judge = |classifiers: &[&[Option<usize>]]| {
            let evidence =
                FilingEvidence { labels: &labels, margins: &margins, neighbors: &neighbors, groups: None, classifiers };
            misfiled(&evidence, &MisfiledOptions::default()).len()
        };
        let (yes, no, absent) = (vec![Some(2); 75], vec![Some(4); 75], vec![None; 75]);
        assert_eq!([judge(&[&yes]), judge(&[&no]), judge(&[&yes, &no])], [1, 0, 0]);
        assert_eq!([judge(&[&yes, &yes, &no]), judge(&[&absent, &yes]), judge(&[&absent]), judge(&[])], [1; 4]);
    }

    proptest! {
        #[test]
        fn any_labels_are_survived(labels in prop::collection::vec(0usize..4, 60), seed in 0u64..20) {
            let (vectors, _) = library(4, 0.8, seed);
            for found in find(&vectors, &labels, 4, None) {
                prop_assert!(found.suggested != found.filed && labels[found.track] == found.filed);
                prop_assert!((0.0..=1.0).contains(&found.confidence));
            }
        }
    }
}
