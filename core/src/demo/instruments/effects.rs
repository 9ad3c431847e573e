//! Risers, impacts and the textures that lie under a track.

use std::f32::consts::TAU;

use fundsp::prelude32::{bandpass_hz, highpass_hz, lowpass_hz};
use fundsp::setting::Setting;

use crate::demo::random::Random;
use crate::demo::sound::{Frame, Studio, fade_out, tuned};

/// What is heard between the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Texture {
    /// Air that slowly opens and closes.
    Wind,
    /// The crackle and hum of a record.
    Vinyl,
    /// The rumble of a large hall of machines.
    Machine,
    /// A band of noise that turns: the swirl of psychedelic trance.
    Swirl,
}

/// Noise that rises through a resonant band for the given time.
pub(in crate::demo) fn riser(seconds: f32, brightness: f32, studio: &Studio, random: &mut Random) -> Vec<Frame> {
    let rate = studio.rate_hz;
    let mut clip = vec![[0.0; 2]; studio.frames(seconds).max(1)];
    let mut filters = [0, 1].map(|_| tuned(bandpass_hz(300.0, 1.6), rate));
    let top = 4.0 + 0.9 * brightness;
    let count = clip.len() as f32;
    for (index, block) in clip.chunks_mut(64).enumerate() {
        let progress = index as f32 * 64.0 / count;
        let hz = (260.0 * (top * progress).exp2()).min(0.4 * rate);
        for (channel, filter) in filters.iter_mut().enumerate() {
            filter.set(Setting::center_q(hz, 1.6));
            for frame in block.iter_mut() {
                frame[channel] = progress.powf(1.7) * filter.filter_mono(random.signed());
            }
        }
    }
    fade_out(&mut clip, studio.frames(0.02));
    clip
}

/// A low boom with a splash of noise: the first beat of a drop.
pub(in crate::demo) fn impact(brightness: f32, studio: &Studio, random: &mut Random) -> Vec<Frame> {
    let rate = studio.rate_hz;
    let mut filters = [0, 1].map(|_| tuned(highpass_hz((1_200.0 + 2_500.0 * brightness).min(0.3 * rate), 0.7), rate));
    let mut phase = 0.0_f32;
    let mut clip: Vec<Frame> = (0..studio.frames(2.2))
        .map(|position| {
            let time_s = position as f32 / rate;
            phase = (phase + (38.0 + 60.0 * (-time_s / 0.08).exp()) / rate).fract();
            let boom = 0.5 * (TAU * phase).sin() * (-time_s / 0.35).exp();
            let [left, right] = &mut filters;
            let splash = 0.5 * (-time_s / 0.45).exp();
            [boom + splash * left.filter_mono(random.signed()), boom + splash * right.filter_mono(random.signed())]
        })
        .collect();
    fade_out(&mut clip, studio.frames(0.1));
    clip
}

/// A texture for the whole track, about 0.2 strong.
pub(in crate::demo) fn texture(
    kind: Texture,
    frames: usize,
    brightness: f32,
    studio: &Studio,
    random: &mut Random,
) -> Vec<Frame> {
    let rate = studio.rate_hz;
    let mut clip = vec![[0.0; 2]; frames];
    let (base_hz, sway_octaves, sway_hz, q) = match kind {
        Texture::Wind => (700.0, 1.3, 0.09, 0.9),
        Texture::Vinyl => (1_800.0, 0.2, 0.5, 0.6),
        Texture::Machine => (170.0, 0.7, 0.21, 1.4),
        Texture::Swirl => (1_300.0, 1.8, 0.37, 3.0),
    };
    let base_hz = base_hz * (1.2 * (brightness - 0.5)).exp2();
    let mut filters = [0, 1].map(|_| tuned(bandpass_hz(base_hz, q), rate));
    let start = random.unit();
    for (index, block) in clip.chunks_mut(256).enumerate() {
        let time_s = index as f32 * 256.0 / rate;
        for (channel, filter) in filters.iter_mut().enumerate() {
            let phase = sway_hz * time_s + start + 0.25 * channel as f32;
            let hz = (base_hz * (sway_octaves * (TAU * phase).sin()).exp2()).clamp(40.0, 0.4 * rate);
            filter.set(Setting::center_q(hz, q));
            for frame in block.iter_mut() {
                frame[channel] = 0.35 * filter.filter_mono(random.signed());
            }
        }
    }
    if kind == Texture::Vinyl {
        crackle(&mut clip, studio, random);
    }
    clip
}

/// Dust: short, filtered ticks at random places.
fn crackle(clip: &mut [Frame], studio: &Studio, random: &mut Random) {
    let mut filter = tuned(lowpass_hz((5_500.0_f32).min(0.4 * studio.rate_hz), 0.8), studio.rate_hz);
    let per_sample = 9.0 / studio.rate_hz;
    for frame in clip.iter_mut() {
        let tick = if random.chance(per_sample) { 3.0 * random.signed() } else { 0.0 };
        let tick = filter.filter_mono(tick);
        *frame = frame.map(|sample| 0.5 * sample + tick);
    }
}
