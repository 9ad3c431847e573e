//! Mean average precision of each sub-genre by depth, one line per sub-genre.

use super::canvas::{Anchor, Canvas, draw, shorten, ticks};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::report::Report;

/// Points of a line at most; the last depth is always one of them.
const POINTS: usize = 40;
/// Size of the names at the ends of the lines.
const LABEL: f64 = 12.5;
/// Least distance between two names.
const LABEL_STEP: f64 = 15.5;
/// Names at most; more are drawn as numbers.
const NAMES: usize = 16;

/// Whether the wide chart holds the names themselves; the narrow one always numbers its lines.
pub(crate) fn curves_are_named(report: &Report) -> bool {
    report.sub_genres.len() <= NAMES
}

/// Draws the curves; `None` where there are none.
pub(crate) fn curves(report: &Report, layout: Layout) -> Result<Option<String>, ChartError> {
    let Some(retrieval) = report.measures.retrieval.as_ref().filter(|retrieval| retrieval.depth() > 0) else {
        return Ok(None);
    };
    let depth = retrieval.depth();
    let named = layout == Layout::Wide && curves_are_named(report);
    let lines = retrieval.curves.iter().filter(|curve| !curve.is_empty()).count();
    let width = layout.width();
    let (top, bottom) = (30.0, 42.0);
    let plot = layout.pick(280.0_f64, 220.0).max(LABEL_STEP * lines as f64);
    let frame = Frame {
        left: 46.0,
        right: width - if named { 170.0 } else { 46.0 },
        top,
        bottom: top + plot,
        depth: depth as f64,
    };
    let svg = Svg {
        id: layout.pick("chart-curves", "chart-curves-narrow").into(),
        class: layout.class(),
        title: "Mean average precision by depth, one line per sub-genre".into(),
        description: format!("Depths run from 1 to {depth}. The table holds numbers of some depths."),
    };
    let drawn = draw(&svg, (width, frame.bottom + bottom), |canvas| {
        frame.axes(canvas)?;
        for (i, curve) in retrieval.curves.iter().enumerate() {
            let points: Vec<_> = drawn_depths(curve.len()).map(|k| frame.at(k as f64, curve[k - 1])).collect();
            match points[..] {
                [] => {}
                [point] => canvas.dot(point, 3.0, Ink::Sub(i), 1.0)?,
                _ => canvas.line(&points, 2.0, Ink::Sub(i), 0.9)?,
            }
        }
        for (i, end, label) in frame.labels(&retrieval.curves) {
            let name = &report.sub_genres[i].sub_genre.name;
            let words = if named { shorten(name, LABEL, 142.0) } else { (i + 1).to_string() };
            // A thin line leads from a name that was moved back to its curve.
            canvas.line(&[(frame.right + 2.0, end), (frame.right + 14.0, label)], 1.0, Ink::Sub(i), 0.6)?;
            canvas.dot((frame.right + 17.0, label), 3.5, Ink::Sub(i), 1.0)?;
            canvas.text(&words, (frame.right + 25.0, label), LABEL, Ink::Text, Anchor::Start)?;
        }
        Ok(())
    })?;
    Ok(Some(drawn))
}

/// The depths that are drawn: all, or evenly some with the first and the last.
fn drawn_depths(depth: usize) -> impl Iterator<Item = usize> {
    let count = depth.min(POINTS);
    (0..count).map(move |i| 1 + i * (depth - 1) / (count - 1).max(1))
}

/// Depths on x, shares on y.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    depth: f64,
}

impl Frame {
    fn at(&self, depth: f64, value: f32) -> (f64, f64) {
        let along = if self.depth > 1.0 { (depth - 1.0) / (self.depth - 1.0) } else { 1.0 };
        (self.left + (self.right - self.left) * along, self.height(f64::from(value)))
    }

    fn height(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * value
    }

    fn axes(&self, canvas: &Canvas<'_>) -> Result<(), ChartError> {
        canvas.text("mean average precision", (0.0, self.top - 20.0), 12.5, Ink::Text, Anchor::Start)?;
        for value in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let y = self.height(value);
            canvas.line(&[(self.left, y), (self.right, y)], 1.0, Ink::Line, 1.0)?;
            canvas.text(&format!("{value:.2}"), (self.left - 8.0, y), 12.0, Ink::Muted, Anchor::End)?;
        }
        let between = ticks(1.0, self.depth, 6).into_iter().filter(|&k| k > 1.0 && k.fract() < 1e-9);
        for k in std::iter::once(1.0).chain(between) {
            let (x, _) = self.at(k, 0.0);
            canvas.line(&[(x, self.bottom), (x, self.bottom + 4.0)], 1.0, Ink::Muted, 1.0)?;
            canvas.text(&format!("{k:.0}"), (x, self.bottom + 14.0), 12.0, Ink::Muted, Anchor::Middle)?;
        }
        canvas.text("depth k", (self.right, self.bottom + 32.0), 12.0, Ink::Muted, Anchor::End)
    }

    /// Sub-genre, height of the end of its curve, and height of its name: near the end, apart from the others.
    fn labels(&self, curves: &[Vec<f32>]) -> Vec<(usize, f64, f64)> {
        let ends = curves.iter().enumerate().filter_map(|(i, curve)| Some((i, self.height(f64::from(*curve.last()?)))));
        let mut labels: Vec<(usize, f64, f64)> = ends.map(|(i, y)| (i, y, y)).collect();
        labels.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let mut least = self.top;
        for label in &mut labels {
            label.2 = label.2.max(least);
            least = label.2 + LABEL_STEP;
        }
        // What was pushed past the floor comes back up, and pushes the ones above it.
        let mut most = self.bottom;
        for label in labels.iter_mut().rev() {
            label.2 = label.2.min(most);
            most = label.2 - LABEL_STEP;
        }
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn long_curves_keep_their_ends() {
        assert_eq!(drawn_depths(5).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(drawn_depths(1).collect::<Vec<_>>(), [1]);
        assert_eq!(drawn_depths(0).count(), 0);
        let depths: Vec<_> = drawn_depths(1000).collect();
        assert_eq!((depths.len(), depths[0], depths[POINTS - 1]), (POINTS, 1, 1000));
        assert!(depths.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn names_stay_apart_and_inside() {
        let frame = Frame { left: 0.0, right: 100.0, top: 30.0, bottom: 310.0, depth: 10.0 };
        for value in [0.0, 0.5, 1.0] {
            let labels = frame.labels(&vec![vec![value]; 12]);
            assert!(labels.windows(2).all(|pair| pair[1].2 - pair[0].2 >= LABEL_STEP - 1e-9), "{labels:?}");
            assert!(labels.iter().all(|label| (frame.top..=frame.bottom).contains(&label.2)), "{labels:?}");
        }
    }

    #[test]
    fn every_sub_genre_has_a_line_and_a_name() {
        let report = sample::report();
        let svg = curves(&report, Layout::Wide).unwrap().unwrap();
        for (i, summary) in report.sub_genres.iter().enumerate() {
            assert_eq!(svg.matches(&format!("stroke-sub-{i}\"")).count(), 2, "curve and leader");
            assert!(svg.contains(&summary.sub_genre.name));
        }
        let narrow = curves(&report, Layout::Narrow).unwrap().unwrap();
        assert!(!narrow.contains(&report.sub_genres[0].sub_genre.name));
    }
}
