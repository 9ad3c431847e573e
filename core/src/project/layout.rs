//! The layout: neighbours pull each other together, everything else is pushed apart.

use super::curve::Curve;
use super::graph::Graph;
use super::pow::pow;
use crate::metrics::random::Stream;

/// No step is longer than this times the learning rate, in either axis.
const MAX_STEP: f32 = 4.0;

/// An edge and when it is due, in epochs.
struct Edge {
    head: u32,
    tail: u32,
    /// Epochs between two visits: 1 for the strongest edge.
    period: f32,
    next: f32,
    /// Negative samples drawn so far.
    pushed: u64,
}

/// Moves `points` `[n, 2]` by stochastic gradient descent on the cross entropy between `graph` and the picture
/// (McInnes et al. 2018, section 3.4), with the schedule of umap-learn's `optimize_layout_euclidean`: an edge of weight
/// `w` is visited in a share `w / max` of the epochs; both ends move, and then its first end is pushed away from
/// `negative_sample_rate` points on average. The learning rate falls from 1 to 0.
///
/// It runs on one thread: each step sees those before it, and its order is part of the result. The points pushed from
/// are a function of the seed, the edge and a counter.
pub(super) fn optimize(
    points: &mut [[f32; 2]],
    graph: &Graph,
    curve: Curve,
    n_epochs: usize,
    negative_sample_rate: usize,
    seed: u64,
) {
    let (a, b) = (curve.a as f32, curve.b as f32);
    let n = points.len();
    let mut edges = edges(graph);
    let rate = negative_sample_rate as f32;
    for epoch in 1..=n_epochs {
        // umap-learn counts epochs from 0, in which no edge is due.
        let now = (epoch - 1) as f32;
        let alpha = 1.0 - now / n_epochs as f32;
        for (e, edge) in edges.iter_mut().enumerate() {
            if edge.next > now {
                continue;
            }
            let (head, tail) = (edge.head as usize, edge.tail as usize);
            let [x, y] = points[head];
            let [u, v] = points[tail];
            let (dx, dy) = (x - u, y - v);
            let pull = attraction(dx * dx + dy * dy, a, b);
            let (mx, my) = (alpha * step(pull * dx), alpha * step(pull * dy));
            points[tail] = [u - mx, v - my];
            let mut current = [x + mx, y + my];
            edge.next += edge.period;

            // What is due of the edge's negative samples: `rate` for each of its periods.
            let due = (now * rate / edge.period) as u64;
            let stream = Stream::new(seed, e as u64);
            for counter in edge.pushed..due {
                let other = stream.below(counter, n);
                if other == head {
                    continue;
                }
                let [u, v] = points[other];
                let (dx, dy) = (current[0] - u, current[1] - v);
                let push = repulsion(dx * dx + dy * dy, a, b);
                current = [current[0] + alpha * step(push * dx), current[1] + alpha * step(push * dy)];
            }
            edge.pushed = due.max(edge.pushed);
            points[head] = current;
        }
    }
}

/// Every edge from both of its ends.
fn edges(graph: &Graph) -> Vec<Edge> {
    let max = graph.max_weight();
    let rows = (0..graph.len()).flat_map(|i| graph.row(i).map(move |(j, weight)| (i, j, weight)));
    rows.map(|(i, j, weight)| {
        let period = max / weight;
        Edge { head: i as u32, tail: j as u32, period, next: period, pushed: 0 }
    })
    .collect()
}

fn step(gradient: f32) -> f32 {
    gradient.clamp(-MAX_STEP, MAX_STEP)
}

/// Factor of the difference in the gradient that pulls two points at this squared distance together.
fn attraction(squared: f32, a: f32, b: f32) -> f32 {
    if squared < f32::MIN_POSITIVE {
        return 0.0;
    }
    let power = pow(squared, b);
    -2.0 * a * b * power / (squared * (a * power + 1.0))
}

/// Factor of the difference in the gradient that pushes two points at this squared distance apart.
fn repulsion(squared: f32, a: f32, b: f32) -> f32 {
    if squared < f32::MIN_POSITIVE {
        return 0.0;
    }
    2.0 * b / ((0.001 + squared) * (a * pow(squared, b) + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forces_are_the_gradients_of_the_curve() {
        let (a, b) = (1.577f64, 0.895f64);
        // With s = d^2 the similarity is q = 1 / (1 + a s^b); the losses are -ln q and -ln (1 - q).
        let similarity = |s: f64| 1.0 / (1.0 + a * s.powf(b));
        let slope = |f: &dyn Fn(f64) -> f64, s: f64| (f(s * 1.0001) - f(s * 0.9999)) / (s * 0.0002);
        for s in [0.05, 0.4, 2.0, 30.0] {
            // Descent along the difference: minus twice the slope in s.
            let pull = -2.0 * slope(&|s| -similarity(s).ln(), s);
            let push = -2.0 * slope(&|s| -(1.0 - similarity(s)).ln(), s);
            let (found_pull, found_push) = (attraction(s as f32, 1.577, 0.895), repulsion(s as f32, 1.577, 0.895));
            assert!((f64::from(found_pull) / pull - 1.0).abs() < 1e-4, "{s}: {found_pull} {pull}");
            // The 0.001 that keeps it finite weakens it.
            let softened = push * s / (0.001 + s);
            assert!((f64::from(found_push) / softened - 1.0).abs() < 1e-4, "{s}: {found_push} {softened}");
        }
        assert_eq!((attraction(0.0, 1.5, 0.9), repulsion(0.0, 1.5, 0.9)), (0.0, 0.0));
    }
}
