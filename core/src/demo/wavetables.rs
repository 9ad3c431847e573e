//! Band-limited oscillators.

use std::f32::consts::FRAC_PI_4;
use std::sync::Arc;

use fundsp::buffer::BufferArray;
use fundsp::combinator::An;
use fundsp::typenum::U1;
use fundsp::wavetable::{WaveSynth, Wavetable};
use fundsp::{F32x, MAX_BUFFER_SIZE};

use super::random::Random;
use super::sound::{Frame, Studio};

/// The shape of an oscillator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wave {
    Sine,
    Triangle,
    Saw,
    Square,
    /// A saw whose upper partials fall faster: strings, soft pads.
    Soft,
    /// The first drawbars of an organ.
    Organ,
    /// Odd partials with a hollow middle: reed and flute.
    Reed,
}

/// One table per shape, without partials above the Nyquist frequency. fundsp's own tables reach to 22 kHz and would
/// alias at lower rates.
pub(super) struct Wavetables {
    tables: [Arc<Wavetable>; 7],
}

impl Wavetables {
    pub(super) fn new(sample_rate_hz: u32) -> Self {
        let limit_hz = 0.47 * f64::from(sample_rate_hz);
        let table = |amplitude: fn(f64) -> f64, alternate: bool| {
            let phase = move |partial: u32| if alternate && partial % 4 == 3 { 0.5 } else { 0.0 };
            let bounded = move |pitch_hz: f64, partial: u32| {
                let partial = f64::from(partial);
                if pitch_hz * partial > limit_hz { 0.0 } else { amplitude(partial) }
            };
            Arc::new(Wavetable::new(20.0, 16_000.0, 3.0, &phase, &bounded))
        };
        Self {
            tables: [
                table(|partial| if partial < 1.5 { 1.0 } else { 0.0 }, false),
                table(|partial| (partial % 2.0) / (partial * partial), true),
                table(|partial| 1.0 / partial, false),
                table(|partial| (partial % 2.0) / partial, false),
                table(|partial| 1.0 / (partial * (1.0 + 0.18 * partial)), false),
                table(
                    |partial| match partial as u32 {
                        1 => 1.0,
                        2 => 0.7,
                        3 => 0.45,
                        4 => 0.4,
                        6 => 0.2,
                        8 => 0.15,
                        _ => 0.0,
                    },
                    false,
                ),
                table(
                    |partial| if partial < 1.5 { 1.0 } else { (0.15 + 0.5 * (partial % 2.0)) / partial.powf(1.6) },
                    false,
                ),
            ],
        }
    }

    fn table(&self, wave: Wave) -> &Arc<Wavetable> {
        let index = match wave {
            Wave::Sine => 0,
            Wave::Triangle => 1,
            Wave::Saw => 2,
            Wave::Square => 3,
            Wave::Soft => 4,
            Wave::Organ => 5,
            Wave::Reed => 6,
        };
        &self.tables[index]
    }
}

/// Samples per block of the stacks: fundsp's own limit.
pub(super) const BLOCK: usize = MAX_BUFFER_SIZE;

struct Voice {
    oscillator: An<WaveSynth<U1>>,
    ratio: f32,
    gain: Frame,
}

/// Several detuned oscillators of one wave, spread over the stereo field.
pub(super) struct Stack {
    voices: Vec<Voice>,
}

impl Stack {
    /// `detune_cents` is the distance of the outer voices from the centre; `spread` 0 is mono, 1 is full width.
    pub(super) fn new(
        studio: &Studio,
        wave: Wave,
        voices: usize,
        detune_cents: f32,
        spread: f32,
        random: &mut Random,
    ) -> Self {
        let count = voices.max(1);
        let level = 1.0 / (count as f32).sqrt();
        let voices = (0..count)
            .map(|index| {
                let position = if count == 1 { 0.0 } else { 2.0 * index as f32 / (count - 1) as f32 - 1.0 };
                // Uneven steps: evenly spaced voices beat in a regular, audible pattern.
                let cents = detune_cents * position * (0.85 + 0.15 * position.abs()) * random.between(0.9, 1.1);
                // Neighbours in pitch lie on opposite sides.
                let side = if index % 2 == 0 { position } else { -position };
                let angle = FRAC_PI_4 * (1.0 + spread * side);
                let mut oscillator = An(WaveSynth::<U1>::new(Arc::clone(studio.wavetables.table(wave))));
                oscillator.set_sample_rate(f64::from(studio.rate_hz));
                Voice {
                    oscillator: oscillator.phase(random.unit()),
                    ratio: (cents / 1200.0).exp2(),
                    gain: [angle.cos() * level * 1.414, angle.sin() * level * 1.414],
                }
            })
            .collect();
        Self { voices }
    }

    /// Adds up to [`BLOCK`] frames at a frequency that is constant over the block.
    pub(super) fn add_block(&mut self, frequency_hz: f32, gain: f32, target: &mut [Frame]) {
        let mut input = BufferArray::<U1>::new();
        let mut output = BufferArray::<U1>::new();
        for voice in &mut self.voices {
            input.channel_mut(0).fill(F32x::splat(frequency_hz * voice.ratio));
            voice.oscillator.process(target.len(), &input.buffer_ref(), &mut output.buffer_mut());
            let [left, right] = voice.gain.map(|side| side * gain);
            for (frame, sample) in target.iter_mut().zip(output.channel_f32(0)) {
                frame[0] += left * sample;
                frame[1] += right * sample;
            }
        }
    }
}
