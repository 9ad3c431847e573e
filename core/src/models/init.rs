//! Random initial weights, drawn on the host so that they are the same on every device.

use burn::module::Param;
use burn::nn::{LayerNorm, LayerNormConfig, Linear};
use burn::tensor::{Tensor, TensorData, backend::Backend};

use crate::random::SplitMix64;

/// Deviation of the initial weights. PyTorch's `trunc_normal_` as the reference calls it cuts at 100 deviations,
/// which no draw reaches.
const DEVIATION: f64 = 0.02;

/// Normal numbers from a seed, through the Box-Muller transform.
pub(crate) struct Initializer {
    random: SplitMix64,
}

impl Initializer {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: SplitMix64 { state: seed } }
    }

    /// Uniform in `(0, 1]`, so that its logarithm is finite.
    fn uniform(&mut self) -> f64 {
        ((self.random.next() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    fn normals(&mut self, count: usize, deviation: f64) -> Vec<f32> {
        let mut values = Vec::with_capacity(count + 1);
        while values.len() < count {
            let radius = deviation * (-2.0 * self.uniform().ln()).sqrt();
            let (sin, cos) = (std::f64::consts::TAU * self.uniform()).sin_cos();
            values.extend([(radius * cos) as f32, (radius * sin) as f32]);
        }
        values.truncate(count);
        values
    }
}

/// A parameter of normal values.
pub(crate) fn normal<B: Backend, const D: usize>(
    random: &mut Initializer,
    shape: [usize; D],
    device: &B::Device,
) -> Param<Tensor<B, D>> {
    parameter(random.normals(shape.iter().product(), DEVIATION), shape, device)
}

/// The kernel of a convolution before a rectifier, `[output channels, input channels, ...]`: normal values of the
/// deviation `sqrt(2 / inputs)` (He et al. 2015).
pub(crate) fn he_normal<B: Backend, const D: usize>(
    random: &mut Initializer,
    shape: [usize; D],
    device: &B::Device,
) -> Param<Tensor<B, D>> {
    let inputs: usize = shape[1..].iter().product();
    let deviation = (2.0 / inputs as f64).sqrt();
    parameter(random.normals(shape.iter().product(), deviation), shape, device)
}

/// A parameter of random directions: rows of unit length.
pub(crate) fn directions<B: Backend>(
    random: &mut Initializer,
    [rows, dim]: [usize; 2],
    device: &B::Device,
) -> Param<Tensor<B, 2>> {
    let mut values = random.normals(rows * dim, 1.0);
    for row in values.chunks_exact_mut(dim.max(1)) {
        let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        for value in row {
            *value /= norm;
        }
    }
    parameter(values, [rows, dim], device)
}

/// A parameter of the given values.
pub(crate) fn parameter<B: Backend, const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &B::Device,
) -> Param<Tensor<B, D>> {
    Param::from_data(TensorData::new(values, shape), device)
}

/// A linear layer of normal weights and no bias yet.
pub(crate) fn linear<B: Backend>(
    random: &mut Initializer,
    input: usize,
    output: usize,
    device: &B::Device,
) -> Linear<B> {
    Linear {
        weight: normal(random, [input, output], device),
        bias: Some(parameter(vec![0.0; output], [output], device)),
    }
}

/// A linear layer before a sigmoid or a rectifier: normal weights of the deviation `sqrt(2 / (inputs + outputs))`
/// (Glorot and Bengio 2010), no bias yet.
pub(crate) fn glorot_linear<B: Backend>(
    random: &mut Initializer,
    input: usize,
    output: usize,
    device: &B::Device,
) -> Linear<B> {
    let deviation = (2.0 / (input + output) as f64).sqrt();
    Linear {
        weight: parameter(random.normals(input * output, deviation), [input, output], device),
        bias: Some(parameter(vec![0.0; output], [output], device)),
    }
}

/// A layer norm that only normalises yet.
pub(crate) fn layer_norm<B: Backend>(width: usize, epsilon: f64, device: &B::Device) -> LayerNorm<B> {
    LayerNormConfig::new(width).with_epsilon(epsilon).init(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_normal_and_depend_on_the_seed_alone() {
        let values = Initializer::new(7).normals(10_001, DEVIATION);
        assert_eq!(values, Initializer::new(7).normals(10_001, DEVIATION));
        assert_ne!(values[..4], Initializer::new(8).normals(4, DEVIATION)[..]);
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / 10_001.0;
        let deviation = (values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / 10_001.0).sqrt();
        assert!(mean.abs() < 1e-3, "{mean}");
        assert!((deviation - DEVIATION).abs() < 1e-3, "{deviation}");
    }
}
