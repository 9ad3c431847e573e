//! An encoder as bytes: options and weights in one versioned, hashed file.

mod format;
mod read;
mod write;

use std::collections::BTreeMap;

use super::EmbedderOptions;
use super::head::HEAD;
pub use format::{BUNDLE_FORMAT_VERSION, MAX_BUNDLE_BYTES};
pub use write::WeightPrecision;

use crate::named_tensor::NamedTensor;
use crate::probes::Standardizer;

/// An encoder that can be carried: what decides an embedding.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderBundle {
    /// Everything besides the weights.
    pub options: EmbedderOptions,
    /// The weights by the names that they have in a checkpoint.
    pub tensors: BTreeMap<String, NamedTensor>,
    /// How the network's output is scaled before the head.
    pub scaling: Option<Standardizer>,
}

impl EncoderBundle {
    /// Chooses what the encoder needs from the weights of a run: the tensors of the network, with or without training,
    /// those of the head, and how the network's output is scaled between them.
    pub fn collect(
        options: EmbedderOptions,
        weights: impl IntoIterator<Item = (String, NamedTensor)>,
        scaling: Option<Standardizer>,
    ) -> Self {
        let needed = |name: &str| name.starts_with(HEAD) || options.network.needs(name);
        let tensors = weights.into_iter().filter(|(name, _)| needed(name)).collect();
        Self { options, tensors, scaling }
    }
}

#[cfg(test)]
mod tests;
