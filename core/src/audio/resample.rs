//! Mono samples of any rate to the rate of a front end.

use audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler, WindowFunction};

use super::AudioError;

const MIN_RATE_HZ: u32 = 1_000;
const MAX_RATE_HZ: u32 = 384_000;
/// Least block of the FFT, in samples of the output. The cutoff moves towards Nyquist with its length: 7.93 kHz of
/// 8 kHz here.
const BLOCK: usize = 1600;

/// A stream resampler without delay: output sample `i` lies at the time of input sample `i * from / to`, and `n`
/// inputs give exactly `ceil(n * to / from)` outputs.
///
/// Synchronous FFT resampling (rubato) with a squared Blackman-Harris window. Memory is one block, whatever is
/// pushed.
pub(crate) struct MonoResampler {
    from_hz: u32,
    to_hz: u32,
    /// `None` where the rate is right already.
    fft: Option<Fft<f32>>,
    pending: Vec<f32>,
    output: Vec<f32>,
    /// Outputs still to be dropped: the delay of the filter.
    delay: usize,
    consumed: u64,
    produced: u64,
}

impl MonoResampler {
    /// Plans the way from `from_hz`, which a file claims, to `to_hz`, which the caller has checked.
    pub(crate) fn new(from_hz: u32, to_hz: u32) -> Result<Self, AudioError> {
        check_source_rate(from_hz)?;
        let fft = if from_hz == to_hz { None } else { Some(plan(from_hz, to_hz)?) };
        let (delay, block) = fft.as_ref().map_or((0, 0), |fft| (fft.output_delay(), fft.output_frames_max()));
        let output = vec![0.0; block];
        Ok(Self { from_hz, to_hz, fft, pending: Vec::new(), output, delay, consumed: 0, produced: 0 })
    }

    /// Sample rate of what is pushed, in Hz.
    pub(crate) fn source_hz(&self) -> u32 {
        self.from_hz
    }

    /// Takes source samples and hands on what is finished.
    pub(crate) fn push(&mut self, mut samples: &[f32], sink: &mut dyn FnMut(&[f32])) -> Result<(), AudioError> {
        self.consumed += samples.len() as u64;
        let Some(block) = self.fft.as_ref().map(Resampler::input_frames_next) else {
            self.produced += samples.len() as u64;
            sink(samples);
            return Ok(());
        };
        while !samples.is_empty() {
            let (taken, rest) = samples.split_at(samples.len().min(block - self.pending.len()));
            self.pending.extend_from_slice(taken);
            samples = rest;
            if self.pending.len() == block {
                self.process(block, u64::MAX, sink)?;
            }
        }
        Ok(())
    }

    /// Hands on the rest: the end of the stream as if silence followed.
    pub(crate) fn finish(mut self, sink: &mut dyn FnMut(&[f32])) -> Result<(), AudioError> {
        let expected = (self.consumed * u64::from(self.to_hz)).div_ceil(u64::from(self.from_hz));
        while self.fft.is_some() && self.produced < expected {
            self.process(self.pending.len(), expected, sink)?;
        }
        Ok(())
    }

    /// Resamples the `pending` samples as one block and hands on at most up to the output sample `limit`.
    fn process(&mut self, pending: usize, limit: u64, sink: &mut dyn FnMut(&[f32])) -> Result<(), AudioError> {
        let Some(fft) = &mut self.fft else { return Ok(()) };
        let rate_hz = self.from_hz;
        let failed = |source| AudioError::Resample { rate_hz, source };
        let frames = self.output.len();
        let input = SequentialSlice::new(&self.pending, 1, pending).map_err(|e| failed(Box::new(e)))?;
        let mut output = SequentialSlice::new_mut(&mut self.output, 1, frames).map_err(|e| failed(Box::new(e)))?;
        let indexing = Indexing::new().partial_len(pending);
        let (_, written) =
            fft.process_into_buffer(&input, &mut output, Some(&indexing)).map_err(|e| failed(Box::new(e)))?;
        self.pending.clear();
        let dropped = self.delay.min(written);
        self.delay -= dropped;
        let kept = ((written - dropped) as u64).min(limit - self.produced) as usize;
        self.produced += kept as u64;
        sink(&self.output[dropped..dropped + kept]);
        Ok(())
    }
}

