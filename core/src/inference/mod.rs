//! The small encoders over plain arrays, without a tensor library: from the bytes of an audio file to the vector that a
//! run of the generator would give it.
//!
//! Decoding, resampling, front end, choice of chunks and rounding are the very code of the run; the networks are those
//! of [`crate::models`] in evaluation, within rounding. [`EncoderBundle`] carries weights and options to the browser,
//! [`Embedder`] hears with them.

mod bundle;
mod embedder;
mod error;
mod filter_bank;
mod head;
mod musicnn;
mod network;
mod norm;
#[cfg(test)]
mod parity_tests;
mod plane;
mod resnet18;
mod weights;

pub use bundle::{BUNDLE_FORMAT_VERSION, EncoderBundle, MAX_BUNDLE_BYTES, WeightPrecision};
pub use embedder::{Embedder, EmbedderOptions, Pooling};
pub use error::{BundleError, HearingError};
pub use network::NetworkOptions;

pub use crate::musicnn_shape::MusicnnLayer;
pub use crate::named_tensor::NamedTensor;
