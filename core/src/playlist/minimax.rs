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
        let reach: Vec<f32> = (0..n).map(|track| reach(distances.row(track), k)).collect();
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
        self.layers(from, to, most, blocked, f32::INFINITY, false, &mut |layer| bottlenecks.push(layer[to]));
        bottlenecks
    }

    /// The way from a track to another, both included, whose largest step is the smallest possible in at most `most`
    /// steps; among those the one with the smallest sum of steps. `None` where there is none.
    pub(super) fn way(&self, from: usize, to: usize, most: usize, blocked: &[bool]) -> Option<Vec<usize>> {
        let largest = *self.bottlenecks(from, to, most, blocked).last().filter(|step| step.is_finite())?;
        let mut layers: Vec<Vec<f32>> = Vec::new();
        self.layers(from, to, most, blocked, largest, true, &mut |layer| layers.push(layer.to_vec()));
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
    /// The cost of a way is the sum of its steps or the largest of them.
    #[allow(clippy::too_many_arguments, reason = "the recurrence of two searches")]
    #[inline(never)]
    fn layers(
        &self,
        from: usize,
        to: usize,
        most: usize,
        blocked: &[bool],
        largest: f32,
        sum: bool,
        see: &mut dyn FnMut(&[f32]),
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
                    let longer = if sum { before[track] + step } else { before[track].max(step) };
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

/// How far the `k` nearest of a row go, in which stands the track itself, at no distance.
fn reach(row: &[f32], k: usize) -> f32 {
    // Distances are not negative, so their bits are ordered as they are: halve the range that holds the answer.
    let (mut low, mut high) = (0, f32::INFINITY.to_bits());
    while low < high {
        let middle = low + (high - low) / 2;
        if row.iter().filter(|distance| **distance <= f32::from_bits(middle)).count() > k {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    f32::from_bits(low)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::playlist::test_library::TestLibrary;

    fn distances(n: usize, seed: u64) -> Distances {
        Distances::new(TestLibrary::new(n, 3, seed).get(), &(0..n).collect::<Vec<_>>())
    }

    /// The best (largest step, sum) over all ways without a track twice.
    fn brute_force(graph: &Graph, way: &mut Vec<usize>, to: usize, most: usize, blocked: &[bool]) -> (f32, f32) {
        let last = way[way.len() - 1];
        if last == to {
            let steps = way.windows(2).map(|step| graph.row(step[0])[step[1]]);
            return steps.fold((0.0, 0.0), |(largest, sum), step| (step.max(largest), sum + step));
        }
        let mut best = (f32::INFINITY, f32::INFINITY);
        for next in if way.len() <= most { 0..graph.n } else { 0..0 } {
            if !way.contains(&next) && (next == to || !blocked[next]) && graph.row(last)[next].is_finite() {
                way.push(next);
                let found = brute_force(graph, way, to, most, blocked);
                best = if found < best { found } else { best };
                way.pop();
            }
        }
        best
    }

    proptest! {
        #[test]
        fn no_way_has_a_smaller_largest_step(
            seed: u64, n in 2_usize..8, k in 1_usize..7, most in 0_usize..7, open in 0_usize..3, block: u8,
        ) {
            let graph = Graph::new(&distances(n, seed), k, open);
            let blocked: Vec<bool> = (0..n).map(|track| track > 1 && block & 1 << track != 0).collect();
            let best = brute_force(&graph, &mut vec![0], 1, most, &blocked);
            match graph.way(0, 1, most, &blocked) {
                None => prop_assert!(best.0.is_infinite()),
                Some(way) => {
                    prop_assert!(way.len() <= most + 1 && way[0] == 0 && way[way.len() - 1] == 1);
                    prop_assert!(way.iter().all(|&track| track < 2 || !blocked[track]));
                    let steps = way.windows(2).map(|step| graph.row(step[0])[step[1]]);
                    let (largest, sum) = steps.fold((0.0_f32, 0.0), |(most, sum), step| (most.max(step), sum + step));
                    prop_assert_eq!(largest.to_bits(), best.0.to_bits());
                    prop_assert!((sum - best.1).abs() < 1e-6, "{} in place of {}", sum, best.1);
                    let curve = graph.bottlenecks(0, 1, most, &blocked);
                    prop_assert_eq!(curve.last().unwrap().to_bits(), largest.to_bits());
                }
            }
        }

        #[test]
        fn joined_tracks_are_each_others_nearest(seed: u64, n in 1_usize..20, k in 1_usize..20, open in 0_usize..3) {
            let distances = distances(n, seed);
            let graph = Graph::new(&distances, k, open);
            let nearest = |of: usize, other: usize| {
                (0..n).filter(|&t| t != of && distances.at(of, t) < distances.at(of, other)).count() < k
            };
            for a in 0..n {
                for b in (0..n).filter(|&b| b != a) {
                    let joined = nearest(a, b) && nearest(b, a)
                        || a < open && nearest(a, b) || b < open && nearest(b, a);
                    prop_assert_eq!(graph.row(a)[b].is_finite(), joined);
                }
            }
        }
    }
}
