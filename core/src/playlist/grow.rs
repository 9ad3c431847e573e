//! A playlist grown from one track.

use super::{Library, Songs};

/// How a playlist is grown.
#[derive(Clone, Debug, PartialEq)]
pub struct GrowOptions {
    /// Number of tracks wanted, the start included.
    pub length: usize,
    /// How much a step looks at the start rather than at the track before, 0 to 1. At 1 the list is the start's
    /// neighbours in order; at 0 it drifts from neighbour to neighbour.
    pub loyalty: f64,
    /// How many other tracks stand between two of one artist, where the library allows.
    pub artist_spacing: usize,
}

impl Default for GrowOptions {
    fn default() -> Self {
        Self { length: 20, loyalty: 0.5, artist_spacing: 3 }
    }
}

/// One entry of a grown playlist.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Index of the track in the library.
    pub track: usize,
    /// Cosine similarity to the first track.
    pub to_start: f64,
    /// Cosine similarity to the track before (1 for the first).
    pub to_previous: f64,
}

/// The neighbourhood a list is chosen from is this many times its length: near the start, with room to choose.
const NEIGHBOURHOOD: usize = 8;
/// The smallest neighbourhood, so that short lists can keep artists apart too.
const NEIGHBOURHOOD_MIN: usize = 64;

/// Grows a playlist from `start`: each step takes, from the neighbourhood of the start, the track most similar to the
/// start and to the one before, weighed by [`GrowOptions::loyalty`]. No song comes twice, as another edition either.
/// Artists are kept apart; where that is impossible, the one heard longest ago comes first.
///
/// Shorter than asked where the library has fewer songs; empty where `start` does not exist or `length` is 0.
/// Equals go to the lower index, so that the same library always grows the same list.
pub fn grow(library: Library<'_>, start: usize, options: &GrowOptions) -> Vec<Step> {
    let Library { songs, searcher } = library;
    if start >= searcher.len() || options.length == 0 {
        return Vec::new();
    }
    let loyalty = options.loyalty.clamp(0.0, 1.0);
    let mut steps = vec![Step { track: start, to_start: 1.0, to_previous: 1.0 }];
    let size = options.length.saturating_mul(NEIGHBOURHOOD).max(NEIGHBOURHOOD_MIN);
    let mut pool = searcher.neighbours(start, size);
    pool.retain(|candidate| !songs.same_song(start, candidate.track, candidate.similarity));

    while steps.len() < options.length && !pool.is_empty() {
        let previous = steps[steps.len() - 1].track;
        // Fewest artist clashes first, then merit: (tracks missing to the wanted spacing, score).
        let mut best: Option<(usize, f64, usize, f64)> = None;
        for (place, candidate) in pool.iter().enumerate() {
            let to_previous = searcher.similarity(previous, candidate.track);
            let score = loyalty * candidate.similarity + (1.0 - loyalty) * to_previous;
            let clash = clash(songs, &steps, candidate.track, options.artist_spacing);
            let better = best.is_none_or(|(best_clash, best_score, best_place, _)| {
                let best_track = pool[best_place].track;
                (clash, -score, candidate.track) < (best_clash, -best_score, best_track)
            });
            if better {
                best = Some((clash, score, place, to_previous));
            }
        }
        let Some((_, _, place, to_previous)) = best else { break };
        let chosen = pool.remove(place);
        steps.push(Step { track: chosen.track, to_start: chosen.similarity, to_previous });
        pool.retain(|other| {
            let between = searcher.similarity(chosen.track, other.track);
            !songs.same_song(chosen.track, other.track, between)
        });
    }
    steps
}

/// How many tracks are missing between the last one of this artist and the end of the list; 0 if none is.
fn clash(songs: &Songs, steps: &[Step], track: usize, spacing: usize) -> usize {
    let Some(artist) = songs.artist(track) else { return 0 };
    let heard = steps.iter().rev().take(spacing).position(|step| songs.artist(step.track) == Some(artist));
    heard.map_or(0, |tracks_between| spacing - tracks_between)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TrackMeta, Vectors, search::Searcher};

    /// Tracks on an arc, about a degree apart and closer at its beginning; an artist letter and a title each.
    fn grown(names: &[(&str, &str)], start: usize, options: &GrowOptions) -> Vec<usize> {
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
        grow(library, start, options).iter().map(|step| step.track).collect()
    }

    #[test]
    fn loyal_lists_are_neighbours_and_disloyal_ones_drift() {
        let names: Vec<_> = (0..9).map(|i| ("", ["a", "b", "c", "d", "e", "f", "g", "h", "i"][i])).collect();
        let options = |loyalty| GrowOptions { length: 5, loyalty, artist_spacing: 3 };
        assert_eq!(grown(&names, 4, &options(1.0)), [4, 3, 5, 2, 6]);
        assert_eq!(grown(&names, 4, &options(0.0)), [4, 3, 2, 1, 0]);
    }

    #[test]
    fn artists_are_kept_apart_while_others_are_left() {
        let names = [("A", "1"), ("A", "2"), ("A", "3"), ("B", "4"), ("B", "5"), ("C", "6")];
        let options = GrowOptions { length: 6, loyalty: 1.0, artist_spacing: 2 };
        // A B C A B, and only A is left: one track between, the most that is possible.
        assert_eq!(grown(&names, 0, &options), [0, 3, 5, 1, 4, 2]);
    }

    #[test]
    fn no_song_comes_twice() {
        let names = [("A", "Halo"), ("A", "Halo (Live)"), ("B", "Sun"), ("B", "Sun - Radio Edit"), ("C", "Halo")];
        let options = GrowOptions { length: 9, ..GrowOptions::default() };
        assert_eq!(grown(&names, 0, &options), [0, 2, 4]);
    }

    #[test]
    fn nothing_grows_from_nothing() {
        assert!(grown(&[("A", "1")], 1, &GrowOptions::default()).is_empty());
        assert!(grown(&[("A", "1")], 0, &GrowOptions { length: 0, ..GrowOptions::default() }).is_empty());
        assert_eq!(grown(&[("A", "1")], 0, &GrowOptions::default()), [0]);
    }
}
