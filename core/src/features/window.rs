//! Analysis windows.

use std::f64::consts::TAU;

/// Symmetric Hann window of `length` samples: both ends are zero and the period is `length - 1`.
/// Same as `torch.hann_window(length, periodic=False)`.
pub(super) fn hann_symmetric(length: usize) -> Vec<f32> {
    let period = length.saturating_sub(1).max(1) as f64;
    (0..length).map(|n| (0.5 - 0.5 * (TAU * n as f64 / period).cos()) as f32).collect()
}

/// Periodic Hann window of `length` samples: the first is zero, and the period is `length`.
/// Same as `torch.hann_window(length)` and `scipy.signal.get_window("hann", length)`.
pub(super) fn hann_periodic(length: usize) -> Vec<f32> {
    (0..length).map(|n| (0.5 - 0.5 * (TAU * n as f64 / length as f64).cos()) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symmetric_window_ends_in_zeros_and_mirrors() {
        let window = hann_symmetric(400);
        assert_eq!((window[0], window[399]), (0.0, 0.0));
        for n in 0..200 {
            assert!((window[n] - window[399 - n]).abs() < 1e-7, "sample {n}");
        }
        // 0.5 (1 - cos(2 pi 100 / 399)): not 0.5, as a periodic window would have it.
        assert!((f64::from(window[100]) - 0.501_968_354).abs() < 1e-6, "{}", window[100]);
        assert_eq!(hann_symmetric(1), [0.0]);
    }

    #[test]
    fn a_periodic_window_begins_again() {
        let window = hann_periodic(480);
        assert_eq!((window[0], window[240]), (0.0, 1.0));
        assert!((window[120] - 0.5).abs() < 1e-7 && window[479] > 0.0, "{} {}", window[120], window[479]);
    }
}
