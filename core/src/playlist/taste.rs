//! What several liked and disliked tracks say about all others.
//!
//! Pampalk, Pohle and Widmer 2005, "Dynamic playlist generation based on skipping behavior" (ISMIR), their heuristic D:
//! a candidate is judged by its distance to the nearest accepted and to the nearest skipped song, never by a mean, so
//! that different liked tracks each get their own neighbours. Here the nearest is a soft minimum, and distances are
//! measured in the reach of each seed's neighbourhood, as Zelnik-Manor and Perona 2004, "Self-tuning spectral clustering"
//! (NIPS), scale affinities: a liked track in a sparse corner counts as much as one in a crowd.

use super::Library;
use crate::search::{Neighbour, TopK};

/// More seeds than this are thinned out evenly, for each costs a search.
const MOST_SEEDS: usize = 48;
/// A seed's reach is the distance to its neighbour of this rank.
const REACH: usize = 10;

/// Liked and disliked tracks.
pub(super) struct Taste<'a> {
    library: Library<'a>,
    liked: Vec<Seed>,
    disliked: Vec<Seed>,
}

struct Seed {
    track: usize,
    /// Cosine distance at which a track is one of its neighbours.
    reach: f64,
    near: Vec<Neighbour>,
}

impl<'a> Taste<'a> {
    /// Looks at the neighbourhoods of the seeds, without the tracks that `skip` holds for. `size` is how many
    /// candidates are wanted; seeds that do not exist are passed over.
    #[inline(never)]
    pub(super) fn new(
        library: Library<'a>,
        liked: &[usize],
        disliked: &[usize],
        size: usize,
        skip: &dyn Fn(usize) -> bool,
    ) -> Self {
        let seeds = |tracks: &[usize], size: usize| -> Vec<Seed> {
            let step = tracks.len().div_ceil(MOST_SEEDS).max(1);
            let tracks = tracks.iter().copied().filter(|&track| track < library.searcher.len()).step_by(step);
            tracks.map(|track| Seed::new(library, track, size, skip)).collect()
        };
        let each = size.div_ceil(liked.len().clamp(1, MOST_SEEDS));
        // Half of the neighbourhoods may be shared.
        Self { library, liked: seeds(liked, each.max(size / 4)), disliked: seeds(disliked, REACH) }
    }

    /// How much a track is wanted: up to 1 for the liked ones, down to -1 for the disliked ones.
    #[inline(never)]
    pub(super) fn merit(&self, track: usize) -> f64 {
        self.closeness(&self.liked, track) - self.closeness(&self.disliked, track)
    }

    /// How near a distance is in the liked tracks' neighbourhoods, 0 to 1.
    pub(super) fn nearness(&self, similarity: f64) -> f64 {
        let reach = self.liked.iter().map(|seed| seed.reach).sum::<f64>() / self.liked.len().max(1) as f64;
        libm::exp((similarity - 1.0) / reach.max(f64::MIN_POSITIVE))
    }

    /// The liked tracks and their neighbours by merit, best first.
    pub(super) fn candidates(&self, size: usize) -> Vec<Neighbour> {
        let mut best = TopK::new(size);
        let mut seen = vec![false; self.library.searcher.len()];
        for seed in &self.liked {
            for track in seed.near.iter().map(|near| near.track).chain([seed.track]) {
                if !std::mem::replace(&mut seen[track], true) {
                    best.offer(Neighbour { track, similarity: self.merit(track) });
                }
            }
        }
        best.into_sorted()
    }

    /// `exp(-m)` with the soft minimum `m = -ln(sum(exp(-4 d))) / 4` of the distances `d` to some seeds, in reaches: the
    /// nearest decides, and what is near to several is a little nearer.
    fn closeness(&self, seeds: &[Seed], track: usize) -> f64 {
        let near = |seed: &Seed| {
            let distance = (1.0 - self.library.searcher.similarity(seed.track, track)).max(0.0);
            libm::exp(-4.0 * distance / seed.reach)
        };
        seeds.iter().map(near).sum::<f64>().sqrt().sqrt().min(1.0)
    }
}

impl Seed {
    fn new(library: Library<'_>, track: usize, size: usize, skip: &dyn Fn(usize) -> bool) -> Self {
        let row = library.searcher.rows().vector(track);
        let near = library.searcher.nearest(&row, size.max(REACH), |other| other == track || skip(other));
        let reach = near.get(REACH - 1).or(near.last()).map_or(1.0, |rim| 1.0 - rim.similarity);
        // Ten copies of the seed leave a reach of nothing, in which nothing is near.
        Self { track, reach: reach.max(1e-6), near }
    }
}
