//! k-means.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::matrix::{View, dot, multiply_add};
use crate::metrics::random::Stream;

/// Purpose of random numbers.
const STARTS: u64 = 0x6b6d_6e73;
/// Rows that are compared with the centres at once.
const BLOCK: usize = 256;

/// How [`k_means`] searches. The defaults are scikit-learn's, but for `k`, and for ten starts instead of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "analysis", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct KMeansOptions {
    /// Number of clusters, at least 1.
    pub k: usize,
    /// Starts from new centres, at least 1; the best end is kept.
    pub n_init: usize,
    /// Moves of the centres per start, at most.
    pub max_iterations: usize,
    /// A start ends where the centres move by less than this, as the square of the distance over the mean variance of
    /// the dimensions, or where no row changes its cluster.
    pub tolerance: f64,
}

impl Default for KMeansOptions {
    fn default() -> Self {
        Self { k: 8, n_init: 10, max_iterations: 300, tolerance: 1e-4 }
    }
}

/// Why rows cannot be clustered.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum KMeansError {
    /// The length of the rows is no multiple of their dimension.
    #[error("expected rows of {dim} values, found {values} values, which is no multiple")]
    Shape {
        /// Values given.
        values: usize,
        /// Values per row.
        dim: usize,
    },
    /// A value is NaN or infinite.
    #[error("row {row} holds a value that is not finite")]
    NotFinite {
        /// Index of the row.
        row: usize,
    },
    /// More clusters than rows, or none.
    #[error("`k`: expected 1 to {rows} clusters for {rows} rows, found {k}")]
    Clusters {
        /// Clusters asked for.
        k: usize,
        /// Rows given.
        rows: usize,
    },
    /// An option is out of range.
    #[error("`{field}`: expected {expected}, found {found}")]
    Option {
        /// Name of the field in the configuration.
        field: &'static str,
        /// The values that are allowed.
        expected: &'static str,
        /// The value found.
        found: String,
    },
}

/// What [`k_means`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// Values per row.
    pub dim: usize,
    /// The centres, `[k * dim]`.
    pub centers: Vec<f64>,
    /// The cluster of every row, `[n]`.
    pub labels: Vec<usize>,
    /// Sum of the squared distances of the rows to their centres.
    pub inertia: f64,
    /// Moves of the centres in the start that was kept.
    pub iterations: usize,
}

/// Groups rows `[n, dim]` around their means (Lloyd 1982), from starts chosen by k-means++ (Arthur and Vassilvitskii
/// 2007) in its greedy form: of `2 + ln k` candidates for the next centre the one that helps most, as in scikit-learn.
/// The same rows, options and seed give the same clusters.
///
/// # Errors
/// Options out of range, more clusters than rows, values that are not finite.
pub fn k_means(rows: &[f32], dim: usize, options: &KMeansOptions, seed: u64) -> Result<Clusters, KMeansError> {
    options.validate()?;
    check_rows(rows, dim)?;
    let n = rows.len() / dim;
    let too_many = KMeansError::Clusters { k: options.k, rows: n };
    if options.k > n {
        return Err(too_many);
    }
    let data = Data::centred(rows, dim);
    let tolerance = options.tolerance * data.mean_variance();
    let mut best: Option<Clusters> = None;
    for start in 0..options.n_init as u64 {
        let centers = data.spread_centers(options.k, Stream::new(seed, STARTS ^ ((start + 1) << 32)));
        let found = data.lloyd(centers, options.max_iterations, tolerance);
        // Other than by rounding: otherwise the winner would be a matter of luck.
        if best.as_ref().is_none_or(|best| found.inertia < best.inertia * (1.0 - 1e-12)) {
            best = Some(found);
        }
    }
    let mut best = best.ok_or(too_many)?;
    for center in best.centers.chunks_exact_mut(dim) {
        center.iter_mut().zip(&data.means).for_each(|(value, mean)| *value += mean);
    }
    Ok(best)
}

