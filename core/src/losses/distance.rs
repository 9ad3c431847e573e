//! Distances between unit vectors.

use burn::tensor::{DType, Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far apart two unit vectors are. All three order neighbours alike; they differ in how strongly near and far pairs
/// pull.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// Their Euclidean distance, from 0 to 2.
    #[default]
    Euclidean,
    /// Its square, from 0 to 4.
    SquaredEuclidean,
    /// One minus their cosine, from 0 to 2.
    Cosine,
}

/// Squared distances below this are equal up to rounding: a plain Euclidean distance has no gradient there, instead of
/// the infinite one of a square root at 0.
const SAME: f32 = 1e-12;

impl Distance {
    /// The distances between all rows.
    ///
    /// # Shapes
    /// - unit: `[n, dim]`, rows of unit length
    /// - output: `[n, n]`
    pub fn pairwise<B: Backend>(self, unit: Tensor<B, 2>) -> Tensor<B, 2> {
        self.of_cosines(unit.clone().matmul(unit.transpose()))
    }

    /// The distances between rows at the same place.
    ///
    /// # Shapes
    /// - a, b: `[n, dim]`, rows of unit length
    /// - output: `[n]`
    pub fn rows<B: Backend>(self, a: Tensor<B, 2>, b: Tensor<B, 2>) -> Tensor<B, 1> {
        self.of_cosines(a.mul(b).sum_dim(1)).squeeze_dim::<1>(1)
    }

    fn of_cosines<B: Backend>(self, cosine: Tensor<B, 2>) -> Tensor<B, 2> {
        let far = cosine.neg().add_scalar(1.0).clamp_min(0.0);
        match self {
            Self::Cosine => far,
            Self::SquaredEuclidean => far.mul_scalar(2.0),
            Self::Euclidean => {
                let squared = far.mul_scalar(2.0);
                let same = squared.clone().detach().lower_elem(SAME);
                squared.mask_fill(same.clone(), 1.0).sqrt().mask_fill(same, 0.0)
            }
        }
    }
}

/// Scales rows to unit length, in `f32`. A row of zeros stays one, with a finite gradient.
///
/// # Shapes
/// - embeddings: `[n, dim]`
/// - output: `[n, dim]`
pub(crate) fn unit_rows<B: Backend>(embeddings: Tensor<B, 2>) -> Tensor<B, 2> {
    let embeddings = embeddings.cast(DType::F32);
    let norm = embeddings.clone().square().sum_dim(1).add_scalar(1e-24).sqrt();
    embeddings.div(norm)
}
