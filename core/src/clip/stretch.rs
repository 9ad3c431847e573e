//! Which samples of a stream become the clip, chosen while it passes by.

use std::collections::VecDeque;

/// Collects one stretch of a stream of mono samples, in memory of two stretches.
pub(super) enum Stretch {
    /// At a given place.
    At {
        /// Samples before it that are still to come.
        before: usize,
        /// Most samples of it.
        length: usize,
        /// What came of it so far.
        samples: Vec<f32>,
    },
    /// Where the sound has the most energy.
    Loudest(Loudest),
}

/// The seconds that passed by last, and the loudest stretch so far.
pub(super) struct Loudest {
    second: usize,
    seconds: usize,
    /// The last seconds, each with its energy; at most as many as a stretch has, besides the one that is not complete.
    recent: VecDeque<(Vec<f32>, f64)>,
    current: Vec<f32>,
    best: Vec<f32>,
    best_energy: f64,
}

impl Stretch {
    /// The stretch that begins at a time.
    pub(super) fn at(start_s: f64, seconds: u32, rate_hz: u32) -> Self {
        let before = (start_s * f64::from(rate_hz)).round() as usize;
        Self::At { before, length: (seconds * rate_hz) as usize, samples: Vec::new() }
    }

    /// The loudest stretch by its mean square, to the second; the first of those that are equal.
    pub(super) fn loudest(seconds: u32, rate_hz: u32) -> Self {
        Self::Loudest(Loudest {
            second: rate_hz as usize,
            seconds: seconds as usize,
            recent: VecDeque::new(),
            current: Vec::new(),
            best: Vec::new(),
            best_energy: -1.0,
        })
    }

    /// Takes the next samples.
    pub(super) fn push(&mut self, mut next: &[f32]) {
        match self {
            Self::At { before, length, samples } => {
                let skipped = (*before).min(next.len());
                *before -= skipped;
                next = &next[skipped..];
                let wanted = length.saturating_sub(samples.len()).min(next.len());
                samples.extend_from_slice(&next[..wanted]);
            }
            Self::Loudest(loudest) => {
                while !next.is_empty() {
                    let (now, later) = next.split_at(next.len().min(loudest.second - loudest.current.len()));
                    loudest.current.extend_from_slice(now);
                    next = later;
                    if loudest.current.len() == loudest.second {
                        loudest.end_second();
                    }
                }
            }
        }
    }

    /// Whether no further sample is of interest.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::At { length, samples, .. } if samples.len() == *length)
    }

    /// The stretch; all there was where that is less.
    pub(super) fn finish(self) -> Vec<f32> {
        match self {
            Self::At { samples, .. } => samples,
            Self::Loudest(loudest) if loudest.best.is_empty() => {
                let mut all: Vec<f32> = loudest.recent.into_iter().flat_map(|(samples, _)| samples).collect();
                all.extend(loudest.current);
                all
            }
            Self::Loudest(loudest) => loudest.best,
        }
    }
}

impl Loudest {
    /// Puts the second that is complete with the others, and compares the stretch that ends with it.
    fn end_second(&mut self) {
        let reused = if self.recent.len() == self.seconds { self.recent.pop_front() } else { None };
        let energy = self.current.iter().map(|&sample| f64::from(sample).powi(2)).sum();
        let mut next = reused.map_or_else(|| Vec::with_capacity(self.second), |(samples, _)| samples);
        next.clear();
        self.recent.push_back((std::mem::replace(&mut self.current, next), energy));
        let energy: f64 = self.recent.iter().map(|(_, energy)| energy).sum();
        if self.recent.len() == self.seconds && energy > self.best_energy {
            self.best_energy = energy;
            self.best.clear();
            self.best.extend(self.recent.iter().flat_map(|(samples, _)| samples));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 10;

    /// What is kept of `samples`, which arrive in pieces of any length.
    fn kept(mut stretch: Stretch, samples: &[f32]) -> Vec<f32> {
        for piece in [3, 1, 14, 7].into_iter().cycle().scan(0, |from, length| {
            let piece = samples.get(*from..)?.get(..length).or_else(|| samples.get(*from..))?;
            *from += length;
            Some(piece)
        }) {
            stretch.push(piece);
        }
        stretch.finish()
    }

    fn ramp(length: usize) -> Vec<f32> {
        (0..length).map(|i| i as f32).collect()
    }

    #[test]
    fn a_place_is_found_to_the_sample() {
        assert_eq!(kept(Stretch::at(2.5, 3, RATE_HZ), &ramp(100)), ramp(55)[25..]);
        assert_eq!(kept(Stretch::at(0.0, 3, RATE_HZ), &ramp(100)), ramp(30));
        let mut stretch = Stretch::at(1.0, 2, RATE_HZ);
        stretch.push(&ramp(29));
        assert!(!stretch.is_full());
        stretch.push(&[29.0, 30.0]);
        assert!(stretch.is_full());
    }

    #[test]
    fn the_loudest_seconds_are_found() {
        let mut samples = vec![0.1; 200];
        samples[80..110].fill(-0.9);
        samples[150..160].fill(0.95);
        assert_eq!(kept(Stretch::loudest(3, RATE_HZ), &samples), samples[80..110]);
        // Of equal stretches the first.
        assert_eq!(kept(Stretch::loudest(3, RATE_HZ), &vec![0.5; 100]).len(), 30);
        let mut twice = vec![0.0; 100];
        (twice[10], twice[60]) = (0.5, -0.5);
        assert_eq!(kept(Stretch::loudest(2, RATE_HZ), &twice), twice[0..20]);
    }

    #[test]
    fn what_is_shorter_is_kept_whole() {
        for length in [0, 5, 10, 29] {
            assert_eq!(kept(Stretch::loudest(3, RATE_HZ), &ramp(length)), ramp(length));
        }
        assert_eq!(kept(Stretch::at(1.0, 3, RATE_HZ), &ramp(25)), ramp(25)[10..]);
    }
}
