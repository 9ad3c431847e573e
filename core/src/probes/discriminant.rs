//! Linear discriminant analysis with a shrunk covariance.

use serde::{Deserialize, Serialize};

use super::ProbeError;
use super::labelled::{Classes, Labelled, check_rows};
use super::standardizer::Standardizer;
use crate::matrix::{Cholesky, View, dot, multiply_add};

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
        options.validate()?;
        let (classes, labels) = train.present();
        let (dim, k, n) = (train.dim(), classes.len(), labels.len() as f64);
        let mut covariance = vec![0.0; dim * dim];
        // Columns are the means of the classes.
        let mut means = vec![0.0; dim * k];
        let mut priors = Vec::with_capacity(k);
        for class in 0..k {
            let of_class = train.rows().chunks_exact(dim).zip(&labels).filter(|&(_, &label)| label == class);
            let rows: Vec<f32> = of_class.flat_map(|(row, _)| row).copied().collect();
            let prior = (rows.len() / dim) as f64 / n;
            let scales = Standardizer::fit(&rows, dim)?;
            add_covariance(&rows, &scales, options.shrinkage, prior, &mut covariance);
            scales.means().iter().enumerate().for_each(|(d, mean)| means[d * k + class] = *mean);
            priors.push(prior);
        }
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

/// Adds `weight` times the shrunk covariance of rows `[n, dim]` to `sum` `[dim, dim]`.
fn add_covariance(rows: &[f32], scales: &Standardizer, shrinkage: Option<f64>, weight: f64, sum: &mut [f64]) {
    let dim = scales.means().len();
    let n = (rows.len() / dim) as f64;
    // The automatic amount is that of the standardized rows, whose covariance is scaled back afterwards.
    let units: &[f64] = if shrinkage.is_none() { scales.deviations() } else { &[] };
    let unit = |d: usize| units.get(d).copied().unwrap_or(1.0);
    let centred: Vec<f64> = rows
        .chunks_exact(dim)
        .flat_map(|row| {
            row.iter().zip(scales.means()).enumerate().map(|(d, (&v, mean))| (f64::from(v) - mean) / unit(d))
        })
        .collect();
    let mut products = vec![0.0; dim * dim];
    let view = View::new(&centred, dim);
    multiply_add(view.transposed(), view, &mut products);
    for v in &mut products {
        *v /= n;
    }
    let variance = products.iter().step_by(dim + 1).sum::<f64>() / dim as f64;
    let shrinkage = shrinkage.unwrap_or_else(|| ledoit_wolf(&centred, &products, dim, variance));
    for (i, (row, sum)) in products.chunks_exact(dim).zip(sum.chunks_exact_mut(dim)).enumerate() {
        for (j, (&product, sum)) in row.iter().zip(sum).enumerate() {
            let target = if i == j { shrinkage * variance } else { 0.0 };
            *sum += weight * ((1.0 - shrinkage) * product + target) * unit(i) * unit(j);
        }
    }
}

/// The optimal shrinkage of the covariance `[dim, dim]` of centred rows `[n, dim]` (Ledoit and Wolf 2004, section 3.2;
/// scikit-learn, `ledoit_wolf_shrinkage`). 0 for a single dimension, which has nothing to be drawn to.
fn ledoit_wolf(centred: &[f64], covariance: &[f64], dim: usize, variance: f64) -> f64 {
    if dim == 1 {
        return 0.0;
    }
    let (n, p) = ((centred.len() / dim) as f64, dim as f64);
    let squares = dot(covariance, covariance);
    // Squared distance of the covariance from its target, and the part of it that is error.
    let distance = (squares - p * variance * variance) / p;
    let fourth_moments = centred.chunks_exact(dim).map(|row| dot(row, row).powi(2)).sum::<f64>();
    let error = ((fourth_moments / n - squares) / (n * p)).min(distance);
    if error == 0.0 { 0.0 } else { error / distance }
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
