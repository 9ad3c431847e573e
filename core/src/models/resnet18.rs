//! The residual network of Tile2Vec for audio.

use burn::module::{Module, ParamId};
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::{Tensor, activation::relu, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::init::Initializer;
use super::layers::{BatchNorm, BatchNormConfig, Conv, global_average, max_pool};
use super::options::{EncoderError, check_dropout, in_range};
use super::weights::parameter_ids;

/// The 18-layer residual network as configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Resnet18Options {
    /// Channels of the first stage; each of the three that follow has twice as many as the one before. 64 as published,
    /// 16 or 32 for training on a CPU.
    pub width: usize,
    /// Share of the pooled values dropped in training, in `0..1`.
    pub dropout: f64,
}

impl Default for Resnet18Options {
    fn default() -> Self {
        Self { width: 64, dropout: 0.5 }
    }
}

impl Resnet18Options {
    pub(crate) fn validate(&self) -> Result<(), EncoderError> {
        in_range("width", self.width, 1, 512)?;
        check_dropout(self.dropout)
    }

    pub(crate) fn output_dim(&self) -> usize {
        self.width << (STAGES - 1)
    }

    /// A network with random weights; the options must have passed validation.
    pub(crate) fn init<B: Backend>(&self, seed: u64, device: &B::Device) -> Resnet18<B> {
        let mut random = Initializer::new(seed);
        let stem = Conv::init(&mut random, [1, self.width], 7, 2, device);
        let blocks = (0..2 * STAGES).map(|block| {
            let output = self.width << (block / 2);
            let first = block > 0 && block.is_multiple_of(2);
            let (input, stride) = if first { (output / 2, 2) } else { (output, 1) };
            ResidualBlock {
                conv_1: Conv::init(&mut random, [input, output], 3, stride, device),
                norm_1: BatchNormConfig::new(output).init(device),
                conv_2: Conv::init(&mut random, [output, output], 3, 1, device),
                norm_2: BatchNormConfig::new(output).init(device),
                shortcut: first.then(|| Shortcut {
                    conv: Conv::init(&mut random, [input, output], 1, 2, device),
                    norm: BatchNormConfig::new(output).init(device),
                }),
            }
        });
        Resnet18 {
            stem,
            blocks: blocks.collect(),
            stem_norm: BatchNormConfig::new(self.width).init(device),
            dropout: DropoutConfig::new(self.dropout).init(),
            output_dim: self.output_dim(),
        }
    }
}

/// Stages of two blocks each.
const STAGES: usize = 4;

/// What a block adds its result to, where its shape changes.
#[derive(Module, Debug)]
pub(crate) struct Shortcut<B: Backend> {
    conv: Conv<B>,
    norm: BatchNorm<B>,
}

/// Two convolutions with batch norm, added to what entered.
#[derive(Module, Debug)]
pub(crate) struct ResidualBlock<B: Backend> {
    conv_1: Conv<B>,
    norm_1: BatchNorm<B>,
    conv_2: Conv<B>,
    norm_2: BatchNorm<B>,
    shortcut: Option<Shortcut<B>>,
}

impl<B: Backend> ResidualBlock<B> {
    fn forward(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        let inner = relu(self.norm_1.forward(self.conv_1.forward(input.clone())));
        let inner = self.norm_2.forward(self.conv_2.forward(inner));
        let kept = match &self.shortcut {
            Some(shortcut) => shortcut.norm.forward(shortcut.conv.forward(input)),
            None => input,
        };
        relu(inner + kept)
    }
}

/// `ResNet` with 18 layers (He et al. 2016, table 1) as Tile2Vec for audio has it
/// (`FabianGroeger96/deep-embedded-music`, `ResNet18`): one input channel, `SAME` padding of TensorFlow, a
/// projection on the shortcut only where the stride is 2, dropout on the pooled values. Frames and bands may be any
/// number. Convolutions have no bias, which the batch norm after each of them would take away again.
#[derive(Module, Debug)]
pub struct Resnet18<B: Backend> {
    stem: Conv<B>,
    stem_norm: BatchNorm<B>,
    blocks: Vec<ResidualBlock<B>>,
    dropout: Dropout,
    output_dim: usize,
}

impl<B: Backend> Resnet18<B> {
    /// # Shapes
    /// - features: `[batch, frames, bands]`
    /// - output: `[batch, 8 * width]`
    pub fn forward(&self, features: Tensor<B, 3>) -> Tensor<B, 2> {
        let stem = relu(self.stem_norm.forward(self.stem.forward(features.unsqueeze_dim(1))));
        let planes = self.blocks.iter().fold(max_pool(stem, 3, 2), |planes, block| block.forward(planes));
        self.dropout.forward(global_average(planes))
    }

    pub(crate) fn output_dim(&self) -> usize {
        self.output_dim
    }

    pub(crate) fn depth(&self) -> usize {
        self.blocks.len() + 1
    }

    /// 0 for the stem, then block by block.
    pub(crate) fn parameter_depths(&self) -> Vec<(ParamId, usize)> {
        let stem = parameter_ids(&self.stem).into_iter().chain(parameter_ids(&self.stem_norm));
        let mut depths: Vec<_> = stem.map(|id| (id, 0)).collect();
        for (block, depth) in self.blocks.iter().zip(1..) {
            depths.extend(parameter_ids(block).into_iter().map(|id| (id, depth)));
        }
        depths
    }
}
