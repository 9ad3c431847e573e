//! Classification.

use burn::module::{Module, Param};
use burn::tensor::{DType, Tensor, TensorData, activation::log_softmax, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::output::LossOutput;
use super::terms::label_tensor;
use crate::models::init::{self, Initializer};
use crate::train::OptionError;

/// A linear classifier on the embedding, which is not scaled to unit length for it, trained by cross-entropy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CrossEntropyOptions {
    /// Share of every target that is spread evenly over all sub-genres (Szegedy et al. 2016, "Rethinking the Inception
    /// architecture", section 7).
    pub label_smoothing: f64,
    /// How much each sub-genre counts.
    pub class_weights: ClassWeights,
}

/// How much each sub-genre counts in a classification loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// Every item counts alike.
    #[default]
    None,
    /// Every sub-genre counts alike: its items weigh inversely to how often the sampling draws them.
    Balanced,
}

impl CrossEntropyOptions {
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        let smoothing = self.label_smoothing;
        if (0.0..1.0).contains(&smoothing) {
            return Ok(());
        }
        Err(OptionError::new(
            "objective.label_smoothing",
            format!("expected from 0 up to, but not including, 1, found {smoothing}"),
        ))
    }

    /// A classifier with small random weights.
    pub(super) fn init<B: Backend>(
        &self,
        dim: usize,
        classes: usize,
        random: &mut Initializer,
        device: &B::Device,
    ) -> CrossEntropy<B> {
        CrossEntropy {
            weight: init::normal(random, [dim, classes], device),
            bias: init::parameter(vec![0.0; classes], [classes], device),
            class_weights: vec![1.0; classes],
            options: self.clone(),
        }
    }
}

/// The classifier of [`CrossEntropyOptions`].
#[derive(Module, Debug)]
pub struct CrossEntropy<B: Backend> {
    /// `[dim, classes]`.
    weight: Param<Tensor<B, 2>>,
    /// `[classes]`.
    bias: Param<Tensor<B, 1>>,
    #[module(skip)]
    class_weights: Vec<f32>,
    #[module(skip)]
    options: CrossEntropyOptions,
}

impl<B: Backend> CrossEntropy<B> {
    /// Takes up how often each sub-genre is drawn, as `(sub-genre, relative frequency)`. Balanced weights are those of
    /// scikit-learn's `class_weight="balanced"`: n / (classes · n of the class), over the classes that are drawn.
    pub(super) fn balance(&mut self, draws: &[(u32, f64)]) {
        if self.options.class_weights == ClassWeights::None {
            return;
        }
        let total: f64 = draws.iter().map(|(_, draws)| draws).sum();
        for &(class, drawn) in draws.iter().filter(|(_, drawn)| *drawn > 0.0) {
            if let Some(weight) = self.class_weights.get_mut(class as usize) {
                *weight = (total / (draws.len() as f64 * drawn)) as f32;
            }
        }
    }

    /// The scores whose softmax is the probability of every sub-genre, in `f32` whatever the backend's precision.
    ///
    /// # Shapes
    /// - embeddings: `[n, dim]`
    /// - output: `[n, classes]`
    pub(super) fn logits(&self, embeddings: Tensor<B, 2>) -> Tensor<B, 2> {
        let weight = self.weight.val().cast(DType::F32);
        embeddings.cast(DType::F32).matmul(weight).add(self.bias.val().cast(DType::F32).unsqueeze())
    }

    /// The mean over the items, each by its weight, of the cross-entropy with smoothed labels, in the form of PyTorch's
    /// `cross_entropy`.
    ///
    /// # Shapes
    /// - embeddings: `[n, dim]`
    /// - `sub_genres`: `[n]`
    pub(super) fn loss(&self, embeddings: Tensor<B, 2>, sub_genres: &[u32]) -> LossOutput<B> {
        let device = embeddings.device();
        let classes = self.class_weights.len();
        let log_probabilities = log_softmax(self.logits(embeddings), 1);
        let labels = label_tensor::<B>(sub_genres, &device);
        let class_weights = TensorData::new(self.class_weights.clone(), [classes]);
        let class_weights: Tensor<B, 1> = Tensor::from_data(class_weights, (&device, DType::F32));
        let weights = class_weights.clone().select(0, labels.clone());
        let own = log_probabilities.clone().gather(1, labels.unsqueeze_dim::<2>(1)).squeeze_dim::<1>(1);
        let smoothing = self.options.label_smoothing;
        let total = weights.clone().sum();
        let loss = own.mul(weights).sum().mul_scalar(smoothing - 1.0);
        let loss = if smoothing > 0.0 {
            let spread = log_probabilities.mul(class_weights.unsqueeze()).sum();
            loss.sub(spread.mul_scalar(smoothing / classes as f64))
        } else {
            loss
        };
        LossOutput::plain(loss.div(total))
    }
}
