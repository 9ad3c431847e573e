//! Element-wise and row-wise arithmetic on the CPU: plain loops over slices that the compiler turns into the widest
//! vector instructions the machine has. Only multiplications and additions in a fixed order are used, so that the
//! results are the same on every machine and for every number of threads.
#![allow(clippy::inline_always, reason = "a function takes on its caller's instruction set only when inlined")]

use pulp::Arch;

/// Values added side by side before they are added up: one register of the widest instruction set.
const LANES: usize = 16;

/// `e^x` within 2 units in the last place; `x` is held to the range where the result is a normal number, NaN stays NaN.
/// Polynomial of Cephes' `expf` (Moshier).
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding it leaves the nearest integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Comparisons, unlike `clamp` by `max` and `min`, let NaN through.
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut p = 1.987_569_2e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(0x3f80_0000));
    (p * r * r + r + 1.0) * power
}

/// The normal distribution's cumulative function within 1e-7, and `e^(-x^2 / 2)`. Abramowitz and Stegun 7.1.26.
#[inline(always)]
fn normal_cdf(x: f32) -> (f32, f32) {
    let bell = exp(-0.5 * x * x);
    let t = 1.0 / (1.0 + 0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2 * x.abs());
    let mut p = 1.061_405_4;
    p = p * t - 1.453_152;
    p = p * t + 1.421_413_7;
    p = p * t - 0.284_496_74;
    p = p * t + 0.254_829_6;
    let tail = 0.5 * p * t * bell;
    (if x >= 0.0 { 1.0 - tail } else { tail }, bell)
}

/// Sum of `term(a[i], b[i])`, in a fixed order.
#[inline(always)]
fn sum(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(&a, &b)| term(a, b)).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] += term(a[lane], b[lane]);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// Mean and inverse standard deviation.
#[inline(always)]
fn moments(row: &[f32], epsilon: f32) -> (f32, f32) {
    let width = row.len() as f32;
    let mean = sum(row, row, |x, _| x) / width;
    let variance = sum(row, row, |x, _| (x - mean) * (x - mean)) / width;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

/// Adds `addend` to `values`.
pub(super) fn add(values: &mut [f32], addend: &[f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || values.iter_mut().zip(addend).for_each(|(value, addend)| *value += addend),
    );
}

/// Adds every row of `rows` to `sums`.
pub(super) fn add_rows(sums: &mut [f32], rows: &[f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for row in rows.chunks_exact(sums.len()) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
        },
    );
}

/// GELU: `x` times the normal distribution's cumulative function of `x`.
pub(super) fn gelu(input: &[f32], output: &mut [f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (output, &x) in output.iter_mut().zip(input) {
                *output = x * normal_cdf(x).0;
            }
        },
    );
}

/// Multiplies the gradient of [`gelu`]'s output by its derivative.
pub(super) fn gelu_backward(input: &[f32], gradient: &mut [f32]) {
    const FRAC_1_SQRT_TAU: f32 = 0.398_942_3;
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (gradient, &x) in gradient.iter_mut().zip(input) {
                let (cdf, bell) = normal_cdf(x);
                *gradient *= cdf + x * bell * FRAC_1_SQRT_TAU;
            }
        },
    );
}

/// What [`softmax`] made a row of weights with: the largest scaled score and one over the sum of exponentials.
#[derive(Clone, Copy, Debug)]
pub(super) struct Normalizer {
    max: f32,
    inverse_sum: f32,
}

/// Replaces a row of scores by the softmax of `scale` times them, and gives what [`softmax_again`] needs.
pub(super) fn softmax(row: &mut [f32], scale: f32) -> Normalizer {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut lanes = [f32::NEG_INFINITY; LANES];
            let chunks = row.chunks_exact(LANES);
            let rest = chunks.remainder().iter().fold(f32::NEG_INFINITY, |max, &score| max.max(score));
            for chunk in chunks {
                for (lane, &score) in lanes.iter_mut().zip(chunk) {
                    *lane = if score > *lane { score } else { *lane };
                }
            }
            let max = scale * lanes.iter().fold(rest, |max, &lane| max.max(lane));
            for score in row.iter_mut() {
                *score = exp(*score * scale - max);
            }
            let inverse_sum = 1.0 / sum(row, row, |weight, _| weight);
            for weight in row.iter_mut() {
                *weight *= inverse_sum;
            }
            Normalizer { max, inverse_sum }
        },
    )
}

/// Replaces a row of scores by exactly the weights that [`softmax`] made of them.
pub(super) fn softmax_again(row: &mut [f32], scale: f32, Normalizer { max, inverse_sum }: Normalizer) {
    Arch::new().dispatch(
        #[inline(always)]
        || row.iter_mut().for_each(|score| *score = exp(*score * scale - max) * inverse_sum),
    );
}

/// Replaces the gradient of a row of [`softmax`] weights by that of its scores.
pub(super) fn softmax_backward(weights: &[f32], gradient: &mut [f32], scale: f32) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mean = sum(weights, gradient, |w, g| w * g);
            for (gradient, weight) in gradient.iter_mut().zip(weights) {
                *gradient = (*gradient - mean) * weight * scale;
            }
        },
    );
}

/// Layer norm of rows as wide as `gamma`.
pub(super) fn layer_norm(input: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32, output: &mut [f32]) {
    let width = gamma.len();
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (input, output) in input.chunks_exact(width).zip(output.chunks_exact_mut(width)) {
                let (mean, inverse) = moments(input, epsilon);
                for i in 0..width {
                    output[i] = (input[i] - mean) * inverse * gamma[i] + beta[i];
                }
            }
        },
    );
}

