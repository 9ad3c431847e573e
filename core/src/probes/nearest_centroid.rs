//! The nearest class centre by direction.

use serde::{Deserialize, Serialize};

use super::ProbeError;
use super::labelled::{Labelled, check_rows};
use crate::metrics::Centroids;
use crate::vectors::{Vectors, dot};

/// How [`NearestCentroid`] turns similarities into probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "analysis", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NearestCentroidOptions {
    /// Cosine similarities are divided by this, above 0, before the softmax. It changes how sure the probabilities
    /// are, not which is largest.
    pub temperature: f64,
}

impl Default for NearestCentroidOptions {
    fn default() -> Self {
        Self { temperature: 0.1 }
    }
}

impl NearestCentroidOptions {
    pub(super) fn validate(&self) -> Result<(), ProbeError> {
        let valid = self.temperature > 0.0 && self.temperature.is_finite();
        let found = self.temperature.to_string();
        valid.then_some(()).ok_or(ProbeError::Option { field: "temperature", expected: "a number above 0", found })
    }
}

/// [`Centroids`] as a probe: the softmax of the cosines to the centroids.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestCentroid {
    centroids: Centroids,
    temperature: f64,
}

impl NearestCentroid {
    /// Averages the directions of the rows of every class.
    ///
    /// # Errors
    /// Options out of range, rows of zeros, or classes that all cancel out to nothing.
    pub fn fit(train: &Labelled<'_>, options: &NearestCentroidOptions) -> Result<Self, ProbeError> {
        options.validate()?;
        let vectors = Vectors::normalized(train.rows().to_vec(), train.dim())?;
        let centroids = Centroids::of(&vectors, train.labels(), train.classes(), 0..vectors.len())?;
        if centroids.labels().is_empty() {
            return Err(ProbeError::Empty);
        }
        Ok(Self { centroids, temperature: options.temperature })
    }

    /// Probabilities of all classes, `[n, classes]`, of rows `[n, dim]`.
    ///
    /// # Errors
    /// Rows of another dimension, values that are not finite, rows of zeros.
    pub fn predict_proba(&self, rows: &[f32]) -> Result<Vec<f64>, ProbeError> {
        let centroids = self.centroids.vectors();
        check_rows(rows, centroids.dim())?;
        let rows = Vectors::normalized(rows.to_vec(), centroids.dim())?;
        let mut probabilities = vec![0.0; rows.len() * self.centroids.classes()];
        for (row, out) in rows.rows().zip(probabilities.chunks_exact_mut(self.centroids.classes())) {
            // No cosine is above 1, so that nothing overflows.
            let weights = centroids.rows().map(|c| ((f64::from(dot(row, c)) - 1.0) / self.temperature).exp());
            let weights: Vec<f64> = weights.collect();
            let sum: f64 = weights.iter().sum();
            self.centroids.labels().iter().zip(weights).for_each(|(&label, weight)| out[label] = weight / sum);
        }
        Ok(probabilities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_hand_calculation() {
        let train = Labelled::new(&[2.0, 0.0, 0.0, 1.0, 0.0, 3.0], 2, &[2, 0, 0], 3).unwrap();
        let model = NearestCentroid::fit(&train, &NearestCentroidOptions { temperature: 0.5 }).unwrap();
        // Cosines 0.8 and 0.6: odds e^(0.2 / 0.5).
        let probabilities = model.predict_proba(&[4.0, 3.0]).unwrap();
        assert!((probabilities[2] / probabilities[0] - 0.4f64.exp()).abs() < 1e-6);
        assert!(probabilities[1] == 0.0 && (probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(model.predict_proba(&[0.0, 0.0]).is_err());
    }
}
