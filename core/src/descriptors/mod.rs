//! What a DJ reads off a track: tempo, key, loudness, energy.
//!
//! Every descriptor is measured while the sound streams by, once, at a fixed sample rate. What cannot be told (the
//! tempo of rain, the loudness of silence) is `None` rather than a guess. [`DESCRIPTOR_VERSION`] belongs in every
//! cache key.

mod energy;
mod key_estimate;
mod loudness;
mod meter;
mod onsets;
mod pitch_classes;
mod tempo;

pub use key_estimate::EstimatedKey;
pub(crate) use meter::DescriptorMeter;
use serde::{Deserialize, Serialize};
pub use tempo::Tempo;

/// Version of the numbers. It changes with every change that moves a descriptor by more than rounding.
pub const DESCRIPTOR_VERSION: u32 = 1;

/// What was measured of one track. All numbers are finite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Descriptors {
    /// Tempo. `None` where nothing repeats.
    pub tempo: Option<Tempo>,
    /// Key. `None` where no pitches stand out.
    pub key: Option<EstimatedKey>,
    /// Integrated loudness after EBU R128 (ITU-R BS.1770-4), in LUFS. `None` for silence and under 0.4 s.
    pub loudness_lufs: Option<f32>,
    /// Loudness range after EBU Tech 3342, in LU. `None` under 3 s, and for silence.
    pub loudness_range_lu: Option<f32>,
    /// True peak of the loudest channel, in dB relative to full scale. `None` for silence.
    pub true_peak_dbtp: Option<f32>,
    /// Onsets (drum hits, note starts) per second.
    pub onset_density_hz: f32,
    /// Mean centroid of the spectrum below 11 kHz, in Hz, each moment weighted by its power: how bright the track is.
    /// 0 for silence.
    pub spectral_centroid_hz: f32,
    /// How energetic the track is, 0 to 1: a weighted mean of loudness (half of it), onset density (a third) and
    /// brightness (a sixth), each on a fixed scale. It grows with each of them, and compares tracks; it is not a
    /// measure of anything outside.
    pub energy: f32,
}
