//! Search by words, as they are typed.

use memchr::memmem::Finder;

use super::fold;
use crate::{SubGenre, TrackMeta};

/// The names of all tracks, folded once and laid end to end: each word of a query is looked for in one scan of them
/// all, which takes a few milliseconds for 100,000 tracks.
#[derive(Debug, Default)]
pub struct TextIndex {
    /// Per track: title, artist, and the rest (album, playlist, genre, tags), each ended by a line break, which no word
    /// holds.
    text: String,
    entries: Vec<Entry>,
    /// Playlist and genre of each sub-genre, folded.
    playlists: Vec<String>,
}

/// Where the parts of a track's text begin.
#[derive(Debug)]
struct Entry {
    begin: u32,
    artist: u32,
    rest: u32,
    /// What its words begin with, one bit for several bytes.
    initials: u32,
}

/// The bit of a byte that words begin with.
fn initial(byte: u8) -> u32 {
    1 << (byte % 32)
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The first of them, best first.
    pub tracks: Vec<usize>,
    /// How many there are in all.
    pub total: usize,
    /// For every track of the library whether it is one of them: 1 or 0.
    pub mask: Vec<u8>,
}

/// The cost of a track that lacks a word.
const MISSING: u8 = u8::MAX;
/// The costs of a word's places; lower is better. Of a query they are added up.
const INSIDE: u8 = 5;
const BEGINS_WORD: u8 = 2;
/// Words of a query that are looked for.
const WORDS_MAX: usize = 16;

impl TextIndex {
    /// Folds title, artist, album, playlist, genre and tags of every track.
    pub fn new<'a>(tracks: impl IntoIterator<Item = &'a TrackMeta>, sub_genres: &[SubGenre]) -> Self {
        let mut index = Self::with_capacity(sub_genres, 0, 0);
        tracks.into_iter().for_each(|track| index.push(track));
        index
    }

    /// An index of no tracks yet, with room for this many, whose names take about so many bytes.
    pub fn with_capacity(sub_genres: &[SubGenre], tracks: usize, bytes: usize) -> Self {
        let name = |s: &SubGenre| fold(&s.name) + "\n" + &s.genre.as_deref().map(fold).unwrap_or_default();
        Self {
            text: String::with_capacity(bytes),
            entries: Vec::with_capacity(tracks),
            playlists: sub_genres.iter().map(name).collect(),
        }
    }

    /// Adds the next track of the library.
    pub fn push(&mut self, track: &TrackMeta) {
        // 4 GiB of names are more than a browser holds; what is beyond them is not found.
        let place = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let begin = place(&self.text);
        self.line(&track.title);
        let artist = place(&self.text);
        self.line(track.artist.as_deref().unwrap_or_default());
        let rest = place(&self.text);
        self.line(track.album.as_deref().unwrap_or_default());
        self.text.push_str(self.playlists.get(track.sub_genre as usize).map_or("", |name| name));
        self.text.push('\n');
        track.tags.iter().for_each(|tag| self.line(tag));
        let mut initials = 0;
        // All ones where a word may begin.
        let mut mask = u32::MAX;
        for &byte in &self.text.as_bytes()[begin as usize..] {
            initials |= initial(byte) & mask;
            mask = u32::from(byte.is_ascii_alphanumeric()).wrapping_sub(1);
        }
        self.entries.push(Entry { begin, artist, rest, initials });
    }

    fn line(&mut self, name: &str) {
        self.text.push_str(&fold(name));
        self.text.push('\n');
    }

    /// The tracks that hold every word of the query somewhere and that `keep` accepts, with the first `limit` of them.
    /// Titles that begin with a word come first, then artists that do, then words inside; equals in the library's order.
    /// A query without words matches every track.
    pub fn search(&self, query: &str, keep: impl Fn(usize) -> bool, limit: usize) -> Found {
        let query = fold(query);
        let mut costs = vec![0_u8; self.entries.len()];
        for word in query.split_whitespace().take(WORDS_MAX) {
            self.add_costs(word, &mut costs);
        }
        let mut mask = vec![0_u8; costs.len()];
        // The place of the next track of each cost: costs are few, so they are put in order by counting them.
        let mut places = [0_usize; MISSING as usize + 1];
        for (track, &cost) in costs.iter().enumerate() {
            if cost != MISSING && keep(track) {
                mask[track] = 1;
                places[usize::from(cost) + 1] += 1;
            }
        }
        for cost in 1..places.len() {
            places[cost] += places[cost - 1];
        }
        let total = places[usize::from(MISSING)];
        let mut tracks = vec![0; total.min(limit)];
        for (track, &cost) in costs.iter().enumerate().filter(|&(track, _)| mask[track] == 1) {
            let place = &mut places[usize::from(cost)];
            if let Some(slot) = tracks.get_mut(*place) {
                *slot = track;
            }
            *place += 1;
        }
        Found { tracks, total, mask }
    }

    /// Adds what a word costs in each track that is still in.
    fn add_costs(&self, word: &str, costs: &mut [u8]) {
        let text = self.text.as_bytes();
        let finder = Finder::new(word);
        let initial = word.bytes().next().map_or(0, initial);
        let mut at = 0;
        for (i, (entry, cost)) in self.entries.iter().zip(costs).enumerate() {
            let end = self.entries.get(i + 1).map_or(text.len(), |next| next.begin as usize);
            let mut best = MISSING;
            at = at.max(if *cost == MISSING { end } else { entry.begin as usize });
            // Fields follow by rank, so that nothing is better than the first beginning.
            while at < end && best >= INSIDE {
                // Looks beyond this track where it has no more: the next hit may be a thousand tracks away.
                at = finder.find(&text[at..]).map_or(text.len(), |found| at + found);
                if at < end {
                    best = best.min(entry.place_cost(&self.text, at, word));
                    // Letters are inside of nearly everything, but begin few words.
                    at = if entry.initials & initial == 0 { end } else { at + 1 };
                }
            }
            // One below the mark, so that sixteen words never reach it.
            *cost = if best == MISSING { MISSING } else { cost.saturating_add(best).min(MISSING - 1) };
        }
    }
}

