//! Why training failed.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::dataset::{ReadError, SamplerError};
use crate::embed::EmbedError;

/// An option that was refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{field}: {message}")]
pub struct OptionError {
    /// The field, as a dotted path within its section of the configuration.
    pub field: &'static str,
    /// What was expected and what was found.
    pub message: String,
}

impl OptionError {
    pub(crate) fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// Why training ended without a result.
#[derive(Debug, Error)]
pub enum TrainError {
    /// An option does not fit the library or the encoder.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// No batches can be drawn.
    #[error(transparent)]
    Sampler(#[from] SamplerError),
    /// Features could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The thread that reads features has ended before its time.
    #[error("batch {index} was not prepared: the thread that reads features has ended")]
    NoBatch {
        /// Index of the batch.
        index: u64,
    },
    /// Tracks could not be embedded for validation.
    #[error("cannot validate after step {step}")]
    Validation {
        /// Steps done.
        step: u64,
        /// The cause.
        source: EmbedError,
    },
    /// The loss or the gradient has overflowed.
    #[error(
        "the {what} of step {step} is {value}: try a lower learning rate (it was {learning_rate:e}), more warm-up \
         steps or a lower clip_norm, and check that the features are finite"
    )]
    NotFinite {
        /// "loss" or "gradient norm".
        what: &'static str,
        /// The step, from 1.
        step: u64,
        /// Its value.
        value: f32,
        /// The learning rate of the step.
        learning_rate: f64,
    },
    /// The checkpoint could not be read or written.
    #[error("cannot {action} checkpoint {}", path.display())]
    Checkpoint {
        /// "read" or "write".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The caller asked to stop; the checkpoint, if any, is written.
    #[error("training was stopped after step {step}")]
    Cancelled {
        /// Steps done.
        step: u64,
    },
}
