//! Where a path has to pass, and when.

use super::{Constraints, Library};

/// Stops in the order in which they are passed.
pub(super) struct Route {
    pub(super) stops: Vec<Stop>,
}

/// A track that a path passes.
pub(super) struct Stop {
    pub(super) track: usize,
    /// Its place in the list, where that is fixed.
    place: Option<usize>,
}

impl Route {
    /// The waypoints in order, the first and the last in the first and the last of so many places, and the locked
    /// tracks in theirs. A waypoint comes before a locked track where evenly paced steps would bring it there. Locks
    /// on waypoints, on places that waypoints take, and those that leave too few places are dropped.
    pub(super) fn new(library: Library<'_>, waypoints: &[usize], places: usize, constraints: &Constraints) -> Self {
        let mut paced = vec![0.0];
        for step in waypoints.windows(2) {
            // Steps as long as angles: the square root of the cosine distance is nearly that.
            let step = (1.0 - library.searcher.similarity(step[0], step[1])).max(0.0).sqrt();
            paced.push(paced[paced.len() - 1] + step);
        }
        let whole = paced[paced.len() - 1].max(f64::MIN_POSITIVE);
        let end = waypoints.len().saturating_sub(1);
        let stop = |(index, (&track, pace)): (usize, (&usize, f64))| {
            let place = if index == 0 { Some(0) } else { (index == end).then_some(places.saturating_sub(1)) };
            (pace / whole * places.saturating_sub(1) as f64, Stop { track, place })
        };
        let mut stops: Vec<(f64, Stop)> = waypoints.iter().zip(paced).enumerate().map(stop).collect();
        for lock in &constraints.locked {
            let known = lock.track < library.searcher.len() && !stops.iter().any(|(_, stop)| stop.track == lock.track);
            if !known || lock.place == 0 || lock.place >= places.saturating_sub(1) {
                continue;
            }
            // Before the first stop that comes later.
            let Some(at) = stops.iter().position(|(pace, stop)| match stop.place {
                Some(place) => place >= lock.place,
                None => *pace > lock.place as f64,
            }) else {
                continue;
            };
            stops.insert(at, (lock.place as f64, Stop { track: lock.track, place: Some(lock.place) }));
            if !possible(&stops) {
                stops.remove(at);
            }
        }
        Self { stops: stops.into_iter().map(|(_, stop)| stop).collect() }
    }

    /// The legs between fixed places, each leg named by the stop it starts from, and how many steps they take together.
    pub(super) fn stretches(&self) -> Vec<(std::ops::Range<usize>, usize)> {
        let mut stretches = Vec::new();
        let mut from: Option<(usize, usize)> = None;
        for (index, stop) in self.stops.iter().enumerate() {
            let Some(place) = stop.place else { continue };
            if let Some((start, start_place)) = from {
                stretches.push((start..index, place - start_place));
            }
            from = Some((index, place));
        }
        stretches
    }
}

/// Whether the stops between fixed places have places.
fn possible(stops: &[(f64, Stop)]) -> bool {
    let mut earliest = 0;
    for (_, stop) in stops {
        match stop.place {
            Some(place) if place < earliest => return false,
            Some(place) => earliest = place + 1,
            None => earliest += 1,
        }
    }
    true
}
