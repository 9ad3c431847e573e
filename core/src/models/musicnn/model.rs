//! The network.

use burn::module::{Module, ParamId};
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Tensor, backend::Backend};

use super::block::Block;
use super::options::MusicnnOptions;
use crate::models::init::{Initializer, glorot_linear};
use crate::models::layers::{BatchNorm, BatchNormConfig};
use crate::models::ops::linear;
use crate::models::weights::parameter_ids;
use crate::musicnn_shape::{
    BANDS, FRONT, MID, MID_FRAMES, MusicnnLayer, PATCH_FRAMES, PENULTIMATE, POOLED, TEMPORAL, TEMPORAL_FRAMES, TIMBRAL,
    TIMBRAL_BANDS, TIMBRAL_FRAMES,
};

const TAGS: usize = 50;

/// The network of the package `musicnn` (`models.py`, `build_musicnn`; Pons and Serra 2019, "musicnn: pre-trained
/// convolutional neural networks for music audio tagging").
///
/// Timbral convolutions see 40 % or 70 % of the bands for 7 frames, temporal ones a single band for up to 128 frames;
/// each is reduced to its largest value over the bands. Three convolutions over time follow, the last two with a
/// residual connection. The largest and the mean values over time of all these channels go through two dense layers.
#[derive(Module, Debug)]
pub struct Musicnn<B: Backend> {
    input_norm: BatchNorm<B>,
    timbral: Vec<Block<B>>,
    temporal: Vec<Block<B>>,
    mid: Vec<Block<B>>,
    pooled_norm: BatchNorm<B>,
    dense: Linear<B>,
    dense_norm: BatchNorm<B>,
    tags: Linear<B>,
    dropout: Dropout,
    #[module(skip)]
    options: MusicnnOptions,
}

impl MusicnnOptions {
    /// A network with random weights; the options must have passed validation.
    pub(crate) fn init<B: Backend>(&self, seed: u64, device: &B::Device) -> Musicnn<B> {
        let mut random = Initializer::new(seed);
        let timbral = TIMBRAL_BANDS.map(|bands| Block::init(&mut random, [TIMBRAL, 1, TIMBRAL_FRAMES, bands], device));
        let temporal = TEMPORAL_FRAMES.map(|frames| Block::init(&mut random, [TEMPORAL, 1, frames, 1], device));
        let mid = [FRONT, MID, MID].map(|channels| Block::init(&mut random, [MID, channels, MID_FRAMES, 1], device));
        Musicnn {
            input_norm: BatchNormConfig::new(1).init(device),
            timbral: timbral.into(),
            temporal: temporal.into(),
            mid: mid.into(),
            pooled_norm: BatchNormConfig::new(2 * POOLED).init(device),
            dense: glorot_linear(&mut random, 2 * POOLED, PENULTIMATE, device),
            dense_norm: BatchNormConfig::new(PENULTIMATE).init(device),
            tags: glorot_linear(&mut random, PENULTIMATE, TAGS, device),
            dropout: DropoutConfig::new(self.dropout).init(),
            options: self.clone(),
        }
    }
}

/// What the dense layers see: the largest value and the mean over time of every channel, each `[patches, channels]`.
struct Pooled<B: Backend> {
    max: Tensor<B, 2>,
    mean: Tensor<B, 2>,
}

impl<B: Backend> Musicnn<B> {
    /// The values of the configured layer: the mean over the chunk's patches of 187 frames, which follow one another
    /// without overlap, the incomplete one at the end left out. A shorter chunk is one patch of its own length.
    ///
    /// # Shapes
    /// - features: `[batch, frames, 96]`
    /// - output: `[batch, dim]`, see [`MusicnnLayer::dim`]
    ///
    /// # Panics
    /// When the features do not have 96 bands.
    pub fn forward(&self, features: Tensor<B, 3>) -> Tensor<B, 2> {
        let batch = features.dims()[0];
        let pooled = self.pooled(cut(features));
        mean_of_patches(self.pooled_layer(&pooled).unwrap_or_else(|| self.penultimate(&pooled)), batch)
    }

    /// The values of the configured layer, and the probabilities of the tags, both as [`Musicnn::forward`] averages
    /// them. The tags are those of [`crate::tensorflow::MusicnnWeights::tags`].
    ///
    /// # Shapes
    /// - features: `[batch, frames, 96]`
    /// - output: `[batch, dim]` and `[batch, 50]`
    ///
    /// # Panics
    /// When the features do not have 96 bands.
    pub fn forward_with_tags(&self, features: Tensor<B, 3>) -> [Tensor<B, 2>; 2] {
        let batch = features.dims()[0];
        let pooled = self.pooled(cut(features));
        let penultimate = self.penultimate(&pooled);
        let tags = sigmoid(linear(&self.tags, self.drop(penultimate.clone())));
        let layer = self.pooled_layer(&pooled).unwrap_or(penultimate);
        [layer, tags].map(|output| mean_of_patches(output, batch))
    }

