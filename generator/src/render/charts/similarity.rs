//! How similar the tracks of two sub-genres are: a heat map of mean cosine similarities.

use super::matrix::{Cell, Matrix, draws_matrix};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::report::{Report, Retrieval};

/// Narrower cells, in pixels, hold no number: digits would touch, and the page would grow for what the table says.
const LEAST_FOR_WORDS: f64 = 26.0;
/// Steps of the shades: finer ones are not seen, and cells of one shade share a group.
const SHADES: f64 = 25.0;

/// The lowest and the highest similarity, between which the shades run.
pub(crate) fn similarity_range(retrieval: &Retrieval) -> Option<(f32, f32)> {
    let mut values = retrieval.similarity.iter().flatten().flatten().copied();
    let first = values.next()?;
    Some(values.fold((first, first), |(low, high), value| (low.min(value), high.max(value))))
}

/// Draws the matrix of mean similarities; `None` where there are none.
pub(crate) fn similarity(report: &Report, layout: Layout) -> Result<Option<String>, ChartError> {
    let Some(retrieval) = report.measures.retrieval.as_ref().filter(|_| draws_matrix(report, layout)) else {
        return Ok(None);
    };
    let Some((low, high)) = similarity_range(retrieval) else { return Ok(None) };
    let matrix = Matrix {
        svg: Svg {
            id: layout.pick("chart-similarity", "chart-similarity-narrow").into(),
            class: layout.class(),
            title: "Mean similarity between sub-genres".into(),
            description: format!(
                "Mean cosine similarities from {low:.2} (palest) to {high:.2} (strongest). The table holds the numbers."
            ),
        },
        across: "to tracks of",
        down: "tracks of",
        least_for_words: LEAST_FOR_WORDS,
        has_grid: false,
    };
    let drawn = matrix.draw(report, layout, |row, column| {
        let value = retrieval.similarity[row][column]?;
        let part = f64::from(value - low) / f64::from(high - low).max(1e-6);
        let part = (part * SHADES).round() / SHADES;
        Some(Cell { ink: Ink::Accent, shade: 0.05 + 0.95 * part, words: hundredths(value) })
    })?;
    Ok(Some(drawn))
}

/// A number from -1 to 1 without the zero before its point: `.82`, `−.05`.
fn hundredths(value: f32) -> String {
    let text = format!("{:.2}", value.abs());
    let text = if value.abs() < 0.995 { text.trim_start_matches('0') } else { "1.0" };
    let is_negative = value <= -0.005;
    format!("{}{text}", if is_negative { "\u{2212}" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0.824, 0.0, 1.0, -0.05, -0.001, 0.996].map(hundredths),
            [".82", ".00", "1.0", "−.05", ".00", "1.0"]
        );
    }

    #[test]
    fn shades_run_from_the_lowest_to_the_highest() {
        let mut report = sample::report();
        let values = &mut report.measures.retrieval.as_mut().unwrap().similarity;
        values.iter_mut().flatten().for_each(|value| *value = Some(0.5));
        (values[0][0], values[1][1], values[2][2]) = (Some(0.9), Some(0.1), None);
        let svg = similarity(&report, Layout::Wide).unwrap().unwrap();
        // All but three cells have one shade, about half of the way.
        assert_eq!(svg.matches("fill-opacity").count(), 2, "{svg}");
        assert!(svg.contains("<path class=\"fill-accent\" fill-opacity=\"0.54\""));
        assert!(svg.contains("<rect class=\"fill-accent\" fill-opacity=\"0.05\""));
        assert_eq!(svg.matches(">.50</text>").count(), 46);
    }
}
