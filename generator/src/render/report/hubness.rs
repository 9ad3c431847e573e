//! Tracks that are near everything, and tracks that are near nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How unevenly tracks appear among each other's nearest neighbours, before and after a correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hubness {
    /// Neighbours counted for each track.
    pub k: u32,
    /// Tracks counted.
    pub tracks: u32,
    /// What was measured on, such as `all tracks`.
    pub gallery: String,
    /// Every correction tried, `none` first.
    pub corrections: Vec<HubCorrection>,
    /// Index of the correction that ranked validation tracks best; of equals, the first.
    pub chosen: u32,
    /// What the choice was made on, such as `MAP@10 of 22 validation tracks`.
    pub chosen_on: String,
    /// The tracks that are most often a neighbour, most first: those above three times the mean.
    pub hubs: Vec<Hub>,
    /// Tracks that are nobody's neighbour.
    pub orphans: Vec<u32>,
}

/// The neighbour counts under one correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HubCorrection {
    /// Its name: `none`, `centring`, `mutual proximity` or `CSLS`.
    pub name: String,
    /// Skewness of the k-occurrence: 0 where all tracks are neighbours equally often.
    pub skewness: f64,
    /// Share of tracks that are nobody's neighbour.
    pub orphans: f64,
    /// How often the most frequent neighbour is one.
    pub largest: u32,
    /// The measure of [`Hubness::chosen_on`]; absent where nothing validates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<f64>,
    /// The same measure on held-out tracks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<f64>,
}

/// A track that is near many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hub {
    /// The track.
    pub track: u32,
    /// Tracks that have it among their nearest.
    pub occurrences: u32,
}
