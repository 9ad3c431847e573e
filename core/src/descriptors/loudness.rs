//! Loudness after EBU R128.

use ebur128::{Channel, EbuR128, Mode};

use crate::audio::SourceBlock;

/// Measures loudness and true peak of the original channels at their own rate (crate `ebur128`, a port of libebur128).
///
/// A mono file is measured as one channel, as the standard says: 3 LU less than the same sound on two. Channels are
/// taken in the order of WAVE files; the low-frequency channel and what lies beyond 7.1 are left out.
#[derive(Default)]
pub(super) struct LoudnessMeter {
    meter: Option<EbuR128>,
    /// Of the parts before the current one: a change of channels forgets them.
    peak: f64,
    /// The meter refused a file, which is then not measured.
    failed: bool,
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
        if !self.failed && self.add(block).is_err() {
            self.failed = true;
        }
    }

    fn add(&mut self, block: &SourceBlock<'_>) -> Result<(), ebur128::Error> {
        let (channels, rate) = (block.channels as u32, block.sample_rate_hz);
        let peak = self.current_peak();
        let meter = match &mut self.meter {
            Some(meter) if meter.channels() == channels && meter.rate() == rate => meter,
            Some(meter) => {
                self.peak = self.peak.max(peak);
                meter.change_parameters(channels, rate)?;
                map_channels(meter)?;
                meter
            }
            none => {
                let meter = none.insert(EbuR128::new(channels, rate, Mode::I | Mode::LRA | Mode::TRUE_PEAK)?);
                map_channels(meter)?;
                meter
            }
        };
        meter.add_frames_f32(block.interleaved)
    }

    pub(super) fn finish(self) -> Loudness {
        let Some(meter) = self.meter.as_ref().filter(|_| !self.failed) else { return Loudness::default() };
        let peak = self.peak.max(self.current_peak());
        let finite = |x: f64| Some(x as f32).filter(|x| x.is_finite());
        // The meter gives minus infinity where no block passes the gates.
        let integrated_lufs = meter.loudness_global().ok().and_then(finite);
        Loudness {
            integrated_lufs,
            range_lu: meter.loudness_range().ok().and_then(finite).filter(|_| integrated_lufs.is_some()),
            true_peak_dbtp: finite(20.0 * peak.log10()),
        }
    }

    fn current_peak(&self) -> f64 {
        let Some(meter) = &self.meter else { return 0.0 };
        (0..meter.channels()).filter_map(|channel| meter.true_peak(channel).ok()).fold(0.0, f64::max)
    }
}

/// The channels of 7.1 beyond those of 5.1: the pairs at the back and at the sides. Fewer are mapped by the crate.
fn map_channels(meter: &mut EbuR128) -> Result<(), ebur128::Error> {
    if meter.channels() == 8 {
        let pairs = [(4, Channel::Mp135), (5, Channel::Mm135), (6, Channel::Mp090), (7, Channel::Mm090)];
        for (channel, place) in pairs {
            meter.set_channel(channel, place)?;
        }
    }
    Ok(())
}