impl Entry {
    /// Of a word found at this byte: best at the beginning of the title or artist, then of any word, then inside; the
    /// title before the artist before the rest.
    fn place_cost(&self, text: &str, at: usize, word: &str) -> u8 {
        let (begin, artist, rest) = (self.begin as usize, self.artist as usize, self.rest as usize);
        let field = u8::from(at >= artist) + u8::from(at >= rest);
        let inside = match text.as_bytes()[..at].last() {
            Some(before) if before.is_ascii() => before.is_ascii_alphanumeric(),
            _ => text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric)),
        };
        if inside {
            INSIDE + field
        } else if at == begin {
            0
        } else if at <= artist && text.get(artist..).is_some_and(|artist| artist.starts_with(word)) {
            1
        } else {
            BEGINS_WORD + field
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(_: usize) -> bool {
        true
    }

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
        assert_eq!(index().search("ROSÉ", all, 10).tracks, [1, 0, 2]);
        assert_eq!(index().search("hal", all, 10).tracks, [0, 1]);
    }

    #[test]
    fn every_word_has_to_be_there_in_any_field() {
        assert_eq!(index().search("emotional rose", all, 10).tracks, [1, 2]);
        assert_eq!(index().search("anna  dark", all, 10).tracks, Vec::<usize>::new());
        assert_eq!(index().search("strings ros", all, 10).tracks, [0]);
    }

    #[test]
    fn no_words_match_all_and_the_total_is_told_beyond_the_limit() {
        let found = |tracks, total| Found { tracks, total, mask: vec![1; 3] };
        assert_eq!(index().search("  ", all, 2), found(vec![0, 1], 3));
        assert_eq!(index().search("techno", all, 1), found(vec![0], 3));
        assert_eq!(index().search("techno", all, 0), found(vec![], 3));
        let odd = index().search("techno", |track| track % 2 == 1, 9);
        assert_eq!(odd, Found { tracks: vec![1], total: 1, mask: vec![0, 1, 0] });
    }

    proptest! {
        /// Against the plain definition: every word in some field, costs added.
        #[test]
        fn equals_a_search_field_by_field(
            names in prop::collection::vec(("[ab ]{0,6}", "[ab ]{0,4}", "[ab ]{0,4}"), 0..30),
            query in "[ab ]{0,5}",
        ) {
            let tracks: Vec<TrackMeta> = names
                .iter()
                .map(|(title, artist, album)| TrackMeta {
                    title: title.clone(),
                    artist: Some(artist.clone()),
                    album: Some(album.clone()),
                    ..TrackMeta::default()
                })
                .collect();
            let index = TextIndex::new(&tracks, &[SubGenre { genre: None, name: "b".into() }]);
            let cost = |word: &str, track: &TrackMeta| {
                let fields = [&track.title, track.artist.as_ref().unwrap(), track.album.as_ref().unwrap(), "b"];
                let place = |field: usize, at: usize, text: &str| {
                    let begins = at == 0 || text.as_bytes()[at - 1] == b' ';
                    let rank = field.min(2) as u8;
                    if at == 0 && field < 2 { rank } else if begins { 2 + rank } else { 5 + rank }
                };
                let in_field = |(i, text): (usize, &&str)| {
                    (0..text.len()).filter(|&at| text[at..].starts_with(word)).map(|at| place(i, at, text)).min()
                };
                let fields: Vec<&str> = fields.iter().map(|field| field as &str).collect();
                fields.iter().enumerate().filter_map(in_field).min()
            };
            let whole = |track: &TrackMeta| query.split_whitespace().map(|word| cost(word, track)).sum::<Option<u8>>();
            let mut expected: Vec<(u8, usize)> =
                tracks.iter().enumerate().filter_map(|(i, track)| Some((whole(track)?, i))).collect();
            expected.sort_unstable();
            let found = index.search(&query, all, 5);
            prop_assert_eq!(found.total, expected.len());
            prop_assert_eq!(found.tracks, expected.into_iter().take(5).map(|(_, i)| i).collect::<Vec<_>>());
        }
    }
}
