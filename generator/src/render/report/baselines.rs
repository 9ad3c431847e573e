//! Before and after: what was trained against what needs no training, on the same tracks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Interval, Score};

/// The run's own system and the simple ones it has to beat, all judged on the same held-out tracks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baselines {
    /// What retrieval searched, such as `the held-out tracks of each fold`.
    pub gallery: String,
    /// Depth of the mean average precision.
    pub map_depth: u32,
    /// Neighbours of the k-NN classifier.
    pub neighbours: u32,
    /// The systems; the run's own is the first one.
    pub systems: Vec<System>,
    /// The run's own system less each of the others, in the order of the systems after the first.
    pub gains: Vec<Gain>,
}

/// One way to give every track a vector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Its name, such as `MFCC statistics, standardised`.
    pub name: String,
    /// How its vectors are made, in one line.
    pub method: String,
    /// Values of one vector.
    pub dim: u32,
    /// Held-out tracks nearest the centroid of their own sub-genre by cosine.
    pub centroid: Score,
    /// The same, right where the genre is right; absent in libraries of one level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre_centroid: Option<Score>,
    /// Held-out tracks that their nearest training tracks vote into their own sub-genre.
    pub k_nearest: Score,
    /// Mean of the sub-genres' F1 scores of the nearest centroid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macro_f1: Option<f64>,
    /// Mean average precision of held-out tracks searched for in a held-out gallery; absent where no query has a
    /// track to find.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_average_precision: Option<f64>,
    /// Its 95 % bootstrap interval, over queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_average_precision_interval: Option<Interval>,
}

/// What the run's own system gains over another one, track by track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gain {
    /// Accuracy of the nearest centroid, own less other.
    pub accuracy: PairedDifference,
    /// Mean average precision, own less other; absent where either has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_average_precision: Option<PairedDifference>,
}

/// A mean difference over the same tracks, with its 95 % paired bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairedDifference {
    /// The mean difference, -1 to 1; above 0 the run's own system is better.
    pub difference: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl PairedDifference {
    /// Whether the interval lies above 0: the own system is better, beyond chance.
    pub fn is_better(&self) -> bool {
        self.low > 0.0
    }

    /// Whether the interval lies below 0: the own system is worse, beyond chance.
    pub fn is_worse(&self) -> bool {
        self.high < 0.0
    }
}
