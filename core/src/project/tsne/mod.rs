//! t-SNE.

mod affinities;
mod forces;
mod options;
mod quadtree;

use rayon::prelude::*;

use super::error::ProjectError;
use super::knn::nearest_neighbors_parallel;
use super::pca::pca;
use crate::metrics::random::Stream;
use crate::vectors::Vectors;
use affinities::Affinities;
use forces::Repulsion;
pub use options::TsneOptions;

/// Iterations in which neighbours pull harder, so that clusters form (van der Maaten and Hinton 2008, section 3.4).
const EXPLORATION: usize = 250;
/// Standard deviation of the first axis at the start.
const START: f64 = 1e-4;
/// Noise at the start, which lets points leave a line. In units of the standard deviation.
const NOISE: f64 = 0.01;
/// The least learning rate.
const LEAST_RATE: f64 = 200.0;
/// Bounds of the gains (van der Maaten's implementation; scikit-learn, `_gradient_descent`).
const LEAST_GAIN: f64 = 0.01;

/// A picture by t-SNE.
#[derive(Clone, Debug, PartialEq)]
pub struct Tsne {
    /// The points, `[n, 2]`, around the origin.
    pub points: Vec<[f32; 2]>,
    /// Kullback-Leibler divergence of the picture's similarities from those of the vectors: what was minimised, at
    /// least 0.
    pub kl_divergence: f64,
}

/// Lays `vectors` `[n, dim]` out in two dimensions by t-SNE (van der Maaten and Hinton 2008), from their Euclidean
/// distances, which for unit vectors are `sqrt(2 - 2 cosine)`.
///
/// Follows scikit-learn's `TSNE` on unit rows: similarities to the nearest `3 perplexity` others (van der Maaten 2014),
/// a start from principal components, a learning rate of `n / 12` (Kobak and Berens 2019; scikit-learn counts a factor
/// 4 of the gradient in), 250 exaggerated iterations. Neighbours are exact for any `n`. Repulsion is exact up to 2000
/// points; above, far groups of points push as one (Barnes-Hut, with scikit-learn's angle of 0.5). Iterations do not
/// end early. The same input and seed give the same bytes on any number of threads.
///
/// A perplexity that is too large for the number of points is cut to a third of the others.
///
/// # Errors
/// Refuses options out of their range.
pub fn tsne(vectors: &Vectors, options: &TsneOptions, seed: u64) -> Result<Tsne, ProjectError> {
    options.validate()?;
    let n = vectors.len();
    if u32::try_from(n).is_err() {
        return Err(ProjectError::TooMany { found: n });
    }
    if n < 3 {
        // Two points have one distance, which says nothing: they are placed side by side.
        return Ok(Tsne { points: (0..n).map(|i| [i as f32, 0.0]).collect(), kl_divergence: 0.0 });
    }
    let perplexity = options.perplexity.min((n - 1) as f64 / 3.0).max(1.0);
    let neighbors = nearest_neighbors_parallel(vectors, (3.0 * perplexity).ceil() as usize);
    let affinities = Affinities::of(vectors, &neighbors, perplexity);
    let mut descent = Descent::new(start(vectors, seed));
    let rate = options.learning_rate.unwrap_or((n as f64 / options.early_exaggeration).max(LEAST_RATE));
    for iteration in 0..options.n_iterations {
        let (exaggeration, momentum) =
            if iteration < EXPLORATION { (options.early_exaggeration, 0.5) } else { (1.0, 0.8) };
        descent.step(&affinities, exaggeration, momentum, rate);
    }
    let points = descent.points;
    let kl_divergence = affinities.kl_divergence(&points, Repulsion::of(&points).normalizer);
    let middle = [0, 1].map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / n as f64);
    let points = points.iter().map(|p| [(p[0] - middle[0]) as f32, (p[1] - middle[1]) as f32]).collect();
    Ok(Tsne { points, kl_divergence })
}

/// The principal components, scaled so that the first deviates by [`START`], with a little noise.
fn start(vectors: &Vectors, seed: u64) -> Vec<[f64; 2]> {
    let mut points: Vec<[f64; 2]> = pca(vectors).into_iter().map(|point| point.map(f64::from)).collect();
    let variance = points.iter().map(|point| point[0] * point[0]).sum::<f64>() / points.len() as f64;
    let scale = if variance > 0.0 { START / variance.sqrt() } else { 0.0 };
    let stream = Stream::new(seed, 0x7473_6e65);
    for (i, value) in points.as_flattened_mut().iter_mut().enumerate() {
        *value = *value * scale + NOISE * START * stream.symmetric(i as u64);
    }
    points
}

/// Gradient descent with momentum and a gain for every value.
struct Descent {
    points: Vec<[f64; 2]>,
    velocity: Vec<[f64; 2]>,
    gains: Vec<[f64; 2]>,
}

impl Descent {
    fn new(points: Vec<[f64; 2]>) -> Self {
        let n = points.len();
        Self { points, velocity: vec![[0.0; 2]; n], gains: vec![[1.0; 2]; n] }
    }

    fn step(&mut self, affinities: &Affinities, exaggeration: f64, momentum: f64, rate: f64) {
        let Self { points, velocity, gains } = self;
        let repulsion = Repulsion::of(points);
        let gradient = |i: usize| {
            let pull = affinities.pull(points, i);
            let push = repulsion.forces[i];
            [0, 1].map(|axis| exaggeration * pull[axis] - push[axis] / repulsion.normalizer)
        };
        let gradients: Vec<[f64; 2]> = (0..points.len()).into_par_iter().map(gradient).collect();
        let states = points.as_flattened_mut().iter_mut().zip(velocity.as_flattened_mut());
        for ((point, velocity), (gain, gradient)) in
            states.zip(gains.as_flattened_mut().iter_mut().zip(gradients.as_flattened()))
        {
            // A value that keeps its direction gains speed.
            *gain = if *velocity * gradient < 0.0 { *gain + 0.2 } else { (*gain * 0.8).max(LEAST_GAIN) };
            *velocity = momentum * *velocity - rate * *gain * gradient;
            *point += *velocity;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_that_of_the_divergence() {
        let stream = Stream::new(1, 0);
        let data = (0..40 * 6).map(|i| stream.symmetric(i) as f32).collect();
        let vectors = Vectors::normalized(data, 6).unwrap();
        let affinities = Affinities::of(&vectors, &nearest_neighbors_parallel(&vectors, 15), 5.0);
        let points: Vec<[f64; 2]> = (0..40).map(|i| [stream.symmetric(1000 + i), stream.symmetric(2000 + i)]).collect();
        let divergence = |points: &[[f64; 2]]| affinities.kl_divergence(points, Repulsion::of(points).normalizer);
        let repulsion = Repulsion::of(&points);
        for (i, axis) in [(0, 0), (7, 1), (39, 0)] {
            let moved = |by: f64| {
                let mut moved = points.clone();
                moved[i][axis] += by;
                divergence(&moved)
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            let gradient = affinities.pull(&points, i)[axis] - repulsion.forces[i][axis] / repulsion.normalizer;
            assert!((slope / (4.0 * gradient) - 1.0).abs() < 1e-6, "{slope}, {}", 4.0 * gradient);
        }
    }
}
