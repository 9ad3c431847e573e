//! Groups that are found without labels, and how well they match the labels.
//!
//! Two partitions of the same items are compared by slices of equal length; the numbers of the groups are names only.
//! A measure without items is `None`.

mod contingency;
mod k_means;
mod mutual_information;
mod purity;
mod rand_index;

pub use k_means::{Clusters, KMeansError, KMeansOptions, k_means};
pub use mutual_information::normalized_mutual_information;
pub use purity::purity;
pub use rand_index::adjusted_rand_index;
