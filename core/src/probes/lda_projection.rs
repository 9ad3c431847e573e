//! The space in which linear discriminant analysis compares rows.

use serde::{Deserialize, Serialize};

use super::class_moments::ClassMoments;
use super::jacobi::symmetric_eigen;
use super::labelled::{Labelled, check_rows};
use super::{LdaOptions, ProbeError};
use crate::matrix::{Cholesky, View, multiply_add};

/// The least share of the largest ratio of variances between and within classes that makes an axis: below it there is
/// but rounding.
const LEAST_RATIO: f64 = 1e-9;

/// The discriminant coordinates of rows: from the mean of the training rows, along the axes in which the classes' means
/// differ (Fisher 1936; Hastie et al., "The elements of statistical learning", section 4.3.3), in units of the
/// deviation within classes, largest ratio first. A closed form, without iterations or a seed; distances and cosines
/// in this space can be used like those of an embedding.
///
/// Euclidean distances to the classes' means here, with the logarithms of their shares, give the probabilities of
/// [`Lda`](super::Lda) exactly. Without shrinkage the axes are those of scikit-learn's
/// `LinearDiscriminantAnalysis(solver="eigen")`; with shrinkage they differ slightly, since scikit-learn shrinks what
/// lies between the classes too, which then need not contain all of the difference between their means. Its `transform`
/// does not centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LdaProjection {
    dim: usize,
    axes: usize,
    /// `[dim, axes]`.
    scalings: Vec<f64>,
    /// What the mean of the training rows becomes: `[axes]`.
    offsets: Vec<f64>,
}

impl LdaProjection {
    /// Fits on rows.
    ///
    /// # Errors
    /// Options out of range, a covariance that cannot be inverted, or means that do not differ, as of a single class.
    pub fn fit(train: &Labelled<'_>, options: &LdaOptions) -> Result<Self, ProbeError> {
        let ClassMoments { classes, priors, means, covariance } = ClassMoments::of(train, options)?;
        let (dim, k) = (train.dim(), classes.len());
        let centre: Vec<f64> =
            means.chunks_exact(k).map(|row| row.iter().zip(&priors).map(|(m, p)| m * p).sum()).collect();
        // The square root of what lies between the classes, B: B B^T is their weighted covariance.
        let mut between = means;
        for (row, centre) in between.chunks_exact_mut(k).zip(&centre) {
            row.iter_mut().zip(&priors).for_each(|(mean, prior)| *mean = (*mean - centre) * prior.sqrt());
        }
        let mut solved = between.clone();
        Cholesky::of(covariance, dim).ok_or(ProbeError::Singular)?.solve(&mut solved);
        // B^T W^-1 B has the ratios of variances for eigenvalues; its eigenvector v gives the axis W^-1 B v.
        let mut ratios = vec![0.0; k * k];
        multiply_add(View::new(&between, k).transposed(), View::new(&solved, k), &mut ratios);
        let pairs = symmetric_eigen(ratios, k);
        let largest = pairs[0].0;
        // The mean of the means is the centre: at most one axis less than there are classes.
        let kept = pairs.into_iter().take(k.saturating_sub(1).min(dim));
        let kept: Vec<_> = kept.filter(|(ratio, _)| *ratio > LEAST_RATIO * largest && *ratio > f64::EPSILON).collect();
        let axes = kept.len();
        if axes == 0 {
            return Err(ProbeError::EqualMeans);
        }
        let mut scalings = vec![0.0; dim * axes];
        for (axis, (ratio, weights)) in kept.iter().enumerate() {
            let scale = ratio.sqrt().recip();
            let column =
                solved.chunks_exact(k).map(|row| row.iter().zip(weights).map(|(s, w)| s * w).sum::<f64>() * scale);
            let column: Vec<f64> = column.collect();
            // Which of the two signs comes out means nothing; the greatest value decides.
            let greatest = column.iter().fold(0.0f64, |most, &v| if v.abs() > most.abs() { v } else { most });
            let sign = greatest.signum();
            scalings.iter_mut().skip(axis).step_by(axes).zip(column).for_each(|(out, v)| *out = sign * v);
        }
        let mut offsets = vec![0.0; axes];
        multiply_add(View::new(&centre, dim), View::new(&scalings, axes), &mut offsets);
        Ok(Self { dim, axes, scalings, offsets })
    }

    /// Number of axes: at most the dimension of the rows, and one less than the classes that had rows.
    pub fn axes(&self) -> usize {
        self.axes
    }

    /// The coordinates `[n, axes]` of rows `[n, dim]`.
    ///
    /// # Errors
    /// Rows of another dimension, values that are not finite.
    pub fn transform(&self, rows: &[f32]) -> Result<Vec<f32>, ProbeError> {
        check_rows(rows, self.dim)?;
        let rows: Vec<f64> = rows.iter().map(|&v| f64::from(v)).collect();
        let mut coordinates = vec![0.0; rows.len() / self.dim * self.axes];
        multiply_add(View::new(&rows, self.dim), View::new(&self.scalings, self.axes), &mut coordinates);
        let offsets = self.offsets.iter().cycle();
        Ok(coordinates.iter().zip(offsets).map(|(value, offset)| (value - offset) as f32).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::random::Stream;
    use crate::probes::Lda;

    #[test]
    fn distances_to_the_means_give_the_probabilities_of_the_classifier() {
        let stream = Stream::new(7, 0);
        let labels: Vec<usize> = (0..90).map(|i| if i % 3 == 0 { 4 } else { i % 3 }).collect();
        let value = |i: usize| (stream.symmetric(i as u64) + 0.4 * ((labels[i / 6] * (i % 6 + 2)) % 5) as f64) as f32;
        let rows: Vec<f32> = (0..90 * 6).map(value).collect();
        let train = Labelled::new(&rows, 6, &labels, 5).unwrap();
        for shrinkage in [None, Some(0.2)] {
            let options = LdaOptions { shrinkage };
            let projection = LdaProjection::fit(&train, &options).unwrap();
            assert_eq!(projection.axes(), 2);
            let points = projection.transform(&rows).unwrap();
            let mut means = [[0.0f64; 2]; 5];
            for (point, &label) in points.chunks_exact(2).zip(&labels) {
                (0..2).for_each(|axis| means[label][axis] += f64::from(point[axis]) / 30.0);
            }
            let expected = Lda::fit(&train, &options).unwrap().predict_proba(&rows).unwrap();
            for (point, expected) in points.chunks_exact(2).zip(expected.chunks_exact(5)) {
                // All classes are equally frequent.
                let weight = |c: usize| {
                    let squared = (0..2).map(|axis| (f64::from(point[axis]) - means[c][axis]).powi(2)).sum::<f64>();
                    (-0.5 * squared).exp()
                };
                let sum: f64 = [1, 2, 4].into_iter().map(weight).sum();
                for class in [1, 2, 4] {
                    assert!((weight(class) / sum - expected[class]).abs() < 1e-5);
                }
            }
        }
    }

    #[test]
    fn a_single_class_has_no_axes() {
        let rows = [0.0, 1.0, 2.0, 5.0];
        let train = Labelled::new(&rows, 1, &[1; 4], 3).unwrap();
        assert_eq!(LdaProjection::fit(&train, &LdaOptions::default()), Err(ProbeError::EqualMeans));
    }
}
