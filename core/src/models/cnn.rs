//! A small convolutional network.

use burn::module::{Module, ParamId};
use burn::tensor::{Tensor, activation::relu, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::init::Initializer;
use super::layers::{BatchNorm, BatchNormConfig, Conv, global_average, max_pool};
use super::options::{EncoderError, in_range};
use super::weights::parameter_ids;

/// A small convolutional network for MFCC or log-mel features, as configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CnnOptions {
    /// Channels of each block: a 3 x 3 convolution, batch norm, `ReLU` and, but after the last, a max-pool that halves
    /// frames and bands.
    pub channels: Vec<usize>,
    /// Whether every band is brought to mean 0 and deviation 1 first, by batch norm: the coefficients of MFCCs differ
    /// a hundredfold.
    pub normalize_input: bool,
    /// Bands of the features. Not read from configs: it follows from the front end.
    #[serde(skip)]
    pub bands: usize,
}

impl Default for CnnOptions {
    fn default() -> Self {
        Self { channels: vec![16, 32, 64, 128], normalize_input: true, bands: 13 }
    }
}

impl CnnOptions {
    pub(crate) fn validate(&self) -> Result<(), EncoderError> {
        in_range("channels (blocks)", self.channels.len(), 1, 12)?;
        in_range("bands", self.bands, 1, 1 << 12)?;
        self.channels.iter().try_for_each(|&channels| in_range("channels", channels, 1, 4096))
    }

    pub(crate) fn output_dim(&self) -> usize {
        self.channels.last().copied().unwrap_or_default()
    }

    /// A network with random weights; the options must have passed validation.
    pub(crate) fn init<B: Backend>(&self, seed: u64, device: &B::Device) -> Cnn<B> {
        let mut random = Initializer::new(seed);
        let inputs = [1].into_iter().chain(self.channels.iter().copied());
        let blocks = inputs.zip(&self.channels).map(|(input, &output)| CnnBlock {
            conv: Conv::init(&mut random, [input, output], 3, 1, device),
            norm: BatchNormConfig::new(output).init(device),
        });
        Cnn {
            blocks: blocks.collect(),
            input_norm: self.normalize_input.then(|| BatchNormConfig::new(self.bands).init(device)),
            output_dim: self.output_dim(),
        }
    }
}

#[derive(Module, Debug)]
pub(crate) struct CnnBlock<B: Backend> {
    conv: Conv<B>,
    norm: BatchNorm<B>,
}

/// A small convolutional network: blocks of convolution, batch norm, `ReLU` and max-pool, then the mean of every channel.
/// Its input may have any number of frames.
#[derive(Module, Debug)]
pub struct Cnn<B: Backend> {
    input_norm: Option<BatchNorm<B>>,
    blocks: Vec<CnnBlock<B>>,
    output_dim: usize,
}

impl<B: Backend> Cnn<B> {
    /// # Shapes
    /// - features: `[batch, frames, bands]`
    /// - output: `[batch, channels]`, those of the last block
    ///
    /// # Panics
    /// When the features have other bands than the options.
    pub fn forward(&self, features: Tensor<B, 3>) -> Tensor<B, 2> {
        let [batch, frames, bands] = features.dims();
        let mut rows = features.reshape([batch * frames, bands]);
        if let Some(norm) = &self.input_norm {
            rows = norm.forward(rows);
        }
        let mut planes = rows.reshape([batch, 1, frames, bands]);
        for (index, block) in self.blocks.iter().enumerate() {
            planes = relu(block.norm.forward(block.conv.forward(planes)));
            if index + 1 < self.blocks.len() {
                planes = max_pool(planes, 2, 2);
            }
        }
        global_average(planes)
    }

    pub(crate) fn output_dim(&self) -> usize {
        self.output_dim
    }

    pub(crate) fn depth(&self) -> usize {
        self.blocks.len()
    }

    pub(crate) fn parameter_depths(&self) -> Vec<(ParamId, usize)> {
        let mut depths: Vec<_> = parameter_ids(&self.input_norm).into_iter().map(|id| (id, 0)).collect();
        for (depth, block) in self.blocks.iter().enumerate() {
            depths.extend(parameter_ids(block).into_iter().map(|id| (id, depth)));
        }
        depths
    }
}
