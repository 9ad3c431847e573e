//! The majority of the nearest training rows.

use serde::{Deserialize, Serialize};

use super::ProbeError;
use super::labelled::{Labelled, check_rows};
use crate::matrix::{View, multiply_add};

/// Queries that are compared with all training rows at once.
const BLOCK: usize = 64;

/// What is near.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "analysis", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KNearestMetric {
    /// By direction; rows of zeros are refused.
    #[default]
    Cosine,
    /// By distance.
    Euclidean,
}

/// How [`KNearest`] decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "analysis", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct KNearestOptions {
    /// Rows that vote, at least 1; all where there are fewer.
    pub k: usize,
    /// What is near.
    pub metric: KNearestMetric,
    /// Whether dimensions are first brought to zero mean and unit deviation over the training rows.
    pub standardize: bool,
}

impl Default for KNearestOptions {
    fn default() -> Self {
        Self { k: 5, metric: KNearestMetric::Cosine, standardize: false }
    }
}

impl KNearestOptions {
    pub(super) fn validate(&self) -> Result<(), ProbeError> {
        let expected = "at least 1 row that votes";
        (self.k > 0).then_some(()).ok_or(ProbeError::Option { field: "k", expected, found: "0".into() })
    }
}

/// Nearest-neighbour classification (Cover and Hart 1967). Probabilities are shares of votes; of labels with equally
/// many votes the one whose nearest voter is nearest wins, and of equally near rows the first is nearer.
#[derive(Clone, Debug, PartialEq)]
pub struct KNearest {
    options: KNearestOptions,
    dim: usize,
    classes: usize,
    /// `[n, dim]`, of unit length for the cosine.
    rows: Vec<f64>,
    /// Half the squared length of every row.
    half_squares: Vec<f64>,
    labels: Vec<usize>,
}

impl KNearest {
    /// Keeps the rows as they are: [`KNearestOptions::standardize`] is the business of
    /// [`ProbeOptions`](super::ProbeOptions).
    ///
    /// # Errors
    /// Options out of range; for the cosine, rows of zeros.
    pub fn fit(train: &Labelled<'_>, options: &KNearestOptions) -> Result<Self, ProbeError> {
        options.validate()?;
        let dim = train.dim();
        let rows = prepared(train.rows(), dim, options.metric)?;
        let half_squares = rows.chunks_exact(dim).map(|row| row.iter().map(|v| v * v).sum::<f64>() / 2.0).collect();
        let (classes, labels) = (train.classes(), train.labels().to_vec());
        Ok(Self { options: options.clone(), dim, classes, rows, half_squares, labels })
    }

    /// Shares of the votes of all classes, `[n, classes]`, of rows `[n, dim]`.
    ///
    /// # Errors
    /// Rows of another dimension, values that are not finite; for the cosine, rows of zeros.
    pub fn predict_proba(&self, rows: &[f32]) -> Result<Vec<f64>, ProbeError> {
        Ok(self.vote(rows)?.0)
    }

    /// Shares of the votes `[n, classes]`, and the winners `[n]`.
    pub(super) fn vote(&self, rows: &[f32]) -> Result<(Vec<f64>, Vec<usize>), ProbeError> {
        let queries = prepared(rows, self.dim, self.options.metric)?;
        let n = self.labels.len();
        let k = self.options.k.min(n);
        let mut shares = vec![0.0; queries.len() / self.dim * self.classes];
        let mut winners = Vec::with_capacity(queries.len() / self.dim);
        let mut shares_of = shares.chunks_exact_mut(self.classes);
        for block in queries.chunks(BLOCK * self.dim) {
            // q x - |x|^2 / 2 falls as |q - x| grows.
            let mut nearness: Vec<f64> =
                self.half_squares.iter().map(|half| -half).collect::<Vec<_>>().repeat(block.len() / self.dim);
            multiply_add(View::new(block, self.dim), View::new(&self.rows, self.dim).transposed(), &mut nearness);
            for (nearness, shares) in nearness.chunks_exact(n).zip(&mut shares_of) {
                let mut order: Vec<usize> = (0..n).collect();
                let nearer = |a: &usize, b: &usize| nearness[*b].total_cmp(&nearness[*a]).then(a.cmp(b));
                if k < n {
                    order.select_nth_unstable_by(k, nearer);
                    order.truncate(k);
                }
                order.sort_unstable_by(nearer);
                for &row in &order {
                    shares[self.labels[row]] += 1.0 / k as f64;
                }
                let most = shares.iter().copied().fold(0.0, f64::max);
                // Shares of equally many votes are equal sums, and so equal to the bit.
                winners.extend(order.iter().map(|&row| self.labels[row]).find(|&label| shares[label] >= most));
            }
        }
        Ok((shares, winners))
    }
}

