//! Means of the classes and the covariance that they share.

use super::labelled::{Classes, Labelled};
use super::standardizer::Standardizer;
use super::{LdaOptions, ProbeError};
use crate::matrix::{View, dot, multiply_add};

/// What linear discriminant analysis knows of its training rows.
pub(super) struct ClassMoments {
    /// The classes that have rows: `k` of them.
    pub(super) classes: Classes,
    /// Their shares of the rows, `[k]`.
    pub(super) priors: Vec<f64>,
    /// Their means as columns, `[dim, k]`.
    pub(super) means: Vec<f64>,
    /// The mean of their shrunk covariances, weighted by their shares, `[dim, dim]`.
    pub(super) covariance: Vec<f64>,
}

impl ClassMoments {
    /// # Errors
    /// Options out of range.
    pub(super) fn of(train: &Labelled<'_>, options: &LdaOptions) -> Result<Self, ProbeError> {
        options.validate()?;
        let (classes, labels) = train.present();
        let (dim, k, n) = (train.dim(), classes.len(), labels.len() as f64);
        let mut covariance = vec![0.0; dim * dim];
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
        Ok(Self { classes, priors, means, covariance })
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
