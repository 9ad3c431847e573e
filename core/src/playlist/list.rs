//! A finished list, and what could not be held.

use super::{Constraints, Library, songs::NAMES};

/// A list and how it turned out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Playlist {
    /// Indices of the tracks in the library, in playing order.
    pub tracks: Vec<usize>,
    /// Cosine similarity of each track to the nearest track that was asked for (the start, liked tracks, waypoints,
    /// seeds). 1 for those themselves.
    pub similarity: Vec<f64>,
    /// Which wishes could not be held, each at most once. Empty for a list that is all that was asked for.
    pub unmet: Vec<Unmet>,
}

/// A wish that could not be held everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What was asked for.
    pub wish: Wish,
    /// How many tracks miss it; for [`Wish::Length`], how many tracks there are too few or too many.
    pub times: usize,
}

/// Something that a list was asked to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The number of tracks.
    Length,
    /// A track in its locked place.
    Locked,
    /// Other tracks between two of one artist.
    Artist,
    /// Other tracks between two of one album.
    Album,
    /// Other tracks between two of one title.
    Title,
    /// The set's duration, within half of its longest track.
    Minutes,
    /// A tempo within 6 % of what is due at that place.
    Tempo,
    /// A key that mixes with the one before.
    Key,
    /// An energy within 0.2 of what is due at that place.
    Energy,
}

impl Playlist {
    /// A finished list of `length` wanted tracks, made from `seeds`, with what it misses.
    #[inline(never)]
    pub(super) fn new(
        library: Library<'_>,
        tracks: Vec<usize>,
        length: usize,
        seeds: &[usize],
        constraints: &Constraints,
    ) -> Self {
        let similarity = tracks.iter().map(|&track| nearest_of(library, seeds, track)).collect();
        let mut list = Self { similarity, unmet: Vec::new(), tracks };
        list.miss(Wish::Length, length.abs_diff(list.tracks.len()));
        let lost = |lock: &&super::Locked| list.tracks.get(lock.place) != Some(&lock.track);
        let locks_lost = constraints.locked.iter().filter(lost).count();
        list.miss(Wish::Locked, locks_lost);
        let mut near = [0; NAMES];
        for (place, &track) in list.tracks.iter().enumerate() {
            let before = |other| Some(library.songs.names(*list.tracks[..place].get(other)?));
            let missing = constraints.spacing.missing(place, &library.songs.names(track), &before);
            for kind in 0..NAMES {
                near[kind] += usize::from(missing[kind] > 0);
            }
        }
        list.miss(Wish::Artist, near[0]);
        list.miss(Wish::Album, near[1]);
        list.miss(Wish::Title, near[2]);
        list
    }

    /// Notes a wish, unless it was held.
    pub(super) fn miss(&mut self, wish: Wish, times: usize) {
        if times > 0 {
            self.unmet.push(Unmet { wish, times });
        }
    }
}

/// Cosine similarity to the most similar of the seeds: 1 for a seed, 0 where there are none.
fn nearest_of(library: Library<'_>, seeds: &[usize], track: usize) -> f64 {
    if seeds.contains(&track) {
        return 1.0;
    }
    let near = |nearest: f64, &seed: &usize| nearest.max(library.searcher.similarity(seed, track));
    if seeds.is_empty() { 0.0 } else { seeds.iter().fold(-1.0, near) }
}
