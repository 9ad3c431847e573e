//! Onset strength: where drum hits and notes begin.

use std::collections::VecDeque;

use crate::features::MelFilterbank;

/// Samples of a frame (46 ms at 22.05 kHz).
pub(super) const FRAME: usize = 1024;
/// Samples between frames (12 ms).
pub(super) const HOP: usize = 256;
/// Mel bands that flux is taken in.
const MEL_BANDS: usize = 40;
/// First mel band of each group, and the end: below 280 Hz, 700 Hz, 2.2 kHz and up to Nyquist.
const GROUPS: [usize; ONSET_BANDS + 1] = [0, 4, 10, 21, 40];
/// Groups of bands that a strength is given for: kick, body, snare and hi-hat are heard apart.
pub(super) const ONSET_BANDS: usize = 4;
/// Frames over which an increase counts.
const LAG: usize = 2;
/// Energies are compressed relative to this much below the loudest of late: 50 dB.
const FLOOR: f32 = 1e-5;
/// How fast the loudest is forgotten: by half in 30 s.
const FORGET: f32 = 0.999_732;
/// Least reference, so that silence and dither have no onsets: the floor then lies above the noise of 16 bits.
const SILENCE: f32 = 1e-3;

/// Spectral flux of logarithmic mel energies with vibrato suppression: an increase counts only over the loudest of the
/// three neighbouring bands before (Böck and Widmer 2013, "Maximum filter vibrato suppression for onset detection").
pub(super) struct OnsetStrength {
    mel: MelFilterbank,
    /// Energies of the last [`LAG`] frames.
    past: VecDeque<[f32; MEL_BANDS]>,
    reference: f32,
}

impl OnsetStrength {
    pub(super) fn new(sample_rate_hz: u32) -> Self {
        let mel = MelFilterbank::slaney(MEL_BANDS, FRAME, f64::from(sample_rate_hz));
        Self { mel, past: VecDeque::with_capacity(LAG + 1), reference: SILENCE }
    }

    /// Strength of each group of bands at the next frame, at least 0. Does not depend on the level of the track.
    pub(super) fn push(&mut self, power: &[f32]) -> [f32; ONSET_BANDS] {
        let mut energies = [0.0; MEL_BANDS];
        for (energy, found) in energies.iter_mut().zip(self.mel.energies(power)) {
            *energy = found;
        }
        self.reference = energies.iter().fold(SILENCE.max(self.reference * FORGET), |a, &b| a.max(b));
        let scale = 1.0 / (FLOOR * self.reference);
        let compress = |x: f32| (scale * x).ln_1p();
        let mut strength = [0.0; ONSET_BANDS];
        if let Some(before) = self.past.front().filter(|_| self.past.len() == LAG) {
            let before = before.map(compress);
            let now = energies.map(compress);
            for (group, out) in strength.iter_mut().enumerate() {
                let bands = GROUPS[group]..GROUPS[group + 1];
                let count = bands.len() as f32;
                *out = bands
                    .map(|band| {
                        let neighbours = &before[band.saturating_sub(1)..(band + 2).min(MEL_BANDS)];
                        (now[band] - neighbours.iter().copied().fold(0.0, f32::max)).max(0.0)
                    })
                    .sum::<f32>()
                    / count;
            }
        }
        self.past.push_back(energies);
        if self.past.len() > LAG {
            self.past.pop_front();
        }
        strength
    }
}

/// Frames on either side that a peak must not be below.
const PEAK: usize = 3;
/// Frames before that a peak must stand out of.
const CONTEXT: usize = 12;
/// By how much it must.
const THRESHOLD: f32 = 0.35;
/// Least frames between two onsets: 60 ms.
const REFRACTORY: usize = 5;

/// Counts the peaks of onset strength (Böck, Krebs and Schedl 2012, "Evaluating the online capabilities of onset
/// detection methods", section 2.3): a local maximum that exceeds the mean around it by a threshold.
#[derive(Default)]
pub(super) struct OnsetCounter {
    recent: VecDeque<f32>,
    since_last: usize,
    count: u64,
}

impl OnsetCounter {
    pub(super) fn push(&mut self, strength: f32) {
        self.recent.push_back(strength);
        self.since_last += 1;
        if self.recent.len() > CONTEXT + 1 + PEAK {
            self.recent.pop_front();
        }
        let Some(centre) = self.recent.len().checked_sub(1 + PEAK) else { return };
        let candidate = self.recent[centre];
        let from = centre.saturating_sub(PEAK);
        let is_peak = self.recent.range(from..).all(|&x| x <= candidate);
        let mean = self.recent.iter().sum::<f32>() / self.recent.len() as f32;
        if is_peak && candidate > mean + THRESHOLD && self.since_last > REFRACTORY {
            self.count += 1;
            self.since_last = 0;
        }
    }

    /// Onsets so far. Those of the last frames, which have no future yet, are not among them.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}