/// Replaces the gradient of [`layer_norm`]'s output by that of its input, and adds those of `gamma` and `beta` to
/// `parameters`, one after the other.
pub(super) fn layer_norm_backward(
    input: &[f32],
    gamma: &[f32],
    epsilon: f32,
    gradient: &mut [f32],
    parameters: &mut [f32],
) {
    let width = gamma.len();
    let (gamma_gradient, beta_gradient) = parameters.split_at_mut(width);
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (input, gradient) in input.chunks_exact(width).zip(gradient.chunks_exact_mut(width)) {
                let (mean, inverse) = moments(input, epsilon);
                for i in 0..width {
                    gamma_gradient[i] += gradient[i] * (input[i] - mean) * inverse;
                    beta_gradient[i] += gradient[i];
                    gradient[i] *= gamma[i];
                }
                let along_one = sum(gradient, input, |g, _| g) / width as f32;
                let along_input = sum(gradient, input, |g, x| g * (x - mean)) * inverse / width as f32;
                for i in 0..width {
                    gradient[i] = inverse * (gradient[i] - along_one - (input[i] - mean) * inverse * along_input);
                }
            }
        },
    );
}

/// The sum of the values.
pub(super) fn total(values: &[f32]) -> f32 {
    Arch::new().dispatch(
        #[inline(always)]
        || sum(values, values, |x, _| x),
    )
}

/// The sum of the squared differences from `mean`.
pub(super) fn squared_deviation(values: &[f32], mean: f32) -> f32 {
    Arch::new().dispatch(
        #[inline(always)]
        || sum(values, values, |x, _| (x - mean) * (x - mean)),
    )
}

/// The sum of `weights` times the differences of `values` from `mean`.
pub(super) fn product_with_deviation(weights: &[f32], values: &[f32], mean: f32) -> f32 {
    Arch::new().dispatch(
        #[inline(always)]
        || sum(weights, values, |w, x| w * (x - mean)),
    )
}

/// Replaces every value by `scale` times its difference from `mean`, plus `shift`. The difference comes first: values
/// far from zero would lose their digits to a large product otherwise.
pub(super) fn normalize(values: &mut [f32], mean: f32, scale: f32, shift: f32) {
    Arch::new().dispatch(
        #[inline(always)]
        || values.iter_mut().for_each(|value| *value = (*value - mean) * scale + shift),
    );
}

/// Replaces the gradient of a normalised channel's output by that of its input:
/// `scale * (gradient - mean_gradient - (input - mean) * slope)`.
pub(super) fn batch_norm_backward(
    gradient: &mut [f32],
    input: &[f32],
    mean: f32,
    [scale, mean_gradient, slope]: [f32; 3],
) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (gradient, x) in gradient.iter_mut().zip(input) {
                *gradient = scale * (*gradient - mean_gradient - (x - mean) * slope);
            }
        },
    );
}

/// What turns the sums of a filter into its output: `scale * max(sum + bias, 0) + shift`, each as long as a row.
#[derive(Clone, Copy)]
pub(super) struct Activation<'a> {
    pub(super) bias: &'a [f32],
    pub(super) scale: &'a [f32],
    pub(super) shift: &'a [f32],
}

/// Raises `largest` to the activation of every row of `sums` where that is larger.
pub(super) fn raise_to_activation(largest: &mut [f32], sums: &[f32], activation: Activation<'_>) {
    let width = largest.len();
    let Activation { bias, scale, shift } = activation;
    let (bias, scale, shift) = (&bias[..width], &scale[..width], &shift[..width]);
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for row in sums.chunks_exact(width) {
                for i in 0..width {
                    let sum = row[i] + bias[i];
                    // Comparisons with NaN are false, and what is not a number shall stay.
                    let value = (if sum < 0.0 { 0.0 } else { sum }) * scale[i] + shift[i];
                    let keep = (value < largest[i]) | largest[i].is_nan();
                    largest[i] = if keep { largest[i] } else { value };
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_within_two_units_in_the_last_place() {
        for i in -86_000..88_000 {
            let x = i as f32 * 1e-3;
            let (found, expected) = (exp(x), f64::from(x).exp());
            assert!((f64::from(found) - expected).abs() <= 2.5e-7 * expected, "e^{x}: {found} for {expected}");
        }
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(-1e30) < 1e-37 && exp(1e30) > 1e38);
    }

    #[test]
    fn gelu_has_its_known_values() {
        // scipy.stats.norm: x * cdf(x), and cdf(x) + x * pdf(x).
        let cases = [
            (-3.0f32, -0.004_049_694, -0.011_945_602),
            (-0.5, -0.154_268_77, 0.132_504_74),
            (0.0, 0.0, 0.5),
            (1.0, 0.841_344_7, 1.083_315_5),
            (4.0, 3.999_873_3, 1.000_503_7),
        ];
        for (x, expected, slope) in cases {
            let (mut found, mut gradient) = ([0.0], [1.0]);
            gelu(&[x], &mut found);
            gelu_backward(&[x], &mut gradient);
            assert!((found[0] - expected).abs() < 5e-7, "{x}: {} for {expected}", found[0]);
            assert!((gradient[0] - slope).abs() < 5e-7, "{x}: {} for {slope}", gradient[0]);
        }
    }

    #[test]
    fn softmax_can_be_made_again() {
        let scores: Vec<f32> = (0..37).map(|i| (i * 29 % 37) as f32 - 18.0).collect();
        let (mut weights, mut again) = (scores.clone(), scores);
        let normalizer = softmax(&mut weights, 0.5);
        softmax_again(&mut again, 0.5, normalizer);
        assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(weights, again);
    }
}
