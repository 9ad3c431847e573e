//! Which tracks of the library the listener's files and imported playlists mean.
//!
//! Names differ between machines: folders are moved, letters are composed or decomposed, files are renamed after their
//! tags. So a path counts by its end, a name by its words, and a duration decides where both leave a choice.

mod key;
mod paths;
mod table;
#[cfg(test)]
mod tests;
mod titles;
mod words;

use std::borrow::{Borrow, Cow};

pub use key::{TrackKey, TrackKeyError, TrackKeys};
use paths::{Hit, PathReader, Paths, last_name, stem};
use table::Table;
use titles::{Name, Titles, TitlesBuilder};
use words::Words;

use super::core_title;
use super::import::{PlaylistEntry, percent_decode};
use crate::TrackMeta;

/// Largest difference in duration between a track and its file, in seconds: encoders pad, and playlists round.
const SAME_DURATION_S: f32 = 2.0;

/// A file whose name more tracks have does not vote on where files lie.
const MOST_VOTES: usize = 16;

/// The track that a file or an entry of a playlist means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Match {
    /// None of the library's.
    #[default]
    None,
    /// This one.
    Track(u32),
    /// It may be one of these, best first: names leave it open, and the duration is unknown or fits several.
    /// [`Matcher::decide`] chooses when it is known.
    Unsure(Vec<u32>),
}

/// Why a track may be meant, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Evidence {
    /// The path, as far as it goes.
    Path,
    /// Artist and title and nothing else.
    ArtistAndTitle,
    /// The title, with the artist somewhere before it or in a folder's name.
    ArtistNearby,
    /// From here on the duration has to agree. The same as above for titles without their edition.
    CoreAndArtist,
    /// The file's name, in another folder.
    File,
    /// The title alone.
    Title,
    /// The title without its edition alone.
    Core,
}

impl Evidence {
    /// What remains of it when an edition was taken away from a title.
    fn of_core(self) -> Self {
        if self == Self::Title { Self::Core } else { Self::CoreAndArtist }
    }

    fn is_certain(self) -> bool {
        self <= Self::ArtistNearby
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Candidate {
    evidence: Evidence,
    track: u32,
}

/// What is looked for.
#[derive(Clone, Copy, Default)]
struct Query<'a> {
    path: Option<&'a str>,
    artist: Option<&'a str>,
    title: Option<&'a str>,
    duration_s: Option<f32>,
    key: Option<TrackKey>,
}

impl<'a> Query<'a> {
    fn of(entry: &'a PlaylistEntry) -> Self {
        Self {
            path: entry.path.as_deref(),
            artist: entry.artist.as_deref(),
            title: entry.title.as_deref(),
            duration_s: entry.duration_s,
            key: entry.key,
        }
    }
}

/// Finds the tracks of a library by the paths and names that other machines have for them.
///
/// About 70 bytes a track, and nothing of their names: made when it is needed, and dropped after.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    paths: Paths,
    titles: Titles,
    keys: TrackKeys,
    durations_s: Vec<f32>,
}

impl Matcher {
    /// Reads the tracks of a library, in its order.
    pub fn new<T: Borrow<TrackMeta>>(tracks: impl IntoIterator<Item = T>) -> Self {
        let mut builder = MatcherBuilder::default();
        for track in tracks {
            builder.push(track.borrow());
        }
        builder.finish()
    }

    /// For each file of a folder that the listener picked, the track that it holds. Paths are relative to the folder, or
    /// begin with its name; the folder may be the library's, one above it, or one inside it. No two files are the same
    /// track: the one with the better path or name is, and no other may be it.
    pub fn match_files<P: AsRef<str>>(&self, paths: impl IntoIterator<Item = P>) -> Vec<Match> {
        let paths: Vec<P> = paths.into_iter().collect();
        let queries: Vec<_> =
            paths.iter().map(|path| Query { path: Some(path.as_ref()), ..Query::default() }).collect();
        let mut found = self.find(&queries);
        // Of several files the strongest evidence wins, then the most usual folder, then the first.
        let mut best: Vec<Option<(Evidence, u32, usize)>> = vec![None; self.durations_s.len()];
        for (file, answer) in found.iter().enumerate() {
            if let Match::Track(track) = answer.found {
                let claim = (answer.evidence, u32::MAX - answer.votes, file);
                let best = &mut best[track as usize];
                *best = Some(best.map_or(claim, |best| best.min(claim)));
            }
        }
        for (file, answer) in found.iter_mut().enumerate() {
            match &mut answer.found {
                Match::Track(track) if best[*track as usize].is_some_and(|best| best.2 != file) => {
                    answer.found = Match::None;
                }
                Match::Unsure(tracks) => {
                    tracks.retain(|&track| best[track as usize].is_none());
                    if tracks.is_empty() {
                        answer.found = Match::None;
                    }
                }
                _ => {}
            }
        }
        found.into_iter().map(|answer| answer.found).collect()
    }

