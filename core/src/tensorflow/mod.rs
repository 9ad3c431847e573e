//! Weights that were trained with TensorFlow: its checkpoints, and the `musicnn` package that brings some.
//!
//! A checkpoint is read as what it is, a sorted table of named tensors beside one file of values, without TensorFlow.
//! Its bytes are not trusted: every size is checked before it is believed, and every checksum is verified.

mod checkpoint;
mod error;
mod musicnn;
mod musicnn_tags;
mod protobuf;
mod sstable;

pub use checkpoint::{Checkpoint, Tensor};
pub use error::{CheckpointError, MusicnnError};
pub use musicnn::{MusicnnWeights, read_musicnn};
