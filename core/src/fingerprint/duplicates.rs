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
/// and the memory by 3 kB a track.
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
    let mut found = Vec::new();
    for (a, bounds) in starts.windows(2).enumerate() {
        let mut last = None;
        for (b, offset) in alignments(&own[bounds[0]..bounds[1]], &index) {
            let b = b as usize;
            // Alignments come by track; the best of a track's counts.
            let pair = (fingerprints[a], fingerprints[b]);
            if !alike_in_duration(pair.0, pair.1) {
                continue;
            }
            let least = LEAST_FRAMES.max(sounding[a].max(sounding[b]).div_ceil(2));
            let Some((similarity, offset)) = compare(pair.0, pair.1, offset, least) else { continue };
            let offset_s = offset as f32 * HOP as f32 / RATE_HZ as f32;
            let duplicate = Duplicate { a, b, similarity, offset_s };
            match found.last_mut() {
                Some(best) if last == Some(b) => {
                    let best: &mut Duplicate = best;
                    if duplicate.similarity > best.similarity {
                        *best = duplicate;
                    }
                }
                _ => found.push(duplicate),
            }
            last = Some(b);
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

/// Similarity and offset of two tracks where the second lies `offset` frames after the first, or one more or less.
/// `None` where less than `least` sounding frames are common, or where they differ.
fn compare(a: &Fingerprint, b: &Fingerprint, offset: i32, least: usize) -> Option<(f32, i32)> {
    let at = |offset: i32| Some((similarity_at(&a.frames, &b.frames, offset, least)?, offset));
    let tried = [offset, offset - 1, offset + 1].into_iter().filter_map(at);
    let best = tried.reduce(|best, other| if other.0 > best.0 { other } else { best })?;
    (best.0 >= LEAST_SIMILARITY).then_some(best)
}

fn similarity_at(a: &[u32], b: &[u32], offset: i32, least: usize) -> Option<f32> {
    let a = a.get(offset.max(0) as usize..)?;
    let b = b.get((-offset).max(0) as usize..)?;
    let (mut compared, mut different) = (0usize, 0u32);
    for (&a, &b) in a.iter().zip(b) {
        compared += usize::from(a | b != 0);
        different += (a ^ b).count_ones();
    }
    (compared >= least).then(|| 1.0 - 2.0 * different as f32 / (32 * compared) as f32)
}
