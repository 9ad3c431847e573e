//! What is trained: the encoder and the objective's own parameters.

use burn::module::Module;
use burn::tensor::backend::Backend;

use crate::losses::{Objective, ObjectiveOptions};
use crate::models::Encoder;

/// An encoder and the objective that it is trained with, as one module: their parameters are optimised, averaged,
/// clipped and stored together.
#[derive(Module, Debug)]
pub(super) struct Learner<B: Backend, E: Module<B>> {
    pub(super) encoder: E,
    pub(super) objective: Objective<B>,
}

impl<B: Backend, E: Encoder<B>> Learner<B, E> {
    /// An encoder with a fresh objective for the given number of sub-genres.
    pub(super) fn new(encoder: E, objective: &ObjectiveOptions, classes: usize, seed: u64) -> Self {
        let device = encoder.devices().into_iter().next().unwrap_or_default();
        let objective = objective.init(encoder.embedding_dim(), classes, seed, &device);
        Self { encoder, objective }
    }
}
