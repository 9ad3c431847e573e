//! Mutual proximity.

use super::centring::mean;
use crate::matrix::{View, dot, multiply_add};
use crate::vectors::Vectors;

/// The least standard deviation of similarities: the rounding of `f32`, where all are equal.
const LEAST_DEVIATION: f64 = 1e-6;
/// Rows of the gallery that are multiplied at once.
const ROWS: usize = 256;

/// Mutual proximity (Schnitzer et al. 2012, "Local and global scaling reduce hubs in space", JMLR 13, section 3.2): how
/// probable it is that a distance drawn from either track's distances to the gallery is above the distance of the two.
/// A hub is near to all, so that being near to it means little.
///
/// Distances of a track are taken to follow a normal distribution, and those of two tracks to be independent (the
/// paper's equation for large data): `MP = SF_x(d) SF_y(d)`. The moments of all tracks of the gallery come from its
/// mean and covariance, without comparing all pairs. The score is `ln MP`, since `MP` itself is 1 for all that are near.
#[derive(Clone, Debug)]
pub(in crate::metrics) struct MutualProximity {
    /// Of the similarities of each track of the gallery to the others: mean and standard deviation, `[n]`.
    moments: Vec<Moments>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Moments {
    mean: f64,
    deviation: f64,
}

impl Moments {
    /// Of `n` similarities with the given mean and sum of squared deviations from it, one of which, `itself`, is left
    /// out where there is one.
    fn of(n: usize, mean: f64, squares: f64, itself: Option<f64>) -> Self {
        let n = n as f64;
        let (count, mean, squares) = match itself {
            None => (n, mean, squares),
            Some(_) if n < 2.0 => return Self { mean: 0.0, deviation: 1.0 },
            Some(value) => {
                let rest = (n * mean - value) / (n - 1.0);
                (n - 1.0, rest, squares - (value - mean).powi(2) * n / (n - 1.0))
            }
        };
        Self { mean, deviation: (squares.max(0.0) / count).sqrt().max(LEAST_DEVIATION) }
    }

    /// `ln P(X < similarity)`.
    fn ln_nearer(self, similarity: f64) -> f64 {
        ln_normal_cdf((similarity - self.mean) / self.deviation)
    }
}

impl MutualProximity {
    /// Takes the moments of a gallery `[n, dim]` that is not empty.
    pub(super) fn fit(gallery: &Vectors) -> Self {
        let (n, dim) = (gallery.len(), gallery.dim());
        let centre = mean(gallery);
        // The scatter matrix S: the squared deviations of the similarities to x sum to x^T S x.
        let mut scatter = vec![0.0; dim * dim];
        for block in gallery.as_slice().chunks(ROWS * dim) {
            let mut centred = widened(block);
            for row in centred.chunks_exact_mut(dim) {
                row.iter_mut().zip(&centre).for_each(|(v, mean)| *v -= mean);
            }
            let centred = View::new(&centred, dim);
            multiply_add(centred.transposed(), centred, &mut scatter);
        }
        let mut moments = Vec::with_capacity(n);
        for block in gallery.as_slice().chunks(ROWS * dim) {
            let block = widened(block);
            let mut products = vec![0.0; block.len()];
            multiply_add(View::new(&block, dim), View::new(&scatter, dim), &mut products);
            for (row, product) in block.chunks_exact(dim).zip(products.chunks_exact(dim)) {
                moments.push(Moments::of(n, dot(row, &centre), dot(row, product), Some(dot(row, row))));
            }
        }
        Self { moments }
    }

    /// See [`super::Fitted::score`].
    pub(super) fn score(&self, similarities: &mut [f32], own: Option<usize>) {
        let n = similarities.len();
        let mean = similarities.iter().map(|&s| f64::from(s)).sum::<f64>() / n as f64;
        let squares = similarities.iter().map(|&s| (f64::from(s) - mean).powi(2)).sum();
        let query = Moments::of(n, mean, squares, own.map(|own| f64::from(similarities[own])));
        for (value, track) in similarities.iter_mut().zip(&self.moments) {
            let similarity = f64::from(*value);
            *value = (query.ln_nearer(similarity) + track.ln_nearer(similarity)) as f32;
        }
    }
}

fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

/// The logarithm of the standard normal distribution function, also where that is next to 0 or 1.
fn ln_normal_cdf(z: f64) -> f64 {
    let tail = 0.5 * libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2);
    if z >= 0.0 {
        (-tail).ln_1p()
    } else if z > -12.0 {
        tail.ln()
    } else {
        // The asymptotic series of the tail (Abramowitz and Stegun 26.2.12), before the tail is too small for an `f64`.
        let z2 = z * z;
        -0.5 * z2 - (-z).ln() - 0.5 * (2.0 * std::f64::consts::PI).ln() + (-1.0 / z2 + 3.0 / (z2 * z2)).ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::random::Stream;

    #[test]
    fn logarithm_of_the_distribution_function_is_right_in_both_tails() {
        // scipy.stats.norm.logcdf, scipy 1.17.
        for (z, expected) in [
            (-40.0, -804.608_442_013_753_8),
            (-12.5, -81.575_967_870_743_88),
            (-11.5, -69.493_709_129_095_35),
            (-1.0, -1.841_021_645_009_263_5),
            (0.0, -std::f64::consts::LN_2),
            (2.0, -0.023_012_909_328_963_49),
            (9.0, -1.128_588_405_953_832_4e-19),
        ] {
            let found: f64 = ln_normal_cdf(z);
            assert!((found / expected - 1.0).abs() < 1e-7, "{z}: expected {expected}, found {found}");
        }
    }

    #[test]
    fn moments_are_those_of_the_similarities_to_the_others() {
        let stream = Stream::new(6, 0);
        let data = (0..300 * 5).map(|i| stream.symmetric(i) as f32 + 0.3).collect();
        let vectors = Vectors::normalized(data, 5).unwrap();
        let fitted = MutualProximity::fit(&vectors);
        for i in [0, 17, 299] {
            let others: Vec<f64> =
                (0..300).filter(|&j| j != i).map(|j| crate::metrics::cosine(vectors.row(i), vectors.row(j))).collect();
            let mean = others.iter().sum::<f64>() / 299.0;
            let deviation = (others.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 299.0).sqrt();
            let Moments { mean: m, deviation: d } = fitted.moments[i];
            assert!((m - mean).abs() < 1e-9 && (d - deviation).abs() < 1e-9, "{m} {mean} {d} {deviation}");
        }
    }

    #[test]
    fn scores_are_the_probabilities_of_the_paper() {
        let stream = Stream::new(6, 1);
        let data = (0..200 * 5).map(|i| stream.symmetric(i) as f32 + 0.3).collect();
        let vectors = Vectors::normalized(data, 5).unwrap();
        let fitted = MutualProximity::fit(&vectors);
        let mut row: Vec<f32> = (0..200).map(|j| crate::vectors::dot(vectors.row(3), vectors.row(j))).collect();
        let similarity = f64::from(row[8]);
        fitted.score(&mut row, Some(3));
        let survival = |i: usize| {
            let Moments { mean, deviation } = fitted.moments[i];
            0.5 * libm::erfc((mean - similarity) / deviation / std::f64::consts::SQRT_2)
        };
        let expected = survival(3) * survival(8);
        assert!((f64::from(row[8]).exp() / expected - 1.0).abs() < 1e-5, "{} {expected}", row[8].exp());
    }
}
