use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EXPLORATION;
use crate::project::error::{ProjectError, refuse};

/// Options of t-SNE; the defaults are those of scikit-learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TsneOptions {
    /// How many neighbours, more or less, make up a point's surroundings (1 to 1000). More give a picture of the whole,
    /// fewer one of the details.
    #[schemars(range(min = 1.0, max = 1000.0))]
    pub perplexity: f64,
    /// How much harder neighbours pull in the first 250 iterations (1 to 100).
    #[schemars(range(min = 1.0, max = 100.0))]
    pub early_exaggeration: f64,
    /// Length of a step along the gradient, without the gradient's factor 4 (above 0). Without it, the number of points
    /// divided by `early_exaggeration`, at least 200.
    #[schemars(range(min = 0.0))]
    pub learning_rate: Option<f64>,
    /// Iterations (250 to 100000).
    #[schemars(range(min = 250, max = 100_000))]
    pub n_iterations: usize,
}

impl Default for TsneOptions {
    fn default() -> Self {
        Self { perplexity: 30.0, early_exaggeration: 12.0, learning_rate: None, n_iterations: 1000 }
    }
}

impl TsneOptions {
    /// Checks every range.
    ///
    /// # Errors
    /// Names the first option that is out of its range.
    pub fn validate(&self) -> Result<(), ProjectError> {
        if !(1.0..=1000.0).contains(&self.perplexity) {
            return refuse("perplexity", "between 1 and 1000", self.perplexity.to_string());
        }
        if !(1.0..=100.0).contains(&self.early_exaggeration) {
            return refuse("early_exaggeration", "between 1 and 100", self.early_exaggeration.to_string());
        }
        if let Some(rate) = self.learning_rate
            && !(rate > 0.0 && rate <= 1e9)
        {
            return refuse("learning_rate", "above 0 and at most 1e9", rate.to_string());
        }
        if !(EXPLORATION..=100_000).contains(&self.n_iterations) {
            return refuse("n_iterations", "between 250 and 100000", self.n_iterations.to_string());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_range_are_named() {
        assert_eq!(TsneOptions::default().validate(), Ok(()));
        let message = |options: TsneOptions| options.validate().unwrap_err().to_string();
        let default = TsneOptions::default;
        assert_eq!(
            message(TsneOptions { perplexity: 0.5, ..default() }),
            "perplexity must be between 1 and 1000, found 0.5"
        );
        assert!(message(TsneOptions { early_exaggeration: f64::NAN, ..default() }).starts_with("early_exaggeration"));
        assert!(message(TsneOptions { learning_rate: Some(0.0), ..default() }).starts_with("learning_rate"));
        assert!(message(TsneOptions { n_iterations: 100, ..default() }).starts_with("n_iterations"));
    }
}
