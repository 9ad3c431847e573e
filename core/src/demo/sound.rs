//! Buffers of stereo sound, and the studio's shared resources.

use fundsp::audionode::AudioNode;
use fundsp::combinator::An;

use super::wavetables::Wavetables;

/// One sample of both channels: left, right.
pub(super) type Frame = [f32; 2];

/// What every instrument needs: the sample rate and the wavetables that are band-limited for it.
pub(super) struct Studio {
    pub(super) rate_hz: f32,
    pub(super) wavetables: Wavetables,
}

impl Studio {
    pub(super) fn new(sample_rate_hz: u32) -> Self {
        Self { rate_hz: sample_rate_hz as f32, wavetables: Wavetables::new(sample_rate_hz) }
    }

    pub(super) fn frames(&self, seconds: f32) -> usize {
        (seconds * self.rate_hz).max(0.0) as usize
    }
}

/// A fundsp node for a sample rate: nodes are made for 44.1 kHz.
pub(super) fn tuned<X: AudioNode>(mut node: An<X>, rate_hz: f32) -> An<X> {
    node.set_sample_rate(f64::from(rate_hz));
    node
}

/// Where and how loud a sound is put.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// First sample.
    pub(super) start: usize,
    /// Linear gain.
    pub(super) gain: f32,
    /// -1 left to 1 right. Balances a stereo sound.
    pub(super) pan: f32,
}

impl Place {
    pub(super) fn at(start: usize, gain: f32) -> Self {
        Self { start, gain, pan: 0.0 }
    }
}

/// Adds a sound to a bus; what lies beyond its end is dropped.
pub(super) fn add(bus: &mut [Frame], sound: &[Frame], place: Place) {
    let Some(target) = bus.get_mut(place.start..) else { return };
    let left = place.gain * (1.0 - place.pan.max(0.0));
    let right = place.gain * (1.0 + place.pan.min(0.0));
    for (target, frame) in target.iter_mut().zip(sound) {
        target[0] += left * frame[0];
        target[1] += right * frame[1];
    }
}

/// Makes the end of a sound fall to zero over `frames` samples, so that cutting it does not click.
pub(super) fn fade_out(sound: &mut [Frame], frames: usize) {
    let frames = frames.min(sound.len());
    let start = sound.len() - frames;
    for (index, frame) in sound[start..].iter_mut().enumerate() {
        let gain = 1.0 - (index + 1) as f32 / frames as f32;
        *frame = frame.map(|sample| sample * gain);
    }
}

/// The same sound on both channels.
pub(super) fn mono(sound: impl IntoIterator<Item = f32>) -> Vec<Frame> {
    sound.into_iter().map(|sample| [sample, sample]).collect()
}
