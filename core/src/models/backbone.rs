//! The encoders behind one type.

use burn::module::{Module, ParamId};
use burn::tensor::{Tensor, backend::Backend};

use super::ast::Ast;
use super::options::{EncoderError, EncoderOptions};
use super::{Cnn, Dense, Embeddings, Musicnn, Resnet18};

/// An encoder of any kind: features in, its pooled output out.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one per model, and its tensors are on the heap")]
pub enum Backbone<B: Backend> {
    /// The audio spectrogram transformer.
    Ast(Ast<B>),
    /// The 18-layer residual network.
    Resnet18(Resnet18<B>),
    /// A network that tags music.
    Musicnn(Musicnn<B>),
    /// Dense layers on the flattened features.
    Dense(Dense<B>),
    /// A small convolutional network.
    Cnn(Cnn<B>),
    /// Ready embeddings, passed on.
    Embeddings(Embeddings),
}

impl EncoderOptions {
    /// An encoder with random weights, the same for the same seed on every device.
    ///
    /// # Errors
    /// As [`EncoderOptions::validate`].
    pub fn init<B: Backend>(&self, seed: u64, device: &B::Device) -> Result<Backbone<B>, EncoderError> {
        self.validate()?;
        Ok(match self {
            Self::Ast(options) => Backbone::Ast(options.resolve()?.init(seed, device)),
            Self::Resnet18(options) => Backbone::Resnet18(options.init(seed, device)),
            Self::Musicnn(options) => Backbone::Musicnn(options.init(seed, device)),
            Self::Dense(options) => Backbone::Dense(options.init(seed, device)),
            Self::Cnn(options) => Backbone::Cnn(options.init(seed, device)),
            Self::Embeddings(options) => Backbone::Embeddings(Embeddings { dim: options.dim }),
        })
    }
}

impl<B: Backend> Backbone<B> {
    /// The pooled output. `patches` names the patches to keep, where the encoder has any; `None` keeps all.
    ///
    /// # Shapes
    /// - features: `[batch, frames, bands]`
    /// - output: `[batch, output_dim]`
    ///
    /// # Panics
    /// When the features have another shape than the encoder was made for.
    pub fn forward(&self, features: Tensor<B, 3>, patches: Option<&[usize]>) -> Tensor<B, 2> {
        match self {
            Self::Ast(ast) => ast.forward(features, patches),
            Self::Resnet18(resnet18) => resnet18.forward(features),
            Self::Musicnn(musicnn) => musicnn.forward(features),
            Self::Dense(dense) => dense.forward(features),
            Self::Cnn(cnn) => cnn.forward(features),
            Self::Embeddings(embeddings) => embeddings.forward(features),
        }
    }

    /// The pooled output, and the probabilities of tags where the encoder gives any.
    ///
    /// # Shapes
    /// - features: `[batch, frames, bands]`
    /// - output: `[batch, output_dim]` and `[batch, tags]`
    ///
    /// # Panics
    /// As [`Backbone::forward`].
    pub fn forward_with_tags(&self, features: Tensor<B, 3>) -> (Tensor<B, 2>, Option<Tensor<B, 2>>) {
        match self {
            Self::Musicnn(musicnn) => {
                let [output, tags] = musicnn.forward_with_tags(features);
                (output, Some(tags))
            }
            _ => (self.forward(features, None), None),
        }
    }

    /// Values of one pooled output.
    pub fn output_dim(&self) -> usize {
        match self {
            Self::Ast(ast) => ast.config().hidden_size(),
            Self::Resnet18(resnet18) => resnet18.output_dim(),
            Self::Musicnn(musicnn) => musicnn.output_dim(),
            Self::Dense(dense) => dense.output_dim(),
            Self::Cnn(cnn) => cnn.output_dim(),
            Self::Embeddings(embeddings) => embeddings.dim,
        }
    }

    /// Patches of a chunk of `frames` frames; 0 for an encoder without patches.
    pub fn patch_count(&self, frames: usize) -> usize {
        match self {
            Self::Ast(ast) if frames == ast.config().frames() => ast.grid().patches(),
            _ => 0,
        }
    }

    /// Every parameter with its depth: 0 for what the features enter, then block by block.
    pub(crate) fn parameter_depths(&self) -> Vec<(ParamId, usize)> {
        match self {
            Self::Ast(ast) => ast.parameter_depths(),
            Self::Resnet18(resnet18) => resnet18.parameter_depths(),
            Self::Musicnn(musicnn) => musicnn.parameter_depths(),
            Self::Dense(dense) => dense.parameter_depths(),
            Self::Cnn(cnn) => cnn.parameter_depths(),
            Self::Embeddings(_) => Vec::new(),
        }
    }

    /// The depth of a head on top.
    pub(crate) fn head_depth(&self) -> usize {
        match self {
            Self::Ast(ast) => ast.config().depth() + 1,
            Self::Resnet18(resnet18) => resnet18.depth(),
            Self::Musicnn(musicnn) => musicnn.depth(),
            Self::Dense(dense) => dense.depth(),
            Self::Cnn(cnn) => cnn.depth(),
            Self::Embeddings(_) => 0,
        }
    }
}
