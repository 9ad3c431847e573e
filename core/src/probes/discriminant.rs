//! Linear discriminant analysis with a shrunk covariance.

use serde::{Deserialize, Serialize};

use super::ProbeError;
use super::class_moments::ClassMoments;
use super::labelled::{Classes, Labelled, check_rows};
use crate::matrix::{Cholesky, View, multiply_add};

/// How [`Lda`] estimates the covariance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "analysis", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LdaOptions {
    /// How far the covariance of every class is drawn to a multiple of the identity, from 0 to 1. Without it, the
    /// amount that is optimal for rows drawn from a normal distribution, by the formula of Ledoit and Wolf.
    pub shrinkage: Option<f64>,
}

impl LdaOptions {
    pub(super) fn validate(&self) -> Result<(), ProbeError> {
        match self.shrinkage.filter(|shrinkage| !(0.0..=1.0).contains(shrinkage)) {
            None => Ok(()),
            Some(bad) => Err(ProbeError::Option {
                field: "shrinkage",
                expected: "a number from 0 to 1, or null",
                found: bad.to_string(),
            }),
        }
    }
}

/// Linear discriminant analysis: one Gaussian per class, all with the same covariance, which is the mean of the
/// classes' own, shrunk (Ledoit and Wolf 2004, "A well-conditioned estimator for large-dimensional covariance
/// matrices"), weighted by their share of the rows. Closed form, without iterations or a seed.
///
/// Equals scikit-learn's `LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")`, or with a number instead of
/// `"auto"`, where the covariance can be inverted; where it cannot, this is an error instead of a solution of least
/// norm.
#[derive(Clone, Debug, PartialEq)]
pub struct Lda {
    classes: Classes,
    dim: usize,
    /// `[dim, classes]`.
    weights: Vec<f64>,
    /// `[classes]`.
    intercepts: Vec<f64>,
}

impl Lda {
    /// Fits on rows.
    ///
    /// # Errors
    /// Options out of range, or a covariance that cannot be inverted: too few rows without shrinkage, or no class
    /// with rows that differ.
    pub fn fit(train: &Labelled<'_>, options: &LdaOptions) -> Result<Self, ProbeError> {
        let ClassMoments { classes, priors, means, covariance } = ClassMoments::of(train, options)?;
        let (dim, k) = (train.dim(), classes.len());
        let mut weights = means.clone();
        Cholesky::of(covariance, dim).ok_or(ProbeError::Singular)?.solve(&mut weights);
        let intercept = |(class, prior): (usize, &f64)| {
            let products = means.iter().zip(&weights).skip(class).step_by(k).map(|(mean, weight)| mean * weight);
            prior.ln() - 0.5 * products.sum::<f64>()
        };
        let intercepts = priors.iter().enumerate().map(intercept).collect();
        Ok(Self { classes, dim, weights, intercepts })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_hand_calculation() {
        // Variance 1 in both classes, means -2 and 2, equal priors: log-odds 4 x.
        let rows = [-3.0, -1.0, 1.0, 3.0];
        let train = Labelled::new(&rows, 1, &[0, 0, 1, 1], 2).unwrap();
        let model = Lda::fit(&train, &LdaOptions::default()).unwrap();
        let probabilities = model.predict_proba(&[0.5]).unwrap();
        assert!((probabilities[1] / probabilities[0] - 2.0f64.exp()).abs() < 1e-9);
        // Uneven priors move the boundary by their log-odds.
        let train = Labelled::new(&[-3.0, -1.0, -3.0, -1.0, 1.0, 3.0], 1, &[0, 0, 0, 0, 1, 1], 2).unwrap();
        let probabilities = Lda::fit(&train, &LdaOptions::default()).unwrap().predict_proba(&[0.0]).unwrap();
        assert!((probabilities[0] - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_singular_covariance_is_an_error() {
        let rows = [0.0, 0.0, 1.0, 1.0, 5.0, 5.0, 6.0, 6.0];
        let train = Labelled::new(&rows, 2, &[0, 0, 1, 1], 2).unwrap();
        let fit = |shrinkage| Lda::fit(&train, &LdaOptions { shrinkage });
        assert_eq!(fit(Some(0.0)), Err(ProbeError::Singular));
        assert!(fit(Some(0.1)).is_ok());
        assert!(matches!(fit(Some(1.1)), Err(ProbeError::Option { field: "shrinkage", .. })));
    }
}