impl Clusters {
    /// The nearest centres of other rows `[n, dim]`: `[n]`.
    ///
    /// # Errors
    /// Rows of another dimension, values that are not finite.
    pub fn predict(&self, rows: &[f32]) -> Result<Vec<usize>, KMeansError> {
        check_rows(rows, self.dim)?;
        let data = Data::around(rows, vec![0.0; self.dim]);
        Ok(data.assign(&self.centers).into_iter().map(|(cluster, _)| cluster).collect())
    }
}

impl KMeansOptions {
    /// The defaults for `k` clusters.
    pub fn new(k: usize) -> Self {
        Self { k, ..Self::default() }
    }

    /// Checks every field, as far as this is possible without rows.
    ///
    /// # Errors
    /// [`KMeansError::Option`] for the first field out of range.
    pub fn validate(&self) -> Result<(), KMeansError> {
        for (field, value) in [("k", self.k), ("n_init", self.n_init), ("max_iterations", self.max_iterations)] {
            if value == 0 {
                return Err(KMeansError::Option { field, expected: "at least 1", found: "0".into() });
            }
        }
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            let found = self.tolerance.to_string();
            return Err(KMeansError::Option { field: "tolerance", expected: "a number of at least 0", found });
        }
        Ok(())
    }
}

fn check_rows(rows: &[f32], dim: usize) -> Result<(), KMeansError> {
    if dim == 0 || !rows.len().is_multiple_of(dim) {
        return Err(KMeansError::Shape { values: rows.len(), dim });
    }
    match rows.iter().position(|v| !v.is_finite()) {
        Some(value) => Err(KMeansError::NotFinite { row: value / dim }),
        None => Ok(()),
    }
}

/// Rows less a point, which keeps the squares of their lengths small and the distances exact.
struct Data {
    dim: usize,
    means: Vec<f64>,
    rows: Vec<f64>,
    squares: Vec<f64>,
}

impl Data {
    fn centred(rows: &[f32], dim: usize) -> Self {
        let mut means = vec![0.0; dim];
        for row in rows.chunks_exact(dim) {
            means.iter_mut().zip(row).for_each(|(mean, &v)| *mean += f64::from(v));
        }
        let n = (rows.len() / dim) as f64;
        for mean in &mut means {
            *mean /= n;
        }
        Self::around(rows, means)
    }

    fn around(rows: &[f32], means: Vec<f64>) -> Self {
        let dim = means.len();
        let rows: Vec<f64> =
            rows.chunks_exact(dim).flat_map(|row| row.iter().zip(&means).map(|(&v, m)| f64::from(v) - m)).collect();
        let squares = rows.chunks_exact(dim).map(|row| dot(row, row)).collect();
        Self { dim, means, rows, squares }
    }

