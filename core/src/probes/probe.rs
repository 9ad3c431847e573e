//! One interface to all probes.

use serde::{Deserialize, Serialize};

use super::{
    KNearest, KNearestOptions, Labelled, Lda, LdaOptions, LogisticRegression, LogisticRegressionOptions, Mlp,
    MlpOptions, NearestCentroid, NearestCentroidOptions, ProbeError, Standardizer,
};

/// Which probe, and how it is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "analysis", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProbeOptions {
    /// Logistic regression with an L2 penalty: the usual measure of what a linear model can read.
    LogisticRegression(LogisticRegressionOptions),
    /// A network with hidden layers.
    Mlp(MlpOptions),
    /// The majority of the nearest training rows.
    KNearest(KNearestOptions),
    /// The nearest centroid by cosine.
    NearestCentroid(NearestCentroidOptions),
    /// Linear discriminant analysis with a shrunk covariance.
    Lda(LdaOptions),
}

impl Default for ProbeOptions {
    fn default() -> Self {
        Self::LogisticRegression(LogisticRegressionOptions::default())
    }
}

impl ProbeOptions {
    /// Checks every field.
    ///
    /// # Errors
    /// [`ProbeError::Option`] for the first field out of range.
    pub fn validate(&self) -> Result<(), ProbeError> {
        match self {
            Self::LogisticRegression(options) => options.validate(),
            Self::Mlp(options) => options.validate(),
            Self::KNearest(options) => options.validate(),
            Self::NearestCentroid(options) => options.validate(),
            Self::Lda(options) => options.validate(),
        }
    }

    /// Fits the probe, to standardized rows where the options say so. Only the multilayer perceptron uses the seed.
    ///
    /// # Errors
    /// Options out of range, and what each probe refuses.
    pub fn fit(&self, train: &Labelled<'_>, seed: u64) -> Result<FittedProbe, ProbeError> {
        let standardizes = match self {
            Self::LogisticRegression(options) => options.standardize,
            Self::Mlp(options) => options.standardize,
            Self::KNearest(options) => options.standardize,
            Self::NearestCentroid(_) | Self::Lda(_) => false,
        };
        let standardizer = standardizes.then(|| Standardizer::fit(train.rows(), train.dim())).transpose()?;
        let scaled = standardizer.as_ref().map(|s| s.transform(train.rows())).transpose()?;
        let train = scaled.as_deref().map_or(*train, |rows| train.with_rows(rows));
        let model = match self {
            Self::LogisticRegression(options) => Model::LogisticRegression(LogisticRegression::fit(&train, options)?),
            Self::Mlp(options) => Model::Mlp(Mlp::fit(&train, options, seed)?),
            Self::KNearest(options) => Model::KNearest(KNearest::fit(&train, options)?),
            Self::NearestCentroid(options) => Model::NearestCentroid(NearestCentroid::fit(&train, options)?),
            Self::Lda(options) => Model::Lda(Lda::fit(&train, options)?),
        };
        Ok(FittedProbe { standardizer, classes: train.classes(), model })
    }

    /// Fits the probe and asks it about the rows `test` `[n, dim]`.
    ///
    /// # Errors
    /// As [`ProbeOptions::fit`] and [`FittedProbe::predict`].
    pub fn fit_predict(&self, train: &Labelled<'_>, test: &[f32], seed: u64) -> Result<Predictions, ProbeError> {
        self.fit(train, seed)?.predict(test)
    }
}

/// A probe that can be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedProbe {
    standardizer: Option<Standardizer>,
    classes: usize,
    model: Model,
}

#[derive(Clone, Debug, PartialEq)]
enum Model {
    LogisticRegression(LogisticRegression),
    Mlp(Mlp),
    KNearest(KNearest),
    NearestCentroid(NearestCentroid),
    Lda(Lda),
}

