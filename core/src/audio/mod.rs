//! Sound: streaming decode, mono mixdown, resampling to the rate of the front end, and the choice of chunks.
//!
//! A file is read once, packet by packet, and never held whole: a mix of three hours needs no more memory than a
//! song. [`stream_mono`] is the pass itself; [`read_chunks`] picks chunks from it. Nothing that a header claims
//! (length, duration) decides a result: only samples that were decoded count.

mod chunks;
mod codecs;
mod contain;
mod decode;
mod error;
mod resample;
mod stream;

pub use chunks::{AudioChunk, ChunkOptions, TrackAudio, read_chunks};
pub(crate) use contain::contain_panic;
pub use error::AudioError;
pub use stream::{StreamInfo, stream_mono};

#[cfg(test)]
mod fixtures;
