//! A list in the making: some places taken by locked tracks, the rest filled one by one.

use super::{Constraints, Library, MAX_LENGTH, Spacing};

/// A list in the making.
pub(super) struct Draft<'a> {
    pub(super) library: Library<'a>,
    spacing: Spacing,
    /// The track at each place, where it is known.
    pub(super) places: Vec<Option<usize>>,
    /// Which places are not to be touched.
    pub(super) locked: Vec<bool>,
}

impl<'a> Draft<'a> {
    /// An empty list of so many places, at most [`MAX_LENGTH`], with the locked tracks in theirs. A lock on a place or
    /// track that is not there or taken is dropped.
    pub(super) fn new(library: Library<'a>, length: usize, constraints: &Constraints) -> Self {
        let mut draft = Self {
            library,
            spacing: constraints.spacing,
            places: vec![None; length.min(MAX_LENGTH)],
            locked: vec![false; length.min(MAX_LENGTH)],
        };
        for lock in &constraints.locked {
            if lock.track < library.searcher.len()
                && !draft.holds(lock.track)
                && draft.places.get(lock.place) == Some(&None)
            {
                draft.places[lock.place] = Some(lock.track);
                draft.locked[lock.place] = true;
            }
        }
        draft
    }

    /// What is to stand between like tracks.
    pub(super) fn spacing(&self) -> Spacing {
        self.spacing
    }

    /// Whether a track is in the list.
    pub(super) fn holds(&self, track: usize) -> bool {
        self.places.contains(&Some(track))
    }

    /// All tracks that are in the list, in order.
    pub(super) fn tracks(&self) -> Vec<usize> {
        self.places.iter().flatten().copied().collect()
    }

    /// The first place without a track.
    pub(super) fn free(&self) -> Option<usize> {
        self.places.iter().position(Option::is_none)
    }

    /// Puts tracks that were asked for into the first free places, where they are not in the list yet.
    pub(super) fn put_first(&mut self, tracks: &[usize]) {
        for &track in tracks {
            if let Some(place) = self.free().filter(|_| track < self.library.searcher.len() && !self.holds(track)) {
                self.places[place] = Some(track);
            }
        }
    }

    /// How many tracks are missing around a place to keep this track from its like, over all names.
    pub(super) fn clash(&self, place: usize, track: usize) -> usize {
        self.clash_in(place, track, &|place| *self.places.get(place)?)
    }

    /// The same in another order, which says the track at each place.
    #[inline(never)]
    pub(super) fn clash_in(&self, place: usize, track: usize, at: &dyn Fn(usize) -> Option<usize>) -> usize {
        let songs = self.library.songs;
        let names = |other| at(other).map(|track| songs.names(track));
        self.spacing.missing(place, &songs.names(track), &names).iter().sum()
    }

    /// Mean similarity of a track to what stands before and after a place; 0 where nothing does.
    #[inline(never)]
    pub(super) fn fit(&self, place: usize, track: usize) -> f64 {
        let around = [place.checked_sub(1), Some(place + 1)];
        let mut sum = (0.0, 0.0);
        for other in around.into_iter().flatten().filter_map(|place| *self.places.get(place)?) {
            sum = (sum.0 + self.library.searcher.similarity(other, track), sum.1 + 1.0);
        }
        if sum.1 > 0.0 { sum.0 / sum.1 } else { 0.0 }
    }

    /// Which of the tracks belongs into a place: the one that is farthest from its like as far as that is asked for,
    /// then the one of the highest score, then the one with the lowest index in the library. `score` takes a place in
    /// `tracks`, and so does the answer.
    #[inline(never)]
    pub(super) fn best(&self, place: usize, tracks: &[usize], score: &dyn Fn(usize) -> f64) -> Option<usize> {
        let mut best: Option<(usize, f64, usize)> = None;
        for (index, &track) in tracks.iter().enumerate() {
            let (clash, score) = (self.clash(place, track), score(index));
            let better = best.is_none_or(|(best_clash, best_score, at)| {
                (clash, -score, track) < (best_clash, -best_score, tracks[at])
            });
            if better {
                best = Some((clash, score, index));
            }
        }
        best.map(|(.., index)| index)
    }
}
