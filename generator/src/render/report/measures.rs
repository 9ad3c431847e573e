//! What was measured on held-out tracks beyond the nearest centroid: classifiers, retrieval, clusters, pairs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Baselines, Calibration, Hubness, Interval, Score};

/// Bins of [`Retrieval::average_precision_counts`], of equal width from 0 to 1.
pub const AVERAGE_PRECISION_BINS: usize = 20;

/// What was measured on held-out tracks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// How tracks were held out, such as `5 official folds, each held out once`.
    pub protocol: String,
    /// The tracks that every classifier was judged on, ascending: indices into the report's tracks.
    pub tracks: Vec<u32>,
    /// The classifiers, the nearest centroid first.
    pub classifiers: Vec<Classifier>,
    /// The run's own embeddings against simple ones; absent where no track was held out, or the config asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baselines: Option<Baselines>,
    /// One entry per sub-genre; empty where no track was held out.
    pub sub_genres: Vec<SubGenreMeasures>,
    /// How far confidences can be believed; absent where too few tracks allow to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// The network's own classifier on single chunks; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Segments>,
    /// How well tracks of a sub-genre find each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<Retrieval>,
    /// Tracks that are near everything or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hubness: Option<Hubness>,
    /// Groups found without labels, against the playlists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<Clusters>,
    /// Whether two tracks are of one sub-genre, told by their distance alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Pairs>,
}

/// How one classifier judged the held-out tracks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Classifier {
    /// Its name, such as `Logistic regression`.
    pub name: String,
    /// How it was made, in one line.
    pub method: String,
    /// How many it got right.
    pub score: Score,
    /// Mean of the sub-genres' F1 scores, each the harmonic mean of precision and recall; sub-genres without held-out
    /// tracks are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macro_f1: Option<f64>,
    /// 95 % bootstrap interval of the macro F1, over tracks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macro_f1_interval: Option<Interval>,
    /// Mean of the sub-genres' recalls; sub-genres without held-out tracks are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balanced_accuracy: Option<f64>,
    /// Mean of the sub-genres' average precisions of the predicted probabilities; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macro_average_precision: Option<f64>,
    /// Mean of `-ln` of the probability given to the truth; absent where there are no probabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_loss: Option<f64>,
    /// The sub-genre it names for each of [`Measures::tracks`].
    pub predicted: Vec<u32>,
}

/// One sub-genre, by the nearest centroid and by retrieval. Shares are absent where they are not defined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubGenreMeasures {
    /// Held-out tracks of it that were recognised: recall.
    pub recall: Score,
    /// Held-out tracks taken for it, and how many of them are of it: precision.
    pub precision: Score,
    /// Harmonic mean of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub f1: Option<f64>,
    /// 95 % bootstrap interval of the F1 score, over tracks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub f1_interval: Option<Interval>,
    /// Queries of it with a track to find.
    pub queries: u32,
    /// Their mean average precision at 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_average_precision: Option<f64>,
    /// Its 95 % bootstrap interval, over queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_average_precision_interval: Option<Interval>,
    /// Their mean R-precision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r_precision: Option<f64>,
    /// Mean silhouette of its tracks in the gallery, -1 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silhouette: Option<f64>,
}

/// The network's own classifier on single chunks of held-out tracks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Segments {
    /// Chunks judged.
    pub count: u32,
    /// Share that was right.
    pub accuracy: f64,
    /// 95 % bootstrap interval of the accuracy, over tracks, since chunks of one track are not independent.
    pub accuracy_interval: Interval,
    /// Mean of the sub-genres' F1 scores.
    pub macro_f1: f64,
    /// Mean of the sub-genres' average precisions.
    pub macro_average_precision: f64,
}

/// How well tracks of a sub-genre find each other by similarity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retrieval {
    /// What was searched, such as `all tracks`.
    pub gallery: String,
    /// Tracks searched; each is a query too.
    pub tracks: u32,
    /// Mean average precision at some depths.
    pub mean_average_precision: Vec<AtDepth>,
    /// Share of queries with a track of their sub-genre among the first k, at some depths.
    pub recall: Vec<RecallAt>,
    /// Mean share of a query's sub-genre among its first R, R being the number of tracks there are to find.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r_precision: Option<f64>,
    /// Mean average precision at 10 where any track of the same genre counts as found; absent in libraries of one
    /// level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre_mean_average_precision: Option<f64>,
    /// Mean average precision of each sub-genre's queries at the depths 1, 2 and so on. Empty where it has none.
    pub curves: Vec<Vec<f32>>,
    /// Queries by their average precision at the largest depth, in [`AVERAGE_PRECISION_BINS`] bins.
    pub average_precision_counts: Vec<u32>,
    /// Mean cosine similarity between the tracks of two sub-genres, `[sub_genre][sub_genre]`, a track with itself left
    /// out. `null` where there is no pair.
    pub similarity: Vec<Vec<Option<f32>>>,
}

impl Retrieval {
    /// The largest depth of the curves; 0 where there are none.
    pub fn depth(&self) -> usize {
        self.curves.iter().map(Vec::len).max().unwrap_or_default()
    }
}

/// Mean average precision at a depth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AtDepth {
    /// The depth k.
    pub k: u32,
    /// With the query left out of its own ranking.
    pub value: f64,
    /// With the query in its own ranking, where it comes first: as some authors count.
    pub with_query: f64,
}

/// Recall at a depth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallAt {
    /// The depth k.
    pub k: u32,
    /// Share of queries with a track of their sub-genre among the first k.
    pub value: f64,
}

/// Groups found by k-means without labels, as many as there are sub-genres, against the playlists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clusters {
    /// What was grouped, such as `all tracks`.
    pub gallery: String,
    /// Share of tracks in groups whose most frequent sub-genre is theirs.
    pub purity: f64,
    /// Normalised mutual information, arithmetic mean.
    pub normalized_mutual_information: f64,
    /// Adjusted Rand index: 0 for chance, 1 for the playlists themselves.
    pub adjusted_rand_index: f64,
    /// Mean silhouette of the playlists themselves, -1 to 1, by cosine distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silhouette: Option<f64>,
    /// Tracks by group (rows) and sub-genre (columns).
    pub table: Vec<Vec<u32>>,
}

/// Whether two held-out tracks are of one sub-genre, told by their distance alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pairs {
    /// Euclidean distance of unit vectors, 0 to 2, up to which two tracks count as of one sub-genre: the best one on
    /// validation pairs, or on training pairs where nothing validates.
    pub threshold: f64,
    /// Mean of the shares of equal and of different pairs that are told right, so that 0.5 is chance.
    pub balanced_accuracy: f64,
    /// Pairs of held-out tracks judged.
    pub pairs: u64,
}
