//! A playlist that leads from one track by others to a last one.
//!
//! Flexer, Schnitzer, Gasser and Widmer 2008, "Playlist generation using start and end songs" (ISMIR), rank tracks by
//! their distances to both ends. Here the list is a walk of small steps ([`Graph`]): it goes around gaps that lie
//! between the ends, and the number of tracks is what was asked for.

use super::{
    Constraints, Library, MAX_LENGTH, Playlist, distances::Distances, draft::Draft, minimax::Graph, pool::Pool,
    pool::exponential, route::Route,
};
use crate::search::Neighbour;

/// Tracks that the walk may lead over. A smaller library takes part as a whole.
const POOL: usize = 1024;
/// Searches for tracks between the waypoints, over all of them.
const SEARCHES: usize = 12;
/// Neighbours of each track in the first graph that is tried.
const NEIGHBOURS: usize = 64;

/// A playlist of `length` tracks (at most [`MAX_LENGTH`], at least the waypoints) from the first waypoint to the last
/// by all others in order. Its largest step is as small as it can be with so many tracks on the graph of mutual
/// neighbours, raised until it connects them; among such ways it takes the shortest. Where more tracks are asked for
/// than that needs, they go where steps get the most even. Exact in libraries of up to about 1000 tracks and a single
/// pair of waypoints; in larger ones the walk keeps to the tracks around the great circles between waypoints.
///
/// Locked tracks are waypoints with a place of their own. Tracks that stand too near their like are exchanged for what
/// fits next best. Empty where no waypoint exists.
pub fn path(library: Library<'_>, waypoints: &[usize], length: usize, constraints: &Constraints) -> Playlist {
    let mut stops: Vec<usize> = Vec::new();
    for &track in waypoints.iter().filter(|&&track| track < library.searcher.len()).take(MAX_LENGTH) {
        if !stops.contains(&track) {
            stops.push(track);
        }
    }
    let places = length.clamp(stops.len(), MAX_LENGTH);
    let route = Route::new(library, &stops, places, constraints);
    let anchors: Vec<usize> = route.stops.iter().map(|stop| stop.track).collect();
    let tracks = [anchors.clone(), pool(library, &anchors, constraints)].concat();
    let mut walk = Walk::new(library, tracks, anchors.len(), constraints);
    let mut order: Vec<usize> = (0..anchors.len().min(1)).collect();
    for (legs, steps) in route.stretches() {
        for (leg, steps) in legs.clone().zip(walk.shares(legs, steps)) {
            walk.lead(&mut order, leg, steps);
        }
    }
    let list = walk.apart(library, &order, anchors.len(), constraints);
    Playlist::new(library, list, length, &stops, constraints)
}

/// Tracks around the great circles between successive stops, the nearest to each point first.
fn pool(library: Library<'_>, stops: &[usize], constraints: &Constraints) -> Vec<usize> {
    let searcher = library.searcher;
    let candidate = |track| Neighbour { track, similarity: 0.0 };
    if searcher.len() <= POOL {
        let all: Vec<_> = (0..searcher.len()).map(candidate).collect();
        return Pool::new(library, constraints, stops, &all, POOL).tracks;
    }
    let legs = stops.len().saturating_sub(1).max(1);
    let points = (SEARCHES / legs).max(2);
    let barred = constraints.barred(searcher.len());
    let skip: &dyn Fn(usize) -> bool = &|track| barred[track];
    let mut found = Vec::new();
    for leg in stops.windows(2) {
        let (from, to) = (searcher.rows().vector(leg[0]), searcher.rows().vector(leg[1]));
        for point in 0..points {
            // Points of the chord: what is nearest to one is nearest to where it meets the circle.
            let share = point as f32 / (points - 1) as f32;
            let point: Vec<f32> = from.iter().zip(&to).map(|(a, b)| a + (b - a) * share).collect();
            found.push(searcher.nearest(&point, 2 * POOL / points / legs, skip));
        }
    }
    let mut seen = vec![false; searcher.len()];
    let mut near = Vec::new();
    for rank in 0..POOL {
        for neighbour in found.iter().filter_map(|found| found.get(rank)) {
            if !std::mem::replace(&mut seen[neighbour.track], true) {
                near.push(candidate(neighbour.track));
            }
        }
    }
    Pool::new(library, constraints, stops, &near, POOL).tracks
}

/// Tracks of a route (the first so many) and of its pool, by their places in one list.
struct Walk {
    tracks: Vec<usize>,
    distances: Distances,
    graph: Graph,
    neighbours: usize,
    anchors: usize,
    used: Vec<bool>,
}

impl Walk {
    fn new(library: Library<'_>, tracks: Vec<usize>, anchors: usize, constraints: &Constraints) -> Self {
        let mut distances = Distances::new(library, &tracks);
        if constraints.temperature > 0.0 {
            shake(&mut distances, &tracks, anchors, constraints);
        }
        let used = (0..tracks.len()).map(|i| i < anchors).collect();
        let graph = Graph::new(&distances, NEIGHBOURS, anchors);
        Self { tracks, distances, graph, neighbours: NEIGHBOURS, anchors, used }
    }

    /// Doubles the number of neighbours. False where all tracks are joined already.
    fn raise(&mut self) -> bool {
        let more = self.neighbours < self.tracks.len();
        if more {
            self.neighbours *= 2;
            self.graph = Graph::new(&self.distances, self.neighbours, self.anchors);
        }
        more
    }