    fn len(&self) -> usize {
        self.squares.len()
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * self.dim..(i + 1) * self.dim]
    }

    fn mean_variance(&self) -> f64 {
        self.squares.iter().sum::<f64>() / self.rows.len() as f64
    }

    /// k-means++ centres, `[k, dim]`.
    fn spread_centers(&self, k: usize, random: Stream) -> Vec<f64> {
        let n = self.len();
        let mut counter = 0;
        let mut draw = || {
            counter += 1;
            random.unit(counter)
        };
        let first = ((draw() * n as f64) as usize).min(n - 1);
        let mut centers = self.row(first).to_vec();
        let mut nearest = self.distances_to(first);
        let candidates = 2 + (k as f64).ln() as usize;
        while centers.len() < k * self.dim {
            let total: f64 = nearest.iter().sum();
            let mut best: Option<(f64, usize, Vec<f64>)> = None;
            for _ in 0..candidates {
                let candidate = weighted(&nearest, draw() * total);
                let mut distances = self.distances_to(candidate);
                distances.iter_mut().zip(&nearest).for_each(|(d, &nearest)| *d = d.min(nearest));
                let left = distances.iter().sum();
                if best.as_ref().is_none_or(|(least, ..)| left < *least) {
                    best = Some((left, candidate, distances));
                }
            }
            let Some((_, chosen, distances)) = best else { break };
            centers.extend(self.row(chosen));
            nearest = distances;
        }
        centers
    }

    /// Squared distances of all rows to row `i`.
    fn distances_to(&self, i: usize) -> Vec<f64> {
        let center = self.row(i);
        let distance = |(row, square): (&[f64], &f64)| (square + self.squares[i] - 2.0 * dot(row, center)).max(0.0);
        self.rows.chunks_exact(self.dim).zip(&self.squares).map(distance).collect()
    }

    /// Moves centres `[k, dim]` to the means of their rows until they rest.
    fn lloyd(&self, mut centers: Vec<f64>, max_iterations: usize, tolerance: f64) -> Clusters {
        let k = centers.len() / self.dim;
        let mut assigned = self.assign(&centers);
        let mut iterations = 0;
        while iterations < max_iterations {
            iterations += 1;
            let moved = self.means_of(k, &assigned);
            let shift: f64 = moved.iter().zip(&centers).map(|(a, b)| (a - b).powi(2)).sum();
            centers = moved;
            let next = self.assign(&centers);
            let settled = next.iter().zip(&assigned).all(|(a, b)| a.0 == b.0);
            assigned = next;
            if settled || shift <= tolerance {
                break;
            }
        }
        let inertia = assigned.iter().map(|(_, distance)| distance).sum();
        let labels = assigned.into_iter().map(|(cluster, _)| cluster).collect();
        Clusters { dim: self.dim, centers, labels, inertia, iterations }
    }

    /// The nearest centre of every row, of equally near ones the first, and its squared distance.
    fn assign(&self, centers: &[f64]) -> Vec<(usize, f64)> {
        let half_squares: Vec<f64> = centers.chunks_exact(self.dim).map(|c| -dot(c, c) / 2.0).collect();
        let mut assigned = Vec::with_capacity(self.len());
        for (rows, squares) in self.rows.chunks(BLOCK * self.dim).zip(self.squares.chunks(BLOCK)) {
            let mut nearness = half_squares.repeat(squares.len());
            multiply_add(View::new(rows, self.dim), View::new(centers, self.dim).transposed(), &mut nearness);
            for (nearness, square) in nearness.chunks_exact(half_squares.len()).zip(squares) {
                let nearest = nearness.iter().enumerate().fold((0, f64::NEG_INFINITY), |best, (cluster, &near)| {
                    if near > best.1 { (cluster, near) } else { best }
                });
                assigned.push((nearest.0, (square - 2.0 * nearest.1).max(0.0)));
            }
        }
        assigned
    }

    /// The means of the rows of every cluster. A cluster without rows takes the row that is farthest from its centre.
    fn means_of(&self, k: usize, assigned: &[(usize, f64)]) -> Vec<f64> {
        let mut labels: Vec<usize> = assigned.iter().map(|&(cluster, _)| cluster).collect();
        let mut counts = vec![0usize; k];
        for &cluster in &labels {
            counts[cluster] += 1;
        }
        if counts.contains(&0) {
            let mut farthest: Vec<usize> = (0..labels.len()).collect();
            farthest.sort_by(|&a, &b| assigned[b].1.total_cmp(&assigned[a].1));
            let mut farthest = farthest.into_iter();
            for empty in 0..k {
                // Rows that are alone in their cluster stay there.
                let taken = (counts[empty] == 0).then(|| farthest.find(|&row| counts[labels[row]] > 1)).flatten();
                if let Some(row) = taken {
                    counts[labels[row]] -= 1;
                    counts[empty] += 1;
                    labels[row] = empty;
                }
            }
        }
        let mut means = vec![0.0; k * self.dim];
        for (row, &cluster) in self.rows.chunks_exact(self.dim).zip(&labels) {
            let mean = &mut means[cluster * self.dim..(cluster + 1) * self.dim];
            mean.iter_mut().zip(row).for_each(|(mean, v)| *mean += v);
        }
        for (mean, &count) in means.chunks_exact_mut(self.dim).zip(&counts) {
            for v in mean.iter_mut() {
                *v /= count.max(1) as f64;
            }
        }
        means
    }
}

