//! Perceptual music similarity: everything that computes.
//!
//! The flow of the data, in the order of the modules: a [`library`] of tracks is read as [`audio`], measured by
//! [`analysis`] ([`descriptors`] and a [`fingerprint`]), turned into [`features`], sampled as a [`dataset`], used to
//! [`train`] one of the [`models`] with the [`losses`] and [`miners`], embedded into [`vectors`], judged by [`metrics`],
//! [`probes`] and [`cluster`], turned into [`advice`], laid out by [`project`], written as an [`index`], and answered from
//! by [`search`] and [`playlist`].
//!
//! This crate never prints and never exits. Without features only its light part is built, which also compiles to
//! `wasm32-unknown-unknown`, so that the report and the browser rank with the same code.

pub mod advice;
pub mod cluster;
pub mod index;
mod key;
mod matrix;
pub mod metrics;
#[cfg(any(feature = "inference", feature = "models"))]
mod musicnn_shape;
#[cfg(any(feature = "inference", feature = "models"))]
mod named_tensor;
pub mod npy;
pub mod playlist;
pub mod probes;
mod random;
pub mod search;
pub mod track;
#[cfg(any(feature = "inference", feature = "train"))]
mod unit_mean;
pub mod vectors;

#[cfg(feature = "audio")]
pub mod analysis;
#[cfg(feature = "decode")]
pub mod audio;
#[cfg(feature = "train")]
pub mod classify;
#[cfg(feature = "audio")]
pub mod clip;
#[cfg(feature = "train")]
pub mod dataset;
#[cfg(feature = "demo")]
pub mod demo;
#[cfg(feature = "audio")]
pub mod descriptors;
#[cfg(feature = "train")]
pub mod embed;
#[cfg(feature = "decode")]
pub mod features;
#[cfg(feature = "audio")]
pub mod fingerprint;
#[cfg(feature = "train")]
mod frozen;
#[cfg(feature = "inference")]
pub mod inference;
#[cfg(feature = "audio")]
pub mod library;
#[cfg(feature = "train")]
pub mod losses;
#[cfg(feature = "train")]
pub mod miners;
#[cfg(feature = "models")]
pub mod models;
#[cfg(feature = "analysis")]
pub mod project;
#[cfg(feature = "train")]
pub mod session;
#[cfg(feature = "weights")]
pub mod tensorflow;
#[cfg(feature = "train")]
pub mod train;

pub use key::{Key, KeyError, Mode};
pub use track::{SubGenre, TrackMeta};
pub use vectors::Vectors;
