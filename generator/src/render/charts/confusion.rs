//! Where the held-out tracks of each sub-genre landed: a heat map of counts.

use super::matrix::{Cell, Matrix, draws_matrix};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::report::Report;

/// Draws the confusion matrix: rows are the truth, columns the nearest centroid, shades the share of the row. `None`
/// where no track was judged, or there are too many sub-genres.
pub(crate) fn confusion(report: &Report, layout: Layout) -> Result<Option<String>, ChartError> {
    if report.test.overall.n == 0 || !draws_matrix(report, layout) {
        return Ok(None);
    }
    let matrix = Matrix {
        svg: Svg {
            id: layout.pick("chart-confusion", "chart-confusion-narrow").into(),
            class: layout.class(),
            title: "Confusion matrix of the held-out tracks".into(),
            description: "Rows are the true sub-genres, columns the nearest centroids, numbers are tracks. \
                          The table holds the numbers."
                .into(),
        },
        across: "nearest centroid",
        down: "true sub-genre",
        least_for_words: 0.0,
        has_grid: true,
    };
    let totals: Vec<u32> = report.test.confusion.iter().map(|row| row.iter().sum()).collect();
    let drawn = matrix.draw(report, layout, |truth, predicted| {
        let count = report.test.confusion[truth][predicted];
        let share = f64::from(count) / f64::from(totals[truth].max(1));
        (count > 0).then(|| Cell {
            ink: if truth == predicted { Ink::Accent } else { Ink::Bad },
            // A floor keeps single mistakes visible among many tracks.
            shade: 0.12 + 0.88 * share,
            words: count.to_string(),
        })
    })?;
    Ok(Some(drawn))
}
