//! How the average precisions of single queries are distributed.

use super::canvas::{Anchor, draw, ticks};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::environment::number;
use crate::render::report::Report;

/// Draws the histogram; `None` where no query was counted.
pub(crate) fn histogram(report: &Report, layout: Layout) -> Result<Option<String>, ChartError> {
    let counts = report.measures.retrieval.as_ref().map_or(&[][..], |retrieval| &retrieval.average_precision_counts);
    let Some(highest) = counts.iter().copied().max().filter(|&count| count > 0) else { return Ok(None) };
    let width = layout.width();
    let (left, right, top, bottom) = (46.0, width - 12.0, 30.0, 30.0 + layout.pick(190.0, 150.0));
    let x = |share: f64| left + (right - left) * share;
    let high = f64::from(highest) * 1.05;
    let y = |count: f64| bottom - (bottom - top) * count / high;
    let svg = Svg {
        id: layout.pick("chart-histogram", "chart-histogram-narrow").into(),
        class: layout.class(),
        title: "Queries by their average precision".into(),
        description: format!(
            "{} queries in {} bins from 0 to 1. The table holds the numbers.",
            number(counts.iter().map(|&count| u64::from(count)).sum()),
            counts.len()
        ),
    };
    let drawn = draw(&svg, (width, bottom + 42.0), |canvas| {
        canvas.text("queries", (0.0, top - 20.0), 12.5, Ink::Text, Anchor::Start)?;
        for count in ticks(0.0, high, 5).into_iter().filter(|count| count.fract() < 1e-9) {
            canvas.line(&[(left, y(count)), (right, y(count))], 1.0, Ink::Line, 1.0)?;
            canvas.text(&number(count as u64), (left - 8.0, y(count)), 12.0, Ink::Muted, Anchor::End)?;
        }
        let step = 1.0 / counts.len() as f64;
        for (i, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
            let (from, to) = (x(step * i as f64) + 0.75, x(step * (i as f64 + 1.0)) - 0.75);
            // Single queries stay visible among thousands.
            let height = (bottom - y(f64::from(count))).max(1.5);
            canvas.rect((from, bottom - height), (to - from, height), Ink::Accent, 0.85)?;
        }
        canvas.line(&[(left, bottom), (right, bottom)], 1.0, Ink::Muted, 1.0)?;
        for value in [0.0, 0.25, 0.5, 0.75, 1.0] {
            canvas.text(&format!("{value:.2}"), (x(value), bottom + 14.0), 12.0, Ink::Muted, Anchor::Middle)?;
        }
        canvas.text("average precision", (right, bottom + 32.0), 12.0, Ink::Muted, Anchor::End)
    })?;
    Ok(Some(drawn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn every_bin_that_holds_a_query_is_a_bar() {
        let mut report = sample::report();
        let counts = &mut report.measures.retrieval.as_mut().unwrap().average_precision_counts;
        counts.fill(0);
        (counts[0], counts[19]) = (1, 5000);
        let svg = histogram(&report, Layout::Wide).unwrap().unwrap();
        let bars = svg.split("<path class=\"fill-accent\"").nth(1).unwrap().split("/>").next().unwrap();
        assert_eq!(bars.matches('M').count(), 2);
        assert!(svg.contains("5,001 queries in 20 bins"));
        report.measures.retrieval.as_mut().unwrap().average_precision_counts.fill(0);
        assert_eq!(histogram(&report, Layout::Wide).unwrap(), None);
    }
}
