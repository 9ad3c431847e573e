//! Pairs of tracks that hold the same recording.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{Fingerprint, HOP, RATE_HZ};
use crate::random::mix;

/// Bits of a frame that must be alike in two tracks to bring them together: those of the bands up to 1.9 kHz, which
/// low bit rates change least.
const KEY_MASK: u32 = (1 << 24) - 1;
/// Keys by which a track is found.
const KEYS_PER_TRACK: usize = 256;
/// Tracks with a key in common that are looked at from each of them.
const NEIGHBOURS: usize = 256;
/// Alignments with other tracks that are tried for each track.
const TRIALS: usize = 64;
/// Least share of equal bits beyond chance. Copies at 64 kbit/s have 0.68 and more; different loops of one drum kit at
/// almost one tempo have up to 0.44.
const LEAST_SIMILARITY: f32 = 0.56;
/// Tracks that differ as unrelated ones do over so many frames (12 s) are not compared further.
const FIRST_FRAMES: usize = 256;
const LEAST_FIRST_SIMILARITY: f32 = 0.25;
/// Least frames in which something sounds: 1.5 s.
const LEAST_FRAMES: usize = 32;
/// Durations of copies differ by less than this share of the longer, or by less than so many seconds.
const DURATION_SHARE: f32 = 0.1;
const DURATION_S: f32 = 3.0;

/// Two tracks that hold the same recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Duplicate {
    /// Index of the first track.
    pub a: usize,
    /// Index of the second track, greater than `a`.
    pub b: usize,
    /// Share of equal bits beyond chance, 0.56 to 1: 1 is identical, unrelated recordings have about 0.
    pub similarity: f32,
    /// Where in the first track the second begins, in seconds, to 0.05 s. Negative where the second begins earlier.
    pub offset_s: f32,
}

/// A key of the index: where it occurs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: u32,
    track: u32,
    frame: u32,
}

/// Finds all pairs of tracks with the same recording in them, in order of their indices.
///
/// Tracks are brought together by an index of equal frames: of each track, the 256 whose hash is the least (bottom-k
/// sampling, which chooses the same frames of both copies). Each pair that shares some is then compared frame by frame
/// at the offset they suggest. The time grows in proportion to the number of tracks (times its logarithm, for sorting)
/// and the memory by 6 kB a track.
///
/// A pair counts where at least half of what sounds in the longer one is common to both and their durations are alike:
/// an excerpt or an extended mix is not a duplicate. Silence counts for nothing.
pub fn find_duplicates(fingerprints: &[&Fingerprint]) -> Vec<Duplicate> {
    let mut index: Vec<Entry> = Vec::new();
    let mut starts = Vec::with_capacity(fingerprints.len() + 1);
    let mut own: Vec<Entry> = Vec::new();
    for (track, fingerprint) in fingerprints.iter().enumerate() {
        starts.push(own.len());
        own.extend(keys(fingerprint).into_iter().map(|(key, frame)| Entry { key, track: track as u32, frame }));
    }
    starts.push(own.len());
    index.extend_from_slice(&own);
    index.sort_unstable();
    let sounding: Vec<usize> = fingerprints.iter().map(|f| f.sounding()).collect();
    let mut found: Vec<Duplicate> = Vec::new();
    for (a, bounds) in starts.windows(2).enumerate() {
        // Alignments come by track: those of one track are judged together.
        for tried in alignments(&own[bounds[0]..bounds[1]], &index).chunk_by(|x, y| x.0 == y.0) {
            let b = tried[0].0 as usize;
            if !alike_in_duration(fingerprints[a], fingerprints[b]) {
                continue;
            }
            let least = LEAST_FRAMES.max(sounding[a].max(sounding[b]).div_ceil(2));
            let offsets = tried.iter().flat_map(|&(_, offset)| [offset, offset - 1, offset + 1]);
            let matches = offsets.filter_map(|offset| compare(fingerprints[a], fingerprints[b], offset, least));
            // A loop is like itself some bars later too: what counts is how much is alike in total.
            let best = matches.reduce(|best, other| if other.agreement() > best.agreement() { other } else { best });
            if let Some(best) = best.filter(|best| best.similarity >= LEAST_SIMILARITY) {
                let offset_s = best.offset as f32 * HOP as f32 / RATE_HZ as f32;
                found.push(Duplicate { a, b, similarity: best.similarity, offset_s });
            }
        }
    }
    found
}

