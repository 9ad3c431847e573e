//! The work folder: artifacts named by what they were made from.
//!
//! Layout: `features/` (one file a track, and one for what a frozen encoder gives for it),
//! `analysis/` (what was measured of each track), `copies/` (which tracks of a library are one recording), `clips/` (what
//! a site plays of each track), `models/` (one folder a training run), `embeddings/` (one file a model),
//! `evaluation/`, `demo/` (the synthesized library), `stamps.json` (what is known of every file of the library) and
//! `lock`. Every file is written under a temporary name, synced and renamed, so that a file that exists is whole,
//! and with a hash of its content, so that one that was damaged later is made anew or refused.

mod analysis;
mod features;
mod key;
mod lock;
mod remembered;
mod scaling;
mod seal;
mod stamps;
mod store;

pub(crate) use analysis::{read_analysis, read_descriptors, write_analysis};
pub(crate) use features::{
    FORMAT_VERSION as FEATURE_FORMAT_VERSION, FeatureFile, FeatureFileError, FeatureStore, StoredChunks, StoredValues,
};
pub(crate) use key::{Key, KeyBuilder};
pub(crate) use lock::WorkLock;
pub(crate) use remembered::Remembered;
pub(crate) use scaling::{Scaled, Scaling, mean_of_chunks};
pub(crate) use seal::{is_sealed_beside, read_sealed, seal_beside, write_sealed};
pub(crate) use stamps::{FileStamp, Stamps};
pub(crate) use store::{read_if_present, read_json, write_atomic, write_json};
