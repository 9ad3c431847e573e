//! Tables of tracks, one per sub-genre.

use serde::Serialize;

use crate::render::report::{Report, TrackRow};

/// Neighbours shown with a track; the explorer shows all.
const NEIGHBOURS: usize = 3;
/// Tags shown with a track, the strongest.
pub(super) const TAGS: usize = 3;
/// Tracks shown as possibly misfiled.
const SECOND_OPINIONS: usize = 20;

/// The tracks of one sub-genre.
#[derive(Serialize)]
pub(super) struct Group<'a> {
    /// Index of the sub-genre, and of its colour.
    index: usize,
    name: &'a str,
    genre: Option<&'a str>,
    /// Name of the page that holds its table, where it is not in the report.
    pub(super) page: Option<String>,
    tracks: Vec<Row<'a>>,
}

/// One track in a table.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    title: &'a str,
    artist: Option<&'a str>,
    tags: &'a [String],
    duration_s: f32,
    split: &'static str,
    sub_genre: Named<'a>,
    predicted: Named<'a>,
    right: bool,
    similarity: f32,
    margin: f32,
    neighbours: Vec<Near<'a>>,
}

/// A sub-genre with its colour.
#[derive(Serialize)]
struct Named<'a> {
    index: u32,
    name: &'a str,
}

#[derive(Serialize)]
struct Near<'a> {
    title: &'a str,
    artist: Option<&'a str>,
    similarity: f32,
}

fn named(report: &Report, index: u32) -> Named<'_> {
    Named { index, name: &report.sub_genres[index as usize].sub_genre.name }
}

fn row<'a>(report: &'a Report, track: &'a TrackRow) -> Row<'a> {
    let neighbours = track.neighbours.iter().take(NEIGHBOURS).map(|near| {
        let meta = &report.tracks[near.track as usize].meta;
        Near { title: &meta.title, artist: meta.artist.as_deref(), similarity: near.similarity }
    });
    Row {
        title: &track.meta.title,
        artist: track.meta.artist.as_deref(),
        tags: &track.meta.tags[..track.meta.tags.len().min(TAGS)],
        duration_s: track.meta.duration_s,
        split: track.split.label(),
        sub_genre: named(report, track.meta.sub_genre),
        predicted: named(report, track.predicted),
        right: track.is_right(),
        similarity: track.similarity,
        margin: track.margin,
        neighbours: neighbours.collect(),
    }
}

/// The tracks by sub-genre, in the order of the library; `own_pages` gives each a page besides the report.
pub(super) fn groups(report: &Report, own_pages: bool) -> Vec<Group<'_>> {
    report
        .sub_genres
        .iter()
        .enumerate()
        .map(|(index, summary)| Group {
            index,
            name: &summary.sub_genre.name,
            genre: summary.sub_genre.genre.as_deref(),
            page: own_pages.then(|| format!("tracks-{}.html", index + 1)),
            tracks: report
                .tracks
                .iter()
                .filter(|track| track.meta.sub_genre as usize == index)
                .map(|track| row(report, track))
                .collect(),
        })
        .collect()
}

/// Tracks that are nearer to another sub-genre than to their own, the clearest first, and how many there are in all.
pub(super) fn second_opinions(report: &Report) -> (Vec<Row<'_>>, usize) {
    let mut elsewhere: Vec<&TrackRow> = report.tracks.iter().filter(|track| !track.is_right()).collect();
    elsewhere.sort_by(|a, b| a.margin.total_cmp(&b.margin));
    let count = elsewhere.len();
    (elsewhere.into_iter().take(SECOND_OPINIONS).map(|track| row(report, track)).collect(), count)
}
