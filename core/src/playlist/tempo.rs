//! Tempi compared as a mixing ear compares them.

/// By how much a tempo changes to another, as a share of the first: 0.03 is 3 % faster. Half and double tempo count as
/// the same, so that the answer lies between -0.29 and 0.41 (a factor of the square root of 2 either way). `None`
/// unless both are above 0 and finite.
pub fn tempo_change(from_bpm: f32, to_bpm: f32) -> Option<f64> {
    let mut ratio = f64::from(to_bpm) / f64::from(from_bpm);
    if !(ratio > 0.0 && ratio.is_finite() && from_bpm > 0.0) {
        return None;
    }
    while ratio > std::f64::consts::SQRT_2 {
        ratio /= 2.0;
    }
    while ratio <= std::f64::consts::FRAC_1_SQRT_2 {
        ratio *= 2.0;
    }
    Some(ratio - 1.0)
}

/// Tempi that a pitch fader of the usual range brings together.
pub(super) const TEMPO_TOLERANCE: f64 = 0.06;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octaves_are_folded() {
        for (from, to, change) in [(120.0, 126.0, 0.05), (60.0, 126.0, 0.05), (240.0, 114.0, -0.05), (90.0, 360.0, 0.0)]
        {
            assert!((tempo_change(from, to).unwrap() - change).abs() < 1e-6, "{from} {to}");
        }
        for (from, to) in [(0.0, 120.0), (120.0, 0.0), (f32::NAN, 1.0), (1.0, f32::INFINITY), (-1.0, -1.0)] {
            assert_eq!(tempo_change(from, to), None);
        }
    }
}
