//! Tracks as the pages name them, and the tables of all of them, one per sub-genre.

use minijinja::Value;
use serde::Serialize;

use super::lists::{List, Pages};
use crate::render::environment::{RenderError, Renderer};
use crate::render::report::{Report, TrackRow};

/// Neighbours shown with a track; the explorer shows all.
const NEIGHBOURS: usize = 3;
/// Tags shown with a track, the strongest.
pub(super) const TAGS: usize = 3;
/// The tracks of one sub-genre, as the report shows them.
#[derive(Serialize)]
pub(super) struct Group<'a> {
    /// Index of the sub-genre, and of its colour.
    index: usize,
    name: &'a str,
    count: usize,
    /// Its table; absent where a page holds it.
    html: Option<Value>,
    /// The page that holds its table, where the report has no room for it.
    page: Option<String>,
}

/// A track by its name.
#[derive(Serialize)]
pub(super) struct TrackName<'a> {
    title: &'a str,
    artist: Option<&'a str>,
    sub_genre: Named<'a>,
    duration_s: f32,
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
    margin: f32,
    confidence: Option<f32>,
    unsure: bool,
    tempo_bpm: Option<f32>,
    camelot: Option<&'a str>,
    neighbours: Vec<Near<'a>>,
}

/// A sub-genre with its colour.
#[derive(Debug, Serialize)]
pub(super) struct Named<'a> {
    pub(super) index: u32,
    name: &'a str,
}

#[derive(Serialize)]
struct Near<'a> {
    title: &'a str,
    artist: Option<&'a str>,
    similarity: f32,
}

/// A sub-genre by its index.
pub(super) fn named(report: &Report, index: u32) -> Named<'_> {
    Named { index, name: &report.sub_genres[index as usize].sub_genre.name }
}

/// A track by its index.
pub(super) fn title(report: &Report, track: u32) -> TrackName<'_> {
    let meta = &report.tracks[track as usize].meta;
    TrackName {
        title: &meta.title,
        artist: meta.artist.as_deref(),
        sub_genre: named(report, meta.sub_genre),
        duration_s: meta.duration_s,
    }
}

fn row<'a>(report: &'a Report, track: &'a TrackRow) -> Row<'a> {
    let neighbours = track.neighbours.iter().take(NEIGHBOURS).map(|near| {
        let meta = &report.tracks[near.track as usize].meta;
        Near { title: &meta.title, artist: meta.artist.as_deref(), similarity: near.similarity }
    });
    let descriptors = track.descriptors.as_ref();
    Row {
        title: &track.meta.title,
        artist: track.meta.artist.as_deref(),
        tags: &track.meta.tags[..track.meta.tags.len().min(TAGS)],
        duration_s: track.meta.duration_s,
        split: track.split.label(),
        sub_genre: named(report, track.meta.sub_genre),
        predicted: named(report, track.predicted),
        right: track.is_right(),
        margin: track.margin,
        confidence: track.confidence,
        unsure: track.unsure,
        tempo_bpm: descriptors.and_then(|own| own.tempo_bpm),
        camelot: descriptors.and_then(|own| own.camelot.as_deref()),
        neighbours: neighbours.collect(),
    }
}

/// The tracks by sub-genre, in the order of the library, with their tables in the report.
pub(super) fn groups_inside<'a>(
    report: &'a Report,
    renderer: &Renderer,
    looks: &Value,
) -> Result<Vec<Group<'a>>, RenderError> {
    let group = |index| {
        let list = list(report, index);
        let html = Value::from_safe_string(list.whole(renderer, looks)?);
        Ok(Group { html: Some(html), page: None, ..Group::of(report, index, list.rows.len()) })
    };
    (0..report.sub_genres.len()).map(group).collect()
}

/// The same with their tables on pages of their own, and those pages.
pub(super) fn groups_outside<'a>(
    report: &'a Report,
    renderer: &Renderer,
    looks: &Value,
) -> Result<(Vec<Group<'a>>, Pages), RenderError> {
    let (mut groups, mut pages) = (Vec::new(), Pages::new());
    for index in 0..report.sub_genres.len() {
        let list = list(report, index);
        pages.extend(list.pages(renderer, looks)?);
        groups.push(Group { page: Some(list.path(0)), ..Group::of(report, index, list.rows.len()) });
    }
    Ok((groups, pages))
}

impl<'a> Group<'a> {
    fn of(report: &'a Report, index: usize, count: usize) -> Self {
        Self { index, name: &report.sub_genres[index].sub_genre.name, count, html: None, page: None }
    }
}

fn list(report: &Report, index: usize) -> List<Row<'_>> {
    let sub_genre = &report.sub_genres[index].sub_genre;
    let own = report.tracks.iter().filter(|track| track.meta.sub_genre as usize == index);
    List {
        file: format!("tracks-{}", index + 1),
        template: "lists/tracks.html",
        title: sub_genre.name.clone(),
        noun: "track",
        about: "The margin is the similarity to the centroid of the track's own sub-genre less the largest to any other.",
        section: "tracks",
        sub_genre: Some(index),
        genre: sub_genre.genre.clone(),
        rows: own.map(|track| row(report, track)).collect(),
    }
}