/// The place where the running sum of `weights` passes `target`.
fn weighted(weights: &[f64], target: f64) -> usize {
    let mut sum = 0.0;
    let passed = weights.iter().position(|weight| {
        sum += weight;
        sum > target
    });
    // Rounding, or weights of 0 only.
    passed.unwrap_or(weights.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fit(rows: &[f32], dim: usize, k: usize) -> Clusters {
        k_means(rows, dim, &KMeansOptions::new(k), 1).unwrap()
    }

    #[test]
    fn finds_groups_that_are_there() {
        let rows: Vec<f32> = (0..30).flat_map(|i| [(i % 3) as f32 * 10.0, (i / 3) as f32 * 0.1]).collect();
        let found = fit(&rows, 2, 3);
        assert!((3..30).all(|i| found.labels[i] == found.labels[i % 3]));
        // Ten rows 0.1 apart in each: 3 * 0.01 * 10 * 99 / 12.
        assert!((found.inertia - 2.475).abs() < 1e-4, "{}", found.inertia);
        assert_eq!(found.predict(&[9.0, 9.0]).unwrap(), [found.labels[1]]);
        let mut middles: Vec<f64> = found.centers.chunks(2).map(|c| c[0]).collect();
        middles.sort_by(f64::total_cmp);
        assert!(middles.iter().zip([0.0, 10.0, 20.0]).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn rows_that_are_all_the_same_end_too() {
        let found = fit(&[3.0; 12], 2, 4);
        assert_eq!((found.labels.len(), found.inertia), (6, 0.0));
    }

    #[test]
    fn what_cannot_be_clustered_is_refused() {
        let fit = |rows: &[f32], dim, k| k_means(rows, dim, &KMeansOptions::new(k), 1);
        assert_eq!(fit(&[1.0; 4], 2, 3), Err(KMeansError::Clusters { k: 3, rows: 2 }));
        assert_eq!(fit(&[], 2, 1), Err(KMeansError::Clusters { k: 1, rows: 0 }));
        assert!(matches!(fit(&[1.0; 4], 2, 0), Err(KMeansError::Option { field: "k", .. })));
        assert_eq!(fit(&[1.0; 3], 2, 1), Err(KMeansError::Shape { values: 3, dim: 2 }));
        assert_eq!(fit(&[1.0, f32::INFINITY], 1, 1), Err(KMeansError::NotFinite { row: 1 }));
    }

    proptest! {
        #[test]
        fn every_row_is_with_its_nearest_centre_and_no_cluster_is_empty(
            rows in prop::collection::vec(-5.0f32..5.0, 2 * 12..2 * 40), k in 1usize..6, seed in any::<u64>(),
        ) {
            let rows = &rows[..rows.len() / 2 * 2];
            let options = KMeansOptions { k, n_init: 2, ..KMeansOptions::default() };
            let found = k_means(rows, 2, &options, seed).unwrap();
            prop_assert_eq!(&found, &k_means(rows, 2, &options, seed).unwrap());
            let squared = |row: &[f32], center: &[f64]| -> f64 {
                row.iter().zip(center).map(|(&v, c)| (f64::from(v) - c).powi(2)).sum()
            };
            let mut inertia = 0.0;
            for (row, &label) in rows.chunks(2).zip(&found.labels) {
                let own = squared(row, &found.centers[2 * label..2 * label + 2]);
                prop_assert!(found.centers.chunks(2).all(|center| squared(row, center) >= own - 1e-9));
                inertia += own;
            }
            prop_assert!((inertia - found.inertia).abs() < 1e-9 * (1.0 + inertia));
            prop_assert!((0..k).all(|cluster| found.labels.contains(&cluster)));
        }
    }
}
