//! An encoder as bytes: options and weights in one versioned, hashed file.

mod format;
mod read;
mod write;

use std::collections::BTreeMap;

use super::EmbedderOptions;
use super::head::{DEVIATIONS, HEAD, MEANS};
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
}

impl EncoderBundle {
    /// Chooses what the encoder needs from the weights of a run: the tensors of the network, with or without training,
    /// those of the head, and how the network's output is scaled between them.
    pub fn collect(
        options: EmbedderOptions,
        weights: impl IntoIterator<Item = (String, NamedTensor)>,
        scaling: Option<&Standardizer>,
    ) -> Self {
        let needed = |name: &str| name.starts_with(HEAD) || options.network.needs(name);
        let mut tensors: BTreeMap<_, _> = weights.into_iter().filter(|(name, _)| needed(name)).collect();
        if let Some(scaling) = scaling {
            let vector = |values: &[f64]| {
                let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
                NamedTensor { shape: vec![values.len()], values }
            };
            tensors.insert(MEANS.to_owned(), vector(scaling.means()));
            tensors.insert(DEVIATIONS.to_owned(), vector(scaling.deviations()));
        }
        Self { options, tensors }
    }
}

#[cfg(test)]
mod tests;
