//! What training minimises, one loss per file.
//!
//! [`ObjectiveOptions`] mirror the configuration; [`ObjectiveOptions::init`] makes the [`Objective`], a module whose
//! parameters, where a loss has any (the classifier, proxies, class centres), are trained together with the encoder's.

mod arc_face;
mod contrastive;
mod cross_entropy;
mod distance;
mod multi_similarity;
mod objective;
mod options;
mod output;
mod proxy_anchor;
mod sup_con;
mod terms;
#[cfg(test)]
mod tests;
mod triplet;

pub use arc_face::{ArcFace, ArcFaceOptions};
pub use contrastive::ContrastiveOptions;
pub use cross_entropy::{ClassWeights, CrossEntropy, CrossEntropyOptions};
pub use distance::Distance;
pub use multi_similarity::MultiSimilarityOptions;
pub use objective::{Loss, Objective, Term};
pub use options::{ObjectiveOptions, SumOptions, SumTerm};
pub use output::LossOutput;
pub use proxy_anchor::{ProxyAnchor, ProxyAnchorOptions};
pub use sup_con::SupConOptions;
pub use triplet::{Margin, SoftMargin, TripletOptions};
