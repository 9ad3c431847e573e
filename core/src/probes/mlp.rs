//! A small neural network.

use serde::{Deserialize, Serialize};

use super::ProbeError;
use super::labelled::{Classes, Labelled, check_rows};
use crate::matrix::{View, multiply_add};
use crate::metrics::random::Stream;

/// Purposes of random numbers.
const INITIAL_WEIGHTS: u64 = 0x6d6c_7077;
const ORDER: u64 = 0x6d6c_706f;

/// How an [`Mlp`] is trained. The defaults are those of the `MusiCNN-embeddings` study: one hidden layer of 100 units,
/// Adam at 1e-3, batches of 32, 30 epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "analysis", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct MlpOptions {
    /// Units of the hidden layers, in order: one layer or more.
    pub hidden: Vec<usize>,
    /// Step size of Adam.
    pub learning_rate: f32,
    /// Rows per step.
    pub batch_size: usize,
    /// Passes over the rows.
    pub epochs: usize,
    /// Strength of the L2 penalty on the weights, `l2 / 2 * |W|^2` beside the mean loss; 0 for none.
    pub l2: f32,
    /// Whether dimensions are first brought to zero mean and unit deviation over the training rows.
    pub standardize: bool,
}

impl Default for MlpOptions {
    fn default() -> Self {
        Self { hidden: vec![100], learning_rate: 1e-3, batch_size: 32, epochs: 30, l2: 0.0, standardize: true }
    }
}

impl MlpOptions {
    pub(super) fn validate(&self) -> Result<(), ProbeError> {
        let refuse = |field, expected, found: String| Err(ProbeError::Option { field, expected, found });
        let sizes = !self.hidden.is_empty() && self.hidden.iter().all(|units| (1..=65_536).contains(units));
        if !sizes || self.hidden.len() > 16 {
            return refuse("hidden", "1 to 16 layers of 1 to 65536 units", format!("{:?}", self.hidden));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return refuse("learning_rate", "a number above 0", self.learning_rate.to_string());
        }
        if !(self.l2 >= 0.0 && self.l2.is_finite()) {
            return refuse("l2", "a number of at least 0", self.l2.to_string());
        }
        if self.batch_size == 0 {
            return refuse("batch_size", "at least 1", "0".into());
        }
        if self.epochs == 0 {
            return refuse("epochs", "at least 1", "0".into());
        }
        Ok(())
    }
}

/// Dense layers with `ReLU` between them and softmax at the end, trained by cross-entropy.
///
/// Weights start uniform with the deviation `sqrt(2 / inputs)` (He et al. 2015), biases at 0. Every epoch sees all
/// rows in a new order; the last batch may be smaller.
#[derive(Clone, Debug, PartialEq)]
pub struct Mlp {
    classes: Classes,
    layers: Vec<Layer>,
}

/// `x W + b`.
#[derive(Clone, Debug, PartialEq)]
struct Layer {
    inputs: usize,
    outputs: usize,
    /// `[inputs, outputs]`.
    weights: Vec<f32>,
    /// `[outputs]`.
    biases: Vec<f32>,
}

impl Mlp {
    /// Trains on rows as they are: [`MlpOptions::standardize`] is the business of [`ProbeOptions`](super::ProbeOptions).
    ///
    /// # Errors
    /// Options out of range, or training that leaves the finite numbers.
    pub fn fit(train: &Labelled<'_>, options: &MlpOptions, seed: u64) -> Result<Self, ProbeError> {
        options.validate()?;
        let (classes, labels) = train.present();
        let (n, dim) = (labels.len(), train.dim());
        let sizes: Vec<usize> =
            std::iter::once(dim).chain(options.hidden.iter().copied()).chain([classes.len()]).collect();
        let layers = sizes.windows(2).enumerate().map(|(i, size)| Layer::init(size[0], size[1], seed, i as u64));
        let mut model = Self { classes, layers: layers.collect() };
        let mut optimizer: Vec<[Adam; 2]> = model.layers.iter().map(Layer::optimizer).collect();
        let mut steps = 0;
        for epoch in 0..options.epochs {
            let order = Stream::new(seed, ORDER ^ ((epoch as u64 + 1) << 32)).permutation(n);
            for batch in order.chunks(options.batch_size) {
                let rows: Vec<f32> =
                    batch.iter().flat_map(|&i| &train.rows()[i * dim..(i + 1) * dim]).copied().collect();
                let targets = batch.iter().map(|&i| labels[i]);
                let gradients = model.gradients(rows, targets);
                steps += 1;
                for ((layer, gradients), [for_weights, for_biases]) in
                    model.layers.iter_mut().zip(gradients).zip(&mut optimizer)
                {
                    let [mut weights, biases] = gradients;
                    weights.iter_mut().zip(&layer.weights).for_each(|(g, w)| *g += options.l2 * w);
                    for_weights.step(&mut layer.weights, &weights, options.learning_rate, steps);
                    for_biases.step(&mut layer.biases, &biases, options.learning_rate, steps);
                }
            }
            let finite = |layer: &Layer| layer.weights.iter().chain(&layer.biases).all(|v| v.is_finite());
            if !model.layers.iter().all(finite) {
                return Err(ProbeError::Diverged { epoch: epoch + 1 });
            }
        }
        Ok(model)
    }

