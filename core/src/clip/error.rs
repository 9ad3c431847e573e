//! What can go wrong.

use thiserror::Error;

use crate::audio::AudioError;

/// Why there is no clip of a track.
#[derive(Debug, Error)]
pub enum ClipError {
    /// An option is out of range.
    #[error("`{field}` must be {expected}, found {found}")]
    Option {
        /// The option.
        field: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// The file cannot be read.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The encoder refused the sound.
    #[error("the clip could not be encoded ({reason})")]
    Encode {
        /// What the encoder said.
        reason: String,
    },
}
