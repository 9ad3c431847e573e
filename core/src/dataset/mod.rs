//! What training sees of a library: the split into parts, and batches of features.

mod augment;
mod batch;
mod dealer;
#[cfg(test)]
pub(crate) mod fixture;
mod fold_split;
mod folds;
mod groups;
pub(crate) mod prefetch;
pub(crate) mod rng;
mod sampler;
pub(crate) mod source;
mod split;

pub use augment::AugmentOptions;
pub use batch::{Batch, BatchAssembler};
pub use folds::{CrossValidation, FoldError, Folds, HeldOut, OfficialFolds, StratifiedFolds};
pub use groups::group_ids;
pub use sampler::{BatchItem, BatchSampler, SamplerError};
pub use source::{FeatureSource, ReadError};
pub use split::{Leak, Part, Split, SplitError, SplitOptions, SplitTracks, SplitWarning};
