//! Which tracks are one recording.

use std::collections::BTreeMap;

use pmsl_core::analysis::TrackAnalysis;
use pmsl_core::dataset::components_of_pairs;
use pmsl_core::fingerprint::{Fingerprint, find_duplicates};

use super::library::Candidate;

/// Tracks that are one recording: the same content, or acoustic fingerprints that agree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copies {
    /// The recording of every track that is there more than once.
    pub(crate) recordings: Vec<Option<u64>>,
    /// Pairs of tracks, the lower one first.
    pub(crate) pairs: Vec<(usize, usize)>,
}

impl Copies {
    /// Compares the tracks of a library; those without an analysis, by their content alone.
    pub(crate) fn find(tracks: &[Candidate], analyses: &[Option<TrackAnalysis>]) -> Self {
        let mut pairs = Vec::new();
        let mut firsts = BTreeMap::new();
        for (index, track) in tracks.iter().enumerate() {
            let first = *firsts.entry(track.stamp.content).or_insert(index);
            if first < index {
                pairs.push((first, index));
            }
        }
        let heard = analyses.iter().enumerate().filter_map(|(i, analysis)| Some((i, &analysis.as_ref()?.fingerprint)));
        let (indices, fingerprints): (Vec<usize>, Vec<&Fingerprint>) = heard.unzip();
        pairs.extend(find_duplicates(&fingerprints).iter().map(|found| (indices[found.a], indices[found.b])));
        pairs.sort_unstable();
        pairs.dedup();
        Self { recordings: recordings(tracks.len(), &pairs), pairs }
    }
}

/// Numbers the groups that pairs make.
fn recordings(tracks: usize, pairs: &[(usize, usize)]) -> Vec<Option<u64>> {
    let mut recordings = vec![None; tracks];
    let groups = components_of_pairs(tracks, pairs).into_iter().filter(|group| group.len() > 1);
    for (number, group) in groups.enumerate() {
        for track in group {
            recordings[track] = Some(number as u64);
        }
    }
    recordings
}
