//! Tempo, key, loudness and energy, as heard in the sound.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Score;

/// What was measured in the sound of one track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackDescriptors {
    /// Tempo in beats per minute; absent where no pulse was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo_bpm: Option<f32>,
    /// How sure the tempo is, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo_confidence: Option<f32>,
    /// Musical key, as `A minor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The same key on the Camelot wheel, as `8A`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camelot: Option<String>,
    /// How sure the key is, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_confidence: Option<f32>,
    /// Integrated loudness by EBU R128, in LUFS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loudness_lufs: Option<f32>,
    /// Loudness range by EBU Tech 3342, in LU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loudness_range_lu: Option<f32>,
    /// Highest true peak, in dBTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub true_peak_dbtp: Option<f32>,
    /// Energy, 0 to 1.
    pub energy: f32,
    /// Onsets per second.
    pub onset_density_hz: f32,
}

/// The descriptors of the whole library, sub-genre by sub-genre, and how far they agree with tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescriptorSummary {
    /// One entry per descriptor that can be ordered.
    pub distributions: Vec<Distribution>,
    /// Tracks by sub-genre and position on the Camelot wheel: `[sub_genre][24]`, 1A to 12A, then 1B to 12B.
    pub keys: Vec<Vec<u32>>,
    /// Tracks whose tempo tag is within 4 % of what was heard; absent where no track has both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo_tags: Option<Score>,
    /// The same, where a factor of 2, 3, 3/2 or 4/3 either way counts as agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo_tags_octave: Option<Score>,
    /// Tracks whose key tag is what was heard; absent where no track has both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_tags: Option<Score>,
}

/// How a descriptor is distributed in every sub-genre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// What it is, as `Tempo`.
    pub name: String,
    /// Its unit, as `BPM`; empty where it has none.
    pub unit: String,
    /// How it is measured, in one line.
    pub method: String,
    /// Of every sub-genre; `null` where no track has the descriptor.
    pub sub_genres: Vec<Option<Quartiles>>,
}

/// Five numbers of a distribution; quantiles interpolate linearly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quartiles {
    /// Tracks.
    pub n: u32,
    /// The smallest value.
    pub min: f64,
    /// The first quartile.
    pub q1: f64,
    /// The median.
    pub median: f64,
    /// The third quartile.
    pub q3: f64,
    /// The largest value.
    pub max: f64,
}
