//! Power spectra of single frames.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// A planned real FFT with its buffers. One per thread: [`PowerSpectrum::compute`] allocates nothing.
#[derive(Clone)]
pub(super) struct PowerSpectrum {
    plan: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f32>,
}

impl PowerSpectrum {
    /// Plans transforms of `fft_size` samples.
    pub(super) fn new(fft_size: usize) -> Self {
        let plan = RealFftPlanner::new().plan_fft_forward(fft_size);
        Self {
            input: plan.make_input_vec(),
            spectrum: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            power: vec![0.0; fft_size / 2 + 1],
            plan,
        }
    }

    /// Lets `fill` write the first `length` samples of a frame (the rest is zero padding) and returns the power
    /// `[fft_size / 2 + 1]` of its spectrum.
    pub(super) fn compute(&mut self, length: usize, fill: impl FnOnce(&mut [f32])) -> &mut [f32] {
        let (frame, padding) = self.input.split_at_mut(length);
        fill(frame);
        padding.fill(0.0);
        // It fails only for buffers of another length, and these were made by the plan itself. Were that ever to
        // change, the power would be NaN and be refused by every front end.
        if self.plan.process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch).is_err() {
            self.spectrum.fill(Complex::new(f32::NAN, f32::NAN));
        }
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr();
        }
        &mut self.power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impulse_is_flat_and_padding_is_cleared() {
        let mut stft = PowerSpectrum::new(512);
        stft.compute(512, |frame| frame.fill(1.0));
        let power = stft.compute(400, |frame| {
            frame.fill(0.0);
            frame[0] = 2.0;
        });
        assert_eq!(power.len(), 257);
        assert!(power.iter().all(|p| (p - 4.0).abs() < 1e-5), "{power:?}");
    }
}
