//! What the optimizer carries from step to step.

use burn::module::AutodiffModule;
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};

use super::adam::{self, Moments};
use super::options::{Optimizer, TrainOptions};
use super::parameters::{self, Parameter, Role};

/// One value per parameter, in the order of [`parameters::list`].
pub(super) type Values<B> = Vec<Option<Tensor<B, 1>>>;

/// The state of the optimizer for every parameter that it changes.
#[derive(Clone, Debug)]
pub(super) struct OptimizerState<B: Backend> {
    pub(super) slots: Vec<Option<Slot<B>>>,
}

/// The state of one trained parameter, each `[n]` in `f32`.
#[derive(Clone, Debug)]
pub(super) struct Slot<B: Backend> {
    pub(super) moments: Moments<B>,
    /// The weights in full precision, where the encoder holds them in less: small changes would round to nothing.
    pub(super) master: Option<Tensor<B, 1>>,
    /// The moving average of the weights.
    pub(super) average: Option<Tensor<B, 1>>,
}

impl<B: Backend> OptimizerState<B> {
    /// The state before the first step.
    pub(super) fn new<A, E>(encoder: &E, parameters: &[Parameter], options: &TrainOptions) -> Self
    where
        A: AutodiffBackend<InnerBackend = B>,
        E: AutodiffModule<A>,
    {
        let slots = parameters
            .iter()
            .zip(parameters::values(encoder))
            .map(|(parameter, weights)| {
                parameter.is_trained().then(|| {
                    let weights = weights.inner();
                    Slot {
                        moments: Moments { first: weights.zeros_like(), second: weights.zeros_like() },
                        average: options.ema_decay.map(|_| weights.clone()),
                        master: (!parameter.full_precision).then_some(weights),
                    }
                })
            })
            .collect();
        Self { slots }
    }

    /// One step of the optimizer and of the moving average. The L2 penalty is added to the gradients, which are then
    /// clipped together to the options' norm.
    ///
    /// Returns the encoder and the norm of the gradient before clipping: `[1]`.
    pub(super) fn step<A, E>(
        &mut self,
        encoder: E,
        mut gradients: Values<B>,
        parameters: &[Parameter],
        options: &TrainOptions,
        learning_rate: f64,
        steps_done: u64,
    ) -> (E, Tensor<B, 1>)
    where
        A: AutodiffBackend<InnerBackend = B>,
        E: AutodiffModule<A>,
    {
        if options.l2_penalty > 0.0 {
            gradients = self.penalized::<A, E>(&encoder, gradients, parameters, options.l2_penalty);
        }
        let norm = global_norm(&gradients);
        let clip = options.clip_norm.zip(norm.clone()).map(|(limit, norm)| {
            // The same form as PyTorch's clip_grad_norm_.
            norm.add_scalar(1e-6).recip().mul_scalar(limit).clamp_max(1.0)
        });
        let decay = options.ema_decay.map(|decay| decay.min((1 + steps_done) as f64 / (10 + steps_done) as f64));
        let mut device = None;
        let encoder = parameters::map::<A, E>(encoder, |place, weights| {
            device.get_or_insert_with(|| weights.device());
            let (Some(slot), Some(gradient)) = (&mut self.slots[place], gradients[place].take()) else {
                return weights;
            };
            let Role::Trained { rate, is_kernel } = parameters[place].role else { return weights };
            let gradient = match &clip {
                Some(clip) => gradient.mul(clip.clone()),
                None => gradient,
            };
            let moments = slot.moments.clone();
            let weight_decay = match options.optimizer {
                Optimizer::Adamw if is_kernel => options.weight_decay,
                Optimizer::Adamw | Optimizer::Adam => 0.0,
            };
            let start = slot.master.take();
            let keeps_master = start.is_some();
            let (weights, moments) =
                adam::step(start.unwrap_or(weights), gradient, moments, learning_rate * rate, weight_decay, steps_done);
            slot.moments = moments;
            if let (Some(decay), Some(average)) = (decay, slot.average.take()) {
                slot.average = Some(average.mul_scalar(decay).add(weights.clone().mul_scalar(1.0 - decay)));
            }
            if keeps_master {
                slot.master = Some(weights.clone());
            }
            weights
        });
        let norm = norm.unwrap_or_else(|| Tensor::zeros([1], &device.unwrap_or_default()));
        (encoder, norm)
    }

    /// The gradients with those of the L2 penalty.
    fn penalized<A, E>(&self, encoder: &E, gradients: Values<B>, parameters: &[Parameter], penalty: f64) -> Values<B>
    where
        A: AutodiffBackend<InnerBackend = B>,
        E: AutodiffModule<A>,
    {
        let weights = self.weights::<A, E>(encoder, parameters);
        gradients
            .into_iter()
            .zip(weights)
            .zip(parameters)
            .map(|((gradient, weights), parameter)| match (parameter.role, gradient, weights) {
                (Role::Trained { is_kernel: true, .. }, Some(gradient), Some(weights)) => {
                    Some(gradient.add(weights.mul_scalar(2.0 * penalty)))
                }
                (_, gradient, _) => gradient,
            })
            .collect()
    }

