//! Sound: streaming decode, mono mixdown, resampling to the rate of the front end, and the choice of chunks.
//!
//! A file is read once, packet by packet, and never held whole: a mix of three hours needs no more memory than a
//! song. [`stream_source`] is the pass itself; [`stream_mono`] mixes it down and resamples it, and [`read_chunks`] picks
//! chunks from that. Nothing that a header claims
//! (length, duration) decides a result: only samples that were decoded count.

mod chunks;
mod codecs;
mod contain;
mod decode;
mod error;
mod resample;
mod source;
mod stream;

#[cfg(feature = "audio")]
pub(crate) use chunks::ChunkReader;
pub use chunks::{AudioChunk, ChunkOptions, TrackAudio, read_chunks, read_chunks_of_bytes};
#[cfg(feature = "audio")]
pub(crate) use contain::contain_panic;
pub use contain::panics_are_contained;
pub use error::AudioError;
#[cfg(feature = "audio")]
pub(crate) use resample::MonoResampler;
pub use source::{SourceBlock, StreamInfo, stream_bytes, stream_source};
#[cfg(feature = "audio")]
pub(crate) use stream::MonoStream;
pub use stream::stream_mono;

#[cfg(test)]
pub(crate) mod fixtures;
