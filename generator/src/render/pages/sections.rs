//! The parts of the report, in the order in which they are read.

use minijinja::{Value, context};
use serde::Serialize;

use super::PAGE_LIMIT_BYTES;
use super::lists::Pages;
use crate::render::environment::{RenderError, Renderer};

/// What a report holds besides its sections, at most.
const FRAME_BYTES: usize = 10_000;

/// A part of the report.
#[derive(Clone, Copy, Serialize)]
struct Section {
    /// Its anchor, and the name of its page where it has one.
    id: &'static str,
    /// Its name among the contents.
    title: &'static str,
    /// What it says, where it stands on a page of its own; absent where it always stands in the report.
    about: Option<&'static str>,
    #[serde(skip)]
    template: &'static str,
}

const fn fixed(id: &'static str, title: &'static str, template: &'static str) -> Section {
    Section { id, title, about: None, template }
}

const fn movable(id: &'static str, title: &'static str, template: &'static str, about: &'static str) -> Section {
    Section { id, title, about: Some(about), template }
}

/// What most readers look for goes last.
const MAP: &str = "map";

/// The result first, then what to do, then the details.
const SECTIONS: [Section; 16] = [
    fixed("warnings", "Before you trust it", "sections/warnings.html"),
    fixed("baselines", "Against simple systems", "sections/baselines.html"),
    movable(
        "accuracy",
        "Accuracy by sub-genre",
        "sections/accuracy.html",
        "How many held-out tracks of every sub-genre were right, and how sure that is.",
    ),
    movable("confusion", "What is taken for what", "sections/confusion.html", "Where the mistakes went."),
    fixed("advice", "For your library", "sections/advice.html"),
    movable(
        "classifiers",
        "Classifiers",
        "sections/classifiers.html",
        "What can be read from the embeddings, by several classifiers.",
    ),
    movable(
        "retrieval",
        "Retrieval",
        "sections/retrieval.html",
        "Whether the tracks most similar to a track are of its sub-genre.",
    ),
    movable("hubness", "Hubs", "sections/hubness.html", "Tracks that are near everything, or near nothing."),
    movable(
        "calibration",
        "Confidence",
        "sections/calibration.html",
        "Whether the machine knows what it does not know.",
    ),
    movable("groups", "Groups without labels", "sections/groups.html", "What remains when nobody names the playlists."),
    movable(
        "descriptors",
        "Tempo, key, loudness, energy",
        "sections/descriptors.html",
        "What was measured in the sound itself, by sub-genre.",
    ),
    movable("heard", "What is heard", "sections/heard.html", "Tags that a network trained on other music gives."),
    movable(MAP, "Map", "sections/map.html", "All tracks laid out by similarity."),
    fixed("tracks", "Tracks", "sections/tracks.html"),
    movable("training", "Training", "sections/training.html", "Loss and accuracy by epoch."),
    fixed("made", "How it was made", "sections/made.html"),
];

/// A section as the report shows it.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    section: Section,
    html: Value,
}

/// The sections that say something.
pub(super) struct Sections(Vec<(Section, String)>);

impl Sections {
    /// Renders every section.
    pub(super) fn new(renderer: &Renderer, values: &Value) -> Result<Self, RenderError> {
        let mut sections = Vec::with_capacity(SECTIONS.len());
        for section in SECTIONS {
            let html = renderer.render(section.template, "report", values)?;
            if !html.trim().is_empty() {
                sections.push((section, html));
            }
        }
        Ok(Self(sections))
    }

    /// Whether all have room in the report.
    pub(super) fn fit(&self) -> bool {
        self.0.iter().map(|(_, html)| html.len()).sum::<usize>() + FRAME_BYTES <= PAGE_LIMIT_BYTES
    }

    /// The report, and the pages of the sections that have no room in it, the largest of which go first and
    /// the map last.
    pub(super) fn into_pages(mut self, renderer: &Renderer, values: &Value) -> Result<(String, Pages), RenderError> {
        let mut pages = Pages::new();
        loop {
            let index = self.index(renderer, values)?;
            let movable = self.0.iter_mut().filter(|(section, _)| section.about.is_some());
            let largest = movable.max_by_key(|(section, html)| (section.id != MAP, html.len()));
            let Some((section, html)) = largest.filter(|_| index.len() > PAGE_LIMIT_BYTES) else {
                return Ok((index, pages));
            };
            let shown = Shown { section: *section, html: Value::from_safe_string(std::mem::take(html)) };
            pages
                .push((format!("{}.html", section.id), renderer.render("section.html", "report", context_of(&shown))?));
            *html = renderer.render("sections/moved.html", "report", context_of(&shown))?;
            section.about = None;
        }
    }

    fn index(&self, renderer: &Renderer, values: &Value) -> Result<String, RenderError> {
        let sections: Vec<Shown> = self
            .0
            .iter()
            .map(|(section, html)| Shown { section: *section, html: Value::from_safe_string(html.clone()) })
            .collect();
        let sections = Value::from(minijinja::value::Serde(sections));
        renderer.render("report.html", "report", context! { sections, ..values.clone() })
    }
}

fn context_of(shown: &Shown) -> Value {
    context! { section => minijinja::value::Serde(shown) }
}