    /// The values that validation and embedding use: the moving average, or the weights where there is none; `None` for
    /// frozen parameters.
    pub(super) fn evaluated<A, E>(&self, encoder: &E, parameters: &[Parameter]) -> Values<B>
    where
        A: AutodiffBackend<InnerBackend = B>,
        E: AutodiffModule<A>,
    {
        let weights = self.weights(encoder, parameters);
        weights
            .into_iter()
            .zip(&self.slots)
            .map(|(weights, slot)| slot.as_ref().and_then(|slot| slot.average.clone()).or(weights))
            .collect()
    }

    /// The weights in full precision; `None` for frozen parameters.
    pub(super) fn weights<A, E>(&self, encoder: &E, parameters: &[Parameter]) -> Values<B>
    where
        A: AutodiffBackend<InnerBackend = B>,
        E: AutodiffModule<A>,
    {
        parameters::values(encoder)
            .into_iter()
            .zip(parameters)
            .zip(&self.slots)
            .map(|((weights, parameter), slot)| {
                let master = slot.as_ref().and_then(|slot| slot.master.clone());
                (parameter.role != Role::Frozen).then(|| master.unwrap_or_else(|| weights.inner()))
            })
            .collect()
    }
}

fn global_norm<B: Backend>(gradients: &Values<B>) -> Option<Tensor<B, 1>> {
    gradients.iter().flatten().map(|gradient| gradient.clone().square().sum()).reduce(Tensor::add).map(Tensor::sqrt)
}

#[cfg(test)]
mod tests {
    use burn::backend::flex::FlexDevice;
    use burn::backend::{Autodiff, Flex};

    use super::*;
    use crate::losses::ObjectiveOptions;
    use crate::train::learner::Learner;
    use crate::train::toy::Toy;

    type B = Autodiff<Flex>;

    /// The norm that a step reports and the gradients that its first moments show, for gradients of all ones.
    fn step(options: &TrainOptions, missing: Option<usize>) -> (f32, Vec<f32>) {
        let encoder = Learner::new(Toy::<B>::new(8, 12, 6, 2), &ObjectiveOptions::default(), 5, 0);
        let parameters = parameters::list(&encoder, options);
        let mut state = OptimizerState::<Flex>::new::<B, _>(&encoder, &parameters, options);
        let gradients = parameters
            .iter()
            .enumerate()
            .map(|(place, parameter)| (missing != Some(place)).then(|| Tensor::ones([parameter.len], &FlexDevice)))
            .collect();
        let (_, norm) = state.step::<B, _>(encoder, gradients, &parameters, options, 0.1, 0);
        let firsts = state.slots.into_iter().flatten().map(|slot| slot.moments.first.slice(0..1).into_scalar() / 0.1);
        (norm.into_scalar(), firsts.collect())
    }

    fn clipped(clip_norm: Option<f64>) -> TrainOptions {
        TrainOptions { clip_norm, ..TrainOptions::default() }
    }

    #[test]
    fn gradients_are_clipped_together() {
        let norm = ((8 * 12 + 12 + 12 * 12 + 12 + 12 * 6) as f32).sqrt();
        for (limit, gradient) in [(None, 1.0), (Some(100.0), 1.0), (Some(1.0), 1.0 / norm), (Some(0.5), 0.5 / norm)] {
            let (reported, gradients) = step(&clipped(limit), None);
            assert!((reported - norm).abs() < 1e-5, "{reported} != {norm}");
            assert_eq!(gradients.len(), 5);
            assert!(gradients.iter().all(|value| (value - gradient).abs() < 1e-6), "{limit:?}: {gradients:?}");
        }
    }

    #[test]
    fn a_parameter_without_gradient_stays() {
        let (norm, gradients) = step(&clipped(None), Some(2));
        assert!((norm - ((8 * 12 + 12 + 12 + 12 * 6) as f32).sqrt()).abs() < 1e-5);
        assert!(gradients[2].abs() < f32::EPSILON && (gradients[1] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_penalty_pulls_kernels_to_zero_before_the_gradients_are_clipped() {
        let encoder = Toy::<Flex>::new(8, 12, 6, 2);
        let values: Vec<Vec<f32>> =
            parameters::values(&encoder).into_iter().map(|values| values.into_data().to_vec().unwrap()).collect();
        let penalty = 0.3;
        let options = |clip_norm| TrainOptions { l2_penalty: f64::from(penalty), ..clipped(clip_norm) };
        let (norm, gradients) = step(&options(None), None);
        // Input, shift, block, token, head: the shift and the token are no kernels.
        let gradient =
            |place: usize, value: f32| if [1, 3].contains(&place) { 1.0 } else { 1.0 + 2.0 * penalty * value };
        let all = values.iter().enumerate().flat_map(|(place, v)| v.iter().map(move |&value| gradient(place, value)));
        let expected = all.map(|gradient| gradient * gradient).sum::<f32>().sqrt();
        assert!((norm - expected).abs() < 1e-4, "{norm} != {expected}");
        for (place, (found, values)) in gradients.iter().zip(&values).enumerate() {
            assert!((found - gradient(place, values[0])).abs() < 1e-5, "{place}: {found}");
        }
        let (norm, clipped) = step(&options(Some(1.0)), None);
        assert!((norm - expected).abs() < 1e-4);
        for (found, gradient) in clipped.iter().zip(&gradients) {
            assert!((found - gradient / expected).abs() < 1e-6, "{found}");
        }
    }
}
