//! The single pass over a file.

use std::io::Cursor;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::AudioError;
use super::contain::contain_panic;
use super::decode::Decoder;
use super::resample::check_source_rate;

/// Samples beyond this are no sound: 60 dB above full scale. Float files may exceed full scale, but not by this.
const LIMIT: f32 = 1000.0;

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

/// A stretch of sound as the file holds it. Every sample is finite.
#[derive(Clone, Copy, Debug)]
pub struct SourceBlock<'a> {
    /// `[frames, channels]` samples, full scale ±1.
    pub interleaved: &'a [f32],
    /// `[frames]`, the mean of the channels.
    pub mono: &'a [f32],
    /// Channels, at least 1. May differ between blocks of one file.
    pub channels: usize,
    /// Sample rate in Hz, 1000 to 384,000. May differ between blocks of one file.
    pub sample_rate_hz: u32,
}

/// Decodes a file once, in bounded memory, and hands its sound to `sink` block by block, without the delay of the codec
/// where the format tells it. Blocks have any length. Stops at the next packet once `cancel` is set, and at an error of
/// `sink`.
///
/// # Errors
/// Whatever is wrong with the file, panics of a decoder (and of `sink`) included: they are caught and become
/// [`AudioError::Panicked`]. A few damaged packets are no error but are counted.
pub fn stream_source(
    path: &Path,
    cancel: &AtomicBool,
    sink: &mut dyn FnMut(&SourceBlock<'_>) -> Result<(), AudioError>,
) -> Result<StreamInfo, AudioError> {
    contained(|| stream(Decoder::open(path)?, cancel, sink))
}

/// [`stream_source`] for the bytes of a file that is in memory. The extension of its name, without a dot, says what
/// format to try first; any is recognised without it.
///
/// # Errors
/// As [`stream_source`].
pub fn stream_bytes(
    bytes: Vec<u8>,
    extension: Option<&str>,
    cancel: &AtomicBool,
    sink: &mut dyn FnMut(&SourceBlock<'_>) -> Result<(), AudioError>,
) -> Result<StreamInfo, AudioError> {
    contained(|| stream(Decoder::of(Box::new(Cursor::new(bytes)), extension)?, cancel, sink))
}

fn contained(work: impl FnOnce() -> Result<StreamInfo, AudioError>) -> Result<StreamInfo, AudioError> {
    contain_panic(work).unwrap_or_else(|message| Err(AudioError::Panicked { message }))
}

fn stream(
    mut decoder: Decoder,
    cancel: &AtomicBool,
    sink: &mut dyn FnMut(&SourceBlock<'_>) -> Result<(), AudioError>,
) -> Result<StreamInfo, AudioError> {
    let mut info: Option<StreamInfo> = None;
    // Samples of the part whose rate is the current one, and the duration of the parts before it.
    let (mut rate_hz, mut samples, mut finished_s) = (0, 0u64, 0.0);
    loop {
        if cancel.load(Ordering::Relaxed) {
            return Err(AudioError::Cancelled);
        }
        let position_s = finished_s + seconds(samples, rate_hz);
        let block = match decoder.next_block() {
            Ok(Some(block)) => block,
            Ok(None) => break,
            Err(AudioError::Read { source, .. }) => return Err(AudioError::Read { at_s: position_s, source }),
            Err(error) => return Err(error),
        };
        check_source_rate(block.sample_rate_hz)?;
        if block.sample_rate_hz != rate_hz {
            (rate_hz, samples, finished_s) = (block.sample_rate_hz, 0, position_s);
        }
        // Checked before mixing down: a channel beyond the limit can hide in the mean.
        if let Some(bad) = block.interleaved.iter().position(|x| x.is_nan() || x.abs() > LIMIT) {
            let frame = (bad / block.channels) as u64;
            return Err(AudioError::BadSample { at_s: position_s + seconds(frame, rate_hz) });
        }
        info.get_or_insert(StreamInfo {
            duration_s: 0.0,
            sample_rate_hz: rate_hz,
            channels: block.channels,
            decode_errors: 0,
        });
        samples += block.mono.len() as u64;
        sink(&block)?;
    }
    let info = info.ok_or(AudioError::Empty)?;
    Ok(StreamInfo { duration_s: finished_s + seconds(samples, rate_hz), decode_errors: decoder.errors(), ..info })
}

/// Duration of samples; zero before the first.
fn seconds(samples: u64, rate_hz: u32) -> f64 {
    if samples == 0 { 0.0 } else { samples as f64 / f64::from(rate_hz) }
}
