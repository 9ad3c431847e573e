//! Which pitches sound, whatever their octave.

/// Samples of a frame at 22.05 kHz: 0.37 s, which tells semitones apart from 90 Hz up.
pub(super) const FRAME: usize = 8192;
/// Samples between frames.
pub(super) const HOP: usize = 4096;
/// Divisions of the octave: 10 cents each.
pub(super) const FINE: usize = 120;
/// Divisions of a semitone.
const PER_SEMITONE: usize = FINE / 12;
/// Pitches that count, in Hz: C2 to C7.
const RANGE_HZ: [f64; 2] = [65.0, 2100.0];
/// Peaks further than this below the highest of their frame do not count: 40 dB.
const LEAST_POWER: f32 = 1e-4;
/// Frames with less power in their highest peak are silence: a tone of about -80 dBFS.
const SILENCE: f32 = 0.05;
/// Harmonics that a peak may be of, and the weight of each further one (Gómez 2006, "Tonal description of music audio
/// signals", section 3.3.2).
const HARMONICS: usize = 4;
const HARMONIC_DECAY: f32 = 0.6;

/// Adds up a histogram of the pitches of spectral peaks, ten cents fine, over the whole track.
///
/// Each frame has the same say, whatever its level, and each peak counts by the square root of its amplitude for the
/// pitch itself and for those it may be a harmonic of. Tuning is found afterwards, from the histogram.
pub(super) struct PitchHistogram {
    bin_hz: f64,
    histogram: [f64; FINE],
    frame: [f32; FINE],
}

impl PitchHistogram {
    pub(super) fn new(sample_rate_hz: u32) -> Self {
        Self { bin_hz: f64::from(sample_rate_hz) / FRAME as f64, histogram: [0.0; FINE], frame: [0.0; FINE] }
    }

    /// Takes the power `[FRAME / 2 + 1]` of a frame.
    pub(super) fn push(&mut self, power: &[f32]) {
        let from = (RANGE_HZ[0] / self.bin_hz) as usize;
        let to = (RANGE_HZ[1] / self.bin_hz) as usize;
        let highest = power[from..=to].iter().copied().fold(0.0, f32::max);
        if highest.is_nan() || highest < SILENCE {
            return;
        }
        self.frame.fill(0.0);
        for bin in from..=to {
            let [left, middle, right] = [power[bin - 1], power[bin], power[bin + 1]];
            if middle <= left || middle < right || middle < LEAST_POWER * highest {
                continue;
            }
            self.add(bin as f64 + peak_offset(left, middle, right), middle.powf(0.25));
        }
        let sum: f32 = self.frame.iter().sum();
        if sum > 0.0 {
            for (total, x) in self.histogram.iter_mut().zip(&self.frame) {
                *total += f64::from(x / sum);
            }
        }
    }

    fn add(&mut self, bin: f64, weight: f32) {
        let octaves_above_c = (bin * self.bin_hz / 440.0).log2() + 0.75;
        let mut weight = weight;
        for harmonic in 1..=HARMONICS {
            let octaves = octaves_above_c - (harmonic as f64).log2();
            let fine = (octaves.rem_euclid(1.0) * FINE as f64).round() as usize % FINE;
            self.frame[fine] += weight;
            weight *= HARMONIC_DECAY;
        }
    }

    /// Weight of each pitch class from C on, in the track's own tuning, summing to 1. `None` where there was no pitch.
    pub(super) fn finish(self) -> Option<[f64; 12]> {
        let total: f64 = self.histogram.iter().sum();
        if total <= 0.0 {
            return None;
        }
        let tuning = self.tuning();
        let mut classes = [0.0; 12];
        for (fine, weight) in self.histogram.iter().enumerate() {
            // Tens of cents from the nearest semitone of the tuning, and which one that is.
            let shifted = (fine + FINE + PER_SEMITONE / 2).wrapping_add_signed(-tuning);
            let distance = (shifted % PER_SEMITONE) as f64 - (PER_SEMITONE / 2) as f64;
            let class = shifted / PER_SEMITONE % 12;
            classes[class] += weight * (-0.5 * (distance / 2.5).powi(2)).exp();
        }
        let sum: f64 = classes.iter().sum();
        Some(classes.map(|x| x / sum))
    }

    /// How far the track lies above A4 = 440 Hz, in tens of cents, -5 to 5: the circular mean of what lies within a
    /// semitone.
    fn tuning(&self) -> isize {
        let step = std::f64::consts::TAU / PER_SEMITONE as f64;
        let (mut sine, mut cosine) = (0.0, 0.0);
        for (fine, weight) in self.histogram.iter().enumerate() {
            let angle = (fine % PER_SEMITONE) as f64 * step;
            sine += weight * angle.sin();
            cosine += weight * angle.cos();
        }
        (f64::atan2(sine, cosine) / step).round() as isize
    }
}

/// Where between its neighbours the peak of a parabola through logarithmic power lies, in bins, -0.5 to 0.5.
fn peak_offset(left: f32, middle: f32, right: f32) -> f64 {
    let [left, middle, right] = [left, middle, right].map(|p| f64::from(p.max(f32::MIN_POSITIVE)).ln());
    let bend = left - 2.0 * middle + right;
    if bend < 0.0 { (0.5 * (left - right) / bend).clamp(-0.5, 0.5) } else { 0.0 }
}
