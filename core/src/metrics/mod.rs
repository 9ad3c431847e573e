//! How well finished vectors keep the library's sub-genres apart, one measure per file.
//!
//! Labels are sub-genre indices `0..classes`. Sums are taken in `f64`. A measure that its input leaves undefined (no
//! tracks, a single class) is `None`, never a made-up number; lengths that do not belong together are a bug of the
//! caller and panic.

mod accuracy;
mod average_precision;
mod balanced_accuracy;
mod bootstrap;
mod calibration;
mod centroid;
mod class_report;
mod class_similarity;
mod confusion;
mod correction;
mod f1;
mod gallery;
mod hubness;
mod knn;
mod log_loss;
mod mcnemar;
mod neighbors;
mod paired;
mod pairs;
pub(crate) mod panels;
mod quantile;
pub(crate) mod random;
mod retrieval;
mod silhouette;
mod top_k;
mod trustworthiness;
mod wilson;

pub use accuracy::{Proportion, accuracy, accuracy_by_class};
pub use average_precision::{average_precision, average_precision_by_class, macro_average_precision};
pub use balanced_accuracy::balanced_accuracy;
pub use bootstrap::{bootstrap_interval, bootstrap_mean_interval};
pub use calibration::expected_calibration_error;
pub use centroid::{Centroids, Prediction};
pub use class_report::{ClassScores, class_scores};
pub use class_similarity::class_similarity;
pub use confusion::ConfusionMatrix;
pub use correction::{CandidateScore, CorrectionChoice, HubnessCorrection, choose_correction};
pub use f1::{f1_by_class, macro_f1};
pub use gallery::{Gallery, corrected_neighbors, nearest_neighbors};
pub use hubness::{Hub, Hubness, HubnessSummary};
pub use knn::{knn_accuracy, knn_predictions};
pub use log_loss::log_loss;
pub use mcnemar::mcnemar_p_value;
pub use neighbors::NearestNeighbors;
pub use paired::{PairedDifference, paired_bootstrap_difference};
pub use pairs::{PairThreshold, TrackPairs};
pub use quantile::quantile;
pub use retrieval::{
    QueryProtocol, average_precisions, mean_average_precision, mean_average_precision_curves, r_precision,
    r_precisions, recall_at_k, recalls_at_k,
};
pub use silhouette::{silhouette, silhouettes};
pub use top_k::top_k_accuracy;
pub use trustworthiness::trustworthiness;
pub use wilson::{Interval, wilson_interval};

/// Cosine similarity of two unit vectors, summed in `f64`.
fn cosine(a: &[f32], b: &[f32]) -> f64 {
    debug_assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
}
