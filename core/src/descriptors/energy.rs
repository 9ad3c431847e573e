//! One number for how energetic a track is.

/// Loudness that counts as none and as all, in LUFS: a quiet recording, and a master without dynamics.
const LOUDNESS_LUFS: [f32; 2] = [-35.0, -6.0];
/// Onset density that counts as all, in onsets per second: sixteenths at 150 BPM.
const ONSETS_HZ: f32 = 10.0;
/// Spectral centroid that counts as none and as all, in Hz, on a logarithmic scale.
const CENTROID_HZ: [f32; 2] = [100.0, 3200.0];

/// Weighted mean of loudness, onset density and brightness, each mapped to 0 to 1 and clamped: 1/2, 1/3 and 1/6.
pub(super) fn energy(loudness_lufs: Option<f32>, onset_density_hz: f32, centroid_hz: f32) -> f32 {
    // Nothing is heard of silence, whatever its numbers say.
    let Some(lufs) = loudness_lufs else { return 0.0 };
    let loudness = ramp(lufs, LOUDNESS_LUFS);
    let density = (onset_density_hz / ONSETS_HZ).clamp(0.0, 1.0).sqrt();
    let brightness = ramp(centroid_hz.max(1.0).ln(), CENTROID_HZ.map(f32::ln));
    loudness / 2.0 + density / 3.0 + brightness / 6.0
}

fn ramp(x: f32, [none, all]: [f32; 2]) -> f32 {
    ((x - none) / (all - none)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_each_part_and_stays_within_bounds() {
        let middle = energy(Some(-14.0), 4.0, 1000.0);
        assert!(middle > 0.4 && middle < 0.9, "{middle}");
        assert!(energy(Some(-10.0), 4.0, 1000.0) > middle);
        assert!(energy(Some(-14.0), 5.0, 1000.0) > middle);
        assert!(energy(Some(-14.0), 4.0, 1500.0) > middle);
        assert!((energy(Some(3.0), 50.0, 10_000.0) - 1.0).abs() < 1e-6);
        assert!(energy(None, 5.0, 4000.0).abs() < f32::EPSILON && energy(Some(-70.0), 0.0, 0.0).abs() < f32::EPSILON);
    }
}
