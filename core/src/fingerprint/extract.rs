//! Sound to bits.

use super::{FRAME, Fingerprint, HOP, MAX_FRAMES, RATE_HZ};
use crate::audio::{AudioError, MonoResampler};
use crate::features::SlidingSpectra;

/// One more than bits.
const BANDS: usize = 33;
/// Bands are equally wide in pitch between these: what every codec keeps, in Hz.
const RANGE_HZ: [f64; 2] = [200.0, 4000.0];
/// A change in power below this is none, so that silence with dither is silence: a tone of -100 dBFS.
const LEAST_CHANGE: f32 = 1e-4;

/// Listens to a track and takes its fingerprint.
pub(crate) struct FingerprintMeter {
    /// `None` once all frames that are kept are there.
    resampler: Option<MonoResampler>,
    spectra: SlidingSpectra,
    bits: Bits,
    source_hz: u32,
    samples: u64,
}

/// The frames so far, and what the next is compared with.
struct Bits {
    /// First bin of each band, and the end.
    edges: [usize; BANDS + 1],
    /// Differences between neighbouring bands of the last frame.
    last: Option<[f32; BANDS - 1]>,
    frames: Vec<u32>,
}

impl FingerprintMeter {
    /// For a mixdown at `source_hz`.
    pub(crate) fn new(source_hz: u32) -> Result<Self, AudioError> {
        let ratio = RANGE_HZ[1] / RANGE_HZ[0];
        let bins_per_hz = FRAME as f64 / f64::from(RATE_HZ);
        let edge = |band| RANGE_HZ[0] * ratio.powf(band as f64 / BANDS as f64) * bins_per_hz;
        Ok(Self {
            resampler: Some(MonoResampler::new(source_hz, RATE_HZ)?),
            spectra: SlidingSpectra::new(FRAME, HOP),
            bits: Bits {
                edges: std::array::from_fn(|band| edge(band).round() as usize),
                last: None,
                frames: Vec::new(),
            },
            source_hz,
            samples: 0,
        })
    }

    pub(crate) fn push(&mut self, samples: &[f32]) -> Result<(), AudioError> {
        self.samples += samples.len() as u64;
        let Some(resampler) = &mut self.resampler else { return Ok(()) };
        let (spectra, bits) = (&mut self.spectra, &mut self.bits);
        resampler.push(samples, &mut |samples| spectra.push(samples, &mut |power| bits.push(power)))?;
        if self.bits.frames.len() >= MAX_FRAMES {
            self.resampler = None;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Fingerprint, AudioError> {
        let Self { resampler, mut spectra, mut bits, source_hz, samples } = self;
        if let Some(resampler) = resampler {
            resampler.finish(&mut |samples| spectra.push(samples, &mut |power| bits.push(power)))?;
        }
        bits.frames.truncate(MAX_FRAMES);
        Ok(Fingerprint { frames: bits.frames, duration_s: (samples as f64 / f64::from(source_hz)) as f32 })
    }
}

impl Bits {
    fn push(&mut self, power: &[f32]) {
        let energy: [f32; BANDS] =
            std::array::from_fn(|band| power[self.edges[band]..self.edges[band + 1]].iter().sum());
        let differences: [f32; BANDS - 1] = std::array::from_fn(|band| energy[band] - energy[band + 1]);
        if let Some(last) = self.last.replace(differences) {
            let bits = differences.iter().zip(last).enumerate();
            let set = bits.filter(|(_, (now, before))| **now - before > LEAST_CHANGE);
            self.frames.push(set.fold(0, |frame, (bit, _)| frame | 1 << bit));
        }
    }
}
