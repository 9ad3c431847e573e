//! Batch normalisation.

use burn::module::{Module, Param};
use burn::tensor::{DType, Tensor, backend::Backend};

use super::Buffer;
use crate::models::init::parameter;

/// What a [`BatchNorm`] is built from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BatchNormConfig {
    pub(crate) channels: usize,
    /// Added to the variance.
    pub(crate) epsilon: f64,
}

/// Share of a batch's statistics in the running ones: PyTorch's default. Keras takes a hundredth, which after the few
/// hundred steps of a small run would still show the initial values.
const MOMENTUM: f64 = 0.1;

impl BatchNormConfig {
    pub(crate) fn new(channels: usize) -> Self {
        // The default of Keras, with which the reference systems were trained.
        Self { channels, epsilon: 1e-3 }
    }

    /// A layer that only normalises yet, with running mean 0 and variance 1.
    pub(crate) fn init<B: Backend>(&self, device: &B::Device) -> BatchNorm<B> {
        let channels = self.channels;
        BatchNorm {
            gamma: parameter(vec![1.0; channels], [channels], device),
            beta: parameter(vec![0.0; channels], [channels], device),
            running_mean: Buffer::new(vec![0.0; channels], device),
            running_variance: Buffer::new(vec![1.0; channels], device),
            epsilon: self.epsilon,
        }
    }
}

/// Batch normalisation (Ioffe and Szegedy 2015) over all axes but the second.
///
/// It trains where its scale is being trained: it then takes the statistics of the batch and moves the running ones
/// towards them, by a tenth and with the unbiased variance as PyTorch does. Everywhere else, that is without automatic
/// differentiation or when the layer is frozen, it takes the running statistics and leaves them as they are.
#[derive(Module, Debug)]
pub(crate) struct BatchNorm<B: Backend> {
    pub(crate) gamma: Param<Tensor<B, 1>>,
    pub(crate) beta: Param<Tensor<B, 1>>,
    pub(crate) running_mean: Buffer<B>,
    pub(crate) running_variance: Buffer<B>,
    pub(crate) epsilon: f64,
}

impl<B: Backend> BatchNorm<B> {
    /// # Shapes
    /// - input, output: `[batch, channels, ...]`
    pub(crate) fn forward<const D: usize>(&self, input: Tensor<B, D>) -> Tensor<B, D> {
        let trains = self.gamma.val().is_require_grad();
        if trains { self.train(input) } else { self.evaluate(input) }
    }

    /// One product and one sum per value.
    fn evaluate<const D: usize>(&self, input: Tensor<B, D>) -> Tensor<B, D> {
        let dtype = input.dtype();
        let deviation = self.running_variance.get().add_scalar(self.epsilon).sqrt();
        let scale = self.gamma.val().cast(DType::F32) / deviation;
        let shift = self.beta.val().cast(DType::F32) - self.running_mean.get() * scale.clone();
        input * along::<B, D>(scale).cast(dtype) + along::<B, D>(shift).cast(dtype)
    }

    fn train<const D: usize>(&self, input: Tensor<B, D>) -> Tensor<B, D> {
        let dtype = input.dtype();
        let count = input.shape().num_elements() / input.dims()[1];
        // Sums over a batch need more than the 8 bits of bf16.
        let input = input.cast(DType::F32);
        let axes: Vec<usize> = (0..D).filter(|&axis| axis != 1).collect();
        let mean = input.clone().mean_dims(&axes);
        let centred = input - mean.clone();
        let variance = centred.clone().square().mean_dims(&axes);
        self.follow(mean.clone(), variance.clone(), count);
        let scale = along::<B, D>(self.gamma.val().cast(DType::F32)) / variance.add_scalar(self.epsilon).sqrt();
        (centred * scale + along::<B, D>(self.beta.val().cast(DType::F32))).cast(dtype)
    }

    /// Moves the running statistics towards those of a batch of `count` values per channel.
    fn follow<const D: usize>(&self, mean: Tensor<B, D>, variance: Tensor<B, D>, count: usize) {
        let channels = mean.shape().num_elements();
        let unbiased = count as f64 / count.saturating_sub(1).max(1) as f64;
        for (running, batch, factor) in [(&self.running_mean, mean, 1.0), (&self.running_variance, variance, unbiased)]
        {
            let batch = batch.detach().reshape([channels]).mul_scalar(factor * MOMENTUM);
            running.set(running.get().mul_scalar(1.0 - MOMENTUM).add(batch).detach());
        }
    }
}

/// One value per channel, laid along the second of `D` axes.
fn along<B: Backend, const D: usize>(values: Tensor<B, 1>) -> Tensor<B, D> {
    let mut shape = [1; D];
    shape[1] = values.dims()[0];
    values.reshape(shape)
}