    /// For each entry of an imported playlist the track that it means. A track may come twice.
    pub fn match_entries(&self, entries: &[PlaylistEntry]) -> Vec<Match> {
        let queries: Vec<_> = entries.iter().map(Query::of).collect();
        self.find(&queries).into_iter().map(|answer| answer.found).collect()
    }

    /// The only one of these tracks whose duration is within 2 s of a file's.
    pub fn decide(&self, candidates: &[u32], duration_s: f32) -> Option<u32> {
        let mut fitting =
            candidates.iter().copied().filter(|&track| self.agreement(track, Some(duration_s)) == Some(true));
        fitting.next().filter(|_| fitting.next().is_none())
    }

    /// The keys of the tracks.
    pub fn keys(&self) -> &TrackKeys {
        &self.keys
    }

    /// Whether a duration is the track's; `None` where one of them is unknown.
    fn agreement(&self, track: u32, duration_s: Option<f32>) -> Option<bool> {
        let known = self.durations_s.get(track as usize).copied()?;
        let duration_s = duration_s?;
        (known > 0.0 && duration_s > 0.0).then(|| (known - duration_s).abs() <= SAME_DURATION_S)
    }

    #[inline(never)]
    fn find(&self, queries: &[Query<'_>]) -> Vec<Answer> {
        let mut reader = PathReader::default();
        let paths: Vec<Located<'_>> = queries.iter().map(|query| self.locate(query.path, &mut reader)).collect();
        // Files of one folder share what stands before the library's paths.
        let voters = paths.iter().filter(|located| located.hits.len() <= MOST_VOTES);
        let votes = voters.flat_map(|located| located.hits.iter().map(|hit| (hit.alignment, 0)));
        let votes = Table::new(votes.collect(), &|a, b| a.cmp(&b));
        let most = votes.rows().chunk_by(|a, b| a.0 == b.0).map(<[_]>::len).max().unwrap_or(0);
        let answer = |(query, located)| self.answer(query, located, &votes, most);
        queries.iter().zip(&paths).map(answer).collect()
    }

    /// The path as it is, or decoded where that leads further.
    fn locate<'a>(&self, path: Option<&'a str>, reader: &mut PathReader) -> Located<'a> {
        let Some(raw) = path else { return Located::default() };
        let mut hits = |path: &str| reader.read(path).map(|path| self.paths.longest(&path)).unwrap_or_default();
        let (found, folders) = hits(raw);
        if raw.contains('%') {
            let decoded = percent_decode(raw);
            let (others, other_folders) = hits(&decoded);
            if found.is_empty() || other_folders > folders {
                return Located { hits: others, path: Some(Cow::Owned(decoded)) };
            }
        }
        Located { hits: found, path: Some(Cow::Borrowed(raw)) }
    }

    #[inline(never)]
    fn answer(&self, query: &Query<'_>, located: &Located<'_>, votes: &Table, most: usize) -> Answer {
        let mut candidates = Vec::new();
        if let Some(key) = query.key {
            let keyed = self.keys.find_all(key).map(|track| Candidate { evidence: Evidence::Path, track });
            candidates.extend(keyed);
        }
        let mut best_votes = 0;
        if candidates.len() != 1 {
            best_votes = push_hits(&located.hits, votes, most, &mut candidates);
            // A path that leaves no doubt needs no names.
            let is_clear = match candidates[..] {
                [Candidate { evidence: Evidence::Path, track }] => {
                    self.agreement(track, query.duration_s) != Some(false)
                }
                _ => false,
            };
            if !is_clear {
                self.push_names(query, located.path.as_deref(), &mut candidates);
            }
        }
        let (found, evidence) = self.choose(candidates, query.duration_s);
        Answer { found, evidence, votes: best_votes }
    }

    /// Looks the names up that an entry states, and where it states none those in its path.
    #[inline(never)]
    fn push_names(&self, query: &Query<'_>, path: Option<&str>, candidates: &mut Vec<Candidate>) {
        let (mut rest, file) = last_name(path.unwrap_or_default()).unwrap_or_default();
        let file = stem(file);
        let mut folders = Vec::new();
        while let Some((before, folder)) = last_name(rest) {
            folders.push(folder);
            rest = before;
        }
        let (mut words, mut core) = (Words::default(), Words::default());
        if let Some(title) = query.title {
            if let Some(artist) = query.artist {
                words.push(artist);
                core.push(artist);
            }
            words.push_name(title);
            core.push_name(&core_title(title));
        } else {
            words.push_name(file);
            core.push_name(&core_title(file));
        }
        let allows = |track| self.agreement(track, query.duration_s) != Some(false);
        self.titles.find(&Name { words, core, folders, allows: &allows }, candidates);
    }

    /// Keeps the candidates that the duration allows, of these the ones with the strongest evidence, and of several
    /// those for which weaker evidence speaks too.
    #[inline(never)]
    fn choose(&self, mut candidates: Vec<Candidate>, duration_s: Option<f32>) -> (Match, Evidence) {
        candidates.retain(|candidate| self.agreement(candidate.track, duration_s) != Some(false));
        let Some(evidence) = candidates.iter().map(|candidate| candidate.evidence).min() else {
            return (Match::None, Evidence::Core);
        };
        let mut chosen = tracks_of(&candidates, evidence);
        for weaker in [Evidence::ArtistAndTitle, Evidence::ArtistNearby, Evidence::CoreAndArtist, Evidence::File] {
            if chosen.len() > 1 && weaker > evidence {
                let others = tracks_of(&candidates, weaker);
                if chosen.iter().any(|track| others.contains(track)) {
                    chosen.retain(|track| others.contains(track));
                }
            }
        }
        let found = match chosen[..] {
            [track] if evidence.is_certain() || self.agreement(track, duration_s) == Some(true) => Match::Track(track),
            _ => Match::Unsure(chosen),
        };
        (found, evidence)
    }
}

