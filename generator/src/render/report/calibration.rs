//! Whether a stated confidence can be believed, and when the machine should say "unsure".

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Score;

/// Calibrated confidence of the nearest centroid, judged on held-out tracks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// What the temperature was fitted on, such as `22 validation tracks`.
    pub fitted_on: String,
    /// The temperature by which cosine similarities are divided before the softmax.
    pub temperature: f64,
    /// Expected calibration error on held-out tracks: mean gap between confidence and accuracy, 0 to 1.
    pub expected_calibration_error: f64,
    /// The same without the fitted temperature (at temperature 1).
    pub uncalibrated_error: f64,
    /// Held-out tracks by confidence, in bins of equal width from 0 to 1.
    pub bins: Vec<ReliabilityBin>,
    /// The accuracy that the threshold was chosen to reach.
    pub target_accuracy: f64,
    /// Confidence below which a track is called unsure; absent where no threshold reaches the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Held-out tracks that are not unsure, and how many of them are right.
    pub sure: Score,
    /// Held-out tracks that are unsure, and how many of them are right anyway.
    pub unsure: Score,
}

/// Tracks of similar confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReliabilityBin {
    /// Lower end of the confidence.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Tracks in it.
    pub n: u32,
    /// Their mean confidence; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The share of them that is right; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
}
