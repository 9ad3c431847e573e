//! Audio front ends: what a model sees of a chunk of sound.
//!
//! The parts (`window`, `stft`, `mel`, `mel_spectrogram`) are shared; each front end is one file and is pinned by a golden made
//! with its reference implementation. Features computed by different versions must never be mixed in one store:
//! [`FEATURE_VERSION`] belongs in every cache key.

mod ast_fbank;
mod error;
mod f16;
#[cfg(test)]
mod fixtures;
mod front_end;
mod log_mel;
mod mel;
mod mel_spectrogram;
mod mfcc;
mod mfcc_statistics;
mod musicnn_mel;
#[cfg(feature = "audio")]
mod sliding;
mod stft;
mod window;

pub use ast_fbank::{AstFilterbank, AstFilterbankOptions};
pub use error::FeatureError;
pub use f16::{decode_f16, encode_f16};
pub use front_end::{FrontEnd, FrontEndOptions};
pub use log_mel::{LogMel, LogMelOptions};
#[cfg(feature = "audio")]
pub(crate) use mel::MelFilterbank;
pub use mfcc::{Mfcc, MfccOptions};
pub use mfcc_statistics::MfccStatistics;
pub use musicnn_mel::{MusicnnMel, MusicnnMelOptions};

#[cfg(feature = "audio")]
pub(crate) use sliding::SlidingSpectra;

/// Version of the numbers that the front ends give. It changes with every change that moves a feature by more than
/// rounding, whatever the cause: a formula here, or a dependency that decodes or resamples differently.
pub const FEATURE_VERSION: u32 = 1;

/// Longest chunk that a front end is planned for, in seconds: bounds what one chunk may allocate.
const MAX_CHUNK_S: f64 = 600.0;

/// Samples of `seconds` at `sample_rate_hz`, rounded.
pub fn samples_for(seconds: f64, sample_rate_hz: u32) -> usize {
    (seconds * f64::from(sample_rate_hz)).round() as usize
}

/// Checks the length of a chunk against what the first frame needs and what can be held.
fn check_chunk(chunk_s: f64, shortest_s: f64) -> Result<(), FeatureError> {
    if (shortest_s..=MAX_CHUNK_S).contains(&chunk_s) {
        return Ok(());
    }
    let expected = "at least one frame and at most 600 seconds";
    Err(FeatureError::Option { field: "chunk_s", expected, found: chunk_s.to_string() })
}

/// Subtracts the mean and divides by the standard deviation.
fn normalize(values: &mut [f32], mean: f32, std: f32) {
    for x in values {
        *x = (*x - mean) / std;
    }
}

/// Checks a normalisation.
fn check_normalization(mean: f32, std: f32) -> Result<(), FeatureError> {
    let refuse = |field, expected, found: f32| Err(FeatureError::Option { field, expected, found: found.to_string() });
    if !mean.is_finite() {
        return refuse("mean", "a finite number", mean);
    }
    if !(std.is_finite() && std > 0.0) {
        return refuse("std", "a finite number above 0", std);
    }
    Ok(())
}
