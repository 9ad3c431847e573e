//! Where the held-out tracks of each sub-genre landed: a heat map of counts.

use super::canvas::{Anchor, draw, shorten};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::report::Report;

/// Draws the confusion matrix: rows are the truth, columns the nearest centroid, shades the share of the row.
pub(crate) fn confusion(report: &Report, layout: Layout) -> Result<String, ChartError> {
    let classes = report.sub_genres.len();
    let width = layout.width();
    // Many sub-genres on a phone leave no room for names; their numbers stay, and the table holds the names.
    let named = layout == Layout::Wide || classes <= 10;
    let left = if named { layout.pick(210.0, 136.0) } else { 30.0 };
    let top = 46.0;
    let cell = ((width - left - 2.0) / classes.max(1) as f64).min(layout.pick(60.0, 44.0));
    let side = cell * classes as f64;
    let size = (if cell < 20.0 { 9.0 } else { 13.0_f64 }).min(cell * 0.7);

    let svg = Svg {
        id: layout.pick("chart-confusion", "chart-confusion-narrow"),
        class: layout.class(),
        title: "Confusion matrix of the held-out tracks".into(),
        description: "Rows are the true sub-genres, columns the nearest centroids, numbers are tracks. \
                      The table holds the numbers."
            .into(),
    };
    draw(&svg, (left + side + 2.0, top + side + 2.0), |canvas| {
        canvas.text("nearest centroid", (left, 10.0), 12.0, Ink::Muted, Anchor::Start)?;
        if named {
            canvas.text("true sub-genre", (0.0, top - 14.0), 12.0, Ink::Muted, Anchor::Start)?;
        }
        canvas.rect((left, top), (side, side), Ink::Surface, 1.0)?;
        for (i, (summary, row)) in report.sub_genres.iter().zip(&report.test.confusion).enumerate() {
            let at = cell * (i as f64 + 0.5);
            let number = (i + 1).to_string();
            canvas.text(&number, (left + at, top - 12.0), size, Ink::Text, Anchor::Middle)?;
            canvas.text(&number, (18.0, top + at), size, Ink::Text, Anchor::End)?;
            if named {
                canvas.dot((28.0, top + at), (cell / 4.0).min(4.5), Ink::Sub(i), 1.0)?;
                let name = shorten(&summary.sub_genre.name, size, left - 42.0);
                canvas.text(&name, (38.0, top + at), size, Ink::Text, Anchor::Start)?;
            }
            let total: u32 = row.iter().sum();
            for (j, &count) in row.iter().enumerate().filter(|&(_, &count)| count > 0) {
                let share = f64::from(count) / f64::from(total);
                let ink = if i == j { Ink::Accent } else { Ink::Bad };
                let x = left + cell * j as f64;
                // A floor keeps single mistakes visible among many tracks.
                let shade = 0.12 + 0.88 * share;
                canvas.rect((x, top + at - cell / 2.0), (cell, cell), ink, shade)?;
                let over = if shade > 0.55 { Ink::AccentText } else { Ink::Text };
                canvas.text(&count.to_string(), (x + cell / 2.0, top + at), size, over, Anchor::Middle)?;
            }
        }
        for i in 0..=classes {
            let at = cell * i as f64;
            canvas.line(&[(left + at, top), (left + at, top + side)], 1.0, Ink::Line, 1.0)?;
            canvas.line(&[(left, top + at), (left + side, top + at)], 1.0, Ink::Line, 1.0)?;
        }
        Ok(())
    })
}
