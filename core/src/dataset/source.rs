//! Where the features of a library are read from.

use std::io;

use thiserror::Error;

/// Precomputed features, chunk by chunk, in the library's order of tracks.
pub trait FeatureSource: Sync {
    /// Number of tracks.
    fn track_count(&self) -> usize;
    /// Chunks stored for a track: at least 1 for a usable track, 0 for one that could not be read.
    fn chunk_count(&self, track: usize) -> usize;
    /// Where a chunk starts in its track, in seconds.
    fn chunk_start_s(&self, track: usize, chunk: usize) -> f64;
    /// Frames per chunk.
    fn frames(&self) -> usize;
    /// Mel bands per frame.
    fn mels(&self) -> usize;
    /// Reads one chunk into `out`, which is cleared first: `[frames * mels]`, row-major, normalised.
    fn read_chunk(&self, track: usize, chunk: usize, out: &mut Vec<f32>) -> io::Result<()>;
}

/// A chunk that a [`FeatureSource`] could not give.
#[derive(Debug, Error)]
#[error("cannot read chunk {chunk} of track {track}")]
pub struct ReadError {
    /// Index of the track in the library.
    pub track: usize,
    /// Index of the chunk in the track.
    pub chunk: usize,
    /// The cause.
    pub source: io::Error,
}

/// Reads a chunk and checks its length, so that a broken store is found where it is read.
pub(crate) fn read_checked(
    source: &dyn FeatureSource,
    track: usize,
    chunk: usize,
    out: &mut Vec<f32>,
) -> Result<(), ReadError> {
    let expected = source.frames() * source.mels();
    source
        .read_chunk(track, chunk, out)
        .and_then(|()| {
            if out.len() == expected {
                return Ok(());
            }
            Err(io::Error::new(io::ErrorKind::InvalidData, format!("expected {expected} values, found {}", out.len())))
        })
        .map_err(|source| ReadError { track, chunk, source })
}
