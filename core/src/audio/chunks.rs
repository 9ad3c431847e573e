//! Which parts of a track are listened to.

mod picker;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::picker::Picker;
use super::AudioError;
use super::source::{SourceBlock, StreamInfo, stream_bytes, stream_source};
use super::stream::MonoStream;
use crate::features::samples_for;

/// How chunks are taken from a track.
///
/// The chunks lie on a grid without overlap that begins after `skip_intro_s`. Where more chunks of the grid are
/// usable than `max_chunks`, an evenly spread selection is taken; of a mix, a longer one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChunkOptions {
    /// Length of a chunk, in seconds (0.1 to 120).
    pub chunk_s: f64,
    /// Most chunks per track, spread evenly over it (1 to 256).
    pub max_chunks: usize,
    /// A longer track is a mix, in seconds (60 to 86400): it may have `max_chunks` for every begun stretch of this
    /// length.
    pub mix_s: f64,
    /// Most chunks of a mix (1 to 256).
    pub max_mix_chunks: usize,
    /// Left out at the start, in seconds (0 to 600). Shrinks where a track is too short for it.
    pub skip_intro_s: f64,
    /// Left out at the end, in seconds (0 to 600). Shrinks where a track is too short for it.
    pub skip_outro_s: f64,
    /// Chunks of a lower RMS level are left out, in dB relative to full scale (-200 to 0). A track that has none
    /// left is silent: an error.
    pub min_level_dbfs: f32,
    /// Whether a track shorter than a chunk gives one short chunk, which the front end pads with silence. Otherwise
    /// it is an error.
    pub pad_short: bool,
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self {
            chunk_s: 10.24,
            max_chunks: 6,
            mix_s: 900.0,
            max_mix_chunks: 96,
            skip_intro_s: 0.0,
            skip_outro_s: 0.0,
            min_level_dbfs: -60.0,
            pad_short: true,
        }
    }
}

impl ChunkOptions {
    /// Checks every field.
    pub fn validate(&self) -> Result<(), AudioError> {
        let refuse = |field, expected, found: String| Err(AudioError::Option { field, expected, found });
        if !(0.1..=120.0).contains(&self.chunk_s) {
            return refuse("chunk_s", "from 0.1 to 120 seconds", self.chunk_s.to_string());
        }
        if !(1..=256).contains(&self.max_chunks) {
            return refuse("max_chunks", "from 1 to 256", self.max_chunks.to_string());
        }
        if !(60.0..=86_400.0).contains(&self.mix_s) {
            return refuse("mix_s", "from 60 to 86400 seconds", self.mix_s.to_string());
        }
        if !(1..=256).contains(&self.max_mix_chunks) {
            return refuse("max_mix_chunks", "from 1 to 256", self.max_mix_chunks.to_string());
        }
        for (field, value) in [("skip_intro_s", self.skip_intro_s), ("skip_outro_s", self.skip_outro_s)] {
            if !(0.0..=600.0).contains(&value) {
                return refuse(field, "from 0 to 600 seconds", value.to_string());
            }
        }
        if !(-200.0..=0.0).contains(&self.min_level_dbfs) {
            return refuse("min_level_dbfs", "from -200 to 0 dBFS", self.min_level_dbfs.to_string());
        }
        Ok(())
    }

    /// Samples of a chunk at a sample rate.
    pub fn chunk_samples(&self, sample_rate_hz: u32) -> usize {
        samples_for(self.chunk_s, sample_rate_hz)
    }

    /// Most samples that are held at once while the chunks of a file are chosen, however long it is: candidates for
    /// twice as many chunks as are wanted, and what may still belong to the outro. A file that is no mix holds less.
    pub fn held_samples(&self, sample_rate_hz: u32) -> usize {
        let skipped = samples_for(self.skip_intro_s + 2.0 * self.skip_outro_s, sample_rate_hz);
        let chunks = 2 * self.max_chunks.max(self.max_mix_chunks) + 4;
        chunks * self.chunk_samples(sample_rate_hz) + skipped
    }
}

/// A stretch of a track.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioChunk {
    /// Where it begins, in seconds.
    pub start_s: f64,
    /// `[n]` mono samples at the rate that was asked for, full scale ±1; `n` is [`ChunkOptions::chunk_samples`], or less for the only
    /// chunk of a short track.
    pub samples: Vec<f32>,
}

/// The chunks of one file, and what was learned of it by decoding all of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackAudio {
    /// At least one chunk, in order of time.
    pub chunks: Vec<AudioChunk>,
    /// Duration of what was decoded, in seconds.
    pub duration_s: f64,
    /// Sample rate of the file, in Hz.
    pub sample_rate_hz: u32,
    /// Channels of the file.
    pub channels: usize,
    /// Packets that could not be decoded and were left out.
    pub decode_errors: u32,
}

/// Decodes a file once to mono at `sample_rate_hz` (8000 to 48000) and picks its chunks, in memory that depends on the options only.
///
/// # Errors
/// An option out of range, a file that cannot be decoded, and a file that is silent or too short.
pub fn read_chunks(
    path: &Path,
    options: &ChunkOptions,
    sample_rate_hz: u32,
    cancel: &AtomicBool,
) -> Result<TrackAudio, AudioError> {
    let mut reader = ChunkReader::new(options, sample_rate_hz)?;
    let info = stream_source(path, cancel, &mut |block| reader.push(block))?;
    reader.finish(&info)
}

/// [`read_chunks`] for the bytes of a file that is in memory. The extension of its name, without a dot, says what format
/// to try first.
///
/// # Errors
/// As [`read_chunks`].
pub fn read_chunks_of_bytes(
    bytes: Vec<u8>,
    extension: Option<&str>,
    options: &ChunkOptions,
    sample_rate_hz: u32,
    cancel: &AtomicBool,
) -> Result<TrackAudio, AudioError> {
    let mut reader = ChunkReader::new(options, sample_rate_hz)?;
    let info = stream_bytes(bytes, extension, cancel, &mut |block| reader.push(block))?;
    reader.finish(&info)
}

/// Picks the chunks of a file from the blocks of its pass.
pub(crate) struct ChunkReader {
    mono: MonoStream,
    picker: Picker,
}

impl ChunkReader {
    pub(crate) fn new(options: &ChunkOptions, sample_rate_hz: u32) -> Result<Self, AudioError> {
        Ok(Self { picker: Picker::new(options, sample_rate_hz)?, mono: MonoStream::new(sample_rate_hz)? })
    }

    pub(crate) fn push(&mut self, block: &SourceBlock<'_>) -> Result<(), AudioError> {
        let Self { mono, picker } = self;
        mono.push(block, &mut |samples| picker.push(samples))
    }

    pub(crate) fn finish(self, info: &StreamInfo) -> Result<TrackAudio, AudioError> {
        let Self { mono, mut picker } = self;
        mono.finish(&mut |samples| picker.push(samples))?;
        Ok(TrackAudio {
            chunks: picker.finish()?,
            duration_s: info.duration_s,
            sample_rate_hz: info.sample_rate_hz,
            channels: info.channels,
            decode_errors: info.decode_errors,
        })
    }
}

#[cfg(test)]
mod tests;
