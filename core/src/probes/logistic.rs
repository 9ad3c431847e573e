//! Logistic regression.

use serde::{Deserialize, Serialize};

use super::ProbeError;
use super::labelled::{Classes, Labelled, check_rows, log_softmax};
use super::lbfgs::minimize;
use crate::matrix::{Cholesky, View, multiply_add};

/// Rows that are worked on together, so that they stay in the cache between the two products of an evaluation.
const BLOCK: usize = 64;

/// How a [`LogisticRegression`] is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "analysis", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LogisticRegressionOptions {
    /// Inverse of the strength of the L2 penalty, above 0: smaller values keep the weights smaller.
    pub c: f64,
    /// Whether dimensions are first brought to zero mean and unit deviation over the training rows.
    pub standardize: bool,
    /// The fit ends where no component of the gradient of the mean loss exceeds this.
    pub tolerance: f64,
    /// The fit ends after this many steps at the latest.
    pub max_iterations: usize,
}

impl Default for LogisticRegressionOptions {
    fn default() -> Self {
        Self { c: 1.0, standardize: true, tolerance: 1e-5, max_iterations: 1000 }
    }
}

impl LogisticRegressionOptions {
    pub(super) fn validate(&self) -> Result<(), ProbeError> {
        let positive = |field, value: f64| {
            let valid = value > 0.0 && value.is_finite();
            valid.then_some(()).ok_or(ProbeError::Option {
                field,
                expected: "a number above 0",
                found: value.to_string(),
            })
        };
        positive("c", self.c)?;
        positive("tolerance", self.tolerance)
    }
}

/// Multinomial logistic regression with an L2 penalty on the weights and none on the intercepts.
///
/// Minimises what scikit-learn's `LogisticRegression(C=c)` does, `c * sum of log-losses + |W|^2 / 2`, divided by
/// `c n`; for two classes the penalty is that of the difference of their weights, `|w_1 - w_0|^2 / 2`, as there.
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticRegression {
    classes: Classes,
    dim: usize,
    /// `[dim, classes]`.
    weights: Vec<f64>,
    /// `[classes]`.
    intercepts: Vec<f64>,
    iterations: usize,
    converged: bool,
}

impl LogisticRegression {
    /// Fits on rows as they are: [`LogisticRegressionOptions::standardize`] is the business of
    /// [`ProbeOptions`](super::ProbeOptions).
    ///
    /// # Errors
    /// Options out of range.
    pub fn fit(train: &Labelled<'_>, options: &LogisticRegressionOptions) -> Result<Self, ProbeError> {
        options.validate()?;
        let (classes, labels) = train.present();
        let (dim, k) = (train.dim(), classes.len());
        let n = labels.len() as f64;
        // Two symmetric columns of half the difference have half the penalty of one column with the difference.
        let penalty = if k == 2 { 2.0 } else { 1.0 } / (options.c * n);
        let mut evaluation = Evaluation { rows: train.rows(), dim, labels: &labels, block: Vec::new() };
        let curvature = evaluation.curvature(k, penalty);
        let precondition = |x: &mut [f64]| curvature.iter().for_each(|curvature| curvature.solve(x));
        let start = vec![0.0; (dim + 1) * k];
        let found = minimize(start, options.tolerance, options.max_iterations, precondition, |x, gradient| {
            let loss = evaluation.sum(x, gradient);
            for g in gradient.iter_mut() {
                *g /= n;
            }
            let weights = &x[..dim * k];
            gradient.iter_mut().zip(weights).for_each(|(g, w)| *g += penalty * w);
            loss / n + penalty / 2.0 * weights.iter().map(|w| w * w).sum::<f64>()
        });
        let mut weights = found.x;
        let intercepts = weights.split_off(dim * k);
        let (iterations, converged) = (found.iterations, found.converged);
        Ok(Self { classes, dim, weights, intercepts, iterations, converged })
    }

    /// Steps that the fit took.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the fit reached the tolerance.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// Probabilities of all classes, `[n, classes]`, of rows `[n, dim]`.
    ///
    /// # Errors
    /// Rows of another dimension, values that are not finite.
    pub fn predict_proba(&self, rows: &[f32]) -> Result<Vec<f64>, ProbeError> {
        check_rows(rows, self.dim)?;
        let rows: Vec<f64> = rows.iter().map(|&v| f64::from(v)).collect();
        let mut logits = self.intercepts.repeat(rows.len() / self.dim);
        multiply_add(View::new(&rows, self.dim), View::new(&self.weights, self.classes.len()), &mut logits);
        Ok(self.classes.softmax(&mut logits))
    }
}

/// The training rows, and room to evaluate them.
struct Evaluation<'a> {
    rows: &'a [f32],
    dim: usize,
    labels: &'a [usize],
    block: Vec<f64>,
}

