//! Zero mean and unit deviation.

use serde::{Deserialize, Serialize};

use super::ProbeError;
use super::labelled::check_rows;

/// The mean and standard deviation (of the population) of every dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standardizer {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Standardizer {
    /// Measures rows `[n, dim]`. A dimension that does not vary, but for rounding, has the deviation 1, as in
    /// scikit-learn's `StandardScaler`.
    ///
    /// # Errors
    /// No rows, a length that is no multiple of `dim`, values that are not finite.
    pub fn fit(rows: &[f32], dim: usize) -> Result<Self, ProbeError> {
        check_rows(rows, dim)?;
        let n = (rows.len() / dim) as f64;
        if rows.is_empty() {
            return Err(ProbeError::Empty);
        }
        let mean_of = |value: &dyn Fn(usize, f64) -> f64| {
            let mut sums = vec![0.0; dim];
            for row in rows.chunks_exact(dim) {
                for (d, (sum, &v)) in sums.iter_mut().zip(row).enumerate() {
                    *sum += value(d, f64::from(v));
                }
            }
            for sum in &mut sums {
                *sum /= n;
            }
            sums
        };
        let means = mean_of(&|_, v| v);
        let variances = mean_of(&|d, v| (v - means[d]).powi(2));
        let deviations = variances.iter().zip(&means).map(|(&variance, &mean)| {
            // The largest variance that the rounding of the sums can leave in a constant.
            let rounding = n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2);
            if variance <= rounding { 1.0 } else { variance.sqrt() }
        });
        Ok(Self { deviations: deviations.collect(), means })
    }

    /// The means, `[dim]`.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The standard deviations, `[dim]`, none of them 0.
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }

    /// Rows `[n, dim]` with the means taken away and divided by the deviations.
    ///
    /// # Errors
    /// A length that is no multiple of the dimension, values that are not finite.
    pub fn transform(&self, rows: &[f32]) -> Result<Vec<f32>, ProbeError> {
        check_rows(rows, self.means.len())?;
        let scaled = rows.chunks_exact(self.means.len()).flat_map(|row| {
            let scales = self.means.iter().zip(&self.deviations);
            row.iter().zip(scales).map(|(&v, (mean, deviation))| ((f64::from(v) - mean) / deviation) as f32)
        });
        Ok(scaled.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_hand_calculation() {
        let rows = [1.0, 0.1, 3.0, 0.1, 5.0, 0.1];
        let standardizer = Standardizer::fit(&rows, 2).unwrap();
        assert!((standardizer.means()[0] - 3.0).abs() < 1e-12);
        assert!((standardizer.deviations()[0] - (8.0f64 / 3.0).sqrt()).abs() < 1e-12);
        let scaled = standardizer.transform(&rows).unwrap();
        assert!(scaled[2].abs() < 1e-12);
        assert!((f64::from(scaled[4]) - 1.5f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn constants_are_not_blown_up() {
        let rows: Vec<f32> = std::iter::repeat_n([0.1, 12_345.678], 1000).flatten().collect();
        let standardizer = Standardizer::fit(&rows, 2).unwrap();
        assert_eq!(standardizer.deviations(), [1.0, 1.0]);
        assert!(standardizer.transform(&rows).unwrap().iter().all(|v| v.abs() < 1e-9));
    }

    #[test]
    fn rows_of_another_dimension_are_refused() {
        let standardizer = Standardizer::fit(&[1.0, 2.0, 3.0], 3).unwrap();
        assert_eq!(standardizer.transform(&[1.0; 4]), Err(ProbeError::Shape { values: 4, dim: 3 }));
        assert_eq!(Standardizer::fit(&[], 3), Err(ProbeError::Empty));
    }
}
