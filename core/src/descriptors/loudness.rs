//! Loudness after EBU R128 (ITU-R BS.1770-4).
//!
//! Written here because it would cost as much as everything else together: the meters to be had sum every sample once
//! for each of the blocks that overlap, and oversample all of them for the true peak.

mod gating;
mod k_weighting;
mod true_peak;

use self::gating::Gates;
use self::k_weighting::KWeighting;
use self::true_peak::TruePeak;
use crate::audio::SourceBlock;

/// Parts of a second in which power is summed: gating blocks overlap by multiples of it.
const PARTS_PER_SECOND: u32 = 10;
/// Below this rate the weighting filter does not exist, in Hz.
const LEAST_RATE_HZ: u32 = 8000;

/// Measures loudness and true peak of the original channels at their own rate.
///
/// A mono file is measured as one channel, as the standard says: 3 LU less than the same sound on two. Channels are
/// taken in the order of WAVE files; the low-frequency channel and what lies beyond 7.1 do not count for loudness.
#[derive(Default)]
pub(super) struct LoudnessMeter {
    /// Of the current rate and channels.
    part: Option<Part>,
    gates: Gates,
    peak: f32,
}

/// A stretch of sound of one rate and number of channels.
struct Part {
    channels: usize,
    sample_rate_hz: u32,
    weighting: Option<KWeighting>,
    true_peak: TruePeak,
    /// Weighted power since the last tenth of a second, and frames that it still lacks.
    power: f64,
    missing: usize,
}

/// What was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Loudness {
    pub(super) integrated_lufs: Option<f32>,
    pub(super) range_lu: Option<f32>,
    pub(super) true_peak_dbtp: Option<f32>,
}

impl LoudnessMeter {
    pub(super) fn push(&mut self, block: &SourceBlock<'_>) {
        let SourceBlock { channels, sample_rate_hz, .. } = *block;
        let part = match self.part.take() {
            Some(part) if part.channels == channels && part.sample_rate_hz == sample_rate_hz => part,
            _ => Part::new(channels, sample_rate_hz),
        };
        let part = self.part.insert(part);
        part.push(block.interleaved, &mut self.gates);
        self.peak = part.true_peak.push(block.interleaved, self.peak);
    }

    pub(super) fn finish(self) -> Loudness {
        let integrated_lufs = self.gates.integrated_lufs();
        Loudness {
            integrated_lufs: integrated_lufs.map(|lufs| lufs as f32),
            range_lu: integrated_lufs.and_then(|_| self.gates.range_lu()).map(|range| range as f32),
            true_peak_dbtp: (self.peak > 0.0).then(|| 20.0 * self.peak.log10()),
        }
    }
}

impl Part {
    fn new(channels: usize, sample_rate_hz: u32) -> Self {
        let weighting = (sample_rate_hz >= LEAST_RATE_HZ).then(|| KWeighting::new(channels, sample_rate_hz));
        let true_peak = TruePeak::new(channels, sample_rate_hz);
        Self { channels, sample_rate_hz, weighting, true_peak, power: 0.0, missing: part_frames(sample_rate_hz) }
    }

    /// Adds the mean square of every tenth of a second that is complete to the gates.
    fn push(&mut self, mut interleaved: &[f32], gates: &mut Gates) {
        let Some(weighting) = &mut self.weighting else { return };
        while !interleaved.is_empty() {
            let frames = self.missing.min(interleaved.len() / self.channels);
            if frames == 0 {
                return;
            }
            let (now, rest) = interleaved.split_at(frames * self.channels);
            interleaved = rest;
            self.power += weighting.power(now);
            self.missing -= frames;
            if self.missing == 0 {
                self.missing = part_frames(self.sample_rate_hz);
                gates.push(std::mem::take(&mut self.power) / self.missing as f64);
            }
        }
    }
}

fn part_frames(sample_rate_hz: u32) -> usize {
    ((sample_rate_hz + PARTS_PER_SECOND / 2) / PARTS_PER_SECOND) as usize
}

#[cfg(test)]
mod tests;
