//! Short listening clips: a stretch of a track as a small MP3 file, for sites that play every track a little.
//!
//! MP3 since every browser plays it, at a fourth of the size of lossless sound.

mod encode;
mod error;
mod options;
mod stretch;

use std::path::Path;
use std::sync::atomic::AtomicBool;

pub use error::ClipError;
pub use options::ClipOptions;

use crate::audio::{AudioError, MonoStream, stream_source};
use stretch::Stretch;

/// Version of the bytes. It changes with every change of what a clip holds.
pub const CLIP_VERSION: u32 = 1;

/// Sample rate of a clip, in Hz: MPEG-1, whose frames the encoder shapes best.
const RATE_HZ: u32 = 44_100;
/// Fade at the beginning and at the end, in seconds: no click where a bar is cut, and an end that is heard as one.
const FADES_S: [f32; 2] = [0.1, 1.5];

/// Cuts a clip out of a file: an MP3 file, mono at 44.1 kHz, of constant bit rate and faded at both ends. A shorter file
/// is taken whole. `duration_s` is that of the track; only a clip at a given share of it depends on it.
///
/// The file is decoded once, in memory that does not depend on its length; up to the end of the clip where its place is
/// given.
///
/// # Errors
/// An option out of range, and whatever is wrong with the file ([`stream_source`]).
pub fn make_clip(
    path: &Path,
    duration_s: f64,
    options: &ClipOptions,
    cancel: &AtomicBool,
) -> Result<Vec<u8>, ClipError> {
    options.validate()?;
    let samples = cut(path, duration_s, options, cancel)?;
    encode::mp3(&faded(samples), RATE_HZ, options.kbps)
}

/// The samples of the clip, mono at [`RATE_HZ`].
fn cut(path: &Path, duration_s: f64, options: &ClipOptions, cancel: &AtomicBool) -> Result<Vec<f32>, AudioError> {
    let mut mono = MonoStream::new(RATE_HZ)?;
    let mut stretch = match options.at {
        Some(share) => {
            let latest_s = (duration_s - f64::from(options.seconds)).max(0.0);
            Stretch::at((f64::from(share) * duration_s).min(latest_s), options.seconds, RATE_HZ)
        }
        None => Stretch::loudest(options.seconds, RATE_HZ),
    };
    let read = stream_source(path, cancel, &mut |block| {
        mono.push(block, &mut |samples| stretch.push(samples))?;
        // Nothing of the rest is needed: the pass is left by the only way out of it.
        if stretch.is_full() { Err(AudioError::Cancelled) } else { Ok(()) }
    });
    match read {
        Err(AudioError::Cancelled) if stretch.is_full() => {}
        Err(error) => return Err(error),
        Ok(_) => mono.finish(&mut |samples| stretch.push(samples))?,
    }
    let samples = stretch.finish();
    if samples.is_empty() { Err(AudioError::Empty) } else { Ok(samples) }
}

/// Fades both ends along a half wave of a cosine, over at most a fourth of the clip each, and lowers what would clip.
fn faded(mut samples: Vec<f32>) -> Vec<f32> {
    let peak = samples.iter().fold(1.0_f32, |peak, sample| peak.max(sample.abs()));
    for sample in &mut samples {
        *sample /= peak;
    }
    let [fade_in, fade_out] = FADES_S.map(|seconds| ((seconds * RATE_HZ as f32) as usize).min(samples.len() / 4));
    let gain = |at: usize, of: usize| 0.5 - 0.5 * libm::cosf(std::f32::consts::PI * at as f32 / of as f32);
    for (at, sample) in samples.iter_mut().take(fade_in).enumerate() {
        *sample *= gain(at, fade_in);
    }
    for (at, sample) in samples.iter_mut().rev().take(fade_out).enumerate() {
        *sample *= gain(at, fade_out);
    }
    samples
}

#[cfg(test)]
mod tests;
