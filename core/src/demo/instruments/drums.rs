//! Snares, claps, hats and percussion.

use std::f32::consts::TAU;

use fundsp::prelude32::{bandpass_hz, highpass_hz, lowpass_hz};

use crate::demo::random::Random;
use crate::demo::sound::{Frame, Studio, fade_out, mono, tuned};

/// What sounds on the second and fourth beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Backbeat {
    Clap,
    Snare,
    /// A soft rim or finger snap.
    Rim,
}

/// The two hats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Hat {
    Closed,
    Open,
}

/// The family of the percussion loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Percussion {
    /// Tuned skins: congas, bongos, toms.
    Skins,
    /// Wood blocks and rims.
    Wood,
    /// Ringing, inharmonic metal.
    Metal,
    /// Shaken grains.
    Shaker,
}

/// Renders a backbeat. `tone` 0 to 1 goes from dark to bright.
pub(in crate::demo) fn backbeat(kind: Backbeat, tone: f32, studio: &Studio, random: &mut Random) -> Vec<Frame> {
    let rate = studio.rate_hz;
    match kind {
        Backbeat::Clap => {
            // Several hands within 30 ms, then the room; left and right hear other hands.
            let hands = [0.0, 0.009, 0.019, 0.028].map(|time: f32| time * random.between(0.85, 1.15));
            let decay_s = random.between(0.07, 0.12);
            let mut filters = [0, 1].map(|_| tuned(bandpass_hz(950.0 + 900.0 * tone, 1.1), rate));
            let mut clip: Vec<Frame> = (0..studio.frames(0.45))
                .map(|position| {
                    let time_s = position as f32 / rate;
                    let envelope: f32 = hands
                        .iter()
                        .enumerate()
                        .filter(|(_, start)| time_s >= **start)
                        .map(|(hand, start)| {
                            let fall_s = if hand == hands.len() - 1 { decay_s } else { 0.006 };
                            (-(time_s - start) / fall_s).exp()
                        })
                        .fold(0.0, f32::max);
                    let [left, right] = &mut filters;
                    let shared = random.signed();
                    let hear = |side: f32| envelope * (0.7 * shared + 0.5 * side);
                    let (a, b) = (random.signed(), random.signed());
                    [left.filter_mono(hear(a)), right.filter_mono(hear(b))]
                })
                .collect();
            finish(&mut clip, studio);
            clip
        }
        Backbeat::Snare => {
            let body_hz = random.between(165.0, 225.0);
            let decay_s = random.between(0.06, 0.13);
            let mut filter = tuned(highpass_hz(900.0 + 1_200.0 * tone, 0.8), rate);
            let mut phase = 0.0_f32;
            let mut clip = mono((0..studio.frames(0.4)).map(|position| {
                let time_s = position as f32 / rate;
                phase = (phase + body_hz * (1.0 + 0.8 * (-time_s / 0.012).exp()) / rate).fract();
                let body = (TAU * phase).sin() * (-time_s / 0.055).exp();
                let wires = filter.filter_mono(random.signed()) * (-time_s / decay_s).exp();
                (0.8 * body + 0.9 * wires).tanh()
            }));
            finish(&mut clip, studio);
            clip
        }
        Backbeat::Rim => {
            let hz = random.between(420.0, 640.0);
            let mut filter = tuned(bandpass_hz(1_500.0 + 900.0 * tone, 1.4), rate);
            let mut clip = mono((0..studio.frames(0.16)).map(|position| {
                let time_s = position as f32 / rate;
                let body = (TAU * hz * time_s).sin() * (-time_s / 0.018).exp();
                let snap = filter.filter_mono(random.signed()) * (-time_s / 0.022).exp();
                0.7 * body + 1.2 * snap
            }));
            finish(&mut clip, studio);
            clip
        }
    }
}