    /// Probabilities of all classes, `[n, classes]`, of rows `[n, dim]`.
    ///
    /// # Errors
    /// Rows of another dimension, values that are not finite.
    pub fn predict_proba(&self, rows: &[f32]) -> Result<Vec<f64>, ProbeError> {
        check_rows(rows, self.layers.first().map_or(0, |layer| layer.inputs))?;
        let logits = self.forward(rows.to_vec()).pop().unwrap_or_default();
        let mut logits: Vec<f64> = logits.into_iter().map(f64::from).collect();
        Ok(self.classes.softmax(&mut logits))
    }

    /// The rows, what every hidden layer makes of them, and the logits.
    fn forward(&self, rows: Vec<f32>) -> Vec<Vec<f32>> {
        let mut values = Vec::with_capacity(self.layers.len() + 1);
        let mut input = rows;
        for (i, layer) in self.layers.iter().enumerate() {
            let mut output = layer.biases.repeat(input.len() / layer.inputs);
            multiply_add(View::new(&input, layer.inputs), View::new(&layer.weights, layer.outputs), &mut output);
            if i + 1 < self.layers.len() {
                for v in &mut output {
                    *v = v.max(0.0);
                }
            }
            values.push(std::mem::replace(&mut input, output));
        }
        values.push(input);
        values
    }

    /// Gradients of the mean cross-entropy, of weights and biases of every layer.
    fn gradients(&self, rows: Vec<f32>, labels: impl ExactSizeIterator<Item = usize>) -> Vec<[Vec<f32>; 2]> {
        let n = labels.len() as f32;
        let mut values = self.forward(rows);
        let mut upstream = values.pop().unwrap_or_default();
        for (row, label) in upstream.chunks_exact_mut(self.classes.len()).zip(labels) {
            softmax(row);
            row[label] -= 1.0;
            for v in row.iter_mut() {
                *v /= n;
            }
        }
        let mut gradients = Vec::with_capacity(self.layers.len());
        for (layer, input) in self.layers.iter().zip(values).rev() {
            let above = View::new(&upstream, layer.outputs);
            let mut weights = vec![0.0; layer.weights.len()];
            multiply_add(View::new(&input, layer.inputs).transposed(), above, &mut weights);
            let mut biases = vec![0.0; layer.outputs];
            for row in upstream.chunks_exact(layer.outputs) {
                biases.iter_mut().zip(row).for_each(|(b, g)| *b += g);
            }
            let is_first = gradients.len() + 1 == self.layers.len();
            gradients.push([weights, biases]);
            if !is_first {
                let mut below = vec![0.0; input.len()];
                multiply_add(above, View::new(&layer.weights, layer.outputs).transposed(), &mut below);
                below.iter_mut().zip(&input).filter(|(_, v)| **v <= 0.0).for_each(|(g, _)| *g = 0.0);
                upstream = below;
            }
        }
        gradients.reverse();
        gradients
    }
}

impl Layer {
    fn init(inputs: usize, outputs: usize, seed: u64, place: u64) -> Self {
        let stream = Stream::new(seed, INITIAL_WEIGHTS ^ ((place + 1) << 32));
        let bound = (6.0 / inputs as f64).sqrt();
        let weights = (0..(inputs * outputs) as u64).map(|i| (bound * stream.symmetric(i)) as f32).collect();
        Self { inputs, outputs, weights, biases: vec![0.0; outputs] }
    }

    fn optimizer(&self) -> [Adam; 2] {
        [self.weights.len(), self.biases.len()].map(|n| Adam { means: vec![0.0; n], squares: vec![0.0; n] })
    }
}

/// The running moments of Adam (Kingma and Ba 2015), with the paper's constants.
struct Adam {
    means: Vec<f32>,
    squares: Vec<f32>,
}

