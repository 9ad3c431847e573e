//! What is known of a track besides its sound.

use serde::{Deserialize, Serialize};

/// A sub-genre: one playlist of the library, the unit of ground truth.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SubGenre {
    /// The genre folder above it, where the library has two levels.
    pub genre: Option<String>,
    /// The name of the playlist, with its ordering prefix stripped.
    pub name: String,
}

/// What a listener sees of a track. Holds nothing of the machine it was analysed on: [`TrackMeta::path`] is relative
/// to the library and is left out of public sites.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrackMeta {
    /// The title tag, or the file's stem where the tag is missing.
    pub title: String,
    /// The artist tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    /// The album tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// The year of release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u32>,
    /// Tempo in beats per minute, as tagged; as heard where [`TrackMeta::bpm_heard`] says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bpm: Option<f32>,
    /// Whether the tempo was measured, because no tag tells it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bpm_heard: bool,
    /// Musical key, as tagged; as heard where [`TrackMeta::key_heard`] says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether the key was measured, because no tag tells it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub key_heard: bool,
    /// How energetic the track is within its library, as heard: 0 for the calmest, 1 for the most energetic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy: Option<f32>,
    /// Duration of the audio, in seconds.
    pub duration_s: f32,
    /// The track's sub-genre, as an index into the library's list.
    pub sub_genre: u32,
    /// Path relative to the library's root, with forward slashes. Present only where the owner publishes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where the site itself can play the track from, relative to the page. Present only where audio is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<String>,
    /// What a tagging encoder hears in the track, strongest first, as `techno` or `female vocal`. Empty where the
    /// encoder names nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it skips by reference")]
fn is_false(value: &bool) -> bool {
    !value
}
