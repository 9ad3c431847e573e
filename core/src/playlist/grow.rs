//! A playlist grown from one track.
//!
//! Logan 2002, "Content-based playlist generation: exploratory experiments" (ISMIR), plays the nearest neighbours of a
//! seed: that is the list at loyalty 1. Below it, a step also looks at the track before, and drifts.

use super::{Constraints, Library, Playlist, draft::Draft, pool::Pool};

/// How a playlist is grown.
#[derive(Clone, Debug, PartialEq)]
pub struct GrowOptions {
    /// Number of tracks wanted, the start included; at most [`MAX_LENGTH`](super::MAX_LENGTH).
    pub length: usize,
    /// How much a step looks at the start rather than at the track before, 0 to 1. At 1 the list is the start's
    /// neighbours in order; at 0 it drifts from neighbour to neighbour.
    pub loyalty: f64,
}

impl Default for GrowOptions {
    fn default() -> Self {
        Self { length: 20, loyalty: 0.5 }
    }
}

/// The neighbourhood a list is chosen from is this many times its length: near the start, with room to choose.
const NEIGHBOURHOOD: usize = 8;
/// The smallest neighbourhood, so that short lists can keep artists apart too.
const NEIGHBOURHOOD_MIN: usize = 64;
/// The largest neighbourhood, which keeps long lists quick: twice the longest.
const NEIGHBOURHOOD_MAX: usize = 1000;

/// Grows a playlist from `start`, its first track unless another is locked there: each step takes, from the
/// neighbourhood of the start, the track most similar to the start and to those beside its place, weighed by
/// [`GrowOptions::loyalty`]. Where artists, albums or titles cannot be kept apart, the most distance is kept.
///
/// Shorter than asked where the library has fewer songs; empty where `start` does not exist or `length` is 0.
/// Equals go to the lower index, so that the same library always grows the same list.
pub fn grow(library: Library<'_>, start: usize, options: &GrowOptions, constraints: &Constraints) -> Playlist {
    let Library { searcher, .. } = library;
    if start >= searcher.len() {
        return Playlist::new(library, Vec::new(), options.length, &[], constraints);
    }
    let loyalty = options.loyalty.clamp(0.0, 1.0);
    let mut draft = Draft::new(library, options.length, constraints);
    draft.put_first(&[start]);
    let taken = draft.tracks();
    let size = draft.places.len() * NEIGHBOURHOOD;
    let size = size.clamp(NEIGHBOURHOOD_MIN, NEIGHBOURHOOD_MAX) + taken.len();
    // What is excluded must not use up the neighbourhood.
    let barred = constraints.barred(searcher.len());
    let skip: &dyn Fn(usize) -> bool = &|track| barred[track];
    let near = searcher.nearest(&searcher.rows().vector(start), size, skip);
    let mut pool = Pool::new(library, constraints, &taken, &near, size);
    pool.draw(constraints, pool.deviation(draft.places.len()));
    while let Some(place) = draft.free() {
        let score =
            |i: usize| loyalty * pool.merits[i] + (1.0 - loyalty) * draft.fit(place, pool.tracks[i]) + pool.noise[i];
        let Some(index) = draft.best(place, &pool.tracks, &score) else { break };
        draft.places[place] = Some(pool.take(index));
    }
    Playlist::new(library, draft.tracks(), options.length, &[start], constraints)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playlist::{Songs, Spacing};
    use crate::{TrackMeta, Vectors, search::Searcher};

    /// Tracks on an arc, about a degree apart and closer at its beginning; an artist letter and a title each.
    fn grown(names: &[(&str, &str)], start: usize, length: usize, loyalty: f64, artist: usize) -> Vec<usize> {
        let tracks: Vec<_> = names
            .iter()
            .map(|&(artist, title)| TrackMeta {
                title: title.into(),
                artist: (!artist.is_empty()).then(|| artist.into()),
                duration_s: 100.0,
                ..TrackMeta::default()
            })
            .collect();
        let data = (0..tracks.len())
            .map(|i| (i as f32 * (1.0 + 0.01 * i as f32)).to_radians())
            .flat_map(|a| [a.cos(), a.sin()])
            .collect();
        let searcher = Searcher::new(Vectors::normalized(data, 2).unwrap());
        let library = Library { songs: &Songs::new(&tracks), searcher: &searcher };
        let spacing = Spacing { artist, ..Spacing::default() };
        grow(library, start, &GrowOptions { length, loyalty }, &Constraints { spacing, ..Constraints::default() })
            .tracks
    }

    #[test]
    fn loyal_lists_are_neighbours_and_disloyal_ones_drift() {
        let names: Vec<_> = (0..9).map(|i| ("", ["a", "b", "c", "d", "e", "f", "g", "h", "i"][i])).collect();
        assert_eq!(grown(&names, 4, 5, 1.0, 3), [4, 3, 5, 2, 6]);
        assert_eq!(grown(&names, 4, 5, 0.0, 3), [4, 3, 2, 1, 0]);
    }

    #[test]
    fn artists_are_kept_apart_while_others_are_left() {
        let names = [("A", "1"), ("A", "2"), ("A", "3"), ("B", "4"), ("B", "5"), ("C", "6")];
        // A B C A B, and only A is left: one track between, the most that is possible.
        assert_eq!(grown(&names, 0, 6, 1.0, 2), [0, 3, 5, 1, 4, 2]);
    }

    #[test]
    fn no_song_comes_twice() {
        let names = [("A", "Halo"), ("A", "Halo (Live)"), ("B", "Sun"), ("B", "Sun - Radio Edit"), ("C", "Halo")];
        assert_eq!(grown(&names, 0, 9, 0.5, 3), [0, 2, 4]);
    }

    #[test]
    fn nothing_grows_from_nothing() {
        assert!(grown(&[("A", "1")], 1, 9, 0.5, 3).is_empty());
        assert!(grown(&[("A", "1")], 0, 0, 0.5, 3).is_empty());
        assert_eq!(grown(&[("A", "1")], 0, 9, 0.5, 3), [0]);
    }
}