/// Rows in `f64`, for the cosine of unit length.
fn prepared(rows: &[f32], dim: usize, metric: KNearestMetric) -> Result<Vec<f64>, ProbeError> {
    check_rows(rows, dim)?;
    let mut rows: Vec<f64> = rows.iter().map(|&v| f64::from(v)).collect();
    if metric == KNearestMetric::Cosine {
        for (row, values) in rows.chunks_exact_mut(dim).enumerate() {
            let norm = values.iter().map(|v| v * v).sum::<f64>().sqrt();
            if norm < 1e-12 {
                return Err(crate::vectors::VectorsError::Zero { row }.into());
            }
            for v in values.iter_mut() {
                *v /= norm;
            }
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::KNearestMetric::{Cosine, Euclidean};
    use super::*;

    fn votes(rows: &[f32], labels: &[usize], k: usize, metric: KNearestMetric, query: &[f32]) -> (Vec<f64>, usize) {
        let train = Labelled::new(rows, 2, labels, 3).unwrap();
        let options = KNearestOptions { k, metric, ..KNearestOptions::default() };
        let (shares, winners) = KNearest::fit(&train, &options).unwrap().vote(query).unwrap();
        (shares, winners[0])
    }

    #[test]
    fn agrees_with_hand_calculation() {
        // On the axis through the origin 10 is far away but in the same direction.
        let (rows, labels) = ([10.0, 0.0, 1.0, 1.0, 0.0, 2.0, 8.0, 1.0], [0, 1, 1, 0]);
        assert_eq!(votes(&rows, &labels, 1, Cosine, &[1.0, 0.0]), (vec![1.0, 0.0, 0.0], 0));
        assert_eq!(votes(&rows, &labels, 1, Euclidean, &[1.0, 0.0]), (vec![0.0, 1.0, 0.0], 1));
        assert_eq!(votes(&rows, &labels, 3, Cosine, &[1.0, 0.0]).1, 0);
        assert_eq!(votes(&rows, &labels, 9, Euclidean, &[1.0, 0.0]).0, [0.5, 0.5, 0.0]);
    }

    #[test]
    fn ties_go_to_the_nearest_voter_and_then_to_the_first_row() {
        let rows = [1.0, 0.0, 2.0, 0.0, 3.0, 0.0, 4.0, 0.0];
        let metric = KNearestMetric::Euclidean;
        assert_eq!(votes(&rows, &[2, 1, 1, 2], 4, metric, &[0.0, 0.0]), (vec![0.0, 0.5, 0.5], 2));
        assert_eq!(votes(&rows, &[1, 2, 2, 1], 4, metric, &[0.0, 0.0]).1, 1);
        assert_eq!(votes(&rows, &[0, 2, 1, 0], 1, metric, &[2.5, 0.0]).1, 2, "equally near");
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let train = Labelled::new(&[1.0, 0.0, 0.0, 0.0], 2, &[0, 1], 2).unwrap();
        let fit = |options: KNearestOptions| KNearest::fit(&train, &options);
        assert!(matches!(fit(KNearestOptions::default()), Err(ProbeError::Direction(_))));
        assert!(matches!(fit(KNearestOptions { k: 0, ..KNearestOptions::default() }), Err(ProbeError::Option { .. })));
        let euclidean = KNearestOptions { metric: KNearestMetric::Euclidean, ..KNearestOptions::default() };
        assert!(fit(euclidean).unwrap().predict_proba(&[1.0; 3]).is_err());
    }
}
