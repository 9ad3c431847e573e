//! What training, embedding and checkpoints know of an encoder.

use burn::module::{Module, ModuleDisplay, ParamId};
use burn::tensor::{Tensor, backend::Backend};

/// An audio encoder: features in, embeddings out. Training, embedding and checkpoints know nothing more about it.
pub trait Encoder<B: Backend>: Module<B> + ModuleDisplay {
    /// Embeds a batch of normalised features; the embeddings are not yet of unit length.
    ///
    /// `patches` names the patches to keep (patchout), the same for every item of the batch and in `0..`
    /// [`Encoder::patch_count`]; `None` keeps all.
    ///
    /// # Shapes
    /// - features: `[batch, frames, mels]`
    /// - output: `[batch, embedding_dim]`
    fn forward(&self, features: Tensor<B, 3>, patches: Option<&[usize]>) -> Tensor<B, 2>;

    /// Patches that `frames` frames give; 0 where the encoder has none, and patchout is then refused by validation.
    fn patch_count(&self, frames: usize) -> usize;

    /// Values per embedding.
    fn embedding_dim(&self) -> usize;

    /// The depth of every parameter, for freezing and layer-wise decay of the learning rate: 0 is the input embedding,
    /// `1..=n` are the blocks, `n + 1` ([`Encoder::max_depth`]) the final norm and the head.
    fn parameter_depths(&self) -> Vec<(ParamId, usize)>;

    /// The depth of the head.
    fn max_depth(&self) -> usize;
}