    /// Front end and mid-end of `[patches, frames, bands]`.
    fn pooled(&self, patches: Tensor<B, 3>) -> Pooled<B> {
        let [count, frames, bands] = patches.dims();
        assert_eq!(bands, BANDS, "features of other bands than the network takes");
        let planes = self.input_norm.forward(patches.reshape([count * frames * bands, 1]));
        let planes = planes.reshape([count, frames, bands]);
        let front = self.timbral.iter().chain(&self.temporal).map(|block| block.over_bands(planes.clone()));
        let front = Tensor::cat(front.collect(), 1);
        let mut layers = vec![front.clone()];
        let mut output = front;
        for (place, block) in self.mid.iter().enumerate() {
            let next = block.along_time(output.clone());
            output = if place == 0 { next } else { next + output };
            layers.push(output.clone());
        }
        let channels = Tensor::cat(layers, 1);
        let over_time = |pooled: Tensor<B, 3>| pooled.reshape([count, POOLED]);
        Pooled { max: over_time(channels.clone().max_dim(2)), mean: over_time(channels.mean_dim(2)) }
    }

    /// The configured layer where it is a pooled one.
    fn pooled_layer(&self, pooled: &Pooled<B>) -> Option<Tensor<B, 2>> {
        match self.options.layer {
            MusicnnLayer::Penultimate => None,
            MusicnnLayer::MaxPool => Some(pooled.max.clone()),
            MusicnnLayer::MeanPool => Some(pooled.mean.clone()),
            MusicnnLayer::MaxMean => Some(Tensor::cat(vec![pooled.max.clone(), pooled.mean.clone()], 1)),
        }
    }

    fn penultimate(&self, pooled: &Pooled<B>) -> Tensor<B, 2> {
        let count = pooled.max.dims()[0];
        // The largest value and the mean of a channel stand side by side.
        let pairs = Tensor::<B, 2>::stack::<3>(vec![pooled.max.clone(), pooled.mean.clone()], 2);
        let values = self.drop(self.pooled_norm.forward(pairs.reshape([count, 2 * POOLED])));
        self.dense_norm.forward(relu(linear(&self.dense, values)))
    }

    /// Drops values where the dense layers are trained. A frozen network always gives the same.
    fn drop(&self, values: Tensor<B, 2>) -> Tensor<B, 2> {
        if self.dense.weight.val().is_require_grad() { self.dropout.forward(values) } else { values }
    }

    pub(crate) fn output_dim(&self) -> usize {
        self.options.layer.dim()
    }

    /// Depths below the head: the front end, three layers of the mid-end, the dense layers.
    pub(crate) fn depth(&self) -> usize {
        self.mid.len() + 2
    }

    pub(crate) fn parameter_depths(&self) -> Vec<(ParamId, usize)> {
        let front = [parameter_ids(&self.input_norm), parameter_ids(&self.timbral), parameter_ids(&self.temporal)];
        let back = [parameter_ids(&self.pooled_norm), parameter_ids(&self.dense)];
        let tags = [parameter_ids(&self.dense_norm), parameter_ids(&self.tags)];
        let at = |depth: usize| move |id: ParamId| (id, depth);
        let mut depths: Vec<_> = front.concat().into_iter().map(at(0)).collect();
        for (block, depth) in self.mid.iter().zip(1..) {
            depths.extend(parameter_ids(block).into_iter().map(at(depth)));
        }
        depths.extend(back.into_iter().chain(tags).flatten().map(at(self.depth() - 1)));
        depths
    }
}

/// The patches of every chunk, those of one after those of another: `[batch * patches, frames, bands]`.
fn cut<B: Backend>(features: Tensor<B, 3>) -> Tensor<B, 3> {
    let [batch, frames, bands] = features.dims();
    let patches = frames / PATCH_FRAMES;
    if patches == 0 {
        return features;
    }
    features.narrow(1, 0, patches * PATCH_FRAMES).reshape([batch * patches, PATCH_FRAMES, bands])
}

fn mean_of_patches<B: Backend>(values: Tensor<B, 2>, batch: usize) -> Tensor<B, 2> {
    let [count, width] = values.dims();
    if count == batch {
        return values;
    }
    values.reshape([batch, count / batch, width]).mean_dim(1).reshape([batch, width])
}
