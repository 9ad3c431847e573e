//! The siamese network of dense layers.

use burn::module::{Module, ParamId};
use burn::nn::Linear;
use burn::tensor::{Tensor, activation, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::init::{Initializer, glorot_linear};
use super::layers::{BatchNorm, BatchNormConfig};
use super::ops::linear;
use super::options::{EncoderError, in_range};
use super::weights::parameter_ids;

/// What follows each dense layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `1 / (1 + exp(-x))`.
    #[default]
    Sigmoid,
    /// `max(x, 0)`.
    Relu,
}

/// Dense layers on the flattened features, as configured. The defaults are those of Music-Similarity-Analysis
/// (`TheCoolestMango`), but for the normalised input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DenseOptions {
    /// Values per layer.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// What follows each layer.
    pub activation: Activation,
    /// Whether every band is brought to mean 0 and deviation 1 first, by batch norm. The original feeds MFCCs in the
    /// hundreds to a sigmoid, which saturates.
    pub normalize_input: bool,
    /// Frames of one chunk of features. Not read from configs: it follows from the length of the chunks.
    #[serde(skip)]
    pub frames: usize,
    /// Bands of the features. Not read from configs: it follows from the front end.
    #[serde(skip)]
    pub bands: usize,
}

impl Default for DenseOptions {
    fn default() -> Self {
        Self { hidden: 256, layers: 3, activation: Activation::Sigmoid, normalize_input: true, frames: 130, bands: 13 }
    }
}

impl DenseOptions {
    /// Most weights of the first layer, a gigabyte of them.
    const MAX_INPUT_WEIGHTS: usize = 1 << 28;

    pub(crate) fn validate(&self) -> Result<(), EncoderError> {
        in_range("hidden", self.hidden, 1, 8192)?;
        in_range("layers", self.layers, 1, 16)?;
        in_range("frames", self.frames, 1, 1 << 20)?;
        in_range("bands", self.bands, 1, 1 << 12)?;
        let values = self.frames * self.bands;
        in_range("frames * bands", values, 1, Self::MAX_INPUT_WEIGHTS / self.hidden)
    }

    /// A network with random weights; the options must have passed validation.
    pub(crate) fn init<B: Backend>(&self, seed: u64, device: &B::Device) -> Dense<B> {
        let mut random = Initializer::new(seed);
        let width = |layer| if layer == 0 { self.frames * self.bands } else { self.hidden };
        Dense {
            input_norm: self.normalize_input.then(|| BatchNormConfig::new(self.bands).init(device)),
            layers: (0..self.layers)
                .map(|layer| glorot_linear(&mut random, width(layer), self.hidden, device))
                .collect(),
            options: self.clone(),
        }
    }
}

/// Dense layers on the flattened features.
#[derive(Module, Debug)]
pub struct Dense<B: Backend> {
    input_norm: Option<BatchNorm<B>>,
    layers: Vec<Linear<B>>,
    #[module(skip)]
    options: DenseOptions,
}

impl<B: Backend> Dense<B> {
    /// # Shapes
    /// - features: `[batch, frames, bands]`
    /// - output: `[batch, hidden]`
    ///
    /// # Panics
    /// When the features have other frames or bands than the options.
    pub fn forward(&self, features: Tensor<B, 3>) -> Tensor<B, 2> {
        let [batch, frames, bands] = features.dims();
        let expected = [self.options.frames, self.options.bands];
        assert_eq!([frames, bands], expected, "features of another shape than configured");
        let mut rows = features.reshape([batch * frames, bands]);
        if let Some(norm) = &self.input_norm {
            rows = norm.forward(rows);
        }
        self.layers.iter().fold(rows.reshape([batch, frames * bands]), |values, layer| {
            let values = linear(layer, values);
            match self.options.activation {
                Activation::Sigmoid => activation::sigmoid(values),
                Activation::Relu => activation::relu(values),
            }
        })
    }

    pub(crate) fn output_dim(&self) -> usize {
        self.options.hidden
    }

    pub(crate) fn depth(&self) -> usize {
        self.layers.len()
    }

    pub(crate) fn parameter_depths(&self) -> Vec<(ParamId, usize)> {
        let mut depths: Vec<_> = parameter_ids(&self.input_norm).into_iter().map(|id| (id, 0)).collect();
        for (depth, layer) in self.layers.iter().enumerate() {
            depths.extend(parameter_ids(layer).into_iter().map(|id| (id, depth)));
        }
        depths
    }
}
