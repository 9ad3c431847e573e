//! Power spectra of a stream of any length.

use super::stft::PowerSpectrum;
use super::window::hann_periodic;

/// Cuts a stream into overlapping frames and gives their power spectra. Memory is one frame and what is pushed at once.
pub(crate) struct SlidingSpectra {
    window: Vec<f32>,
    hop_length: usize,
    stft: PowerSpectrum,
    /// Samples that a frame still needs.
    pending: Vec<f32>,
    any: bool,
}

impl SlidingSpectra {
    /// Frames of `frame` samples under a periodic Hann window, `hop_length` apart (at most `frame`).
    pub(crate) fn new(frame: usize, hop_length: usize) -> Self {
        Self {
            window: hann_periodic(frame),
            hop_length,
            stft: PowerSpectrum::new(frame),
            pending: Vec::with_capacity(2 * frame),
            any: false,
        }
    }

    /// Takes samples, and calls `each` with the power `[frame / 2 + 1]` of every frame that is complete. The first
    /// frame begins at the first sample.
    pub(crate) fn push(&mut self, samples: &[f32], each: &mut dyn FnMut(&[f32])) {
        self.pending.extend_from_slice(samples);
        let frame = self.window.len();
        let mut start = 0;
        while self.pending.len() - start >= frame {
            self.compute(start, frame, each);
            start += self.hop_length;
        }
        self.pending.drain(..start);
    }

    /// The end of the stream. A stream shorter than a frame gives one, as if silence followed; of longer ones, what
    /// lies after the last whole frame is left out.
    pub(crate) fn finish(mut self, each: &mut dyn FnMut(&[f32])) {
        if !self.any && !self.pending.is_empty() {
            self.compute(0, self.pending.len(), each);
        }
    }

    fn compute(&mut self, start: usize, length: usize, each: &mut dyn FnMut(&[f32])) {
        self.any = true;
        let Self { window, stft, pending, .. } = self;
        let power = stft.compute(length, |frame| {
            for ((x, sample), weight) in frame.iter_mut().zip(&pending[start..]).zip(window.iter()) {
                *x = sample * weight;
            }
        });
        each(power);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(signal: &[f32], piece: usize) -> Vec<Vec<f32>> {
        let (mut spectra, mut out) = (SlidingSpectra::new(64, 16), Vec::new());
        for piece in signal.chunks(piece) {
            spectra.push(piece, &mut |power| out.push(power.to_vec()));
        }
        spectra.finish(&mut |power| out.push(power.to_vec()));
        out
    }

    #[test]
    fn frames_do_not_depend_on_the_pieces() {
        let signal: Vec<f32> = (0..500).map(|n| (n as f32 * 0.37).sin() + n as f32 * 1e-3).collect();
        let whole = frames(&signal, 500);
        assert_eq!(whole.len(), 1 + (500 - 64) / 16);
        for piece in [1, 7, 64, 499] {
            assert_eq!(frames(&signal, piece), whole, "{piece}");
        }
    }

    #[test]
    fn short_streams_give_one_frame_and_empty_ones_none() {
        assert_eq!(frames(&[1.0], 1).len(), 1);
        assert_eq!(frames(&[0.5; 63], 10).len(), 1);
        assert_eq!(frames(&[], 1).len(), 0);
    }
}
