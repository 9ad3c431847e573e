//! The additive angular margin loss.

use burn::module::{Module, Param};
use burn::tensor::{DType, Tensor, activation::log_softmax, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::distance::unit_rows;
use super::output::LossOutput;
use super::terms::{masked_mean, membership};
use crate::models::init::{self, Initializer};
use crate::train::OptionError;

/// `ArcFace` (Deng et al. 2019, "`ArcFace`: additive angular margin loss for deep face recognition", equation 3): a
/// classifier by the angles between embeddings and trained class centres, where the angle to the own centre counts as
/// larger by the margin.
///
/// Beyond the angle π - margin the cosine would rise again; there it falls on linearly, as in the authors' code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ArcFaceOptions {
    /// The margin, in radians.
    pub margin: f64,
    /// Factor on the cosines before the softmax. The paper's 64 is for tens of thousands of classes; with few, 16 to 30
    /// do.
    pub scale: f64,
}

impl Default for ArcFaceOptions {
    fn default() -> Self {
        Self { margin: 0.5, scale: 30.0 }
    }
}

impl ArcFaceOptions {
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        let (margin, scale) = (self.margin, self.scale);
        if !(0.0..=std::f64::consts::FRAC_PI_2).contains(&margin) {
            let message = format!("expected from 0 to half of pi, in radians, found {margin}");
            return Err(OptionError::new("objective.margin", message));
        }
        if !(scale > 0.0 && scale <= 1e4) {
            return Err(OptionError::new("objective.scale", format!("expected above 0 up to 10000, found {scale}")));
        }
        Ok(())
    }

    /// A random centre per sub-genre.
    pub(super) fn init<B: Backend>(
        &self,
        dim: usize,
        classes: usize,
        random: &mut Initializer,
        device: &B::Device,
    ) -> ArcFace<B> {
        ArcFace { centres: init::directions(random, [classes, dim], device), options: self.clone() }
    }
}

/// The class centres of [`ArcFaceOptions`].
#[derive(Module, Debug)]
pub struct ArcFace<B: Backend> {
    /// `[classes, dim]`; of any length.
    centres: Param<Tensor<B, 2>>,
    #[module(skip)]
    options: ArcFaceOptions,
}

/// Keeps the gradient of a sine finite where the cosine is 1.
const SMALLEST_SQUARE: f64 = 1e-10;

impl<B: Backend> ArcFace<B> {
    /// # Shapes
    /// - unit: `[n, dim]`, rows of unit length
    /// - output: `[n, classes]`
    fn cosines(&self, unit: Tensor<B, 2>) -> Tensor<B, 2> {
        unit.matmul(unit_rows(self.centres.val().cast(DType::F32)).transpose())
    }

    /// The scores whose softmax is the probability of every sub-genre; without the margin, which is for training.
    ///
    /// # Shapes
    /// - embeddings: `[n, dim]`
    /// - output: `[n, classes]`
    pub(super) fn logits(&self, embeddings: Tensor<B, 2>) -> Tensor<B, 2> {
        self.cosines(unit_rows(embeddings)).mul_scalar(self.options.scale)
    }

    /// The figures are the mean cosine distances to the own centre and to the others.
    ///
    /// # Shapes
    /// - unit: `[n, dim]`, rows of unit length
    /// - `sub_genres`: `[n]`
    pub(super) fn loss(&self, unit: Tensor<B, 2>, sub_genres: &[u32]) -> LossOutput<B> {
        let ArcFaceOptions { margin, scale } = self.options;
        let cosines = self.cosines(unit);
        let [n, classes] = cosines.dims();
        let own = membership::<B>(sub_genres, classes, &cosines.device());
        let sines = cosines.clone().square().neg().add_scalar(1.0).clamp_min(SMALLEST_SQUARE).sqrt();
        let widened = cosines.clone().mul_scalar(margin.cos()).sub(sines.mul_scalar(margin.sin()));
        let beyond = cosines.clone().detach().lower_elem(-margin.cos());
        let widened = widened.mask_where(beyond, cosines.clone().sub_scalar(margin * margin.sin()));
        let logits = cosines.clone().mask_where(own.clone(), widened).mul_scalar(scale);
        let log_probabilities = log_softmax(logits, 1).mask_fill(own.clone().bool_not(), 0.0);
        let distances = cosines.detach().neg().add_scalar(1.0);
        LossOutput {
            loss: log_probabilities.sum().neg().div_scalar(n as f64),
            active: None,
            positive_distance: Some(masked_mean(distances.clone(), own.clone())),
            negative_distance: Some(masked_mean(distances, own.bool_not())),
        }
    }
}
