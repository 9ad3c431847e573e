//! The single pass over a file.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::AudioError;
use super::contain::contain_panic;
use super::decode::Decoder;
use super::resample::MonoResampler;

/// Samples beyond this are no sound: 60 dB above full scale. Float files may exceed full scale, but not by this.
const LIMIT: f32 = 1000.0;
/// Rates that can be asked for.
const OUTPUT_RATES_HZ: RangeInclusive<u32> = 8_000..=48_000;

/// What was learned of a file by decoding all of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StreamInfo {
    /// Duration of what was decoded, in seconds, measured at the source's rate.
    pub duration_s: f64,
    /// Sample rate of the file, in Hz (of its first part, where parts differ).
    pub sample_rate_hz: u32,
    /// Channels of the file (of its first part, where parts differ).
    pub channels: usize,
    /// Packets that could not be decoded and were left out.
    pub decode_errors: u32,
}

/// Decodes a file once, in bounded memory, and hands its sound to `sink` block by block: mono (mean of the
/// channels), at `sample_rate_hz` (8000 to 48000), full scale ±1, without the delay of codec or resampler where the format tells it. Blocks have
/// any length. Stops at the next packet once `cancel` is set.
///
/// # Errors
/// A sample rate out of range, and whatever is wrong with the file, panics of a decoder included: they are caught and become
/// [`AudioError::Panicked`]. A few damaged packets are no error but are counted.
pub fn stream_mono(
    path: &Path,
    sample_rate_hz: u32,
    cancel: &AtomicBool,
    sink: &mut dyn FnMut(&[f32]),
) -> Result<StreamInfo, AudioError> {
    check_output_rate(sample_rate_hz)?;
    contain_panic(|| stream(path, sample_rate_hz, cancel, sink))
        .unwrap_or_else(|message| Err(AudioError::Panicked { message }))
}

/// Refuses rates that no front end has: the resampler allocates in proportion.
pub(super) fn check_output_rate(sample_rate_hz: u32) -> Result<(), AudioError> {
    if OUTPUT_RATES_HZ.contains(&sample_rate_hz) {
        return Ok(());
    }
    let (field, expected) = ("sample_rate_hz", "from 8000 to 48000 Hz");
    Err(AudioError::Option { field, expected, found: sample_rate_hz.to_string() })
}

fn stream(
    path: &Path,
    sample_rate_hz: u32,
    cancel: &AtomicBool,
    sink: &mut dyn FnMut(&[f32]),
) -> Result<StreamInfo, AudioError> {
    let mut decoder = Decoder::open(path)?;
    let mut mono = Vec::new();
    let mut info: Option<StreamInfo> = None;
    let mut resampler: Option<MonoResampler> = None;
    // Duration of the parts before the current one, whose rate may differ.
    let mut finished_s = 0.0;
    loop {
        if cancel.load(Ordering::Relaxed) {
            return Err(AudioError::Cancelled);
        }
        let position_s = finished_s + resampler.as_ref().map_or(0.0, consumed_s);
        let spec = match decoder.next_block(&mut mono) {
            Ok(Some(spec)) => spec,
            Ok(None) => break,
            Err(AudioError::Read { source, .. }) => return Err(AudioError::Read { at_s: position_s, source }),
            Err(error) => return Err(error),
        };
        if let Some(bad) = mono.iter().position(|x| x.is_nan() || x.abs() > LIMIT) {
            return Err(AudioError::BadSample { at_s: position_s + bad as f64 / f64::from(spec.sample_rate_hz) });
        }
        info.get_or_insert(StreamInfo {
            duration_s: 0.0,
            sample_rate_hz: spec.sample_rate_hz,
            channels: spec.channels,
            decode_errors: 0,
        });
        let mut current = match resampler.take() {
            Some(current) if current.source_hz() == spec.sample_rate_hz => current,
            Some(other) => {
                finished_s += consumed_s(&other);
                other.finish(sink)?;
                MonoResampler::new(spec.sample_rate_hz, sample_rate_hz)?
            }
            None => MonoResampler::new(spec.sample_rate_hz, sample_rate_hz)?,
        };
        current.push(&mono, sink)?;
        resampler = Some(current);
    }
    let (Some(info), Some(last)) = (info, resampler) else { return Err(AudioError::Empty) };
    let duration_s = finished_s + consumed_s(&last);
    last.finish(sink)?;
    Ok(StreamInfo { duration_s, decode_errors: decoder.errors(), ..info })
}

fn consumed_s(resampler: &MonoResampler) -> f64 {
    resampler.consumed() as f64 / f64::from(resampler.source_hz())
}

#[cfg(test)]
mod tests;
