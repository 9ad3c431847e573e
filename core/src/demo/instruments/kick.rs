//! Bass drums.

use std::f32::consts::TAU;

use fundsp::prelude32::{bell_hz, highpass_hz, lowpass_hz};

use crate::demo::random::Random;
use crate::demo::sound::{Frame, Studio, fade_out, mono, tuned};

/// A falling sine with a click, driven as hard as the style wants.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct KickSound {
    /// Pitch at the start and where it settles, in hertz.
    pub(in crate::demo) pitch_hz: (f32, f32),
    /// Time constant of the fall.
    pub(in crate::demo) sweep_s: f32,
    /// Time constant of the body.
    pub(in crate::demo) decay_s: f32,
    pub(in crate::demo) click: f32,
    /// 0 is clean; above 1 the body turns into the tone of hardstyle.
    pub(in crate::demo) drive: f32,
    /// The longest it may sound.
    pub(in crate::demo) length_s: f32,
}

/// Renders a kick with its peak at 1.
pub(in crate::demo) fn kick(sound: KickSound, studio: &Studio, random: &mut Random) -> Vec<Frame> {
    let rate = studio.rate_hz;
    let count = studio.frames(sound.length_s);
    let mut phase = 0.0_f32;
    let mut click_filter = tuned(highpass_hz(1_800.0, 0.7), rate);
    let (start_hz, end_hz) = sound.pitch_hz;
    let mut clip: Vec<f32> = (0..count)
        .map(|position| {
            let time_s = position as f32 / rate;
            // Two falls: a very fast one that is heard as the attack, a slower one as the punch.
            let fall = 0.6 * (-time_s / sound.sweep_s).exp() + 0.4 * (-time_s / (4.0 * sound.sweep_s)).exp();
            let hz = end_hz + (start_hz - end_hz) * fall;
            phase = (phase + hz / rate).fract();
            let body = (TAU * phase).sin() * (-time_s / sound.decay_s).exp();
            let click = sound.click * click_filter.filter_mono(random.signed()) * (-time_s / 0.004).exp();
            let attack = (time_s / 0.0008).min(1.0);
            let clean = attack * (body + click);
            if sound.drive > 0.0 { (clean * (1.0 + 6.0 * sound.drive)).tanh() } else { clean }
        })
        .collect();
    if sound.drive > 1.0 {
        grind(&mut clip, sound, rate);
    }
    let mut clip = mono(clip);
    fade_out(&mut clip, studio.frames(0.012));
    let peak = clip.iter().flatten().fold(1e-6_f32, |peak, sample| peak.max(sample.abs()));
    clip.iter_mut().flatten().for_each(|sample| *sample /= peak);
    clip
}

/// The hardstyle chain: boost the middle, clip, and tame the top, twice.
fn grind(clip: &mut [f32], sound: KickSound, rate_hz: f32) {
    for (centre_hz, boost, push) in [(190.0, 2.2, 1.6), (620.0, 2.6, 1.3)] {
        let mut middle = tuned(bell_hz(centre_hz, 1.1, boost), rate_hz);
        let mut top = tuned(lowpass_hz((4_500.0 + 900.0 * sound.drive).min(0.42 * rate_hz), 0.7), rate_hz);
        for sample in clip.iter_mut() {
            let pushed = push * middle.filter_mono(*sample);
            *sample = top.filter_mono(pushed.clamp(-1.0, 1.0));
        }
    }
}
