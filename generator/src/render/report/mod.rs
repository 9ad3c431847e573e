//! Everything the pages show, and nothing else: written as `report.json`, and the pages are made from it alone.

mod advice;
mod baselines;
mod calibration;
mod check;
mod descriptors;
mod error;
mod hubness;
mod measures;
mod schema;
mod score;
mod track;
mod validate;
mod validate_advice;
mod validate_descriptors;
mod validate_measures;
mod validate_systems;

use pmsl_core::SubGenre;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use advice::{Advice, BlurredPair, Copies, CopyKind, Misfiled, Mix, MixSegment, Outlier};
pub use baselines::{Baselines, Gain, PairedDifference, System};
pub use calibration::{Calibration, ReliabilityBin};
pub use descriptors::{DescriptorSummary, Distribution, Quartiles, TrackDescriptors};
pub use error::ReportError;
pub use hubness::{Hub, HubCorrection, Hubness};
pub use measures::{
    AVERAGE_PRECISION_BINS, AtDepth, Classifier, Clusters, Measures, Pairs, RecallAt, Retrieval, Segments,
    SubGenreMeasures,
};
pub use score::{Evaluation, GenreScore, Interval, Score};
pub use track::{Neighbour, Split, TrackRow};

/// Version of the layout of `report.json`. A reader refuses any other.
pub const REPORT_FORMAT: u32 = 3;

/// The report on one run. Holds no time of day and no duration of computing, so that equal runs give equal bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of this layout: [`REPORT_FORMAT`].
    #[schemars(extend("const" = REPORT_FORMAT))]
    pub format: u32,
    /// Name of the site.
    pub title: String,
    /// Versions and settings that decide the numbers.
    pub build: Build,
    /// The sub-genres, in the order of the library: index `i` here is sub-genre `i` everywhere.
    pub sub_genres: Vec<SubGenreSummary>,
    /// How the tracks of the test split were judged by the nearest sub-genre centroid.
    pub test: Evaluation,
    /// The same for the validation split. It chose the epoch, so it is no evidence; shown for comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Score>,
    /// What else was measured on held-out tracks.
    pub measures: Measures,
    /// How often the library was split for cross-validation; absent where one split was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cross_validation: Option<CrossValidation>,
    /// What was kept on one side of every split.
    pub grouping: Grouping,
    /// What training did.
    pub training: Training,
    /// What the library's owner may want to do.
    pub advice: Advice,
    /// Tempo, key, loudness and energy by sub-genre; absent where there was no sound to measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub descriptors: Option<DescriptorSummary>,
    /// All tracks laid out in two dimensions.
    pub map: Map,
    /// Every track of the site, in the order of the library: index `i` here is track `i` everywhere.
    pub tracks: Vec<TrackRow>,
    /// Files that could not be used.
    pub failures: Vec<Failure>,
    /// Files left out on purpose, counted by reason.
    pub skipped: Vec<Skipped>,
    /// What a reader must know to judge the numbers, in whole sentences.
    pub warnings: Vec<String>,
    /// The configuration as it was resolved, defaults included and paths of the machine left out.
    pub config: serde_json::Value,
}

/// Versions and settings that decide the numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Version of pmsl.
    pub pmsl: String,
    /// The front end and its version, such as `ast_fbank 1`.
    pub front_end: String,
    /// The model and its version, such as `ast-tiny 1`.
    pub model: String,
    /// Version of the embedding index's format.
    pub index_format: u32,
    /// Where the model ran: `cpu` or `cuda`.
    pub device: String,
    /// The tensor backend: `flex`, `ndarray` or `cuda`.
    pub backend: String,
    /// The seed of every random choice.
    pub seed: u64,
    /// Values of one embedding.
    pub embedding_dim: u32,
    /// Whose weights the encoder began with, and their licence; absent where it began with random ones.
    #[serde(default)]
    pub weights: Option<String>,
    /// Whose music it is, and its licence; absent where it is the owner's library.
    #[serde(default)]
    pub data: Option<String>,
}

/// The folds of a cross-validation. Every track was held out once in every repeat, and judged by a model that had not
/// seen it; the report shows the first repeat, and map and explorer come from the model of its first fold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrossValidation {
    /// Folds of one repeat.
    pub folds: u32,
    /// Whether the library's owner has chosen the folds.
    pub official: bool,
    /// Accuracy of the nearest centroid over all tracks, repeat by repeat.
    pub repeats: Vec<f64>,
}

/// Tracks that belong together: none of these groups is on two sides of a split, checked track by track, except where
/// [`Grouping::divided`] says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grouping {
    /// Artists with several tracks.
    pub artists: u32,
    /// Releases with several tracks.
    pub releases: u32,
    /// Recordings that are there more than once, by content or acoustic fingerprint. Never divided by a split that is
    /// drawn.
    pub recordings: u32,
    /// Tracks of groups that had to be divided, or that the owner's own split or folds divide: a warning names why.
    pub divided: u32,
}

