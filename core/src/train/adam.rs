//! AdamW on one parameter.

use burn::tensor::{Tensor, backend::Backend};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The running moments of a parameter of n values, each `[n]` in `f32`.
#[derive(Clone, Debug)]
pub(super) struct Moments<B: Backend> {
    pub(super) first: Tensor<B, 1>,
    pub(super) second: Tensor<B, 1>,
}

/// One step of AdamW (Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2) in the form of
/// PyTorch's `AdamW`: the decay is scaled by the learning rate, betas 0.9 and 0.999, epsilon 1e-8 outside the root.
///
/// The optimizer of burn keeps its state by parameter identifiers that differ from run to run and takes one learning
/// rate for all parameters; this one is stored by name and scaled by depth.
///
/// # Shapes
/// - weights, gradient, output: `[n]`
pub(super) fn step<B: Backend>(
    weights: Tensor<B, 1>,
    gradient: Tensor<B, 1>,
    moments: Moments<B>,
    learning_rate: f64,
    weight_decay: f64,
    steps_done: u64,
) -> (Tensor<B, 1>, Moments<B>) {
    let time = i32::try_from(steps_done + 1).unwrap_or(i32::MAX);
    let (correction_1, correction_2) = (1.0 - BETA_1.powi(time), 1.0 - BETA_2.powi(time));
    let first = moments.first.mul_scalar(BETA_1).add(gradient.clone().mul_scalar(1.0 - BETA_1));
    let second = moments.second.mul_scalar(BETA_2).add(gradient.square().mul_scalar(1.0 - BETA_2));
    let scale = second.clone().sqrt().div_scalar(correction_2.sqrt()).add_scalar(EPSILON);
    let change = first.clone().div(scale).mul_scalar(learning_rate / correction_1);
    let weights = if weight_decay > 0.0 { weights.mul_scalar(1.0 - learning_rate * weight_decay) } else { weights };
    (weights.sub(change), Moments { first, second })
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::backend::flex::FlexDevice;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        learning_rate: f64,
        weight_decay: f64,
        start: Vec<f32>,
        gradients: Vec<Vec<f32>>,
        weights: Vec<Vec<f32>>,
    }

    #[test]
    fn follows_pytorch() {
        let golden: Golden = serde_json::from_str(include_str!("../../../tests/parity/adamw/golden.json")).unwrap();
        let device = FlexDevice;
        let tensor = |values: &[f32]| Tensor::<Flex, 1>::from_floats(values, &device);
        let zeros = Tensor::zeros([golden.start.len()], &device);
        let mut moments = Moments { first: zeros.clone(), second: zeros };
        let mut weights = tensor(&golden.start);
        for (time, (gradient, expected)) in golden.gradients.iter().zip(&golden.weights).enumerate() {
            (weights, moments) =
                step(weights, tensor(gradient), moments, golden.learning_rate, golden.weight_decay, time as u64);
            for (value, expected) in weights.to_data().to_vec::<f32>().unwrap().iter().zip(expected) {
                assert!((value - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{time}: {value} != {expected}");
            }
        }
        assert_eq!(golden.weights.len(), 12);
    }
}