/// The tracks with this evidence, each once.
#[inline(never)]
fn tracks_of(candidates: &[Candidate], evidence: Evidence) -> Vec<u32> {
    let mut tracks = Vec::new();
    for candidate in candidates {
        if candidate.evidence == evidence && !tracks.contains(&candidate.track) {
            tracks.push(candidate.track);
        }
    }
    tracks
}

/// Adds the tracks that a path may mean, and says how many other paths lie as the best of them does.
#[inline(never)]
fn push_hits(hits: &[Hit], votes: &Table, most: usize, candidates: &mut Vec<Candidate>) -> u32 {
    let count = |hit: &Hit| votes.of(hit.alignment).len();
    // Of tracks with equal ends, the one that lies as the other files do, or else the one that agrees letter for letter.
    let rank = |hit: &Hit| (count(hit), hit.exact);
    let Some(best) = hits.iter().map(rank).max() else { return 0 };
    for hit in hits.iter().filter(|hit| rank(hit) == best) {
        // A whole path is believed where another file lies so too, or no two files lie alike; the end of one where no
        // other place is more usual.
        let others = count(hit) - usize::from(hits.len() <= MOST_VOTES);
        let believed = if hit.complete { others > 0 || most <= 1 } else { others > 0 && count(hit) == most };
        let evidence = if believed { Evidence::Path } else { Evidence::File };
        candidates.push(Candidate { evidence, track: hit.track });
    }
    best.0 as u32
}

/// Where a path leads.
#[derive(Default)]
struct Located<'a> {
    hits: Vec<Hit>,
    path: Option<Cow<'a, str>>,
}

/// What was found for a query, and how well.
struct Answer {
    found: Match,
    evidence: Evidence,
    votes: u32,
}

/// A [`Matcher`] in the making.
#[derive(Default)]
struct MatcherBuilder {
    paths: paths::PathsBuilder,
    titles: TitlesBuilder,
    keys: Vec<TrackKey>,
    durations_s: Vec<f32>,
}

impl MatcherBuilder {
    #[inline(never)]
    fn push(&mut self, track: &TrackMeta) {
        self.paths.push(track.path.as_deref());
        self.titles.push(track);
        self.keys.push(TrackKey::of(track));
        self.durations_s.push(track.duration_s);
    }

    fn finish(self) -> Matcher {
        Matcher {
            paths: self.paths.finish(),
            titles: self.titles.finish(),
            keys: TrackKeys::new(self.keys),
            durations_s: self.durations_s,
        }
    }
}
