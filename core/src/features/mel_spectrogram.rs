//! Mel spectrograms of chunks: what the front ends have in common.

use super::FeatureError;
use super::mel::MelFilterbank;
use super::stft::PowerSpectrum;

/// How the frames lie in a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Wholly within it.
    Inside,
    /// Centred on multiples of the hop; beyond its ends is silence (librosa from 0.10 on).
    CentredOnSilence,
    /// Centred on multiples of the hop; beyond its ends it is mirrored without repeating the end (librosa to 0.9).
    CentredOnMirror,
}

/// What the filters weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spectrum {
    /// Absolute values.
    Magnitude,
    /// Their squares.
    Power,
}

/// What a mel spectrogram is made with.
#[derive(Clone, Debug)]
pub(super) struct MelPlan {
    /// Samples of a chunk; shorter ones are followed by silence, longer ones cut. At least one frame, and more than
    /// half an FFT where frames are centred.
    pub(super) chunk_samples: usize,
    /// Frames of the output. At most as many as [`MelPlan::frames_of`] the chunk.
    pub(super) frames: usize,
    pub(super) window: Vec<f32>,
    pub(super) hop_length: usize,
    pub(super) fft_size: usize,
    pub(super) framing: Framing,
    pub(super) spectrum: Spectrum,
    pub(super) mel: MelFilterbank,
}

/// Computes the mel spectrograms of chunks, with buffers that are reused.
#[derive(Clone)]
pub(super) struct MelSpectrogram {
    plan: MelPlan,
    stft: PowerSpectrum,
    padded: Vec<f32>,
}

impl MelPlan {
    /// Frames that `samples` samples give.
    pub(super) fn frames_of(&self, samples: usize) -> usize {
        match self.framing {
            Framing::Inside => frames_inside(samples, self.window.len(), self.hop_length),
            Framing::CentredOnSilence | Framing::CentredOnMirror => 1 + samples / self.hop_length,
        }
    }

    /// Samples that are needed beyond either end.
    fn margin(&self) -> usize {
        match self.framing {
            Framing::Inside => 0,
            Framing::CentredOnSilence | Framing::CentredOnMirror => self.fft_size / 2,
        }
    }
}

impl MelSpectrogram {
    pub(super) fn new(plan: MelPlan) -> Self {
        Self { stft: PowerSpectrum::new(plan.fft_size), padded: Vec::new(), plan }
    }

    pub(super) fn frames(&self) -> usize {
        self.plan.frames
    }

    /// Frames of the output that `samples` samples reach; the others are padding.
    pub(super) fn real_frames(&self, samples: usize) -> usize {
        self.plan.frames_of(samples).min(self.plan.frames)
    }

    /// Replaces the contents of `out` by what the filters give.
    ///
    /// # Shapes
    /// `samples [n]`; `out [frames, bands]`, row-major.
    ///
    /// # Errors
    /// No samples at all, or energies that are not finite.
    pub(super) fn compute(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), FeatureError> {
        if samples.is_empty() {
            return Err(FeatureError::TooShort { needed: 1, found: 0 });
        }
        self.pad(samples);
        out.clear();
        let MelPlan { window, hop_length, frames, spectrum, mel, .. } = &self.plan;
        for (index, frame) in self.padded.windows(window.len()).step_by(*hop_length).take(*frames).enumerate() {
            let bins = self.stft.compute(window.len(), |buffer| {
                for ((out, x), weight) in buffer.iter_mut().zip(frame).zip(window) {
                    *out = x * weight;
                }
            });
            // The first bin sums the whole frame, so it tells of every sample that is not finite.
            let mut finite = bins[0].is_finite();
            if *spectrum == Spectrum::Magnitude {
                for bin in bins.iter_mut() {
                    *bin = bin.sqrt();
                }
            }
            let start = out.len();
            out.extend(mel.energies(bins));
            finite &= out[start..].iter().all(|energy| energy.is_finite());
            if !finite {
                return Err(FeatureError::NotFinite { frame: index });
            }
        }
        Ok(())
    }

    /// Sets `padded` to the chunk with its margins.
    fn pad(&mut self, samples: &[f32]) {
        let (chunk, margin) = (self.plan.chunk_samples, self.plan.margin());
        self.padded.clear();
        self.padded.resize(margin, 0.0);
        self.padded.extend_from_slice(&samples[..samples.len().min(chunk)]);
        self.padded.resize(margin + chunk + margin, 0.0);
        if self.plan.framing == Framing::CentredOnMirror {
            let (first, last) = (margin, margin + chunk - 1);
            for distance in 1..=margin {
                self.padded[first - distance] = self.padded[first + distance];
                self.padded[last + distance] = self.padded[last - distance];
            }
        }
    }
}

/// Frames that lie wholly within `samples` samples.
pub(super) fn frames_inside(samples: usize, frame_length: usize, hop_length: usize) -> usize {
    if samples < frame_length { 0 } else { 1 + (samples - frame_length) / hop_length }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(framing: Framing) -> MelSpectrogram {
        MelSpectrogram::new(MelPlan {
            chunk_samples: 8,
            frames: 3,
            window: vec![1.0; 4],
            hop_length: 2,
            fft_size: 4,
            framing,
            spectrum: Spectrum::Power,
            mel: MelFilterbank::slaney(2, 4, 8.0),
        })
    }

    #[test]
    fn margins_are_silent_or_mirrored() {
        let samples = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        for (framing, expected) in [
            (Framing::Inside, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0][..]),
            (Framing::CentredOnSilence, &[0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.0, 0.0]),
            (Framing::CentredOnMirror, &[3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 7.0, 6.0]),
        ] {
            let mut mel = plan(framing);
            mel.pad(&samples);
            assert_eq!(mel.padded, expected, "{framing:?}");
        }
        let mut mel = plan(Framing::CentredOnMirror);
        mel.pad(&samples[..5]);
        assert_eq!(mel.padded, [3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0], "silence is mirrored");
        mel.pad(&[samples, samples].concat());
        assert_eq!(mel.padded[2..10], samples, "cut");
    }

    #[test]
    fn frames_are_counted() {
        let (inside, centred) = (plan(Framing::Inside), plan(Framing::CentredOnSilence));
        assert_eq!([3, 4, 5, 6, 8, 20].map(|n| inside.real_frames(n)), [0, 1, 1, 2, 3, 3]);
        assert_eq!([1, 2, 3, 4, 8, 20].map(|n| centred.real_frames(n)), [1, 2, 2, 3, 3, 3]);
    }
}
