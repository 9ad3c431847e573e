//! Mel filterbanks.

/// Width of Slaney's mel below the break, in Hz.
const SLANEY_HZ_PER_MEL: f64 = 200.0 / 3.0;
/// Slaney's mel of 1000 Hz, above which it is logarithmic.
const SLANEY_BREAK_MEL: f64 = 15.0;

/// One filter: the weights of consecutive spectrum bins from `start` on. Empty where no bin falls under it.
#[derive(Clone, Debug, PartialEq)]
struct Band {
    start: usize,
    weights: Vec<f32>,
}

/// A bank of filters over the bins of a power spectrum, stored without its zeros.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MelFilterbank {
    bands: Vec<Band>,
}

impl MelFilterbank {
    /// The filters of `torchaudio.compliance.kaldi.get_mel_banks` without warping: triangles equally spaced and
    /// triangular in mel = 1127 ln(1 + f / 700), unnormalised, over the `fft_size / 2` bins below Nyquist.
    ///
    /// The arithmetic is single precision like there: a triangle narrower than a bin has a weight so small that
    /// double precision would differ by more than the tolerance.
    pub(super) fn kaldi(bands: usize, fft_size: usize, sample_rate_hz: f32, low_hz: f32, high_hz: f32) -> Self {
        let (low, high) = (mel_of(f64::from(low_hz)), mel_of(f64::from(high_hz)));
        let delta = (high - low) / (bands + 1) as f64;
        let edge = |band: usize| low as f32 + band as f32 * delta as f32;
        let bin_mels: Vec<f32> = (0..fft_size / 2)
            .map(|bin| 1127.0 * (1.0 + sample_rate_hz / fft_size as f32 * bin as f32 / 700.0).ln())
            .collect();
        Self::from_weights((0..bands).map(|band| {
            let (left, center, right) = (edge(band), edge(band + 1), edge(band + 2));
            bin_mels
                .iter()
                .map(|mel| ((mel - left) / (center - left)).min((right - mel) / (right - center)).max(0.0))
                .collect()
        }))
    }

    /// The filters of `tf.signal.linear_to_mel_weight_matrix`, which are those of Kaldi: 0 Hz and Nyquist weigh nothing.
    pub(super) fn htk(bands: usize, fft_size: usize, sample_rate_hz: f32, low_hz: f32, high_hz: f32) -> Self {
        Self::kaldi(bands, fft_size, sample_rate_hz, low_hz, high_hz)
    }

    /// The filters of `librosa.filters.mel` with its defaults: triangles from 0 Hz to Nyquist, equally spaced in
    /// Slaney's mel, triangular in hertz, each of unit area, over all `fft_size / 2 + 1` bins.
    pub(crate) fn slaney(bands: usize, fft_size: usize, sample_rate_hz: f64) -> Self {
        let high = slaney_mel_of(sample_rate_hz / 2.0);
        let edge = |band: usize| slaney_hz_of(high * band as f64 / (bands + 1) as f64);
        Self::from_weights((0..bands).map(|band| {
            let (left, center, right) = (edge(band), edge(band + 1), edge(band + 2));
            let height = 2.0 / (right - left);
            (0..=fft_size / 2)
                .map(|bin| sample_rate_hz * bin as f64 / fft_size as f64)
                .map(|hz| height * ((hz - left) / (center - left)).min((right - hz) / (right - center)).max(0.0))
                .map(|weight| weight as f32)
                .collect()
        }))
    }

    /// Keeps the non-zero stretch of each row of weights.
    fn from_weights(rows: impl Iterator<Item = Vec<f32>>) -> Self {
        let bands = rows
            .map(|row| {
                let start = row.iter().position(|&w| w > 0.0).unwrap_or(0);
                let end = row.iter().rposition(|&w| w > 0.0).map_or(start, |last| last + 1);
                Band { start, weights: row[start..end].to_vec() }
            })
            .collect();
        Self { bands }
    }

    /// Energies of the bands, in order.
    pub(crate) fn energies<'a>(&'a self, power: &'a [f32]) -> impl ExactSizeIterator<Item = f32> + 'a {
        self.bands.iter().map(|band| {
            let bins = &power[band.start..band.start + band.weights.len()];
            bins.iter().zip(&band.weights).map(|(p, w)| p * w).sum()
        })
    }
}

fn mel_of(frequency_hz: f64) -> f64 {
    1127.0 * (1.0 + frequency_hz / 700.0).ln()
}

/// Slaney's mel (Auditory Toolbox): linear below 1000 Hz, logarithmic above.
fn slaney_mel_of(frequency_hz: f64) -> f64 {
    let linear = frequency_hz / SLANEY_HZ_PER_MEL;
    if frequency_hz < 1000.0 { linear } else { SLANEY_BREAK_MEL + (frequency_hz / 1000.0).ln() / slaney_log_step() }
}

fn slaney_hz_of(mel: f64) -> f64 {
    if mel < SLANEY_BREAK_MEL {
        mel * SLANEY_HZ_PER_MEL
    } else {
        1000.0 * (slaney_log_step() * (mel - SLANEY_BREAK_MEL)).exp()
    }
}

/// Growth of the logarithm of the frequency with each mel above the break: 27 steps for a factor of 6.4.
fn slaney_log_step() -> f64 {
    6.4f64.ln() / 27.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slaney_filters_have_unit_area() {
        // 2048 bins of 22050 Hz, as for cepstral coefficients: every filter is wider than several bins.
        let bank = MelFilterbank::slaney(40, 2048, 22_050.0);
        for (index, band) in bank.bands.iter().enumerate() {
            let area = band.weights.iter().map(|&w| f64::from(w)).sum::<f64>() * 22_050.0 / 2048.0;
            assert!((area - 1.0).abs() < 0.02, "band {index}: {area}");
        }
        for hz in [0.0, 440.0, 999.0, 1000.0, 1001.0, 8000.0] {
            assert!((slaney_hz_of(slaney_mel_of(hz)) - hz).abs() < 1e-9, "{hz}");
        }
        assert!((slaney_mel_of(440.0) - 6.6).abs() < 1e-12 && (slaney_mel_of(6400.0) - 42.0).abs() < 1e-12);
    }

    #[test]
    fn the_filters_of_ast_cover_the_spectrum_once() {
        let bank = MelFilterbank::kaldi(128, 512, 16_000.0, 20.0, 8000.0);
        let empty: Vec<usize> = (0..128).filter(|&b| bank.bands[b].weights.is_empty()).collect();
        assert_eq!(empty, [3], "the bands narrower than a bin that no bin falls into");
        // Between the first and the last centre, neighbouring triangles add up to one.
        let mut sum = [0.0f32; 256];
        for band in &bank.bands {
            for (bin, weight) in band.weights.iter().enumerate() {
                sum[band.start + bin] += weight;
            }
        }
        for (bin, sum) in sum.iter().enumerate().take(250).skip(2) {
            assert!((sum - 1.0).abs() < 1e-3, "bin {bin}: {sum}");
        }
        assert!(sum[0].abs() < f32::MIN_POSITIVE, "0 Hz lies below the first triangle");
    }

    #[test]
    fn sparse_energies_are_dense_products() {
        let bank =
            MelFilterbank::from_weights([vec![0.0, 1.0, 0.5, 0.0], vec![0.0; 4], vec![0.0, 0.0, 0.0, 2.0]].into_iter());
        let energies: Vec<f32> = bank.energies(&[1.0, 2.0, 4.0, 8.0]).collect();
        assert_eq!(energies, [4.0, 0.0, 16.0]);
    }
}
