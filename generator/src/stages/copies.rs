//! Which tracks are one recording.

use std::collections::BTreeMap;

use pmsl_core::analysis::TrackAnalysis;
use pmsl_core::dataset::components_of_pairs;
use pmsl_core::descriptors::Descriptors;
use pmsl_core::fingerprint::{FINGERPRINT_VERSION, Fingerprint, find_duplicates};

use super::library::Candidate;
use crate::cache::{Key, KeyBuilder, read_json, write_json};
use crate::plan::Plan;

/// Version of what counts as a copy.
const VERSION: u32 = 1;

/// Tracks that are one recording: the same content, or acoustic fingerprints that agree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copies {
    /// The recording of every track that is there more than once.
    pub(crate) recordings: Vec<Option<u64>>,
    /// Pairs of tracks, the lower one first.
    pub(crate) pairs: Vec<(usize, usize)>,
}

impl Copies {
    /// The copies as an earlier run found them among the same tracks, or found anew: comparing asks for the fingerprints
    /// of all of them, which are most of what is kept of a library.
    pub(crate) fn remembered(
        plan: &Plan,
        tracks: &[Candidate],
        descriptors: &[Option<Descriptors>],
        analysis: impl Fn(&Candidate) -> anyhow::Result<Option<TrackAnalysis>>,
    ) -> anyhow::Result<Self> {
        let path = plan.copies_path(key(tracks, descriptors));
        if let Some(pairs) = read_json::<Vec<(usize, usize)>>(&path)?
            && pairs.iter().all(|&(a, b)| a < b && b < tracks.len())
        {
            return Ok(Self::of_pairs(tracks.len(), pairs));
        }
        let analyses = tracks.iter().map(analysis).collect::<anyhow::Result<Vec<_>>>()?;
        let found = Self::find(tracks, &analyses);
        write_json(&path, &found.pairs)?;
        Ok(found)
    }

    fn of_pairs(tracks: usize, pairs: Vec<(usize, usize)>) -> Self {
        Self { recordings: recordings(tracks, &pairs), pairs }
    }

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
        Self::of_pairs(tracks.len(), pairs)
    }
}

/// Names the tracks, their order and which of them have an analysis.
fn key(tracks: &[Candidate], descriptors: &[Option<Descriptors>]) -> Key {
    let names = tracks.iter().zip(descriptors);
    let names: Vec<u8> =
        names.flat_map(|(track, heard)| track.stamp.content.into_iter().chain([u8::from(heard.is_some())])).collect();
    KeyBuilder::new("copies", VERSION)
        .bytes("fingerprint", &FINGERPRINT_VERSION.to_le_bytes())
        .bytes("tracks", &names)
        .finish()
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
