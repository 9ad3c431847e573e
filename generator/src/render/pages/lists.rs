//! Lists that may be long: the first rows stand in the report, all of them on pages of their own.

use std::fmt::Write as _;

use minijinja::{Value, context, value::Serde};
use serde::Serialize;

use super::PAGE_LIMIT_BYTES;
use crate::render::environment::{RenderError, Renderer, number};

/// Rows shown in the report where there are more.
const SHOWN: usize = 20;

/// A list, ready to be rendered.
#[derive(Serialize)]
pub(super) struct List<T> {
    /// Name of its page, without an ending, and of its template.
    pub(super) file: String,
    #[serde(skip)]
    pub(super) template: &'static str,
    pub(super) title: String,
    /// What a row is, in the singular.
    pub(super) noun: &'static str,
    /// What a reader has to know, in a sentence.
    pub(super) about: &'static str,
    /// The section of the report that it belongs to.
    pub(super) section: &'static str,
    /// The sub-genre that it is about, where it is about one.
    pub(super) sub_genre: Option<usize>,
    /// The genre above that one.
    pub(super) genre: Option<String>,
    #[serde(skip)]
    pub(super) rows: Vec<T>,
}

/// A list as the report shows it.
#[derive(Clone, Serialize)]
pub(super) struct Shown {
    /// The first rows, safe to stand in the page, with a link to all of them where there are more.
    pub(super) html: Value,
    pub(super) count: usize,
    /// The page that holds all rows, where they do not stand in the report.
    pub(super) page: Option<String>,
}

impl<T: Serialize> List<T> {
    /// The first rows, and the pages of all of them where they are not all: (path, page). `None` where there are none.
    pub(super) fn shortened(&self, renderer: &Renderer, looks: &Value) -> Result<Option<(Shown, Pages)>, RenderError> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let count = self.rows.len();
        let mut html = self.fragment(renderer, looks, &self.rows[..count.min(SHOWN)])?;
        if count <= SHOWN {
            return Ok(Some((Shown { html: Value::from_safe_string(html), count, page: None }, Vec::new())));
        }
        let pages = self.pages(renderer, looks)?;
        let page = self.path(0);
        let _ = write!(html, "<p class=\"more\"><a href=\"{page}\">All {}</a></p>", number(count as u64));
        Ok(Some((Shown { html: Value::from_safe_string(html), count, page: Some(page) }, pages)))
    }

    /// All rows as they stand in a page.
    pub(super) fn whole(&self, renderer: &Renderer, looks: &Value) -> Result<String, RenderError> {
        self.fragment(renderer, looks, &self.rows)
    }

    /// All rows on pages of their own, as few as keep each below the limit: (path, page).
    pub(super) fn pages(&self, renderer: &Renderer, looks: &Value) -> Result<Pages, RenderError> {
        let mut parts = 1;
        loop {
            let pages = self.in_parts(renderer, looks, parts)?;
            let largest = pages.iter().map(|(_, page)| page.len()).max().unwrap_or_default();
            if largest <= PAGE_LIMIT_BYTES || parts >= self.rows.len() {
                return Ok(pages);
            }
            parts = (parts * largest).div_ceil(PAGE_LIMIT_BYTES).max(parts + 1);
        }
    }

    /// Name of a page.
    pub(super) fn path(&self, part: usize) -> String {
        if part == 0 { format!("{}.html", self.file) } else { format!("{}-{}.html", self.file, part + 1) }
    }

    fn in_parts(&self, renderer: &Renderer, looks: &Value, parts: usize) -> Result<Pages, RenderError> {
        let size = self.rows.len().div_ceil(parts).max(1);
        let chunks: Vec<&[T]> = self.rows.chunks(size).collect();
        let paths: Vec<String> = (0..chunks.len()).map(|part| self.path(part)).collect();
        let page = |(part, rows): (usize, &&[T])| {
            let html = Value::from_safe_string(self.fragment(renderer, looks, rows)?);
            let first = part * size + 1;
            let (parts, pages) = (chunks.len(), &paths);
            let values = context! {
                list => context! { count => self.rows.len(), ..Value::from(Serde(self)) },
                html, parts, part => part + 1, first, last => first + rows.len() - 1, pages
            };
            Ok((paths[part].clone(), renderer.render("list.html", "report", values)?))
        };
        chunks.iter().enumerate().map(page).collect()
    }

    fn fragment(&self, renderer: &Renderer, looks: &Value, rows: &[T]) -> Result<String, RenderError> {
        let rows = Value::from(Serde(rows));
        let label = match (self.sub_genre, &self.genre) {
            (None, _) => self.title.clone(),
            (Some(_), None) => format!("Tracks of {}", self.title),
            (Some(_), Some(genre)) => format!("Tracks of {}, {genre}", self.title),
        };
        renderer.render(self.template, "report", context! { rows, label, ..looks.clone() })
    }
}

/// Pages by path.
pub(super) type Pages = Vec<(String, String)>;
