//! What follows the encoder: the projection head.

use std::f32::consts::FRAC_1_SQRT_2;

use super::BundleError;
use super::weights::Weights;

/// A linear layer.
#[derive(Clone, Debug)]
pub(super) struct Linear {
    /// `[inputs, outputs]`
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    pub(super) fn read(weights: &mut Weights, name: &str, shape: [usize; 2]) -> Result<Self, BundleError> {
        Ok(Self {
            weight: weights.take(&format!("{name}.weight"), &shape)?,
            bias: weights.take(&format!("{name}.bias"), &shape[1..])?,
        })
    }

    /// # Shapes
    /// - input: `[inputs]`
    /// - output: `[outputs]`
    pub(super) fn forward(&self, input: &[f32]) -> Vec<f32> {
        let mut output = vec![0.0; self.bias.len()];
        for (&value, row) in input.iter().zip(self.weight.chunks_exact(self.bias.len())) {
            output.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
        }
        output.iter_mut().zip(&self.bias).for_each(|(sum, bias)| *sum += bias);
        output
    }
}

/// The projection head: no, one or two linear layers, GELU before the second.
#[derive(Clone, Debug)]
pub(super) struct Head {
    layers: Vec<Linear>,
    dim: usize,
}

/// What leads the names of the head's tensors.
pub(super) const HEAD: &str = "head.";

/// Most layers of a head.
const LAYERS_MAX: usize = 2;

impl Head {
    /// The head of as many layers as there are among the weights, after `inputs` values.
    pub(super) fn read(weights: &mut Weights, inputs: usize) -> Result<Self, BundleError> {
        let (mut layers, mut dim) = (Vec::new(), inputs);
        for layer in 0..LAYERS_MAX {
            let name = format!("{HEAD}layers.{layer}");
            // What is no matrix is refused with the tensors that no layer took.
            let Some([_, outputs]) = weights.matrix_shape(&format!("{name}.weight")) else { break };
            layers.push(Linear::read(weights, &name, [dim, outputs])?);
            dim = outputs;
        }
        Ok(Self { layers, dim })
    }

    /// Values of its output.
    pub(super) fn dim(&self) -> usize {
        self.dim
    }

    pub(super) fn forward(&self, pooled: Vec<f32>) -> Vec<f32> {
        self.layers.iter().enumerate().fold(pooled, |mut values, (place, layer)| {
            if place > 0 {
                for value in &mut values {
                    *value = gelu(*value);
                }
            }
            layer.forward(&values)
        })
    }
}

/// GELU with the exact error function.
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + libm::erff(x * FRAC_1_SQRT_2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gelu_has_its_known_values() {
        // scipy.stats.norm: x * cdf(x).
        for (x, expected) in [(-3.0f32, -0.004_049_694), (-0.5, -0.154_268_77), (0.0, 0.0), (4.0, 3.999_873_3)] {
            assert!((gelu(x) - expected).abs() < 1e-6, "{x}: {}", gelu(x));
        }
    }
}
