//! Frequency modulation: electric pianos, bells, metal.

use std::f32::consts::TAU;

use super::Note;
use super::envelope::Adsr;
use crate::demo::harmony::midi_hz;
use crate::demo::random::Random;
use crate::demo::sound::{Frame, Studio, fade_out};

/// Two operators per channel, the right one slightly detuned (Chowning, "The synthesis of complex audio spectra by
/// means of frequency modulation", JAES 1973).
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct FmPatch {
    /// Modulator frequency as a multiple of the carrier's. Whole numbers sound harmonic, others like metal.
    pub(in crate::demo) ratio: f32,
    /// Depth of the modulation in radians at the start of a note and where it settles.
    pub(in crate::demo) index: (f32, f32),
    pub(in crate::demo) index_decay_s: f32,
    /// Level of a third, high operator: the tine of an electric piano.
    pub(in crate::demo) tine: f32,
    pub(in crate::demo) detune_cents: f32,
    /// Depth of the stereo tremolo, 0 to 1.
    pub(in crate::demo) tremolo: f32,
    pub(in crate::demo) amplitude: Adsr,
}

impl FmPatch {
    pub(super) fn play(&self, note: Note, studio: &Studio, random: &mut Random) -> Vec<Frame> {
        let rate = studio.rate_hz;
        let mut clip = vec![[0.0; 2]; studio.frames(note.gate_s + self.amplitude.release_s).max(1)];
        let mut amplitude = self.amplitude.start(note.gate_s, rate);
        let hz = midi_hz(note.midi as f32);
        let step = [-0.5, 0.5].map(|side| hz * (side * self.detune_cents / 1200.0).exp2() / rate);
        let mut phase = [random.unit(), random.unit()];
        let mut modulator = [0.0_f32, 0.25];
        let tine_step = (hz * 14.0).min(0.45 * rate) / rate;
        let mut tine_phase = 0.0_f32;
        let opening = (0.6 * note.open_octaves).exp2() * (0.7 + 0.6 * note.accent);
        // Side bands beyond the Nyquist frequency would fold back: bound the depth for high notes.
        let ceiling = ((0.45 * rate - hz) / (hz * self.ratio)).max(0.2);
        let decay = (-1.0 / (self.index_decay_s * rate)).exp();
        let tine_decay = (-1.0 / (0.07 * rate)).exp();
        let (mut fall, mut tine_fall) = (1.0_f32, 1.0_f32);
        let tremolo_phase = random.unit();
        for (position, frame) in clip.iter_mut().enumerate() {
            let index = ((self.index.1 + (self.index.0 - self.index.1) * fall) * opening).min(ceiling);
            fall *= decay;
            let gain = amplitude.tick();
            // The tine rings off much faster than the tone.
            let tine = self.tine * tine_fall * (TAU * tine_phase).sin();
            tine_fall *= tine_decay;
            tine_phase = (tine_phase + tine_step).fract();
            let sway = if self.tremolo > 0.0 {
                self.tremolo * (TAU * (4.6 * position as f32 / rate + tremolo_phase)).sin()
            } else {
                0.0
            };
            for channel in 0..2 {
                let modulation = index * (TAU * modulator[channel]).sin();
                let tone = (TAU * phase[channel] + modulation).sin() + tine;
                let side = if channel == 0 { 1.0 + sway } else { 1.0 - sway };
                frame[channel] = gain * side * tone;
                phase[channel] = (phase[channel] + step[channel]).fract();
                modulator[channel] = (modulator[channel] + step[channel] * self.ratio).fract();
            }
        }
        fade_out(&mut clip, studio.frames(0.01));
        clip
    }
}