    /// Divides so many steps among legs, each from one anchor to the next, so that the largest step is the smallest.
    fn shares(&mut self, legs: std::ops::Range<usize>, steps: usize) -> Vec<usize> {
        let spare = steps + 1 - legs.len();
        loop {
            let curves: Vec<Vec<f32>> =
                legs.clone().map(|leg| self.graph.bottlenecks(leg, leg + 1, spare, &self.used)).collect();
            // The fewest steps at which a leg's largest step is no larger than that.
            let fewest = |curve: &Vec<f32>, largest: f32| curve.iter().position(|&step| step <= largest);
            let mut shares = None;
            let mut smallest = f32::INFINITY;
            for &largest in curves.iter().flatten().filter(|step| step.is_finite()) {
                let needed: Option<Vec<usize>> = curves.iter().map(|curve| fewest(curve, largest)).collect();
                if let Some(needed) =
                    needed.filter(|needed| needed.iter().sum::<usize>() <= steps && largest < smallest)
                {
                    (smallest, shares) = (largest, Some(needed));
                }
            }
            if let Some(mut shares) = shares {
                // What is left over goes where steps are longest on the straight way.
                for _ in shares.iter().sum()..steps {
                    let mean = |leg: usize, steps: usize| self.distances.at(leg, leg + 1) / (steps * steps) as f64;
                    let longest = (0..shares.len()).fold(0, |best, at| {
                        let longer = mean(legs.start + at, shares[at]) > mean(legs.start + best, shares[best]);
                        if longer { at } else { best }
                    });
                    shares[longest] += 1;
                }
                return shares;
            }
            if !self.raise() {
                // Without a graph that connects them (an empty library of vectors), all legs are direct.
                return vec![1; legs.len()];
            }
        }
    }

    /// Appends the way from an anchor to the next in so many steps, or fewer where tracks run out.
    fn lead(&mut self, order: &mut Vec<usize>, leg: usize, steps: usize) {
        let mut way = loop {
            match self.graph.way(leg, leg + 1, steps, &self.used) {
                Some(way) => break way,
                None if self.raise() => {}
                None => break vec![leg, leg + 1],
            }
        };
        for &track in &way {
            self.used[track] = true;
        }
        // For each step the track that would divide it best, and by how much the larger part is longer than the step.
        let mut gaps: Vec<(f64, usize)> = way.windows(2).map(|step| self.divide(step[0], step[1])).collect();
        while way.len() <= steps {
            let best = (0..gaps.len()).fold(0, |best, at| if gaps[at].0 < gaps[best].0 { at } else { best });
            let Some(&(_, track)) = gaps.get(best).filter(|gap| gap.0.is_finite()) else { break };
            self.used[track] = true;
            way.insert(best + 1, track);
            gaps.insert(best + 1, (0.0, track));
            for at in 0..gaps.len() {
                if gaps[at].1 == track {
                    gaps[at] = self.divide(way[at], way[at + 1]);
                }
            }
        }
        order.extend(&way[1..]);
    }

    /// The unused track that divides a step best: the larger part's length beyond the step's, and the track. Infinite
    /// where none is left.
    fn divide(&self, from: usize, to: usize) -> (f64, usize) {
        let mut best = (f64::INFINITY, 0);
        for track in (0..self.used.len()).filter(|&track| !self.used[track]) {
            let longer = self.distances.at(from, track).max(self.distances.at(track, to)) - self.distances.at(from, to);
            if longer < best.0 {
                best = (longer, track);
            }
        }
        best
    }

    /// The tracks of the walk, with those exchanged that stand too near their like.
    fn apart(mut self, library: Library<'_>, order: &[usize], anchors: usize, constraints: &Constraints) -> Vec<usize> {
        let unlocked = Constraints { spacing: constraints.spacing, ..Constraints::default() };
        let mut draft = Draft::new(library, order.len(), &unlocked);
        draft.places = order.iter().map(|&index| Some(self.tracks[index])).collect();
        let mut order = order.to_vec();
        for place in 1..order.len().saturating_sub(1) {
            let clash = draft.clash(place, self.tracks[order[place]]);
            if order[place] < anchors || clash == 0 {
                continue;
            }
            let free: Vec<usize> = (0..self.used.len()).filter(|&index| !self.used[index]).collect();
            let tracks: Vec<usize> = free.iter().map(|&index| self.tracks[index]).collect();
            let larger = |index: usize| {
                let step = |other: usize| self.distances.at(order[other], free[index]);
                -step(place - 1).max(step(place + 1))
            };
            let Some(index) = draft.best(place, &tracks, &larger) else { continue };
            if draft.clash(place, tracks[index]) < clash {
                draft.places[place] = Some(tracks[index]);
                self.used[order[place]] = false;
                self.used[free[index]] = true;
                order[place] = free[index];
            }
        }
        draft.tracks()
    }
}

/// Makes distances longer by chance: by what both tracks drew from an exponential distribution, in units of the
/// temperature and of how far a track's nearest are. Anchors draw nothing.
fn shake(distances: &mut Distances, tracks: &[usize], anchors: usize, constraints: &Constraints) {
    let n = tracks.len();
    let nearest = |from: usize| {
        let others = (0..n).filter(|&to| to != from).map(|to| distances.at(from, to));
        others.fold(2.0, f64::min)
    };
    let unit = constraints.temperature * (0..n).map(nearest).sum::<f64>() / n.max(1) as f64;
    let draw = |track: usize| if track < anchors { 0.0 } else { exponential(constraints.seed, tracks[track]) };
    let noise: Vec<f32> = (0..n).map(|track| (unit * draw(track)) as f32).collect();
    for from in 0..n {
        for (to, distance) in distances.row_mut(from).iter_mut().enumerate() {
            if from != to {
                // In one order, so that both directions are equally long.
                *distance += noise[from.min(to)] + noise[from.max(to)];
            }
        }
    }
}
