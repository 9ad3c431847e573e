//! The filter that weighs sound as the ear does.

use std::f64::consts::PI;

/// A second-order section: `y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''`.
#[derive(Clone, Copy, Debug)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

/// Two channels side by side: the sections' latency is the same for one.
const LANES: usize = 2;

/// What a section remembers, for each lane.
type State = [[f64; LANES]; 2];

/// The K-weighting of BS.1770-4, annex 1, for all channels: a shelf for the acoustics of the head, then a high pass.
pub(super) struct KWeighting {
    channels: usize,
    sections: [Section; 2],
    /// For each pair of channels.
    states: Vec<[State; 2]>,
}

impl KWeighting {
    /// Designs the filter for any sample rate, from the analogue prototype behind the coefficients that the standard
    /// gives for 48 kHz (De Man 2014, "Evaluation of implementations of the EBU R128 loudness measurement").
    pub(super) fn new(channels: usize, sample_rate_hz: u32) -> Self {
        let rate = f64::from(sample_rate_hz);
        let states = vec![[State::default(); 2]; channels.div_ceil(LANES)];
        Self { channels, sections: [shelf(rate), high_pass(rate)], states }
    }

    /// Sum over frames and channels of the weighted samples' squares, each channel by its place.
    pub(super) fn power(&mut self, interleaved: &[f32]) -> f64 {
        let channels = self.channels;
        let mut sum = 0.0;
        for (pair, states) in self.states.iter_mut().enumerate() {
            let first = pair * LANES;
            let weights = [place_weight(first, channels), place_weight(first + 1, channels)];
            if weights.iter().all(|&weight| weight <= 0.0) {
                continue;
            }
            let frames = interleaved.chunks_exact(channels);
            let power = if channels == LANES {
                filter(self.sections, states, interleaved.as_chunks::<LANES>().0.iter().copied())
            } else if first + 1 < channels {
                filter(self.sections, states, frames.map(|frame| [frame[first], frame[first + 1]]))
            } else {
                filter(self.sections, states, frames.map(|frame| [frame[first], 0.0]))
            };
            sum += power[0] * weights[0] + power[1] * weights[1];
        }
        sum
    }
}

/// Runs both sections (transposed direct form II) and sums the squares of what comes out.
fn filter(sections: [Section; 2], states: &mut [State; 2], frames: impl Iterator<Item = [f32; LANES]>) -> [f64; LANES] {
    let [first, second] = sections;
    let [mut s, mut t] = *states;
    let mut power = [0.0; LANES];
    for frame in frames {
        for lane in 0..LANES {
            let x = f64::from(frame[lane]);
            let y = first.b[0] * x + s[0][lane];
            s[0][lane] = first.b[1] * x - first.a[0] * y + s[1][lane];
            s[1][lane] = first.b[2] * x - first.a[1] * y;
            let z = second.b[0] * y + t[0][lane];
            t[0][lane] = second.b[1] * y - second.a[0] * z + t[1][lane];
            t[1][lane] = second.b[2] * y - second.a[1] * z;
            power[lane] += z * z;
        }
    }
    // What fades out must not end in numbers that are slow to compute with.
    *states = [s, t].map(|state| state.map(|lanes| lanes.map(|x: f64| if x.abs() < 1e-30 { 0.0 } else { x })));
    power
}

fn shelf(rate: f64) -> Section {
    let (hertz, gain_db, q) = (1_681.974_450_955_533, 3.999_843_853_973_347, 0.707_175_236_955_419_6);
    let k = (PI * hertz / rate).tan();
    let high = 10f64.powf(gain_db / 20.0);
    let band = high.powf(0.499_666_774_154_541_6);
    let a0 = 1.0 + k / q + k * k;
    let b = [high + band * k / q + k * k, 2.0 * (k * k - high), high - band * k / q + k * k];
    Section { b: b.map(|b| b / a0), a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0] }
}

fn high_pass(rate: f64) -> Section {
    let (hertz, q) = (38.135_470_876_024_44, 0.500_327_037_323_877_3);
    let k = (PI * hertz / rate).tan();
    let a0 = 1.0 + k / q + k * k;
    Section { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0] }
}

/// Weight of a channel by its place in the order of WAVE files: 1.41 for those at the sides of the listener, 0 for low
/// frequencies and for what is beyond the last channel or beyond 7.1 (BS.1770-4, tables 3 and 4).
fn place_weight(channel: usize, channels: usize) -> f64 {
    const SIDE: f64 = 1.41;
    let weights: &[f64] = match channels {
        4 => &[1.0, 1.0, SIDE, SIDE],
        5 => &[1.0, 1.0, 1.0, SIDE, SIDE],
        6 => &[1.0, 1.0, 1.0, 0.0, SIDE, SIDE],
        7 => &[1.0, 1.0, 1.0, 0.0, 1.0, SIDE, SIDE],
        8.. => &[1.0, 1.0, 1.0, 0.0, 1.0, 1.0, SIDE, SIDE],
        _ => &[1.0; 3],
    };
    if channel < channels { weights.get(channel).copied().unwrap_or(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coefficients_at_48_khz_are_those_of_the_standard() {
        // BS.1770-4, tables 1 and 2.
        let shelf = shelf(48_000.0);
        let expected = [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85];
        assert!(shelf.b.iter().zip(expected).all(|(b, e)| (b - e).abs() < 1e-9), "{shelf:?}");
        let expected = [-1.690_659_293_182_41, 0.732_480_774_215_85];
        assert!(shelf.a.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-9), "{shelf:?}");
        let pass = high_pass(48_000.0);
        let expected = [-1.990_047_454_833_98, 0.990_072_250_366_21];
        assert!(pass.a.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-9), "{pass:?}");
    }
}
