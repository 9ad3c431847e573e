//! The audio spectrogram transformer.

use burn::module::{Module, Param, ParamId};
use burn::nn::{Dropout, DropoutConfig, LayerNorm, Linear};
use burn::tensor::{Int, Tensor, TensorData, backend::Backend};

use super::block::Block;
use super::patches::gather_patches;
use super::{AstConfig, PatchGrid};
use crate::models::init::{self, Initializer, normal};
use crate::models::ops::{layer_norm, linear};
use crate::models::weights::parameter_ids;

/// The epsilon of every layer norm (`layer_norm_eps` of `ASTConfig`).
pub(crate) const LAYER_NORM_EPSILON: f64 = 1e-12;

/// The audio spectrogram transformer (Gong et al. 2021), as `ASTModel` of Hugging Face `transformers` computes it:
/// patches and a class and a distillation token, each with its learned position, pass through pre-norm transformer
/// blocks; the pooled output is the mean of the two tokens.
#[derive(Module, Debug)]
pub struct Ast<B: Backend> {
    pub(crate) patch_embedding: Linear<B>,
    pub(crate) class_token: Param<Tensor<B, 2>>,
    pub(crate) distillation_token: Param<Tensor<B, 2>>,
    /// `[2 + patches, hidden]`, the class and the distillation token first.
    pub(crate) position_embedding: Param<Tensor<B, 2>>,
    pub(crate) blocks: Vec<Block<B>>,
    pub(crate) norm: LayerNorm<B>,
    pub(crate) dropout: Dropout,
    #[module(skip)]
    pub(crate) config: AstConfig,
}

impl AstConfig {
    /// A model with random weights, the same for the same seed on every device: normal with a deviation of 0.02
    /// (`initializer_range`), biases zero. Unlike `ASTModel`, which starts them at zero to be overwritten by
    /// pretrained ones, positions and the two tokens are random as in DeiT, since a position that starts at zero
    /// tells the blocks nothing.
    pub fn init<B: Backend>(&self, seed: u64, device: &B::Device) -> Ast<B> {
        let mut random = Initializer::new(seed);
        let hidden = self.hidden_size;
        let norm = || init::layer_norm(hidden, LAYER_NORM_EPSILON, device);
        let dropout = DropoutConfig::new(self.dropout).init();
        Ast {
            patch_embedding: init::linear(&mut random, self.patch_size * self.patch_size, hidden, device),
            class_token: normal(&mut random, [1, hidden], device),
            distillation_token: normal(&mut random, [1, hidden], device),
            position_embedding: normal(&mut random, [self.tokens(), hidden], device),
            blocks: (0..self.depth)
                .map(|_| Block {
                    attention_norm: norm(),
                    attention_input: init::linear(&mut random, hidden, 3 * hidden, device),
                    attention_output: init::linear(&mut random, hidden, hidden, device),
                    mlp_norm: norm(),
                    mlp_input: init::linear(&mut random, hidden, self.mlp_size, device),
                    mlp_output: init::linear(&mut random, self.mlp_size, hidden, device),
                    dropout: dropout.clone(),
                    heads: self.heads,
                })
                .collect(),
            norm: norm(),
            dropout,
            config: self.clone(),
        }
    }
}

impl<B: Backend> Ast<B> {
    /// The pooled output. `patches` names the patches to keep, after their positions were added (patchout of
    /// Koutini et al. 2022); `None` keeps all.
    ///
    /// # Shapes
    /// - features: `[batch, frames, mels]`, normalised
    /// - output: `[batch, hidden]`
    ///
    /// # Panics
    /// When the features have other frames or mels than the configuration, or a patch does not exist.
    pub fn forward(&self, features: Tensor<B, 3>, patches: Option<&[usize]>) -> Tensor<B, 2> {
        let [batch, frames, mels] = features.dims();
        assert_eq!([frames, mels], [self.config.frames, self.config.mels], "features of another shape than configured");
        let hidden = self.config.hidden_size;
        let device = features.device();

        let count = patches.map_or(self.grid().patches(), <[usize]>::len);
        let embedded = linear(&self.patch_embedding, gather_patches(&self.config, features, patches));
        let embedded = embedded.reshape([batch, count, hidden]);
        let positions = self.position_embedding.val();
        let pair_positions = positions.clone().slice([0..2]);
        let patch_positions = match patches {
            Some(kept) => {
                let rows: Vec<i32> = kept.iter().map(|&patch| patch as i32 + 2).collect();
                positions.select(0, Tensor::<B, 1, Int>::from_data(TensorData::from(rows.as_slice()), &device))
            }
            None => positions.slice([2..self.config.tokens()]),
        };
        let pair = Tensor::cat(vec![self.class_token.val(), self.distillation_token.val()], 0) + pair_positions;
        let tokens = Tensor::cat(
            vec![pair.unsqueeze::<3>().expand([batch, 2, hidden]), embedded + patch_positions.unsqueeze::<3>()],
            1,
        );
        let mut tokens = self.dropout.forward(tokens).reshape([batch * (count + 2), hidden]);
        for block in &self.blocks {
            tokens = block.forward(tokens, batch);
        }
        // Only the two tokens are pooled, so that only they need the final norm.
        let pair = tokens.reshape([batch, count + 2, hidden]).slice([0..batch, 0..2]).reshape([2 * batch, hidden]);
        let pair = layer_norm(&self.norm, LAYER_NORM_EPSILON, pair);
        pair.reshape([batch, 2, hidden]).mean_dim(1).reshape([batch, hidden])
    }

    /// The configuration the model was built from.
    pub fn config(&self) -> &AstConfig {
        &self.config
    }

    /// The patches of one chunk.
    pub fn grid(&self) -> PatchGrid {
        self.config.grid()
    }

    /// Every parameter with its depth: 0 for what embeds the patches, the number of the block from 1, and the depth of
    /// the head for the final norm.
    pub(crate) fn parameter_depths(&self) -> Vec<(ParamId, usize)> {
        let input = [self.class_token.id, self.distillation_token.id, self.position_embedding.id];
        let mut depths: Vec<_> =
            parameter_ids(&self.patch_embedding).into_iter().chain(input).map(|id| (id, 0)).collect();
        for (block, depth) in self.blocks.iter().zip(1..) {
            depths.extend(parameter_ids(block).into_iter().map(|id| (id, depth)));
        }
        depths.extend(parameter_ids(&self.norm).into_iter().map(|id| (id, self.config.depth + 1)));
        depths
    }
}
