//! Which tracks of two reports are the same ones.

use std::collections::{BTreeMap, VecDeque};

use pmsl_core::SubGenre;

use super::sub_genre;
use crate::render::report::{Report, Split};

/// Tracks of two reports as (earlier index, later index).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Matching {
    /// In both under the same sub-genre, in the order of the earlier report.
    pub(super) same: Vec<(usize, usize)>,
    /// In both under different sub-genres.
    pub(super) moved: Vec<(usize, usize)>,
    /// In the later report alone.
    pub(super) added: Vec<usize>,
    /// In the earlier report alone.
    pub(super) removed: Vec<usize>,
}

/// What two entries of one track share; equal keys are paired in the order of the library.
type Key<'a> = (Option<&'a SubGenre>, [Option<&'a str>; 4]);

impl Matching {
    /// Pairs tracks by their path where both reports have one, else by title, artist and album; first within a
    /// sub-genre, then, for those that have moved, anywhere.
    pub(super) fn of(before: &Report, after: &Report) -> Self {
        let mut open = Open { before: (0..before.tracks.len()).collect(), after: (0..after.tracks.len()).collect() };
        let by_path = |report, track| key(report, track, Scope::Path);
        let by_name = |report, track| key(report, track, Scope::Name);
        let anywhere = |report, track| key(report, track, Scope::Anywhere);
        let mut same = open.pair((before, after), by_path);
        same.extend(open.pair((before, after), by_name));
        let moved = open.pair((before, after), anywhere);
        same.sort_unstable();
        Self { same, moved, added: open.after, removed: open.before }
    }

    /// Tracks that both runs held out under the same sub-genre.
    pub(super) fn held_out(&self, before: &Report, after: &Report) -> Vec<(usize, usize)> {
        let is_held_out = |report: &Report, track: usize| report.tracks[track].split == Split::Test;
        self.same.iter().copied().filter(|&(a, b)| is_held_out(before, a) && is_held_out(after, b)).collect()
    }
}

/// What has to agree.
#[derive(Clone, Copy)]
enum Scope {
    /// The path, in one sub-genre.
    Path,
    /// The name, in one sub-genre.
    Name,
    /// The name alone.
    Anywhere,
}

fn key(report: &Report, track: usize, scope: Scope) -> Option<Key<'_>> {
    let meta = &report.tracks[track].meta;
    let own = sub_genre(report, meta.sub_genre);
    let name = [Some(meta.title.as_str()), meta.artist.as_deref(), meta.album.as_deref(), None];
    match scope {
        Scope::Path => meta.path.as_deref().map(|path| (Some(own), [None, None, None, Some(path)])),
        Scope::Name => Some((Some(own), name)),
        Scope::Anywhere => Some((None, name)),
    }
}

/// Tracks that have no partner yet, ascending.
struct Open {
    before: Vec<usize>,
    after: Vec<usize>,
}

impl Open {
    fn pair<'a>(
        &mut self,
        (before, after): (&'a Report, &'a Report),
        key: impl Fn(&'a Report, usize) -> Option<Key<'a>>,
    ) -> Vec<(usize, usize)> {
        let mut waiting: BTreeMap<Key<'a>, VecDeque<usize>> = BTreeMap::new();
        for &track in &self.after {
            if let Some(key) = key(after, track) {
                waiting.entry(key).or_default().push_back(track);
            }
        }
        let mut pairs = Vec::new();
        self.before.retain(|&track| {
            let partner = key(before, track).and_then(|key| waiting.get_mut(&key)?.pop_front());
            pairs.extend(partner.map(|partner| (track, partner)));
            partner.is_none()
        });
        let taken: std::collections::BTreeSet<usize> = pairs.iter().map(|pair| pair.1).collect();
        self.after.retain(|track| !taken.contains(track));
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn equal_reports_match_track_by_track() {
        let report = sample::report();
        let matching = Matching::of(&report, &report);
        assert_eq!(matching.same, (0..112).map(|track| (track, track)).collect::<Vec<_>>());
        assert_eq!(matching.held_out(&report, &report).len(), 28);
    }

    #[test]
    fn added_removed_renamed_and_moved_tracks_are_told_apart() {
        let (mut before, mut after) = (sample::report(), sample::report());
        for (i, track) in before.tracks.iter_mut().chain(&mut after.tracks).enumerate() {
            track.meta.title = format!("Track {}", i % 112);
            track.meta.path = Some(format!("music/{}.flac", i % 112));
        }
        after.tracks[5].meta.title = "A title of its own".into();
        after.tracks[7].meta.sub_genre = 6;
        (after.tracks[9].meta.title, after.tracks[9].meta.path) = ("New".into(), Some("music/new.flac".into()));
        let matching = Matching::of(&before, &after);
        assert!(matching.same.contains(&(5, 5)), "the path tells");
        assert_eq!(matching.moved, [(7, 7)]);
        assert_eq!((matching.added, matching.removed), (vec![9], vec![9]));
    }

    #[test]
    fn equal_names_are_paired_in_order() {
        let mut report = sample::report();
        for track in &mut report.tracks {
            (track.meta.title, track.meta.artist) = ("Untitled".into(), None);
        }
        let mut fewer = report.clone();
        fewer.tracks.remove(0);
        let matching = Matching::of(&report, &fewer);
        assert_eq!((matching.same.len(), matching.added.len(), matching.removed), (111, 0, vec![15]));
    }
}
