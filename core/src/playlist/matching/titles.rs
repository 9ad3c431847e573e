//! Titles and artists, for files and entries that no path tells.

use super::table::Table;
use super::words::Words;
use super::{Candidate, Evidence};
use crate::TrackMeta;
use crate::playlist::core_title;

/// Words before a title in which an artist is looked for: their runs are as many as the square.
const MOST_IN_RUNS: usize = 16;

/// Tracks of one title that are candidates, so that no library of one title takes long.
const MOST_OF_A_TITLE: usize = 64;

/// The names of a library.
#[derive(Clone, Debug, Default)]
pub(super) struct Titles {
    /// Tracks by their titles.
    full: Table,
    /// Tracks by their titles without number and edition, where that is another title.
    cores: Table,
    /// Per track a hash of its artist; 0 where it has none, or one without a letter: file names cannot tell signs from
    /// separators.
    artists: Vec<u64>,
}

/// The names being read.
#[derive(Default)]
pub(super) struct TitlesBuilder {
    full: Vec<(u64, u32)>,
    cores: Vec<(u64, u32)>,
    artists: Vec<u64>,
}

impl TitlesBuilder {
    /// Reads the next track.
    pub(super) fn push(&mut self, track: &TrackMeta) {
        let number = self.artists.len() as u32;
        let mut artist = Words::default();
        artist.push(track.artist.as_deref().unwrap_or_default());
        let named = artist.without_guests();
        self.artists.push(if named == 0 { 0 } else { artist.hash(0..named) });
        let title = Words::of(&track.title).whole();
        let core = core_hash(&track.title);
        self.full.extend(title.map(|title| (title, number)));
        self.cores.extend(core.filter(|_| core != title).map(|core| (core, number)));
    }

    /// Sorts what was read.
    pub(super) fn finish(self) -> Titles {
        let table = |rows| Table::new(rows, &|a, b| a.cmp(&b));
        Titles { full: table(self.full), cores: table(self.cores), artists: self.artists }
    }
}

/// A hash of the title without its edition and without a number before it.
fn core_hash(title: &str) -> Option<u64> {
    let words = Words::of(&core_title(title));
    let numbers = words.numbers(words.len().saturating_sub(1));
    (words.len() > 0).then(|| words.hash(numbers..words.len()))
}

/// A name that may hold a number, an artist and a title, such as `03 - Artist - Title`; and the folders around it.
pub(super) struct Name<'a> {
    pub(super) words: Words,
    /// The same without the note about an edition at its end.
    pub(super) core: Words,
    pub(super) folders: Vec<&'a str>,
    /// Whether the duration allows a track.
    pub(super) allows: &'a dyn Fn(u32) -> bool,
}

impl Titles {
    /// Tracks whose titles the name ends in, where what stands before is a number or the artist.
    pub(super) fn find(&self, name: &Name<'_>, found: &mut Vec<Candidate>) {
        let mut surroundings = Surroundings { folders: &name.folders, hashes: None };
        for (titles, words, is_core) in [
            (&self.full, &name.words, false),
            (&self.cores, &name.words, true),
            (&self.full, &name.core, true),
            (&self.cores, &name.core, true),
        ] {
            for before in 0..words.len() {
                let rows = titles.of(words.hash(before..words.len()));
                let judged = rows.iter().filter(|row| (name.allows)(row.1)).filter_map(|row| {
                    let evidence = judge(words, before, self.artists[row.1 as usize], &mut surroundings)?;
                    Some(Candidate { evidence: if is_core { evidence.of_core() } else { evidence }, track: row.1 })
                });
                found.extend(judged.take(MOST_OF_A_TITLE));
            }
        }
    }
}

/// What the words before a title, and the folders, say of a track by this artist. `None`: they name somebody else.
#[inline(never)]
fn judge(words: &Words, before: usize, artist: u64, surroundings: &mut Surroundings<'_>) -> Option<Evidence> {
    let numbers = words.numbers(before);
    if artist != 0 && (0..=numbers.min(before)).any(|start| start < before && words.hash(start..before) == artist) {
        return Some(Evidence::ArtistAndTitle);
    }
    let unexplained = numbers < before;
    if artist == 0 {
        // Nothing can contradict; a title without an artist is often the whole name of the file.
        return Some(if unexplained { Evidence::Title } else { Evidence::ArtistAndTitle });
    }
    if ranges(words, before).any(|hash| hash == artist) || surroundings.name(artist) {
        return Some(Evidence::ArtistNearby);
    }
    (!unexplained).then_some(Evidence::Title)
}

/// Hashes of all runs of the first words.
fn ranges(words: &Words, count: usize) -> impl Iterator<Item = u64> {
    let count = count.min(MOST_IN_RUNS);
    (0..count).flat_map(move |start| (start + 1..=count).map(move |end| words.hash(start..end)))
}

/// The folders that a file lies in; their names are taken apart when they are first needed.
struct Surroundings<'a> {
    folders: &'a [&'a str],
    hashes: Option<Vec<u64>>,
}

impl Surroundings<'_> {
    /// Whether a folder names this artist, alone or beside an album or a year.
    fn name(&mut self, artist: u64) -> bool {
        let folders = self.folders;
        let hashes = self.hashes.get_or_insert_with(|| {
            let mut hashes = Vec::new();
            for folder in folders {
                let words = Words::of(folder);
                hashes.extend(ranges(&words, words.len()));
            }
            hashes
        });
        hashes.contains(&artist)
    }
}
