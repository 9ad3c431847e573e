//! Classifiers on frozen embeddings: what a simple model can read out of them says how good they are.
//!
//! Rows are `f32` in row-major order, `[n, dim]`, as an encoder gives them; labels are `0..classes`. A class without
//! training rows is never predicted: its probability is 0. Same rows, options and seed give the same bits.

mod class_moments;
mod discriminant;
mod error;
mod jacobi;
mod k_nearest;
mod labelled;
mod lbfgs;
mod lda_projection;
mod logistic;
mod mlp;
mod nearest_centroid;
mod probe;
mod standardizer;

pub use discriminant::{Lda, LdaOptions};
pub use error::ProbeError;
pub use k_nearest::{KNearest, KNearestMetric, KNearestOptions};
pub use labelled::Labelled;
pub use lda_projection::LdaProjection;
pub use logistic::{LogisticRegression, LogisticRegressionOptions};
pub use mlp::{Mlp, MlpOptions};
pub use nearest_centroid::{NearestCentroid, NearestCentroidOptions};
pub use probe::{FittedProbe, Predictions, ProbeOptions};
pub use standardizer::Standardizer;
