//! What training minimises, one loss per file.
//!
//! [`ObjectiveOptions`] mirror the configuration; [`ObjectiveOptions::init`] makes the [`Objective`], a module whose
//! parameters, where a loss has any (the classifier, proxies, class centres), are trained together with the encoder's.

mod cross_entropy;
mod distance;
mod objective;
mod options;
mod output;
mod triplet;

pub use cross_entropy::{ClassWeights, CrossEntropy, CrossEntropyOptions};
pub use distance::Distance;
pub use objective::{Loss, Objective, Term};
pub use options::{ObjectiveOptions, SumOptions, SumTerm};
pub use output::LossOutput;
pub use triplet::{Margin, SoftMargin, TripletOptions};
