//! The layout of a bundle, shared by writer and reader. All numbers are little-endian.
//!
//! ```text
//! bundle = magic [8]  format version u32  header length u32  header  values  XXH64 of all bytes before it u64
//! header = JSON: build, feature version, options, scaling, and of every tensor its name, shape and precision
//! values = one tensor after another in the header's order, f16 or f32
//! ```
//!
//! The scaling stays in double precision: where a channel of a frozen network is all but constant, its deviation is so
//! small that a mean in single precision would be a deviation off.

use serde::{Deserialize, Serialize};

use crate::inference::{BundleError, EmbedderOptions, WeightPrecision};
use crate::probes::Standardizer;

pub(super) const MAGIC: [u8; 8] = *b"PMSLENC\0";

/// Version of this layout, and of the meaning of what it holds. A reader refuses every other.
pub const BUNDLE_FORMAT_VERSION: u32 = 1;

/// Most bytes of a bundle: what a listener may be asked to wait for. MusiCNN takes 1 to 4 MB, a residual network of
/// width 32 takes 6 to 11.
pub const MAX_BUNDLE_BYTES: usize = 12_000_000;
/// Most bytes of the header.
pub(super) const HEADER_BYTES_MAX: usize = 1 << 17;
/// Bytes before the header, and after the values.
pub(super) const START_BYTES: usize = 8 + 4 + 4;
pub(super) const HASH_BYTES: usize = 8;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// The build of the site that the encoder belongs to.
    pub(super) build: String,
    pub(super) feature_version: u32,
    pub(super) options: EmbedderOptions,
    pub(super) scaling: Option<Standardizer>,
    pub(super) tensors: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) precision: WeightPrecision,
}

/// XXH64 with seed 0, as in the reference implementation: finds accidents, not forgery.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh64::xxh64(bytes, 0)
}

pub(super) fn check_size(found: usize) -> Result<(), BundleError> {
    if found > MAX_BUNDLE_BYTES { Err(BundleError::TooLarge { found }) } else { Ok(()) }
}
