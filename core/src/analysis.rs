//! What is measured of every track whatever the model: descriptors and fingerprint, from one pass over the file.
//!
//! The pass can serve a front end at the same time ([`read_chunks_and_analysis`]): decoding costs more than either.
//! Nothing measured here depends on the front end's sample rate or chunks.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use crate::audio::{AudioError, ChunkOptions, ChunkReader, MonoStream, SourceBlock, TrackAudio, stream_source};
use crate::descriptors::{DescriptorMeter, Descriptors};
use crate::fingerprint::{Fingerprint, FingerprintMeter};

/// Sample rate at which the mixdown is analysed, in Hz: the highest band is that of hi-hats.
const RATE_HZ: u32 = 22_050;

/// What was measured of a track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackAnalysis {
    /// Tempo, key, loudness and more.
    pub descriptors: Descriptors,
    /// What the same recording is recognised by.
    pub fingerprint: Fingerprint,
}

/// Decodes a file once and measures it, in memory that does not depend on its length beyond some kilobytes a minute.
///
/// # Errors
/// Those of [`stream_source`]. A silent or very short file is no error: what cannot be told of it is `None`.
pub fn analyse(path: &Path, cancel: &AtomicBool) -> Result<TrackAnalysis, AudioError> {
    let mut meter = Meter::new()?;
    stream_source(path, cancel, &mut |block| meter.push(block))?;
    meter.finish()
}

/// [`read_chunks`](crate::audio::read_chunks) and [`analyse`] with a single decoding of the file.
///
/// The chunks are a result of their own: a file that is silent or too short for them still has an analysis.
///
/// # Errors
/// An option out of range, and those of [`stream_source`].
pub fn read_chunks_and_analysis(
    path: &Path,
    options: &ChunkOptions,
    sample_rate_hz: u32,
    cancel: &AtomicBool,
) -> Result<(Result<TrackAudio, AudioError>, TrackAnalysis), AudioError> {
    let mut chunks = ChunkReader::new(options, sample_rate_hz)?;
    let mut meter = Meter::new()?;
    let info = stream_source(path, cancel, &mut |block| {
        chunks.push(block)?;
        meter.push(block)
    })?;
    let analysis = meter.finish()?;
    Ok((chunks.finish(&info), analysis))
}

/// Everything that listens to the pass.
struct Meter {
    mono: MonoStream,
    descriptors: DescriptorMeter,
    fingerprint: FingerprintMeter,
}

impl Meter {
    fn new() -> Result<Self, AudioError> {
        Ok(Self {
            mono: MonoStream::new(RATE_HZ)?,
            descriptors: DescriptorMeter::new(RATE_HZ),
            fingerprint: FingerprintMeter::new(RATE_HZ)?,
        })
    }

    fn push(&mut self, block: &SourceBlock<'_>) -> Result<(), AudioError> {
        let Self { mono, descriptors, fingerprint } = self;
        descriptors.push_source(block);
        let mut result = Ok(());
        mono.push(block, &mut |samples| listen(descriptors, fingerprint, samples, &mut result))?;
        result
    }

    fn finish(self) -> Result<TrackAnalysis, AudioError> {
        let Self { mono, mut descriptors, mut fingerprint } = self;
        let mut result = Ok(());
        mono.finish(&mut |samples| listen(&mut descriptors, &mut fingerprint, samples, &mut result))?;
        result?;
        Ok(TrackAnalysis { descriptors: descriptors.finish(), fingerprint: fingerprint.finish()? })
    }
}

/// Hands on the mixdown, and keeps the first error in `result`.
fn listen(
    descriptors: &mut DescriptorMeter,
    fingerprint: &mut FingerprintMeter,
    samples: &[f32],
    result: &mut Result<(), AudioError>,
) {
    descriptors.push_mono(samples);
    if result.is_ok() {
        *result = fingerprint.push(samples);
    }
}

#[cfg(test)]
mod tests;