impl Evaluation<'_> {
    /// The Hessian at zero weights, `[X 1]^T [X 1] / (n k) + penalty` for every one of `k` classes, which takes the
    /// scales and correlations of the dimensions out of the search. (The Hessian also couples the classes, by a matrix
    /// that leaves alone what sums to zero over them, as all gradients do.) `None` where rounding makes it singular:
    /// the search then takes longer.
    fn curvature(&mut self, k: usize, penalty: f64) -> Option<Cholesky> {
        let size = self.dim + 1;
        let mut products = vec![0.0; size * size];
        for rows in self.rows.chunks(BLOCK * self.dim) {
            self.block.clear();
            for row in rows.chunks_exact(self.dim) {
                self.block.extend(row.iter().map(|&v| f64::from(v)).chain([1.0]));
            }
            let block = View::new(&self.block, size);
            multiply_add(block.transposed(), block, &mut products);
        }
        let scale = 1.0 / (k * self.labels.len()) as f64;
        for v in &mut products {
            *v *= scale;
        }
        products.iter_mut().step_by(size + 1).take(self.dim).for_each(|v| *v += penalty);
        Cholesky::of(products, size)
    }

    /// The sum of log-losses at `x`, weights `[dim, k]` and intercepts `[k]`, and its gradient, of the same layout.
    fn sum(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let (dim, k) = (self.dim, x.len() / (self.dim + 1));
        let (weights, intercepts) = x.split_at(dim * k);
        gradient.fill(0.0);
        let (weight_gradient, intercept_gradient) = gradient.split_at_mut(dim * k);
        let mut loss = 0.0;
        for (rows, labels) in self.rows.chunks(BLOCK * dim).zip(self.labels.chunks(BLOCK)) {
            self.block.clear();
            self.block.extend(rows.iter().map(|&v| f64::from(v)));
            let block = View::new(&self.block, dim);
            let mut residuals = intercepts.repeat(labels.len());
            multiply_add(block, View::new(weights, k), &mut residuals);
            for (row, &label) in residuals.chunks_exact_mut(k).zip(labels) {
                log_softmax(row);
                loss -= row[label];
                for v in row.iter_mut() {
                    *v = v.exp();
                }
                row[label] -= 1.0;
                intercept_gradient.iter_mut().zip(&*row).for_each(|(g, r)| *g += r);
            }
            multiply_add(block.transposed(), View::new(&residuals, k), weight_gradient);
        }
        loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dimension_agrees_with_hand_calculation() {
        // Rows -1 and 1, one each of two classes: by symmetry no intercept, and w = w_1 - w_0 minimises
        // 2 ln(1 + e^-w) + w^2 / 2, so that w = 2 / (1 + e^w): w = 0.6748316.
        let train = Labelled::new(&[-1.0, 1.0], 1, &[0, 1], 2).unwrap();
        let model = LogisticRegression::fit(&train, &LogisticRegressionOptions::default()).unwrap();
        assert!(model.converged());
        let w = model.weights[1] - model.weights[0];
        assert!((w - 2.0 / (1.0 + w.exp())).abs() < 1e-5, "{w}");
        assert!((w - 0.674_831_6).abs() < 1e-5, "{w}");
        let probabilities = model.predict_proba(&[0.0, 2.0]).unwrap();
        assert!((probabilities[0] - 0.5).abs() < 1e-9);
        assert!((probabilities[3] - 1.0 / (1.0 + (-2.0 * w).exp())).abs() < 1e-9);
    }

    #[test]
    fn gradient_is_that_of_the_loss() {
        let rows: Vec<f32> = (0..150).map(|i| ((i * i) as f32 * 0.37).sin()).collect();
        let labels: Vec<usize> = (0..75).map(|i| i * i % 3).collect();
        let mut evaluation = Evaluation { rows: &rows, dim: 2, labels: &labels, block: Vec::new() };
        let x: Vec<f64> = (0..9).map(|i| (f64::from(i) * 1.3).cos()).collect();
        let mut gradient = vec![f64::NAN; 9];
        evaluation.sum(&x, &mut gradient);
        for i in 0..9 {
            let mut at = |delta: f64| {
                let mut moved = x.clone();
                moved[i] += delta;
                evaluation.sum(&moved, &mut [0.0; 9])
            };
            let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((numeric - gradient[i]).abs() < 1e-6 * numeric.abs().max(1.0), "{i}: {numeric} {}", gradient[i]);
        }
    }

    #[test]
    fn a_single_class_is_certain() {
        let train = Labelled::new(&[-1.0, 1.0], 1, &[2, 2], 3).unwrap();
        let model = LogisticRegression::fit(&train, &LogisticRegressionOptions::default()).unwrap();
        assert_eq!(model.predict_proba(&[7.0]).unwrap(), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let train = Labelled::new(&[-1.0, 1.0], 1, &[0, 1], 2).unwrap();
        for c in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let options = LogisticRegressionOptions { c, ..LogisticRegressionOptions::default() };
            assert!(matches!(LogisticRegression::fit(&train, &options), Err(ProbeError::Option { field: "c", .. })));
        }
    }
}
