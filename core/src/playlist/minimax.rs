//! Walks of small steps through a graph of tracks.
//!
//! Pollack 1960, "The maximum capacity through a network" (Operations Research 8, 733-736): the best path by its worst
//! edge; here for at most so many steps, by the recurrence of Bellman 1958, "On a routing problem" (Quarterly of Applied
//! Mathematics 16, 87-90), and the shortest among the best. The graph joins tracks that are among each other's nearest
//! (mutual k nearest neighbours: Gowda and Krishna 1978, "Agglomerative clustering using the concept of mutual nearest
//! neighbourhood", Pattern Recognition 10, 105-112), so that a track that is near everything is no thoroughfare.

use super::distances::Distances;

/// Tracks and which of them are joined.
pub(super) struct Graph {
    n: usize,
    /// `[n, n]` distances; infinite where tracks are not joined.
    steps: Vec<f32>,
}

impl Graph {
    /// Joins tracks that are among each other's `k` nearest; each of the first `open` tracks also with its `k` nearest
    /// whose own nearest it is not, for what is asked for has to be reached. All are joined at `k + 1 >= n`.
    pub(super) fn new(distances: &Distances, k: usize, open: usize) -> Self {
        let n = distances.len();
        // How far each track's k nearest go: in its row stands itself, too.
        let mut row = Vec::new();
        let reach: Vec<f32> = (0..n)
            .map(|track| {
                row.clear();
                row.extend(distances.row(track).iter().map(|distance| distance.to_bits()));
                // Distances are not negative, so their bits are ordered as they are.
                *row.select_nth_unstable(k.min(n - 1)).1
            })
            .map(f32::from_bits)
            .collect();
        let mut steps = vec![f32::INFINITY; n * n];
        for (from, steps) in steps.chunks_exact_mut(n.max(1)).enumerate() {
            for (to, (step, &distance)) in steps.iter_mut().zip(distances.row(from)).enumerate() {
                let one_sided = from < open && distance <= reach[from] || to < open && distance <= reach[to];
                if from != to && (distance <= reach[from].min(reach[to]) || one_sided) {
                    *step = distance;
                }
            }
        }
        Self { n, steps }
    }

    fn row(&self, from: usize) -> &[f32] {
        &self.steps[from * self.n..(from + 1) * self.n]
    }

    /// The smallest possible largest step from a track to another in at most 0, 1, 2, … `most` steps (infinite where
    /// there is no way), up to the number at which more steps no longer help. Ways lead around `blocked` tracks.
    pub(super) fn bottlenecks(&self, from: usize, to: usize, most: usize, blocked: &[bool]) -> Vec<f32> {
        let mut bottlenecks = Vec::new();
        self.layers(from, to, most, blocked, f32::INFINITY, f32::max, |layer| bottlenecks.push(layer[to]));
        bottlenecks
    }

    /// The way from a track to another, both included, whose largest step is the smallest possible in at most `most`
    /// steps; among those the one with the smallest sum of steps. `None` where there is none.
    pub(super) fn way(&self, from: usize, to: usize, most: usize, blocked: &[bool]) -> Option<Vec<usize>> {
        let largest = *self.bottlenecks(from, to, most, blocked).last().filter(|step| step.is_finite())?;
        let mut layers: Vec<Vec<f32>> = Vec::new();
        self.layers(from, to, most, blocked, largest, |sum, step| sum + step, |layer| layers.push(layer.to_vec()));
        let mut way = vec![to];
        let mut last = to;
        while let Some(layer) = layers.pop() {
            let Some(before) = layers.last() else { break };
            if before[last] > layer[last] {
                // The sum was made by this very addition, so it is found again to the bit.
                let steps = self.row(last).iter().zip(before).map(|(&step, &sum)| (step, sum));
                last = steps.map(|(step, sum)| step <= largest && sum + step <= layer[last]).position(|made| made)?;
                way.push(last);
            }
        }
        way.reverse();
        Some(way)
    }

    /// Costs of the best ways to all tracks in at most 0, 1, 2, … steps of at most `largest`, each layer shown to `see`.
    /// `extend` is the cost of a way made longer by a step: never less than before.
    #[allow(clippy::too_many_arguments, reason = "the recurrence of two searches, told apart by two closures")]
    fn layers(
        &self,
        from: usize,
        to: usize,
        most: usize,
        blocked: &[bool],
        largest: f32,
        extend: impl Fn(f32, f32) -> f32,
        mut see: impl FnMut(&[f32]),
    ) {
        let mut layer = vec![f32::INFINITY; self.n];
        layer[from] = 0.0;
        see(&layer);
        // Only from tracks that were reached at a lower cost in the last round can others be.
        let mut changed = vec![from];
        for _ in 0..most {
            let before = layer.clone();
            for &track in &changed {
                // What costs as much as the goal leads to it no better.
                if before[track] >= before[to] {
                    continue;
                }
                for (cost, &step) in layer.iter_mut().zip(self.row(track)) {
                    let longer = extend(before[track], step);
                    *cost = if step <= largest && longer < *cost { longer } else { *cost };
                }
            }
            changed.clear();
            for track in 0..self.n {
                if blocked[track] && track != to {
                    layer[track] = before[track];
                } else if layer[track] < before[track] {
                    changed.push(track);
                }
            }
            if changed.is_empty() {
                break;
            }
            see(&layer);
        }
    }
}
