//! What the lists of advice, hubs and failures show.

use minijinja::Value;
use serde::Serialize;

use super::lists::{List, Pages, Shown};
use super::pair::Pair;
use super::tracks::{Named, TrackName, named, title};
use crate::render::charts;
use crate::render::environment::{RenderError, Renderer};
use crate::render::report::{BlurredPair, Copies, CopyKind, Failure, Hub, Misfiled, Mix, Outlier, Report};

/// The lists as the report shows them; absent where they are empty.
#[derive(Default, Serialize)]
pub(super) struct Lists {
    misfiled: Option<Shown>,
    copies: Option<Shown>,
    outliers: Option<Shown>,
    mixes: Option<Shown>,
    failures: Option<Shown>,
    hubs: Option<Shown>,
    orphans: Option<Shown>,
}

/// A track that is probably in the wrong playlist.
#[derive(Serialize)]
struct MisfiledRow<'a> {
    track: TrackName<'a>,
    suggested: Named<'a>,
    advice: &'a Misfiled,
}

#[derive(Serialize)]
struct CopiesRow<'a> {
    kind: CopyKind,
    tracks: Vec<TrackName<'a>>,
}

#[derive(Serialize)]
struct OutlierRow<'a> {
    track: TrackName<'a>,
    factor: f64,
    nearest: f64,
}

#[derive(Serialize)]
struct MixRow<'a> {
    /// From 1, unique in the report.
    number: usize,
    track: TrackName<'a>,
    chart: Option<Pair>,
    stretches: Vec<Stretch<'a>>,
}

#[derive(Serialize)]
struct Stretch<'a> {
    start_s: f64,
    end_s: f64,
    sub_genre: Named<'a>,
    confidence: f64,
}

#[derive(Serialize)]
struct HubRow<'a> {
    track: TrackName<'a>,
    occurrences: u32,
}

/// Two sub-genres that blur, with their names.
#[derive(Serialize)]
pub(super) struct Blurred<'a> {
    a: Named<'a>,
    b: Named<'a>,
    own: &'a BlurredPair,
}

pub(super) fn blurred(report: &Report) -> Vec<Blurred<'_>> {
    let pair = |own: &'_ BlurredPair| (named(report, own.a), named(report, own.b));
    let pairs = report.advice.blurred.iter().map(|own| (pair(own), own));
    pairs.map(|((a, b), own)| Blurred { a, b, own }).collect()
}

/// Renders the lists: as the report shows them, and the pages of those that are longer.
pub(super) fn lists(report: &Report, renderer: &Renderer, looks: &Value) -> Result<(Lists, Pages), RenderError> {
    let mut pages = Pages::new();
    let advice = &report.advice;
    let rows = advice.misfiled.iter().map(|own| MisfiledRow {
        track: title(report, own.track),
        suggested: named(report, own.suggested),
        advice: own,
    });
    let misfiled = List {
        noun: "track",
        about: "The strongest evidence first; the report says what it is.",
        ..list("misfiled", "lists/misfiled.html", "Probably misfiled", rows.collect())
    };
    let copies = advice.copies.iter().map(|own: &Copies| CopiesRow {
        kind: own.kind,
        tracks: own.tracks.iter().map(|&track| title(report, track)).collect(),
    });
    let copies = List {
        noun: "group",
        about: "When unsure, keep both.",
        ..list("copies", "lists/copies.html", "Duplicates and versions", copies.collect())
    };
    let outliers = advice.outliers.iter().map(|own: &Outlier| OutlierRow {
        track: title(report, own.track),
        factor: own.factor,
        nearest: own.nearest,
    });
    let outliers = List {
        noun: "track",
        about: "The farthest first.",
        ..list("outliers", "lists/outliers.html", "Like nothing else here", outliers.collect())
    };
    let mixes = advice.mixes.iter().enumerate().map(|(i, own)| mix(report, i, own)).collect::<Result<_, _>>()?;
    let mixes = List {
        noun: "long track",
        about: "Which playlists each of them moves through.",
        ..list("mixes", "lists/mixes.html", "Long mixes", mixes)
    };
    let failures: Vec<&Failure> = report.failures.iter().collect();
    let failures = List {
        noun: "file",
        about: "None of them is in any number of the report.",
        ..list("failures", "lists/failures.html", "Files that could not be used", failures)
    };
    let hubness = report.measures.hubness.as_ref();
    let hubs = hubness
        .into_iter()
        .flat_map(|hubness| &hubness.hubs)
        .map(|own: &Hub| HubRow { track: title(report, own.track), occurrences: own.occurrences });
    let hubs = List {
        noun: "track",
        section: "hubness",
        about: "The most frequent neighbours first.",
        ..list("hubs", "lists/hubs.html", "Near everything", hubs.collect())
    };
    let orphans = hubness.into_iter().flat_map(|hubness| &hubness.orphans).map(|&track| title(report, track));
    let orphans = List {
        noun: "track",
        section: "hubness",
        about: "No list of similar tracks holds them.",
        ..list("orphans", "lists/orphans.html", "Never found", orphans.collect())
    };
    let lists = Lists {
        misfiled: shown(&misfiled, renderer, looks, &mut pages)?,
        copies: shown(&copies, renderer, looks, &mut pages)?,
        outliers: shown(&outliers, renderer, looks, &mut pages)?,
        mixes: shown(&mixes, renderer, looks, &mut pages)?,
        failures: shown(&failures, renderer, looks, &mut pages)?,
        hubs: shown(&hubs, renderer, looks, &mut pages)?,
        orphans: shown(&orphans, renderer, looks, &mut pages)?,
    };
    Ok((lists, pages))
}

/// A list of the section on advice.
fn list<T>(file: &str, template: &'static str, title: &str, rows: Vec<T>) -> List<T> {
    let (file, title) = (file.to_owned(), title.to_owned());
    List { file, template, title, rows, noun: "", about: "", section: "advice", sub_genre: None, genre: None }
}

fn shown<T: Serialize>(
    list: &List<T>,
    renderer: &Renderer,
    looks: &Value,
    pages: &mut Pages,
) -> Result<Option<Shown>, RenderError> {
    Ok(list.shortened(renderer, looks)?.map(|(shown, own)| {
        pages.extend(own);
        shown
    }))
}

fn mix<'a>(report: &'a Report, index: usize, mix: &'a Mix) -> Result<MixRow<'a>, RenderError> {
    let stretches = mix.segments.iter().map(|own| Stretch {
        start_s: own.start_s,
        end_s: own.end_s,
        sub_genre: named(report, own.sub_genre),
        confidence: own.confidence,
    });
    let chart = Pair::draw(|layout| charts::timeline(report, mix, index + 1, layout).map(Some))?;
    Ok(MixRow { number: index + 1, track: title(report, mix.track), chart, stretches: stretches.collect() })
}
