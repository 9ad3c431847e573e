//! The curve that turns distances in the picture into similarities.

/// `1 / (1 + a d^(2 b))`: the similarity of two points at distance `d` in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Curve {
    pub(super) a: f64,
    pub(super) b: f64,
}

/// Points at which the curve is fitted, evenly spaced from 0 to `3 spread` (umap-learn's `find_ab_params`).
const SAMPLES: usize = 300;

impl Curve {
    /// Fits the curve by least squares to `exp(-(d - min_dist) / spread)`, cut to 1 below `min_dist`, by the
    /// method of Levenberg and Marquardt in `ln a` and `ln b`, which keeps both above 0.
    pub(super) fn fit(min_dist: f64, spread: f64) -> Self {
        // Distances in units of `spread`: b does not change, and a scales by spread^(-2 b).
        let min_dist = min_dist / spread;
        let mut samples = [(0.0, 0.0); SAMPLES];
        for (i, sample) in samples.iter_mut().enumerate() {
            let d = 3.0 * i as f64 / (SAMPLES - 1) as f64;
            *sample = (d, if d < min_dist { 1.0 } else { (min_dist - d).exp() });
        }
        let mut log = [0.0f64; 2];
        let mut damping = 1e-3;
        let mut current = Normal::at(&samples, log);
        for _ in 0..200 {
            let step = current.step(damping);
            let trial = [log[0] + step[0], log[1] + step[1]];
            let next = Normal::at(&samples, trial);
            if next.squared_error <= current.squared_error {
                (log, current, damping) = (trial, next, damping * 0.3);
                if step.iter().all(|s| s.abs() < 1e-13) {
                    break;
                }
            } else {
                damping *= 4.0;
            }
        }
        let [a, b] = log.map(f64::exp);
        Self { a: a * spread.powf(-2.0 * b), b }
    }
}

/// The normal equations of the fit at one place: `J^T J`, `J^T r` and `|r|^2`.
struct Normal {
    squared_error: f64,
    jtj: [f64; 3],
    jtr: [f64; 2],
}

impl Normal {
    fn at(samples: &[(f64, f64)], log: [f64; 2]) -> Self {
        let [a, b] = log.map(f64::exp);
        let mut normal = Self { squared_error: 0.0, jtj: [0.0; 3], jtr: [0.0; 2] };
        for &(d, expected) in samples {
            // At 0 the curve is 1 whatever a and b are.
            let (power, ln) = if d > 0.0 { (a * d.powf(2.0 * b), d.ln()) } else { (0.0, 0.0) };
            let value = 1.0 / (1.0 + power);
            let residual = expected - value;
            let by_ln_a = -power * value * value;
            let by_ln_b = by_ln_a * 2.0 * b * ln;
            normal.squared_error += residual * residual;
            normal.jtj[0] += by_ln_a * by_ln_a;
            normal.jtj[1] += by_ln_a * by_ln_b;
            normal.jtj[2] += by_ln_b * by_ln_b;
            normal.jtr[0] += by_ln_a * residual;
            normal.jtr[1] += by_ln_b * residual;
        }
        normal
    }

    /// Solves the damped equations; each component is cut to 1, so that `a` and `b` stay finite.
    fn step(&self, damping: f64) -> [f64; 2] {
        let [p, q, r] = self.jtj;
        let (p, r) = (p * (1.0 + damping) + 1e-12, r * (1.0 + damping) + 1e-12);
        let determinant = p * r - q * q;
        let [u, v] = self.jtr;
        [(r * u - q * v) / determinant, (p * v - q * u) / determinant].map(|s| s.clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_umap_learn() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/parity/umap/golden.json");
        let golden: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for case in golden["curves"].as_array().unwrap() {
            let value = |key: &str| case[key].as_f64().unwrap();
            let curve = Curve::fit(value("min_dist"), value("spread"));
            assert!((curve.a / value("a") - 1.0).abs() < 1e-5, "{case} {curve:?}");
            assert!((curve.b / value("b") - 1.0).abs() < 1e-5, "{case} {curve:?}");
        }
    }

    proptest! {
        #[test]
        fn fits_every_option_that_is_allowed(part in 0.0f64..=1.0, spread in -3.0f64..3.0) {
            let spread = 10f64.powf(spread);
            let curve = Curve::fit(part * spread, spread);
            prop_assert!(curve.a > 0.0 && curve.a.is_finite() && (0.5..3.0).contains(&curve.b), "{:?}", curve);
        }
    }
}
