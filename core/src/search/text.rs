//! Search by words, as they are typed.

use memchr::memmem::Finder;

use super::fold;
use crate::{SubGenre, TrackMeta};

/// The names of all tracks, folded once: a query then scans them in one pass, which takes a few milliseconds for
/// 100,000 tracks.
pub struct TextIndex {
    entries: Vec<Entry>,
}

/// Title, artist, and the rest (album, playlist, genre, tags), one after another with line breaks between, so that a word is
/// looked for once.
struct Entry {
    text: String,
    artist_at: usize,
    rest_at: usize,
}

impl TextIndex {
    /// Folds title, artist, album, playlist, genre and tags of every track.
    pub fn new(tracks: &[TrackMeta], sub_genres: &[SubGenre]) -> Self {
        let entries = tracks
            .iter()
            .map(|track| {
                let playlist = sub_genres.get(track.sub_genre as usize);
                let rest = [
                    track.album.as_deref(),
                    playlist.map(|playlist| playlist.name.as_str()),
                    playlist.and_then(|playlist| playlist.genre.as_deref()),
                ];
                let tags = track.tags.iter().map(String::as_str);
                let mut text = fold(&track.title) + "\n";
                let artist_at = text.len();
                text += &fold(track.artist.as_deref().unwrap_or_default());
                text.push('\n');
                let rest_at = text.len();
                for part in rest.into_iter().flatten().chain(tags) {
                    text += &fold(part);
                    text.push('\n');
                }
                Entry { text, artist_at, rest_at }
            })
            .collect();
        Self { entries }
    }

    /// The first `limit` tracks that hold every word of the query somewhere, and how many do in all. Titles that begin
    /// with a word come first, then artists that do, then words inside; equals in the library's order. A query without
    /// words matches every track.
    pub fn search(&self, query: &str, limit: usize) -> (Vec<usize>, usize) {
        let query = fold(query);
        let words: Vec<Finder<'_>> = query.split_whitespace().map(Finder::new).collect();
        let mut found: Vec<(u32, usize)> =
            self.entries.iter().enumerate().filter_map(|(i, entry)| Some((entry.cost(&words)?, i))).collect();
        let total = found.len();
        found.sort_unstable();
        found.truncate(limit);
        (found.into_iter().map(|(_, track)| track).collect(), total)
    }
}

impl Entry {
    /// How far from an obvious answer this is: the sum over the words, lower is better. `None` if a word is missing.
    fn cost(&self, words: &[Finder<'_>]) -> Option<u32> {
        words.iter().map(|word| word.find_iter(self.text.as_bytes()).map(|at| self.place_cost(at)).min()).sum()
    }

    /// Of a word found at this byte: best at the beginning of the title or artist, then of any word, then inside; the
    /// title before the artist before the rest.
    fn place_cost(&self, at: usize) -> u32 {
        let field = u32::from(at >= self.artist_at) + u32::from(at >= self.rest_at);
        if (at == 0 || at == self.artist_at) && field < 2 {
            field
        } else if self.text[..at].ends_with(char::is_alphanumeric) {
            5 + field
        } else {
            2 + field
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> TextIndex {
        let track = |title: &str, artist: &str, sub_genre| TrackMeta {
            title: title.into(),
            artist: Some(artist.into()),
            sub_genre,
            tags: if title == "Halo" { vec!["Strings".into(), "slow".into()] } else { Vec::new() },
            ..TrackMeta::default()
        };
        let sub_genre = |name: &str| SubGenre { genre: Some("Techno".into()), name: name.into() };
        TextIndex::new(
            &[track("Halo", "Ros\u{e9}n", 0), track("Rosen", "Hal", 1), track("Primrose", "Ánna", 1)],
            &[sub_genre("Dark"), sub_genre("Emotional")],
        )
    }

    #[test]
    fn beginnings_come_first() {
        assert_eq!(index().search("ROSÉ", 10).0, [1, 0, 2]);
        assert_eq!(index().search("hal", 10).0, [0, 1]);
    }

    #[test]
    fn every_word_has_to_be_there_in_any_field() {
        assert_eq!(index().search("emotional rose", 10).0, [1, 2]);
        assert_eq!(index().search("anna  dark", 10).0, Vec::<usize>::new());
        assert_eq!(index().search("strings ros", 10).0, [0]);
    }

    #[test]
    fn no_words_match_all_and_the_total_is_told_beyond_the_limit() {
        assert_eq!(index().search("  ", 2), (vec![0, 1], 3));
        assert_eq!(index().search("techno", 1), (vec![0], 3));
    }
}
