//! Powers in the inner loop of the layout.

/// `x^p` for finite `x > 0` that is not subnormal. The relative error is below `5e-7 + 2e-7 |log2 x^p|`; results beyond
/// 2^-126 and 2^126 are cut to these.
///
/// Several times as fast as `f32::powf`, and the same on every platform, which the system's mathematics library does not
/// promise.
#[inline]
pub(super) fn pow(x: f32, p: f32) -> f32 {
    exp2(p * log2(x))
}

/// Logarithm by the series of `artanh`: with `m` in `[sqrt(1/2), sqrt(2))`, `ln m = 2 artanh((m - 1) / (m + 1))`.
#[inline]
fn log2(x: f32) -> f32 {
    /// `1 / ln 2`.
    const PER_LN: f32 = std::f32::consts::LOG2_E;
    // The bits of sqrt(1/2): what lies above it by whole powers of two goes into the exponent.
    let shifted = x.to_bits().wrapping_sub(0x3f35_04f3);
    let exponent = (shifted as i32 >> 23) as f32;
    let m = f32::from_bits((shifted & 0x007f_ffff) + 0x3f35_04f3);
    let t = (m - 1.0) / (m + 1.0);
    let t2 = t * t;
    let series = 2.0 + t2 * (2.0 / 3.0 + t2 * (2.0 / 5.0 + t2 * (2.0 / 7.0)));
    exponent + t * series * PER_LN
}

/// Power of two: the nearest whole exponent, and the series of `exp` for the rest, which is at most 1/2.
#[inline]
fn exp2(y: f32) -> f32 {
    // Adding this much leaves no room for a fraction: the sum is rounded to a whole number.
    const ROUND: f32 = 12_582_912.0;
    let y = y.clamp(-126.0, 126.0);
    let rounded = y + ROUND;
    let whole = rounded - ROUND;
    let z = (y - whole) * std::f32::consts::LN_2;
    let tail = 1.0 / 6.0 + z * (1.0 / 24.0 + z * (1.0 / 120.0 + z * (1.0 / 720.0)));
    let series = 1.0 + z * (1.0 + z * (0.5 + z * tail));
    // The sum's last bits are that whole number: cheaper to read than to convert.
    let exponent = rounded.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127);
    series * f32::from_bits(exponent << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_exact_power() {
        for i in 1..200_000 {
            let x = (i as f32 * 1e-3).powi(3) * 1e-6;
            for p in [0.5, 0.79, 0.895_06, 1.33, 1.9] {
                let exact = f64::from(x).powf(f64::from(p));
                let error = (f64::from(pow(x, p)) / exact - 1.0).abs();
                assert!(error < 5e-7 + 2e-7 * exact.log2().abs(), "{x}^{p}: {error:e}");
            }
        }
        assert!(pow(f32::MAX, 2.0).is_finite() && pow(f32::MIN_POSITIVE, 2.0) > 0.0);
    }
}