/// The keys of a track with the least hashes, each at its first frame.
fn keys(fingerprint: &Fingerprint) -> Vec<(u32, u32)> {
    let frames = fingerprint.frames.iter().enumerate();
    let sounding = frames.map(|(frame, &bits)| (bits & KEY_MASK, frame as u32)).filter(|&(key, _)| key != 0);
    let mut hashed: Vec<(u64, u32, u32)> = sounding.map(|(key, frame)| (mix(u64::from(key)), key, frame)).collect();
    hashed.sort_unstable();
    hashed.dedup_by_key(|&mut (_, key, _)| key);
    hashed.truncate(KEYS_PER_TRACK);
    hashed.into_iter().map(|(_, key, frame)| (key, frame)).collect()
}

/// Later tracks that share keys with a track, and by how many frames they lie after it: those with the most keys in
/// common, sorted.
fn alignments(own: &[Entry], index: &[Entry]) -> Vec<(u32, i32)> {
    let mut votes: Vec<(u32, i32)> = Vec::new();
    for entry in own {
        // Behind the entry itself lie those of the same key in later tracks.
        let at = index.partition_point(|other| other <= entry);
        let same = index[at..].iter().take(NEIGHBOURS).take_while(|other| other.key == entry.key);
        votes.extend(same.map(|other| (other.track, entry.frame as i32 - other.frame as i32)));
    }
    votes.sort_unstable();
    let mut counted: Vec<(Reverse<usize>, u32, i32)> =
        votes.chunk_by(|a, b| a == b).map(|same| (Reverse(same.len()), same[0].0, same[0].1)).collect();
    counted.sort_unstable();
    counted.truncate(TRIALS);
    let mut chosen: Vec<(u32, i32)> = counted.into_iter().map(|(_, track, offset)| (track, offset)).collect();
    chosen.sort_unstable();
    chosen
}

fn alike_in_duration(a: &Fingerprint, b: &Fingerprint) -> bool {
    let (a, b) = (a.duration_s, b.duration_s);
    (a - b).abs() <= DURATION_S.max(DURATION_SHARE * a.max(b))
}

/// How two tracks compare at one offset.
struct Match {
    similarity: f32,
    /// Frames by which the second begins after the first.
    offset: i32,
    /// Frames in common in which something sounds.
    frames: usize,
}

impl Match {
    fn agreement(&self) -> f32 {
        self.similarity * self.frames as f32
    }
}

/// Compares two tracks where they overlap. `None` where less than `least` sounding frames do, or where
/// the first are not alike.
fn compare(a: &Fingerprint, b: &Fingerprint, offset: i32, least: usize) -> Option<Match> {
    let a = a.frames.get(offset.max(0) as usize..)?;
    let b = b.frames.get((-offset).max(0) as usize..)?;
    let (mut frames, mut different) = (0usize, 0u32);
    let similarity = |frames: usize, different: u32| 1.0 - 2.0 * different as f32 / (32 * frames) as f32;
    for (&a, &b) in a.iter().zip(b) {
        if a | b == 0 {
            continue;
        }
        frames += 1;
        different += (a ^ b).count_ones();
        if frames == FIRST_FRAMES && similarity(frames, different) < LEAST_FIRST_SIMILARITY {
            return None;
        }
    }
    (frames >= least).then(|| Match { similarity: similarity(frames, different), offset, frames })
}

#[cfg(test)]
mod tests;
