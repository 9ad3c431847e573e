//! The peak between the samples.

use std::iter;

/// Taps of a phase of the interpolator.
const TAPS: usize = 12;
/// The interpolator of BS.1770-4, annex 2, in parts of 8192: four phases, of which the last two mirror the first.
const PHASES: [[i16; TAPS]; 2] = [
    [14, 90, -161, 272, -487, 1125, 7964, -838, 390, -218, 122, -68],
    [-239, 240, -424, 730, -1364, 3810, 6388, -1641, 832, -477, 271, -155],
];
const UNIT: f32 = 8192.0;
/// Frames looked at together.
const BLOCK: usize = 32;
/// Rates from which two phases are enough, and from which none is needed, in Hz.
const DOUBLE_RATE_HZ: u32 = 96_000;
const FULL_RATE_HZ: u32 = 192_000;

/// Finds the highest absolute value of the signal at four times its rate (twice from 96 kHz, once from 192 kHz).
///
/// Blocks that cannot hold a new peak, whatever lies between their samples, are passed over: interpolation is at most
/// the largest sample times the sum of the taps' absolute values. The result is that of looking everywhere.
pub(super) struct TruePeak {
    channels: usize,
    phases: Vec<[f32; TAPS]>,
    bound: f32,
    /// The last samples of each channel.
    history: Vec<[f32; TAPS - 1]>,
    scratch: Vec<f32>,
}

impl TruePeak {
    pub(super) fn new(channels: usize, sample_rate_hz: u32) -> Self {
        let mirror = |taps: [f32; TAPS]| std::array::from_fn(|tap| taps[TAPS - 1 - tap]);
        let [first, second] = PHASES.map(|taps| taps.map(|tap| f32::from(tap) / UNIT));
        let phases = match sample_rate_hz {
            FULL_RATE_HZ.. => Vec::new(),
            DOUBLE_RATE_HZ.. => vec![first, mirror(second)],
            _ => vec![first, second, mirror(second), mirror(first)],
        };
        let sums = phases.iter().map(|taps| taps.iter().map(|tap| tap.abs()).sum::<f32>());
        Self {
            channels,
            // A little more, for the rounding of sums.
            bound: 1.001 * sums.fold(1.0, f32::max),
            phases,
            history: vec![[0.0; TAPS - 1]; channels],
            scratch: Vec::new(),
        }
    }

    /// The higher of `peak` and the peak of the next samples, at least 0.
    pub(super) fn push(&mut self, interleaved: &[f32], mut peak: f32) -> f32 {
        let Self { channels, phases, bound, history, scratch } = self;
        for (channel, history) in history.iter_mut().enumerate() {
            scratch.clear();
            scratch.extend_from_slice(history);
            scratch.extend(interleaved.chunks_exact(*channels).map(|frame| frame[channel]));
            history.copy_from_slice(&scratch[scratch.len() - (TAPS - 1)..]);
            let mut rest = &scratch[..];
            while rest.len() >= TAPS {
                let block = &rest[..rest.len().min(BLOCK + TAPS - 1)];
                let highest = highest(block);
                peak = peak.max(highest);
                if highest * *bound > peak {
                    peak = phases.iter().fold(peak, |peak, taps| peak.max(interpolated_peak(block, taps)));
                }
                rest = &rest[block.len() - (TAPS - 1)..];
            }
        }
        peak
    }
}

/// Highest absolute value, at least 0.
fn highest(samples: &[f32]) -> f32 {
    let (eights, rest) = samples.as_chunks::<8>();
    let lanes = eights.iter().fold([0.0f32; 8], |lanes, eight| {
        std::array::from_fn(|lane| if eight[lane].abs() > lanes[lane] { eight[lane].abs() } else { lanes[lane] })
    });
    lanes.into_iter().chain(rest.iter().map(|x| x.abs())).fold(0.0, f32::max)
}

/// Highest absolute value of one phase of the interpolation, over all places where its taps fit.
fn interpolated_peak(block: &[f32], taps: &[f32; TAPS]) -> f32 {
    let mut sums = [0.0f32; BLOCK];
    let places = block.len() - (TAPS - 1);
    for (tap, samples) in taps.iter().rev().zip(iter::successors(Some(block), |rest| rest.get(1..))) {
        for (sum, sample) in sums[..places].iter_mut().zip(samples) {
            *sum += tap * sample;
        }
    }
    highest(&sums[..places])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passing_over_blocks_changes_nothing() {
        let mut state = 1u32;
        let signal: Vec<f32> = (0..20_000)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = state as f32 / u32::MAX as f32 - 0.5;
                noise * (1.0 + (n as f32 * 0.01).sin())
            })
            .collect();
        for rate in [44_100, 96_000, 192_000] {
            let mut meter = TruePeak::new(1, rate);
            let found = signal.chunks(999).fold(0.0, |peak, piece| meter.push(piece, peak));
            let padded = [&[0.0; TAPS - 1][..], &signal].concat();
            let everywhere = padded.windows(TAPS).flat_map(|window| {
                let at = |taps: &[f32; TAPS]| window.iter().rev().zip(taps).map(|(x, tap)| x * tap).sum::<f32>().abs();
                meter.phases.iter().map(at).collect::<Vec<_>>()
            });
            let expected = everywhere.chain(signal.iter().map(|x| x.abs())).fold(0.0, f32::max);
            assert!((found - expected).abs() < 1e-5, "{rate} Hz: {found} {expected}");
        }
    }

    #[test]
    fn more_than_a_meter_can_hold_is_still_a_number() {
        let mut meter = TruePeak::new(100, 44_100);
        assert!((meter.push(&[0.25; 1000], 0.0) - 0.25).abs() < 0.1);
        assert!(meter.push(&[], 0.0).abs() < f32::EPSILON);
    }
}