impl Adam {
    /// Step number `step`, from 1.
    fn step(&mut self, values: &mut [f32], gradients: &[f32], learning_rate: f32, step: i32) {
        const BETAS: [f32; 2] = [0.9, 0.999];
        let [mean_scale, square_scale] = BETAS.map(|beta| (1.0 / (1.0 - f64::from(beta).powi(step))) as f32);
        let moments = self.means.iter_mut().zip(&mut self.squares);
        for ((value, &gradient), (mean, square)) in values.iter_mut().zip(gradients).zip(moments) {
            *mean += (1.0 - BETAS[0]) * (gradient - *mean);
            *square += (1.0 - BETAS[1]) * (gradient * gradient - *square);
            *value -= learning_rate * *mean * mean_scale / ((*square * square_scale).sqrt() + 1e-8);
        }
    }
}

fn softmax(logits: &mut [f32]) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for logit in logits.iter_mut() {
        *logit = (*logit - largest).exp();
    }
    let sum: f32 = logits.iter().sum();
    for logit in logits.iter_mut() {
        *logit /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four clouds at the corners of a square, of which opposite ones share a class: no linear model tells them apart.
    fn exclusive_or() -> (Vec<f32>, Vec<usize>) {
        let noise = Stream::new(1, 1);
        let row = |i: usize| {
            let at = |axis: usize| ((i >> axis) % 2) as f32 + 0.3 * noise.symmetric((2 * i + axis) as u64) as f32;
            [at(0), at(1)]
        };
        ((0..200).flat_map(row).collect(), (0..200).map(|i| (i ^ (i >> 1)) % 2).collect())
    }

    fn right(model: &Mlp, rows: &[f32], labels: &[usize]) -> usize {
        let probabilities = model.predict_proba(rows).unwrap();
        probabilities.chunks(2).zip(labels).filter(|(p, l)| p[**l] > 0.5).count()
    }

    #[test]
    fn learns_what_no_linear_model_can() {
        let (rows, labels) = exclusive_or();
        let train = Labelled::new(&rows, 2, &labels, 2).unwrap();
        for hidden in [vec![32], vec![16, 8]] {
            let options = MlpOptions { hidden, learning_rate: 0.01, epochs: 60, ..MlpOptions::default() };
            let model = Mlp::fit(&train, &options, 3).unwrap();
            assert!(right(&model, &rows, &labels) >= 196, "{}", right(&model, &rows, &labels));
            assert_eq!(model, Mlp::fit(&train, &options, 3).unwrap());
            assert_ne!(model, Mlp::fit(&train, &options, 4).unwrap());
        }
    }

    #[test]
    fn gradients_are_those_of_the_loss() {
        let (rows, labels) = exclusive_or();
        let (rows, labels) = (&rows[..20], &labels[..10]);
        let train = Labelled::new(rows, 2, labels, 2).unwrap();
        let options = MlpOptions { hidden: vec![5, 4], epochs: 1, ..MlpOptions::default() };
        let model = Mlp::fit(&train, &options, 2).unwrap();
        let loss = |model: &Mlp| {
            let probabilities = model.predict_proba(rows).unwrap();
            probabilities.chunks(2).zip(labels).map(|(p, &l)| -p[l].ln()).sum::<f64>() / 10.0
        };
        let gradients = model.gradients(rows.to_vec(), labels.iter().copied());
        for (place, gradients) in gradients.iter().enumerate() {
            for (which, gradients) in gradients.iter().enumerate() {
                for (i, &gradient) in gradients.iter().enumerate() {
                    let at = |delta: f32| {
                        let mut moved = model.clone();
                        let layer = &mut moved.layers[place];
                        [&mut layer.weights, &mut layer.biases][which][i] += delta;
                        loss(&moved)
                    };
                    let numeric = (at(1e-3) - at(-1e-3)) / 2e-3;
                    assert!((numeric - f64::from(gradient)).abs() < 2e-3, "{place} {which} {i}: {numeric} {gradient}");
                }
            }
        }
    }

    #[test]
    fn options_out_of_range_and_divergence_are_errors() {
        let (rows, labels) = exclusive_or();
        let train = Labelled::new(&rows, 2, &labels, 2).unwrap();
        let fit = |options: MlpOptions| Mlp::fit(&train, &options, 0).unwrap_err();
        for hidden in [vec![], vec![4, 0]] {
            assert!(matches!(
                fit(MlpOptions { hidden, ..MlpOptions::default() }),
                ProbeError::Option { field: "hidden", .. }
            ));
        }
        let error = fit(MlpOptions { learning_rate: f32::MAX, ..MlpOptions::default() });
        assert_eq!(error, ProbeError::Diverged { epoch: 1 });
    }
}