impl FittedProbe {
    /// What the probe says of rows `[n, dim]`.
    ///
    /// # Errors
    /// Rows of another dimension, values that are not finite; for probes by direction, rows of zeros.
    pub fn predict(&self, rows: &[f32]) -> Result<Predictions, ProbeError> {
        let scaled = self.standardizer.as_ref().map(|s| s.transform(rows)).transpose()?;
        let rows = scaled.as_deref().unwrap_or(rows);
        let probabilities = match &self.model {
            Model::LogisticRegression(model) => model.predict_proba(rows)?,
            Model::Mlp(model) => model.predict_proba(rows)?,
            Model::NearestCentroid(model) => model.predict_proba(rows)?,
            Model::Lda(model) => model.predict_proba(rows)?,
            Model::KNearest(model) => {
                let (probabilities, labels) = model.vote(rows)?;
                return Ok(Predictions { classes: self.classes, probabilities, labels });
            }
        };
        let labels = probabilities.chunks_exact(self.classes).map(most_likely).collect();
        Ok(Predictions { classes: self.classes, probabilities, labels })
    }
}

/// What a probe says of `n` rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Predictions {
    /// Number of classes.
    pub classes: usize,
    /// Probabilities, `[n * classes]`; every row adds up to 1.
    pub probabilities: Vec<f64>,
    /// The most likely class of every row, `[n]`: of equally likely ones the lower, or as [`KNearest`] breaks ties.
    pub labels: Vec<usize>,
}

/// The first of the largest.
fn most_likely(probabilities: &[f64]) -> usize {
    let better = |best: usize, (i, &p): (usize, &f64)| if p > probabilities[best] { i } else { best };
    probabilities.iter().enumerate().fold(0, better)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::random::Stream;
    use proptest::prelude::*;

    const KINDS: [&str; 5] = ["logistic_regression", "mlp", "k_nearest", "nearest_centroid", "lda"];

    fn parse(json: &str) -> ProbeOptions {
        serde_json::from_str(json).unwrap()
    }

    fn all() -> impl Iterator<Item = ProbeOptions> {
        KINDS.iter().map(|kind| parse(&format!("{{\"kind\": \"{kind}\"}}")))
    }

    /// Three clouds of rows `[n, 4]` around different corners; class 1 of 4 has none.
    fn clouds(n: usize, seed: u64) -> (Vec<f32>, Vec<usize>) {
        let noise = Stream::new(seed, 9);
        let labels: Vec<usize> = (0..n).map(|i| [0, 2, 3][i % 3]).collect();
        let value = |i: usize| {
            let centre = if labels[i / 4] == i % 4 { 3.0 } else { 0.5 };
            (centre + noise.symmetric(i as u64)) as f32
        };
        ((0..4 * n).map(value).collect(), labels.clone())
    }

    #[test]
    fn every_probe_tells_clouds_apart() {
        let ((rows, labels), (test, truth)) = (clouds(300, 1), clouds(30, 2));
        let train = Labelled::new(&rows, 4, &labels, 4).unwrap();
        for probe in all() {
            let predictions = probe.fit_predict(&train, &test, 5).unwrap();
            assert_eq!(predictions.labels, truth, "{probe:?}");
            assert_eq!(predictions, probe.fit_predict(&train, &test, 5).unwrap());
        }
    }

    proptest! {
        #[test]
        fn probabilities_are_probabilities(seed in any::<u64>(), n in 8usize..40) {
            let (rows, labels) = clouds(n, seed);
            let train = Labelled::new(&rows, 4, &labels, 4).unwrap();
            for probe in all() {
                let predictions = probe.fit_predict(&train, &rows, seed).unwrap();
                prop_assert_eq!(predictions.probabilities.len(), 4 * n);
                for (row, &label) in predictions.probabilities.chunks(4).zip(&predictions.labels) {
                    prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9 && row.iter().all(|&p| p >= 0.0));
                    prop_assert!(row[1] == 0.0 && row.iter().all(|&p| p <= row[label]));
                }
            }
        }
    }

    #[test]
    fn configurations_are_strict() {
        assert_eq!(parse(r#"{"kind": "logistic_regression"}"#), ProbeOptions::default());
        let options = parse(r#"{"kind": "mlp", "hidden": [256, 256]}"#);
        assert!(matches!(&options, ProbeOptions::Mlp(mlp) if mlp.hidden == [256, 256] && mlp.epochs == 30));
        assert!(serde_json::from_str::<ProbeOptions>(r#"{"kind": "mlp", "units": 3}"#).is_err());
        let error = parse(r#"{"kind": "k_nearest", "k": 0}"#).validate().unwrap_err();
        assert_eq!(error.to_string(), "`k`: expected at least 1 row that votes, found 0");
        assert!(all().all(|probe| probe.validate().is_ok()));
    }
}
