//! The layout: neighbours pull each other together, everything else is pushed apart.

use super::curve::Curve;
use super::graph::Graph;
use super::pow::pow;
use crate::metrics::random::Stream;

/// No step is longer than this times the learning rate, in either axis.
const MAX_STEP: f32 = 4.0;
/// Keeps the push between points at the same place finite.
const SOFTEN: f32 = 0.001;
/// Forces computed side by side: a pull and, by default, five pushes fit in.
const LANES: usize = 8;

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
/// (`McInnes` et al. 2018, section 3.4), with the schedule of umap-learn's `optimize_layout_euclidean`: an edge of weight
/// `w` is visited in a share `w / max` of the epochs; both ends are pulled together, and its first end is pushed away
/// from `negative_sample_rate` points on average. The learning rate falls from 1 to 0.
///
/// All forces of a visit are taken at the same place, where umap-learn moves the point between them: they can then be
/// computed side by side. Visits follow each other on one thread: each sees those before it, and their order is part
/// of the result. The points pushed from are a function of the seed, the edge and a counter.
pub(super) fn optimize(
    points: &mut [[f32; 2]],
    graph: &Graph,
    curve: Curve,
    n_epochs: usize,
    negative_sample_rate: usize,
    seed: u64,
) {
    let n = points.len();
    let forces = Forces { a: curve.a as f32, b: curve.b as f32 };
    let mut edges = edges(graph);
    let rate = negative_sample_rate as f32;
    // umap-learn counts epochs from 0, in which no edge is due.
    for epoch in 0..n_epochs {
        let now = epoch as f32;
        let alpha = 1.0 - now / n_epochs as f32;
        for (e, edge) in edges.iter_mut().enumerate().filter(|(_, edge)| edge.next <= now) {
            let (head, tail) = (edge.head as usize, edge.tail as usize);
            let [x, y] = points[head];
            edge.next += edge.period;
            // What is due of the edge's negative samples: `rate` for each of its periods.
            let due = (now * rate / edge.period) as u64;
            let stream = Stream::new(seed, e as u64);

            // The first lane pulls, the others push; a lane at the point itself does nothing.
            let mut others = [[x, y]; LANES];
            others[0] = points[tail];
            let mut first = 1;
            let (mut moved_x, mut moved_y) = (0.0, 0.0);
            loop {
                let count = ((due - edge.pushed) as usize).min(LANES - first);
                for lane in &mut others[first..first + count] {
                    let other = stream.below(edge.pushed, n);
                    *lane = if other == head { [x, y] } else { points[other] };
                    edge.pushed += 1;
                }
                let steps = forces.steps([x, y], &others, first == 1);
                if first == 1 {
                    let [u, v] = others[0];
                    points[tail] = [u - alpha * steps.0[0], v - alpha * steps.1[0]];
                }
                moved_x += steps.0.iter().sum::<f32>();
                moved_y += steps.1.iter().sum::<f32>();
                if edge.pushed >= due {
                    break;
                }
                (others, first) = ([[x, y]; LANES], 0);
            }
            points[head] = [x + alpha * moved_x, y + alpha * moved_y];
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

/// The forces between two points of the picture.
struct Forces {
    a: f32,
    b: f32,
}

impl Forces {
    /// Steps, along each axis, of a point at `from` for the forces of `others`, of which the first pulls if `pulls`
    /// and the rest push. Points at the same place exert none.
    #[inline]
    fn steps(&self, from: [f32; 2], others: &[[f32; 2]; LANES], pulls: bool) -> ([f32; LANES], [f32; LANES]) {
        // Factors of numerator and summands of denominator that tell the lanes apart.
        let (mut push, mut pull, mut soften) = ([2.0 * self.b; LANES], [0.0; LANES], [SOFTEN; LANES]);
        if pulls {
            (push[0], pull[0], soften[0]) = (0.0, -2.0 * self.a * self.b, 0.0);
        }
        let (mut along_x, mut along_y) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            let (dx, dy) = (from[0] - others[lane][0], from[1] - others[lane][1]);
            // At the same place both differences are 0, and the force with them, whatever the bound here.
            let squared = (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
            let power = pow(squared, self.b);
            let factor = (push[lane] + pull[lane] * power) / ((soften[lane] + squared) * (self.a * power + 1.0));
            along_x[lane] = (factor * dx).clamp(-MAX_STEP, MAX_STEP);
            along_y[lane] = (factor * dy).clamp(-MAX_STEP, MAX_STEP);
        }
        (along_x, along_y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "exact by construction")]
    fn forces_are_the_gradients_of_the_curve() {
        let (a, b) = (1.577f64, 0.895f64);
        let forces = Forces { a: a as f32, b: b as f32 };
        // With s = d^2 the similarity is q = 1 / (1 + a s^b); the losses are -ln q and -ln (1 - q).
        let similarity = |s: f64| 1.0 / (1.0 + a * s.powf(b));
        let slope = |f: &dyn Fn(f64) -> f64, s: f64| (f(s * 1.0001) - f(s * 0.9999)) / (s * 0.0002);
        for s in [0.5f64, 1.2, 2.0, 30.0] {
            // Descent along the difference: minus twice the slope in s, times the difference.
            let d = s.sqrt();
            let pull = -2.0 * slope(&|s| -similarity(s).ln(), s) * d;
            let push = -2.0 * slope(&|s| -(1.0 - similarity(s)).ln(), s) * d * s / (0.001 + s);
            let (x, y) = forces.steps([d as f32, 3.0], &[[0.0, 3.0]; LANES], true);
            assert!((f64::from(x[0]) / pull - 1.0).abs() < 1e-4, "{s}: {x:?} {pull}");
            assert!(x[1..].iter().all(|&x| (f64::from(x) / push - 1.0).abs() < 1e-4), "{s}: {x:?} {push}");
            assert_eq!(y, [0.0; LANES]);
            assert_eq!(forces.steps([d as f32, 3.0], &[[0.0, 3.0]; LANES], false).0[0], x[1]);
        }
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "exact by construction")]
    fn steps_are_bounded_and_points_at_the_same_place_rest() {
        let forces = Forces { a: 1.577, b: 0.895 };
        assert_eq!(forces.steps([0.02, 0.0], &[[0.0; 2]; LANES], false).0, [MAX_STEP; LANES]);
        assert_eq!(forces.steps([7.0, 2.0], &[[7.0, 2.0]; LANES], true), ([0.0; LANES], [0.0; LANES]));
    }
}
