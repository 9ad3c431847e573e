//! Audio front ends: what a model sees of a chunk of sound.
//!
//! The parts (`window`, `stft`, `mel`) are shared; each front end is one file and is pinned by a golden made
//! with its reference implementation. Features computed by different versions must never be mixed in one store:
//! [`FEATURE_VERSION`] belongs in every cache key.

mod ast_fbank;
mod error;
mod f16;
mod mel;
mod stft;
mod window;

pub use ast_fbank::{AstFilterbank, AstFilterbankOptions, N_MELS, frames_for, full_frames, samples_for};
pub use error::FeatureError;
pub use f16::{decode_f16, encode_f16};

/// Version of the numbers that the front ends give. It changes with every change that moves a feature by more than
/// rounding, whatever the cause: a formula here, or a dependency that decodes or resamples differently.
pub const FEATURE_VERSION: u32 = 1;

/// Sample rate that all front ends expect, in Hz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;
