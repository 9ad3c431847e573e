//! All descriptors from one pass.

use super::Descriptors;
use super::energy::energy;
use super::key_estimate;
use super::loudness::LoudnessMeter;
use super::onsets::{self, OnsetCounter, OnsetStrength};
use super::pitch_classes::{self, PitchHistogram};
use super::tempo::TempoMeter;
use crate::audio::SourceBlock;
use crate::features::SlidingSpectra;

/// Listens to a track and measures its descriptors. Memory is a few hundred kilobytes, and some bytes a second for the
/// gates of loudness.
pub(crate) struct DescriptorMeter {
    sample_rate_hz: f64,
    samples: u64,
    loudness: LoudnessMeter,
    short_spectra: SlidingSpectra,
    long_spectra: SlidingSpectra,
    rhythm: Rhythm,
    pitches: PitchHistogram,
}

/// What is measured on short frames.
struct Rhythm {
    bin_hz: f64,
    strength: OnsetStrength,
    onsets: OnsetCounter,
    tempo: TempoMeter,
    power: f64,
    power_times_bin: f64,
}

impl DescriptorMeter {
    /// For a mixdown at `sample_rate_hz`.
    pub(crate) fn new(sample_rate_hz: u32) -> Self {
        let rate = f64::from(sample_rate_hz);
        Self {
            sample_rate_hz: rate,
            samples: 0,
            loudness: LoudnessMeter::default(),
            short_spectra: SlidingSpectra::new(onsets::FRAME, onsets::HOP),
            long_spectra: SlidingSpectra::new(pitch_classes::FRAME, pitch_classes::HOP),
            rhythm: Rhythm {
                bin_hz: rate / onsets::FRAME as f64,
                strength: OnsetStrength::new(sample_rate_hz),
                onsets: OnsetCounter::default(),
                tempo: TempoMeter::new(rate / onsets::HOP as f64),
                power: 0.0,
                power_times_bin: 0.0,
            },
            pitches: PitchHistogram::new(sample_rate_hz),
        }
    }

    /// Takes sound as the file holds it.
    pub(crate) fn push_source(&mut self, block: &SourceBlock<'_>) {
        self.loudness.push(block);
    }

    /// Takes the same sound, mixed down and resampled.
    pub(crate) fn push_mono(&mut self, samples: &[f32]) {
        self.samples += samples.len() as u64;
        let Self { short_spectra, long_spectra, rhythm, pitches, .. } = self;
        short_spectra.push(samples, &mut |power| rhythm.push(power));
        long_spectra.push(samples, &mut |power| pitches.push(power));
    }

    pub(crate) fn finish(self) -> Descriptors {
        let Self { sample_rate_hz, samples, loudness, short_spectra, long_spectra, mut rhythm, mut pitches } = self;
        short_spectra.finish(&mut |power| rhythm.push(power));
        long_spectra.finish(&mut |power| pitches.push(power));
        let loudness = loudness.finish();
        let duration_s = samples as f64 / sample_rate_hz;
        // A fraction of a second tells no density.
        let onset_density_hz = (rhythm.onsets.count() as f64 / duration_s.max(1.0)) as f32;
        let spectral_centroid_hz = rhythm.centroid_hz() as f32;
        Descriptors {
            tempo: rhythm.tempo.finish(),
            key: pitches.finish().and_then(|classes| key_estimate::estimate(&classes)),
            loudness_lufs: loudness.integrated_lufs,
            loudness_range_lu: loudness.range_lu,
            true_peak_dbtp: loudness.true_peak_dbtp,
            onset_density_hz,
            spectral_centroid_hz,
            energy: energy(loudness.integrated_lufs, onset_density_hz, spectral_centroid_hz),
        }
    }
}

impl Rhythm {
    fn push(&mut self, power: &[f32]) {
        let strength = self.strength.push(power);
        self.onsets.push(strength.iter().sum());
        self.tempo.push(strength);
        let (mut sum, mut weighted) = (0.0f32, 0.0f32);
        for (bin, &p) in power.iter().enumerate() {
            sum += p;
            weighted += p * bin as f32;
        }
        self.power += f64::from(sum);
        self.power_times_bin += f64::from(weighted);
    }

    fn centroid_hz(&self) -> f64 {
        if self.power > 0.0 { self.bin_hz * self.power_times_bin / self.power } else { 0.0 }
    }
}

#[cfg(test)]
mod tests;
