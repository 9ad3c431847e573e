//! A file as one mono stream at one sample rate.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::AudioError;
use super::resample::MonoResampler;
use super::source::{SourceBlock, StreamInfo, stream_source};

/// Rates that can be asked for.
const OUTPUT_RATES_HZ: RangeInclusive<u32> = 8_000..=48_000;

/// Decodes a file once, in bounded memory, and hands its sound to `sink` block by block: mono (mean of the
/// channels), at `sample_rate_hz` (8000 to 48000), full scale ±1, without the delay of codec or resampler where the format tells it. Blocks have
/// any length. Stops at the next packet once `cancel` is set.
///
/// # Errors
/// A sample rate out of range, and whatever [`stream_source`] finds wrong with the file.
pub fn stream_mono(
    path: &Path,
    sample_rate_hz: u32,
    cancel: &AtomicBool,
    sink: &mut dyn FnMut(&[f32]),
) -> Result<StreamInfo, AudioError> {
    let mut mono = MonoStream::new(sample_rate_hz)?;
    let info = stream_source(path, cancel, &mut |block| mono.push(block, sink))?;
    mono.finish(sink)?;
    Ok(info)
}

/// The mono mixdown of source blocks, resampled to one rate. The rate of the source may change between blocks.
pub(crate) struct MonoStream {
    to_hz: u32,
    resampler: Option<MonoResampler>,
}

impl MonoStream {
    /// Refuses rates that no front end has: the resampler allocates in proportion.
    pub(crate) fn new(to_hz: u32) -> Result<Self, AudioError> {
        check_output_rate(to_hz)?;
        Ok(Self { to_hz, resampler: None })
    }

    /// Takes a block and hands on what is finished.
    pub(crate) fn push(&mut self, block: &SourceBlock<'_>, sink: &mut dyn FnMut(&[f32])) -> Result<(), AudioError> {
        let mut current = match self.resampler.take() {
            Some(current) if current.source_hz() == block.sample_rate_hz => current,
            other => {
                if let Some(other) = other {
                    other.finish(sink)?;
                }
                MonoResampler::new(block.sample_rate_hz, self.to_hz)?
            }
        };
        current.push(block.mono, sink)?;
        self.resampler = Some(current);
        Ok(())
    }

    /// Hands on the rest.
    pub(crate) fn finish(self, sink: &mut dyn FnMut(&[f32])) -> Result<(), AudioError> {
        self.resampler.map_or(Ok(()), |last| last.finish(sink))
    }
}

/// Refuses rates that no front end has.
pub(super) fn check_output_rate(sample_rate_hz: u32) -> Result<(), AudioError> {
    if OUTPUT_RATES_HZ.contains(&sample_rate_hz) {
        return Ok(());
    }
    let (field, expected) = ("sample_rate_hz", "from 8000 to 48000 Hz");
    Err(AudioError::Option { field, expected, found: sample_rate_hz.to_string() })
}

#[cfg(test)]
mod tests;
