//! The cheapest sequence of a set, or nearly: beam search.
//!
//! Lowerre 1976, "The HARPY speech recognition system" (thesis, Carnegie Mellon University): of all beginnings of one
//! length only the best few are carried on.

use super::{Library, Spacing, demand::Demand, distances::Distances, pool::Pool};

/// What a track that is missing between two of one name costs: more than all other parts of a step together.
const CLASH: f64 = 10.0;
/// Most candidates that are tried, over all places and beginnings.
const TRIALS: usize = 1_000_000;
/// Fewest and most beginnings.
const WIDTHS: (usize, usize) = (4, 32);

/// A beginning of a set.
#[derive(Clone)]
struct Beginning {
    cost: f64,
    /// By their places among the candidates.
    tracks: Vec<usize>,
    used: Vec<bool>,
}

/// Fills the free places of a list (the others hold locked tracks) from a pool, for the smallest sum of what tracks and
/// steps cost. `candidates` and `places` are tracks of the library; places stay empty once the pool is.
pub(super) fn beam(
    library: Library<'_>,
    demand: &Demand<'_>,
    pool: &Pool,
    places: &[Option<usize>],
    spacing: Spacing,
) -> Vec<usize> {
    let locked: Vec<usize> = places.iter().flatten().copied().collect();
    let tracks = [pool.tracks.clone(), locked].concat();
    let free = pool.tracks.len();
    let steps = steps(library, demand, &tracks);
    let names: Vec<_> = tracks.iter().map(|&track| library.songs.names(track)).collect();
    let width = (TRIALS / (free * places.len()).max(1)).clamp(WIDTHS.0, WIDTHS.1);
    let mut beginnings = vec![Beginning { cost: 0.0, tracks: Vec::new(), used: vec![false; free] }];
    // Where the candidates that are locked stand, and what comes after a place of the list.
    let mut next_locked = free;
    let node: Vec<Option<usize>> = places
        .iter()
        .map(|place| {
            place.map(|_| {
                next_locked += 1;
                next_locked - 1
            })
        })
        .collect();
    for (place, &fixed) in node.iter().enumerate() {
        let choices = fixed.map_or(0..free, |fixed| fixed..fixed + 1);
        let own: Vec<f64> = choices
            .clone()
            .map(|index| match library.songs.get(tracks[index]) {
                Some(song) if fixed.is_none() => demand.cost(place, song, pool.merits[index]) - pool.noise[index],
                _ => 0.0,
            })
            .collect();
        let mut best: Vec<(f64, usize, usize)> = Vec::new();
        for (from, beginning) in beginnings.iter().enumerate() {
            let here = beginning.tracks.len();
            for index in choices.clone().filter(|&index| fixed.is_some() || !beginning.used[index]) {
                let mut cost = beginning.cost + own[index - choices.start];
                cost += beginning.tracks.last().map_or(0.0, |&last| steps.at(last, index));
                let hopeless = |cost: f64| best.len() == width && cost >= best[width - 1].0;
                if hopeless(cost) {
                    continue;
                }
                let at = |other: usize| match beginning.tracks.get(other) {
                    Some(&index) => Some(names[index]),
                    None if other > here => node.get(other - here + place).copied().flatten().map(|index| names[index]),
                    None => None,
                };
                cost += CLASH * spacing.missing(here, &names[index], &at).iter().sum::<usize>() as f64;
                if !hopeless(cost) {
                    let rank = best.partition_point(|(other, ..)| *other <= cost);
                    best.truncate(width - 1);
                    best.insert(rank, (cost, from, index));
                }
            }
        }
        // Nothing is left: the place stays empty.
        if best.is_empty() {
            continue;
        }
        let extend = |&(cost, from, index): &(f64, usize, usize)| {
            let mut beginning = beginnings[from].clone();
            beginning.cost = cost;
            beginning.tracks.push(index);
            if let Some(used) = beginning.used.get_mut(index) {
                *used = true;
            }
            beginning
        };
        beginnings = best.iter().map(extend).collect();
    }
    beginnings.first().map(|best| best.tracks.iter().map(|&index| tracks[index]).collect()).unwrap_or_default()
}

/// What steps cost, between all pairs.
fn steps(library: Library<'_>, demand: &Demand<'_>, tracks: &[usize]) -> Distances {
    let n = tracks.len();
    let mut steps = Distances::new(library, tracks);
    let mean = (0..n).map(|i| steps.row(i).iter().map(|&step| f64::from(step)).sum::<f64>()).sum::<f64>();
    let mean = (mean / (n * n.saturating_sub(1)).max(1) as f64).max(f64::MIN_POSITIVE);
    for from in 0..n {
        for (to, step) in steps.row_mut(from).iter_mut().enumerate() {
            *step = demand.step(library.songs, tracks[from], tracks[to], f64::from(*step) / mean) as f32;
        }
    }
    steps
}