/// Refuses rates that no recording has.
pub(super) fn check_source_rate(found: u32) -> Result<(), AudioError> {
    if (MIN_RATE_HZ..=MAX_RATE_HZ).contains(&found) {
        return Ok(());
    }
    Err(AudioError::SampleRate { min: MIN_RATE_HZ, max: MAX_RATE_HZ, found })
}

fn plan(from_hz: u32, to_hz: u32) -> Result<Fft<f32>, AudioError> {
    let (from, to) = (from_hz as usize, to_hz as usize);
    let divisor = greatest_common_divisor(from, to);
    // An even number of smallest blocks: the filter is centred between two samples of an odd one, and half a sample
    // of delay would stay.
    let blocks = BLOCK.div_ceil(to / divisor).next_multiple_of(2);
    let frames = blocks * (from / divisor);
    Fft::new_custom(from, to, frames, 1, 1, WindowFunction::BlackmanHarris2, FixedSync::Both)
        .map_err(|e| AudioError::Resample { rate_hz: from_hz, source: Box::new(e) })
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    fn resample(samples: &[f32], from_hz: u32, to_hz: u32, piece: usize) -> Vec<f32> {
        let mut out = Vec::new();
        let mut resampler = MonoResampler::new(from_hz, to_hz).unwrap();
        for piece in samples.chunks(piece) {
            resampler.push(piece, &mut |block| out.extend_from_slice(block)).unwrap();
        }
        resampler.finish(&mut |block| out.extend_from_slice(block)).unwrap();
        out
    }

    fn sine(frequency_hz: f64, rate_hz: u32, samples: usize) -> Vec<f32> {
        (0..samples).map(|n| (TAU * frequency_hz * n as f64 / f64::from(rate_hz)).sin() as f32).collect()
    }

    #[test]
    fn a_sine_keeps_its_amplitude_frequency_and_phase() {
        for to in [16_000, 22_050] {
            for rate in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000, 44_101] {
                for frequency in [100.0, 1000.0, 3500.0] {
                    let out = resample(&sine(frequency, rate, rate as usize), rate, to, 1000);
                    let expected = sine(frequency, to, to as usize);
                    assert_eq!(out.len(), to as usize, "{rate} Hz");
                    // The ends are left out: there the filter sees the silence around the signal.
                    for n in 2000..to as usize - 2000 {
                        let off = (out[n] - expected[n]).abs();
                        assert!(off < 1e-3, "{frequency} Hz at {rate} Hz: sample {n} is off by {off}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_16_khz_cannot_hold_is_removed() {
        for frequency in [8200.0, 12_000.0, 20_000.0] {
            let out = resample(&sine(frequency, 44_100, 44_100), 44_100, 16_000, 4096);
            let peak = out[2000..14_000].iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
            assert!(peak < 1e-4, "{frequency} Hz: {peak}");
        }
        let out = resample(&sine(7700.0, 44_100, 44_100), 44_100, 16_000, 4096);
        let power = out[2000..14_000].iter().map(|x| x * x).sum::<f32>() / 12_000.0;
        assert!((power - 0.5).abs() < 0.005, "7700 Hz passes: {power}");
    }

    #[test]
    fn impossible_rates_are_refused() {
        for rate in [0, 999, 384_001, u32::MAX] {
            assert!(
                matches!(MonoResampler::new(rate, 16_000), Err(AudioError::SampleRate { found, .. }) if found == rate)
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_length_is_exact_and_pieces_do_not_matter(
            rate in prop::sample::select(vec![8_000u32, 16_000, 22_050, 44_100, 48_000, 96_000, 12_345]),
            to in prop::sample::select(vec![16_000u32, 22_050]),
            samples in 0usize..60_000,
            piece in 1usize..9_000,
        ) {
            let signal = sine(440.0, rate, samples);
            let out = resample(&signal, rate, to, piece);
            prop_assert_eq!(out.len() as u64, (samples as u64 * u64::from(to)).div_ceil(u64::from(rate)));
            prop_assert_eq!(out, resample(&signal, rate, to, usize::MAX));
        }
    }
}