/// Renders a hat: six square-like partials in inharmonic ratios under noise, as the analogue machines did.
pub(in crate::demo) fn hat(kind: Hat, tone: f32, metal: f32, studio: &Studio, random: &mut Random) -> Vec<Frame> {
    let rate = studio.rate_hz;
    let (length_s, decay_s) = match kind {
        Hat::Closed => (0.10, random.between(0.016, 0.034)),
        Hat::Open => (0.34, random.between(0.08, 0.14)),
    };
    let base_hz = random.between(330.0, 460.0);
    let ratios = [2.0, 3.0, 4.16, 5.43, 6.79, 8.21];
    let mut filter = tuned(highpass_hz((4_200.0 + 4_200.0 * tone).min(0.36 * rate), 0.8), rate);
    let mut clip = mono((0..studio.frames(length_s)).map(|position| {
        let time_s = position as f32 / rate;
        let ring: f32 = ratios.iter().map(|ratio| (TAU * base_hz * ratio * time_s).sin().signum()).sum();
        let envelope = (-time_s / decay_s).exp() * (time_s / 0.0006).min(1.0);
        filter.filter_mono(envelope * (metal * 0.25 * ring + (1.0 - metal) * random.signed()))
    }));
    finish(&mut clip, studio);
    clip
}

/// Renders one voice of a percussion loop; `pitch` 0 to 1 from low to high.
pub(in crate::demo) fn percussion(kind: Percussion, pitch: f32, studio: &Studio, random: &mut Random) -> Vec<Frame> {
    let rate = studio.rate_hz;
    let mut clip = match kind {
        Percussion::Skins => {
            let hz = 110.0 * (1.6 * pitch).exp2();
            let decay_s = random.between(0.06, 0.12);
            let mut phase = 0.0_f32;
            let mut slap = tuned(bandpass_hz(1_400.0, 0.9), rate);
            mono((0..studio.frames(0.35)).map(|position| {
                let time_s = position as f32 / rate;
                phase = (phase + hz * (1.0 + 0.5 * (-time_s / 0.015).exp()) / rate).fract();
                let hand = slap.filter_mono(random.signed()) * (-time_s / 0.008).exp();
                (TAU * phase).sin() * (-time_s / decay_s).exp() + 0.8 * hand
            }))
        }
        Percussion::Wood => {
            let hz = 620.0 * (1.3 * pitch).exp2();
            mono((0..studio.frames(0.14)).map(|position| {
                let time_s = position as f32 / rate;
                let tone = (TAU * hz * time_s).sin() + 0.5 * (TAU * hz * 2.71 * time_s).sin();
                tone * (-time_s / 0.02).exp()
            }))
        }
        Percussion::Metal => {
            let hz = 480.0 * (1.4 * pitch).exp2();
            let ratios = [1.0, 1.483, 2.137, 2.91, 3.77];
            let decay_s = random.between(0.05, 0.16);
            mono((0..studio.frames(0.5)).map(|position| {
                let time_s = position as f32 / rate;
                ratios
                    .iter()
                    .enumerate()
                    .map(|(order, ratio)| {
                        (TAU * (hz * ratio).min(0.45 * rate) * time_s).sin()
                            * (-time_s * (1.0 + 0.6 * order as f32) / decay_s).exp()
                    })
                    .sum()
            }))
        }
        Percussion::Shaker => {
            let mut high = tuned(highpass_hz(3_500.0 + 2_500.0 * pitch, 0.8), rate);
            let mut low = tuned(lowpass_hz((9_000.0 + 2_000.0 * pitch).min(0.42 * rate), 0.7), rate);
            mono((0..studio.frames(0.12)).map(|position| {
                let time_s = position as f32 / rate;
                let swell = (time_s / 0.018).min(1.0) * (-(time_s - 0.018).max(0.0) / 0.022).exp();
                swell * low.filter_mono(high.filter_mono(random.signed()))
            }))
        }
    };
    finish(&mut clip, studio);
    clip
}

/// Peak 1 and no click at the end.
fn finish(clip: &mut [Frame], studio: &Studio) {
    fade_out(clip, studio.frames(0.01));
    let peak = clip.iter().flatten().fold(1e-6_f32, |peak, sample| peak.max(sample.abs()));
    clip.iter_mut().flatten().for_each(|sample| *sample /= peak);
}
