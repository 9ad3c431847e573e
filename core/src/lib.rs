//! Perceptual music similarity: everything that computes.
//!
//! The flow of the data, in the order of the modules: a [`library`] of tracks is read as [`audio`], turned into
//! [`features`], sampled as a [`dataset`], used to [`train`] one of the [`models`] with the [`losses`] and [`miners`],
//! embedded into [`vectors`], judged by [`metrics`], laid out by [`project`], written as an [`index`], and
//! answered from by [`search`] and [`playlist`].
//!
//! This crate never prints and never exits. Without features only its light part is built, which also compiles to
//! `wasm32-unknown-unknown`, so that the report and the browser rank with the same code.

pub mod index;
pub mod playlist;
pub mod search;
pub mod track;
pub mod vectors;

pub use track::{SubGenre, TrackMeta};
pub use vectors::Vectors;
