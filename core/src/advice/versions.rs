//! Copies of one recording, and versions of one song.

use serde::{Deserialize, Serialize};

use crate::TrackMeta;
use crate::playlist::{Songs, core_title};
use crate::search::similarity;
use crate::vectors::Vectors;

/// Tracks that are one song.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionGroup {
    /// Whether they are also one recording.
    pub kind: VersionKind,
    /// All of them, ascending.
    pub tracks: Vec<usize>,
    /// The same, one list for each recording: several tracks where there are copies.
    pub recordings: Vec<Vec<usize>>,
}

/// What the tracks of a [`VersionGroup`] have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionKind {
    /// One recording, perhaps in several files, codecs or masterings.
    SameRecording,
    /// Different recordings or edits of one song.
    Versions,
}

/// Joins pairs of tracks that are the same recording, as an audio fingerprint finds them, with those that are the same
/// song by their tags ([`Songs::same_song`]), into groups of two or more. By their first track.
///
/// `vectors` `[n, dim]` are those of `tracks` `[n]`: where an artist is missing, sound must confirm the title.
///
/// # Panics
/// When there is not one vector per track, or a pair names a track that does not exist.
pub fn version_groups(tracks: &[TrackMeta], vectors: &Vectors, same_recording: &[(usize, usize)]) -> Vec<VersionGroup> {
    assert_eq!(tracks.len(), vectors.len(), "one vector per track");
    let mut recordings = Sets::new(tracks.len());
    for &(a, b) in same_recording {
        recordings.join(a, b);
    }
    let mut songs = recordings.clone();
    for (a, b) in same_songs(tracks, vectors) {
        songs.join(a, b);
    }
    let mut groups: Vec<VersionGroup> = Vec::new();
    for members in songs.lists() {
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for &track in &members {
            // The first of a set is its root, so that parts come in the order of their first tracks.
            match parts.iter_mut().find(|part| recordings.root(part[0]) == recordings.root(track)) {
                Some(part) => part.push(track),
                None => parts.push(vec![track]),
            }
        }
        let kind = if parts.len() == 1 { VersionKind::SameRecording } else { VersionKind::Versions };
        groups.push(VersionGroup { kind, tracks: members, recordings: parts });
    }
    groups
}

/// Pairs that are the same song by their tags. Only tracks with one core title are compared.
fn same_songs(tracks: &[TrackMeta], vectors: &Vectors) -> Vec<(usize, usize)> {
    let songs = Songs::new(tracks);
    let mut by_title: Vec<(String, usize)> =
        tracks.iter().enumerate().map(|(i, track)| (core_title(&track.title), i)).collect();
    by_title.sort_unstable();
    let mut pairs = Vec::new();
    for same in by_title.chunk_by(|a, b| a.0 == b.0).filter(|same| !same[0].0.is_empty()) {
        for (i, &(_, a)) in same.iter().enumerate() {
            let later = same[i + 1..].iter().map(|&(_, b)| b);
            let one = later.filter(|&b| songs.same_song(a, b, similarity(vectors.row(a), vectors.row(b))));
            pairs.extend(one.map(|b| (a, b)));
        }
    }
    pairs
}

/// Disjoint sets; the root of each is its least member.
#[derive(Clone)]
struct Sets {
    parents: Vec<usize>,
}

impl Sets {
    fn new(n: usize) -> Self {
        Self { parents: (0..n).collect() }
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.parents[i] != i {
            self.parents[i] = self.parents[self.parents[i]];
            i = self.parents[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }

    /// The sets of two or more, each ascending, by their least members.
    fn lists(&mut self) -> Vec<Vec<usize>> {
        let n = self.parents.len();
        let mut lists = vec![Vec::new(); n];
        for i in 0..n {
            let root = self.root(i);
            lists[root].push(i);
        }
        lists.retain(|list| list.len() > 1);
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(title: &str, artist: Option<&str>) -> TrackMeta {
        TrackMeta { title: title.into(), artist: artist.map(Into::into), duration_s: 200.0, ..TrackMeta::default() }
    }

    #[test]
    fn copies_and_versions_are_told_apart() {
        let tracks = [
            track("Halo", Some("Rosén")),
            track("Glow", Some("Ånna")),
            track("Halo (Live)", Some("Rosén")),
            track("track01", None),
            track("Halo", Some("Someone else")),
            track("copy of Glow", None),
            track("Solo", None),
        ];
        let data = (0..7).flat_map(|i| [(i as f32).cos(), (i as f32).sin()]).collect();
        let vectors = Vectors::normalized(data, 2).unwrap();
        // By fingerprint 3 is 0, and 5 is 1.
        let found = version_groups(&tracks, &vectors, &[(3, 0), (1, 5)]);
        let [halo, glow] = &found[..] else { panic!("{found:?}") };
        assert_eq!((halo.kind, &halo.tracks[..]), (VersionKind::Versions, &[0, 2, 3][..]));
        assert_eq!(halo.recordings, [vec![0, 3], vec![2]]);
        assert_eq!((glow.kind, &glow.tracks[..]), (VersionKind::SameRecording, &[1, 5][..]));
        assert_eq!(glow.recordings, [vec![1, 5]]);
        assert_eq!(version_groups(&[], &Vectors::default(), &[]), []);
    }

    #[test]
    fn chains_are_one_group() {
        let tracks = vec![track("", None); 6];
        let vectors = Vectors::normalized([1.0, 0.5].repeat(6), 2).unwrap();
        let found = version_groups(&tracks, &vectors, &[(4, 5), (1, 4), (5, 1), (2, 3)]);
        let tracks: Vec<&[usize]> = found.iter().map(|group| &group.tracks[..]).collect();
        assert_eq!(tracks, [&[1, 4, 5][..], &[2, 3]]);
    }
}
