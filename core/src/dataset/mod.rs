//! What training sees of a library: the split into parts, and batches of features.

mod augment;
mod batch;
mod dealer;
#[cfg(test)]
pub(crate) mod fixture;
mod fold_split;
mod folds;
mod groups;
mod playlist_sampler;
pub(crate) mod prefetch;
pub(crate) mod rng;
mod sampling;
mod shuffle_sampler;
pub(crate) mod source;
mod split;
mod temporal_sampler;

pub use augment::AugmentOptions;
pub use batch::{Batch, BatchAssembler, Targets};
pub use folds::{CrossValidation, FoldError, Folds, HeldOut, OfficialFolds, StratifiedFolds};
pub use groups::{components, components_of_pairs, group_ids};
pub use playlist_sampler::PlaylistSampling;
pub use sampling::{BatchItem, BatchSampler, SamplerError, SamplingOptions};
pub use shuffle_sampler::{Oversample, ShuffleSampling};
pub use source::{FeatureSource, ReadError};
pub use split::{Leak, OnLeak, Part, Split, SplitError, SplitOptions, SplitTracks, SplitWarning};
pub(crate) use temporal_sampler::TemporalSampler;
pub use temporal_sampler::TemporalSampling;
