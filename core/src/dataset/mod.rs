//! What training sees of a library: the split into parts, and batches of features.

mod augment;
mod batch;
#[cfg(test)]
pub(crate) mod fixture;
mod groups;
pub(crate) mod prefetch;
pub(crate) mod rng;
mod sampler;
pub(crate) mod source;
mod split;

pub use augment::AugmentOptions;
pub use batch::{Batch, BatchAssembler};
pub use groups::group_ids;
pub use sampler::{BatchItem, BatchSampler, SamplerError};
pub use source::{FeatureSource, ReadError};
pub use split::{Leak, Part, Split, SplitError, SplitOptions, SplitTracks, SplitWarning};
