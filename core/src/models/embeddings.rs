//! Ready embeddings in the place of an encoder.

use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Ready chunk embeddings: a frozen encoder's stored output, under a head that is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddingsOptions {
    /// Values per embedding. Not read from configs: it follows from what is stored.
    #[serde(skip)]
    pub dim: usize,
}

impl Default for EmbeddingsOptions {
    fn default() -> Self {
        Self { dim: 200 }
    }
}

/// Gives back what it gets: it has no parameters.
#[derive(Module, Clone, Debug)]
pub struct Embeddings {
    pub(crate) dim: usize,
}

impl Embeddings {
    /// # Shapes
    /// - features: `[batch, 1, dim]`
    /// - output: `[batch, dim]`
    ///
    /// # Panics
    /// When the features have another shape.
    pub fn forward<B: Backend>(&self, features: Tensor<B, 3>) -> Tensor<B, 2> {
        let [batch, rows, dim] = features.dims();
        assert_eq!([rows, dim], [1, self.dim], "embeddings of another shape than configured");
        features.reshape([batch, dim])
    }
}