/// One sub-genre of the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubGenreSummary {
    /// Its name, and the genre above it.
    #[schemars(with = "schema::SubGenre")]
    pub sub_genre: SubGenre,
    /// Tracks that the model learned from.
    pub train: u32,
    /// Tracks that chose the epoch.
    pub validation: u32,
    /// Tracks held out for the test.
    pub test: u32,
    /// Sum of the tracks' durations, in seconds.
    pub duration_s: f64,
}

impl SubGenreSummary {
    /// Tracks in all splits.
    pub fn tracks(&self) -> u32 {
        self.train + self.validation + self.test
    }
}

/// What training did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// All parameters of the model.
    pub parameters: u64,
    /// Parameters that training may change.
    pub trainable_parameters: u64,
    /// Epochs the configuration asked for. 0: the model was used as it came.
    pub planned_epochs: u32,
    /// Steps (batches) of one epoch.
    pub steps_per_epoch: u32,
    /// One entry per finished epoch.
    pub epochs: Vec<Epoch>,
    /// Loss of every step, in order, as many as were taken.
    pub step_losses: Vec<f32>,
    /// The epoch (counted from 1) whose weights made the embeddings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_epoch: Option<u32>,
    /// Why training ended before the planned epochs, in a few words, such as `no gain in 8 epochs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_early: Option<String>,
}

/// One pass over the training tracks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// Counted from 1.
    pub epoch: u32,
    /// Mean loss of its steps.
    pub train_loss: f32,
    /// Share of validation tracks nearest the centroid of their own sub-genre, 0 to 1, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_accuracy: Option<f64>,
    /// Learning rate of its last step.
    pub learning_rate: f64,
}

/// All tracks laid out in two dimensions, so that neighbours in the embedding stay neighbours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// How the layout was made and with which settings, such as `UMAP, 15 neighbours, minimum distance 0.1`.
    pub method: String,
    /// Trustworthiness at 15 neighbours: 1 where near tracks on the map are near in the embedding too (Venna and Kaski
    /// 2001); absent where the library is too small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trustworthiness: Option<f64>,
    /// `[x, y]` of each track, in the order of the tracks; the unit has no meaning. Empty where no map was made.
    pub tracks: Vec<[f32; 2]>,
    /// `[x, y]` of each sub-genre's centroid. Empty where no map was made.
    pub centroids: Vec<[f32; 2]>,
}

/// A file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The file: relative to the library in private sites, `sub-genre, file 3` in public ones.
    pub file: String,
    /// What was being done: `read`, `decode`, `embed`.
    pub stage: String,
    /// Why it failed.
    pub reason: String,
}

/// Files left out on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// Why, such as `not an audio file`.
    pub reason: String,
    /// How many.
    pub count: u64,
}

impl Report {
    /// Sum of the durations of all tracks, in seconds.
    pub fn duration_s(&self) -> f64 {
        self.sub_genres.iter().map(|s| s.duration_s).sum()
    }

    /// The bytes of `report.json`: compact JSON with a final newline.
    ///
    /// # Errors
    /// As [`Report::validate`]: a report that contradicts itself is not written.
    pub fn to_json(&self) -> Result<Vec<u8>, ReportError> {
        self.validate()?;
        let mut bytes = serde_json::to_vec(self).map_err(ReportError::Json)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads `report.json`.
    ///
    /// # Errors
    /// Refuses what is not JSON of this layout, another format version, and contradictions.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ReportError> {
        /// Read first, so that another version gives its own message instead of one about a field.
        #[derive(Deserialize)]
        struct Header {
            format: u32,
        }
        let header: Header = serde_json::from_slice(bytes).map_err(ReportError::Json)?;
        if header.format != REPORT_FORMAT {
            return Err(ReportError::Format { found: header.format });
        }
        let report: Self = serde_json::from_slice(bytes).map_err(ReportError::Json)?;
        report.validate()?;
        Ok(report)
    }
}

#[cfg(test)]
mod documentation;
#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_report_survives_its_json() {
        let report = sample::report();
        let bytes = report.to_json().unwrap();
        let read = Report::from_json(&bytes).unwrap();
        assert_eq!(read, report);
        assert_eq!(read.to_json().unwrap(), bytes);
    }

    #[test]
    fn another_format_is_named() {
        let mut report = sample::report();
        report.format = 7;
        let bytes = serde_json::to_vec(&report).unwrap();
        let error = Report::from_json(&bytes).unwrap_err().to_string();
        assert_eq!(error, "expected report format 3, found 7: make the site again with this version");
    }

    #[test]
    fn unknown_fields_are_refused() {
        let mut value = serde_json::to_value(sample::report()).unwrap();
        value["elapsed_s"] = 3.into();
        assert!(Report::from_json(value.to_string().as_bytes()).is_err());
    }
}
