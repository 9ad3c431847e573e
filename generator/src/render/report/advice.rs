//! What the owner of the library may want to do with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Interval;

/// Advice about the playlists and their tracks. Tracks and sub-genres are indices into the report's lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// Tracks of which it could be said whether they are misfiled: those that no model had learnt from. A
    /// cross-validated run, or one on a pretrained encoder, can judge all.
    pub judged: u32,
    /// Tracks that are probably in the wrong playlist, the surest first.
    pub misfiled: Vec<Misfiled>,
    /// Pairs of sub-genres that the machine cannot keep apart, the worst first.
    pub blurred: Vec<BlurredPair>,
    /// The same recording more than once, and versions of one song.
    pub copies: Vec<Copies>,
    /// Tracks that are like nothing else here, the farthest first.
    pub outliers: Vec<Outlier>,
    /// What long tracks are made of.
    pub mixes: Vec<Mix>,
}

/// A track that is probably in the wrong playlist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Misfiled {
    /// The track.
    pub track: u32,
    /// The sub-genre that it sounds like.
    pub suggested: u32,
    /// How strong the evidence is, 0 to 1, to sort by: not a probability.
    pub confidence: f64,
    /// Cosine similarity to its own sub-genre's centroid less that to the suggested one's: below 0.
    pub margin: f64,
    /// Of its nearest tracks, how many are of the suggested sub-genre.
    pub neighbours_agreeing: u32,
    /// Nearest tracks asked.
    pub neighbours: u32,
    /// Classifiers that had not seen the track and name the suggested sub-genre.
    pub classifiers_agreeing: u32,
    /// Classifiers asked. 0 where all had seen the track.
    pub classifiers: u32,
}

/// Two sub-genres that are taken for each other more than chance allows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlurredPair {
    /// A sub-genre.
    pub a: u32,
    /// The other one.
    pub b: u32,
    /// Held-out tracks of `a` taken for `b`.
    pub a_as_b: u32,
    /// Held-out tracks of `b` taken for `a`.
    pub b_as_a: u32,
    /// Held-out tracks of both.
    pub tracks: u32,
    /// Share of them taken for the other one.
    pub confused: f64,
    /// Its 95 % Wilson interval.
    pub interval: Interval,
    /// Share of the nearest neighbours of either that are of the other one.
    pub mixed_neighbours: f64,
}

/// Why tracks are listed as copies of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CopyKind {
    /// The same file content, or acoustic fingerprints that agree.
    Recording,
    /// One artist's song by its title, in several versions.
    Song,
}

/// Tracks that are one recording, or versions of one song.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    /// Why.
    pub kind: CopyKind,
    /// The tracks, at least two, ascending.
    pub tracks: Vec<u32>,
}

/// A track that is like nothing else here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outlier {
    /// The track.
    pub track: u32,
    /// Local outlier factor: how much sparser its surroundings are than those of its neighbours; 1 is usual.
    pub factor: f64,
    /// Cosine similarity to its nearest track.
    pub nearest: f64,
}

/// What a long track is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// The track.
    pub track: u32,
    /// Its stretches, in order of time.
    pub segments: Vec<MixSegment>,
}

/// A stretch of a mix that sounds like one sub-genre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MixSegment {
    /// Where it begins, in seconds.
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
    /// The sub-genre.
    pub sub_genre: u32,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
}
