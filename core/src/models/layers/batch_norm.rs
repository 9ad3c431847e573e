//! Batch normalisation.

use burn::module::{Module, Param};
use burn::tensor::{DType, Tensor, backend::Backend};

use super::Buffer;
use crate::models::init::parameter;
use crate::models::ops::batch_norm;

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

    fn evaluate<const D: usize>(&self, input: Tensor<B, D>) -> Tensor<B, D> {
        let dtype = input.dtype();
        let [scale, shift] = self.scale_and_shift();
        input * along::<B, D>(scale).cast(dtype) + along::<B, D>(shift).cast(dtype)
    }

    /// What evaluation multiplies every channel by and then adds to it, in `f32`: each `[channels]`.
    pub(crate) fn scale_and_shift(&self) -> [Tensor<B, 1>; 2] {
        let deviation = self.running_variance.get().add_scalar(self.epsilon).sqrt();
        let scale = self.gamma.val().cast(DType::F32) / deviation;
        let shift = self.beta.val().cast(DType::F32) - self.running_mean.get() * scale.clone();
        [scale, shift]
    }

    fn train<const D: usize>(&self, input: Tensor<B, D>) -> Tensor<B, D> {
        let count = input.shape().num_elements() / input.dims()[1];
        if let Some((output, [mean, variance])) = batch_norm(&input, [self.gamma.val(), self.beta.val()], self.epsilon)
        {
            self.follow(mean, variance, count);
            return output;
        }
        let dtype = input.dtype();
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

#[cfg(test)]
mod tests {
    use burn::backend::autodiff::checkpoint::strategy::BalancedCheckpointing;
    use burn::backend::flex::FlexDevice;
    use burn::backend::{Autodiff, Flex};
    use burn::module::AutodiffModule;
    use burn::tensor::TensorData;
    use burn::tensor::backend::AutodiffBackend;
    use serde::Deserialize;

    use super::*;

    /// The backend that batch norm has an operation of its own for.
    type B = Autodiff<Flex>;
    /// The same backend by another type, for which burn's own operations are taken.
    type Plain = Autodiff<Flex, BalancedCheckpointing>;

    #[derive(Deserialize)]
    struct Golden {
        epsilon: f64,
        gamma: Vec<f32>,
        beta: Vec<f32>,
        batches: Vec<Batch>,
        evaluated: Vec<f32>,
    }

    #[derive(Deserialize)]
    struct Batch {
        shape: [usize; 4],
        input: Vec<f32>,
        weights: Vec<f32>,
        output: Vec<f32>,
        input_gradient: Vec<f32>,
        gamma_gradient: Vec<f32>,
        beta_gradient: Vec<f32>,
        running_mean: Vec<f32>,
        running_variance: Vec<f32>,
    }

    impl Batch {
        fn tensor<B: Backend>(&self, values: &[f32]) -> Tensor<B, 4> {
            Tensor::from_data(TensorData::new(values.to_vec(), self.shape), &Default::default())
        }
    }

    fn golden<B: Backend<Device = FlexDevice>>() -> (Golden, BatchNorm<B>) {
        let text = include_str!("../../../../tests/parity/batch_norm/golden.json");
        let golden: Golden = serde_json::from_str(text).unwrap();
        let config = BatchNormConfig { channels: golden.gamma.len(), epsilon: golden.epsilon };
        let mut layer = config.init::<B>(&FlexDevice);
        layer.gamma = parameter(golden.gamma.clone(), [golden.gamma.len()], &FlexDevice);
        layer.beta = parameter(golden.beta.clone(), [golden.beta.len()], &FlexDevice);
        (golden, layer)
    }

    #[track_caller]
    fn assert_close<B: Backend, const D: usize>(found: Tensor<B, D>, expected: &[f32], tolerance: f32) {
        let found = found.into_data().to_vec::<f32>().unwrap();
        assert_eq!(found.len(), expected.len());
        let scale = expected.iter().fold(1e-3f32, |max, v| max.max(v.abs()));
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= tolerance * scale, "{found} != {expected}");
        }
    }

    #[test]
    fn training_then_evaluation_is_that_of_pytorch() {
        check_training_then_evaluation::<B>();
        check_training_then_evaluation::<Plain>();
    }

    fn check_training_then_evaluation<B: AutodiffBackend<Device = FlexDevice>>() {
        let (golden, layer) = golden::<B>();
        for batch in &golden.batches {
            let input = batch.tensor::<B>(&batch.input).require_grad();
            let output = layer.forward(input.clone());
            let gradients = (output.clone() * batch.tensor(&batch.weights)).sum().backward();
            assert_close(output, &batch.output, 1e-5);
            assert_close(input.grad(&gradients).unwrap(), &batch.input_gradient, 2e-5);
            assert_close(layer.gamma.grad(&gradients).unwrap(), &batch.gamma_gradient, 2e-5);
            assert_close(layer.beta.grad(&gradients).unwrap(), &batch.beta_gradient, 1e-5);
            assert_close(layer.running_mean.get(), &batch.running_mean, 1e-6);
            assert_close(layer.running_variance.get(), &batch.running_variance, 1e-5);
        }
        let first = &golden.batches[0];
        let evaluated = layer.valid();
        assert_close(evaluated.forward(first.tensor(&first.input)), &golden.evaluated, 1e-5);
        let last = &golden.batches[2];
        assert_close(evaluated.running_mean.get(), &last.running_mean, 1e-6);
    }

    #[test]
    fn a_frozen_layer_evaluates_and_keeps_its_statistics() {
        let (golden, layer) = golden::<B>();
        let first = &golden.batches[0];
        let trained = layer.forward(first.tensor(&first.input)).into_data();
        let frozen = layer.clone().no_grad();
        let before = frozen.running_mean.get().into_data();
        let output = frozen.forward(first.tensor(&first.input)).into_data();
        assert_eq!(frozen.running_mean.get().into_data(), before);
        assert_eq!(output, layer.valid().forward(first.tensor(&first.input)).into_data());
        assert_ne!(output, trained);
        // A copy has statistics of its own.
        let copy = layer.clone();
        layer.forward(first.tensor(&first.input));
        assert_eq!(copy.running_mean.get().into_data(), before);
        assert_ne!(layer.running_mean.get().into_data(), before);
    }

    #[test]
    fn training_gives_the_same_bits_for_every_number_of_threads() {
        let train = |threads, inner: usize| {
            let (golden, layer) = golden::<B>();
            let channels = golden.gamma.len();
            let values: Vec<f32> = (0..700 * channels).map(|i| ((i * 37) % 101) as f32 * 0.1 - 3.0).collect();
            let shape = [700 / inner, channels, inner];
            let run = || {
                let input = Tensor::<B, 3>::from_data(TensorData::new(values, shape), &FlexDevice).require_grad();
                let output = layer.forward(input.clone());
                let gradients = output.clone().powi_scalar(3).sum().backward();
                let gamma = layer.gamma.grad(&gradients).unwrap().into_data();
                [output.into_data(), input.grad(&gradients).unwrap().into_data(), gamma]
            };
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
        };
        for inner in [1, 7, 100] {
            let one = train(1, inner);
            assert_eq!(one, train(2, inner));
            assert_eq!(one, train(5, inner));
        }
    }
}
