//! Oscillators through a filter: basses, pads, plucks, leads, acid.

use std::f32::consts::TAU;

use fundsp::combinator::An;
use fundsp::moog::Moog;
use fundsp::prelude32::{bandpass_hz, lowpass_hz};
use fundsp::setting::Setting;
use fundsp::typenum::U1;

use super::Note;
use super::envelope::Adsr;
use crate::demo::harmony::midi_hz;
use crate::demo::random::Random;
use crate::demo::sound::{Frame, Studio, fade_out, tuned};
use crate::demo::wavetables::{BLOCK, Stack, Wave};

/// How the filter sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::demo) enum Filter {
    /// A ladder in mono, `resonance` 0 to 1: basses and acid.
    Ladder { resonance: f32 },
    /// A state variable filter in stereo, for what is wide.
    Smooth { q: f32 },
}

/// The settings of a subtractive synthesizer.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Patch {
    pub(in crate::demo) wave: Wave,
    pub(in crate::demo) voices: usize,
    pub(in crate::demo) detune_cents: f32,
    /// Stereo width, 0 to 1.
    pub(in crate::demo) spread: f32,
    /// Level of a sine an octave below.
    pub(in crate::demo) sub: f32,
    /// Level of breath or air.
    pub(in crate::demo) noise: f32,
    pub(in crate::demo) filter: Filter,
    pub(in crate::demo) cutoff_hz: f32,
    /// Octaves that the filter envelope opens at the start of a note.
    pub(in crate::demo) envelope_octaves: f32,
    pub(in crate::demo) envelope_decay_s: f32,
    pub(in crate::demo) amplitude: Adsr,
    /// Saturation, 0 for none.
    pub(in crate::demo) drive: f32,
    pub(in crate::demo) vibrato_cents: f32,
    /// Formants in hertz that make it sing.
    pub(in crate::demo) vowel: Option<[f32; 3]>,
}

impl Patch {
    pub(super) fn play(&self, note: Note, studio: &Studio, random: &mut Random) -> Vec<Frame> {
        let rate = studio.rate_hz;
        let tail_s = self.amplitude.release_s;
        let mut clip = vec![[0.0; 2]; studio.frames(note.gate_s + tail_s).max(1)];
        let mut stack = Stack::new(studio, self.wave, self.voices, self.detune_cents, self.spread, random);
        let mut sub = Stack::new(studio, Wave::Sine, 1, 0.0, 0.0, random);
        let mut amplitude = self.amplitude.start(note.gate_s, rate);
        let mut ladder = match self.filter {
            Filter::Ladder { resonance } => {
                let filter = tuned(An(Moog::<f32, U1>::new(1_000.0, resonance)), rate);
                Some((filter, (resonance + 0.15 * note.accent).min(0.97)))
            }
            Filter::Smooth { .. } => None,
        };
        let q = if let Filter::Smooth { q } = self.filter { q } else { 1.0 };
        let mut smooth = [0, 1].map(|_| tuned(lowpass_hz(1_000.0, q), rate));
        let target_hz = midi_hz(note.midi as f32);
        let from_hz = note.glide_from.map_or(target_hz, |midi| midi_hz(midi as f32));
        let vibrato_phase = random.unit();
        let block_s = BLOCK as f32 / rate;
        for (index, block) in clip.chunks_mut(BLOCK).enumerate() {
            let time_s = index as f32 * block_s;
            let glide = (-time_s / 0.035).exp();
            // Vibrato comes in late, as a player's does.
            let depth = self.vibrato_cents * ((time_s - 0.12) / 0.3).clamp(0.0, 1.0);
            let vibrato = (depth / 1200.0 * (TAU * (5.3 * time_s + vibrato_phase)).sin()).exp2();
            let hz = (target_hz * (from_hz / target_hz).powf(glide)) * vibrato;
            stack.add_block(hz, 1.0, block);
            if self.sub > 0.0 {
                sub.add_block(0.5 * hz, self.sub, block);
            }
            if self.noise > 0.0 {
                block.iter_mut().flatten().for_each(|sample| *sample += self.noise * random.signed());
            }
            let envelope = self.envelope_octaves * (0.6 + 0.4 * note.accent) * (-time_s / self.envelope_decay_s).exp();
            // Higher notes open the filter by half of what they rise, as keyboards do.
            let follow = (target_hz / 220.0).log2() * 0.5;
            let octaves = envelope + follow + note.open_octaves + 0.5 * (note.accent - 0.5);
            let cutoff_hz = (self.cutoff_hz * octaves.exp2()).clamp(40.0, 0.42 * rate);
            if let Some((filter, resonance)) = &mut ladder {
                filter.set(Setting::center_q(cutoff_hz, *resonance));
                for frame in block.iter_mut() {
                    let sample = filter.filter_mono(0.5 * (frame[0] + frame[1]));
                    *frame = [sample, sample];
                }
            } else {
                for (channel, filter) in smooth.iter_mut().enumerate() {
                    filter.set(Setting::center_q(cutoff_hz, q));
                    for frame in block.iter_mut() {
                        frame[channel] = filter.filter_mono(frame[channel]);
                    }
                }
            }
            for frame in block.iter_mut() {
                let gain = amplitude.tick();
                *frame = frame.map(|sample| gain * saturate(sample, self.drive));
            }
        }
        if let Some(formants) = self.vowel {
            sing(&mut clip, formants, rate);
        }
        fade_out(&mut clip, studio.frames(0.01));
        clip
    }
}

/// Soft saturation that leaves the level of quiet sounds alone.
fn saturate(sample: f32, drive: f32) -> f32 {
    if drive > 0.0 { (sample * (1.0 + 4.0 * drive)).tanh() / (1.0 + drive) } else { sample }
}

/// Three formants in parallel over a quiet original.
fn sing(clip: &mut [Frame], formants: [f32; 3], rate_hz: f32) {
    for channel in 0..2 {
        let mut filters = formants.map(|hz| tuned(bandpass_hz(hz.min(0.4 * rate_hz), 7.0), rate_hz));
        for frame in clip.iter_mut() {
            let dry = frame[channel];
            let [first, second, third] = &mut filters;
            frame[channel] = 0.12 * dry
                + 1.0 * first.filter_mono(dry)
                + 0.7 * second.filter_mono(dry)
                + 0.35 * third.filter_mono(dry);
        }
    }
}
