//! A square heat map with a row and a column for every sub-genre.

use super::canvas::{Anchor, draw, shorten};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::report::Report;

/// Sub-genres up to which a matrix can be read at all; the numbers of more are in `report.json`.
pub(crate) const MATRIX_CLASSES: usize = 80;
/// Sub-genres up to which a matrix is also drawn for phones; larger ones are shown there as they are.
const NARROW_CLASSES: usize = 40;

/// Whether a matrix of the report's sub-genres is drawn for this width.
pub(crate) fn draws_matrix(report: &Report, layout: Layout) -> bool {
    report.sub_genres.len() <= layout.pick(MATRIX_CLASSES, NARROW_CLASSES)
}

/// What a matrix says besides its cells.
pub(crate) struct Matrix {
    pub(crate) svg: Svg,
    /// What the columns are.
    pub(crate) across: &'static str,
    /// What the rows are.
    pub(crate) down: &'static str,
    /// Cells narrower than this, in pixels, stay without words.
    pub(crate) least_for_words: f64,
    /// Whether lines part the cells, which they need to where most are empty.
    pub(crate) has_grid: bool,
}

/// One cell.
pub(crate) struct Cell {
    pub(crate) ink: Ink,
    /// How strong, 0 to 1.
    pub(crate) shade: f64,
    pub(crate) words: String,
}

impl Matrix {
    /// Draws the cells that `cell(row, column)` gives.
    pub(crate) fn draw(
        &self,
        report: &Report,
        layout: Layout,
        cell: impl Fn(usize, usize) -> Option<Cell>,
    ) -> Result<String, ChartError> {
        let classes = report.sub_genres.len();
        let width = layout.width();
        // Many sub-genres on a phone leave no room for names; their numbers stay, and the table holds the names.
        let named = layout == Layout::Wide || classes <= 10;
        let left = if named { layout.pick(210.0, 136.0) } else { 30.0 };
        let top = 46.0;
        let edge = ((width - left - 2.0) / classes.max(1) as f64).min(layout.pick(60.0, 44.0));
        let side = edge * classes as f64;
        let size = (if edge < 20.0 { 9.0 } else { 13.0_f64 }).min(edge * 0.7);

        draw(&self.svg, (left + side + 2.0, top + side + 2.0), |canvas| {
            canvas.text(self.across, (left, 10.0), 12.0, Ink::Muted, Anchor::Start)?;
            if named {
                canvas.text(self.down, (0.0, top - 14.0), 12.0, Ink::Muted, Anchor::Start)?;
            }
            canvas.rect((left, top), (side, side), Ink::Surface, 1.0)?;
            let middle = |i: usize| edge * (i as f64 + 0.5);
            for i in 0..classes {
                let at = (left + middle(i), top - 12.0);
                canvas.text(&(i + 1).to_string(), at, size, Ink::Text, Anchor::Middle)?;
            }
            for i in 0..classes {
                canvas.text(&(i + 1).to_string(), (18.0, top + middle(i)), size, Ink::Text, Anchor::End)?;
            }
            for (i, summary) in report.sub_genres.iter().enumerate().filter(|_| named) {
                canvas.dot((28.0, top + middle(i)), (edge / 4.0).min(4.5), Ink::Sub(i), 1.0)?;
                let name = shorten(&summary.sub_genre.name, size, left - 42.0);
                canvas.text(&name, (38.0, top + middle(i)), size, Ink::Text, Anchor::Start)?;
            }
            let places = (0..classes).flat_map(|i| (0..classes).map(move |j| (i, j)));
            let mut cells: Vec<_> = places.filter_map(|(i, j)| Some(((i, j), cell(i, j)?))).collect();
            // Cells of one shade follow each other, so that they share a group in the page.
            cells.sort_by(|(_, a), (_, b)| {
                (a.ink == Ink::Bad).cmp(&(b.ink == Ink::Bad)).then(a.shade.total_cmp(&b.shade))
            });
            let corner = |(i, j): (usize, usize)| (left + edge * j as f64, top + edge * i as f64);
            for (place, cell) in &cells {
                canvas.rect(corner(*place), (edge, edge), cell.ink, cell.shade)?;
            }
            for (place, cell) in cells.iter().filter(|_| edge >= self.least_for_words) {
                let (x, y) = corner(*place);
                let over = if cell.shade > 0.55 { Ink::AccentText } else { Ink::Text };
                canvas.text(&cell.words, (x + edge / 2.0, y + edge / 2.0), size, over, Anchor::Middle)?;
            }
            for i in (0..=classes).filter(|_| self.has_grid) {
                let at = edge * i as f64;
                canvas.line(&[(left + at, top), (left + at, top + side)], 1.0, Ink::Line, 1.0)?;
                canvas.line(&[(left, top + at), (left + side, top + at)], 1.0, Ink::Line, 1.0)?;
            }
            Ok(())
        })
    }
}
