//! Accuracy per sub-genre: bars under 95 % intervals, beside chance.

use super::canvas::{Anchor, Canvas, draw, shorten, text_width};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::environment::percent;
use crate::render::report::{Report, Score};

/// Draws one bar per sub-genre and one for all.
pub(crate) fn accuracy(report: &Report, layout: Layout) -> Result<String, ChartError> {
    let row_height = layout.pick(32.0, 46.0);
    let (top, bottom) = (28.0, 30.0);
    let rows = report.sub_genres.len() + 1;
    let width = layout.width();
    let height = top + row_height * rows as f64 + bottom;
    let scale = Scale::new(layout.pick(196.0, 0.0), width - layout.pick(118.0, 84.0), report.test.chance);

    let svg = Svg {
        id: layout.pick("chart-accuracy", "chart-accuracy-narrow").into(),
        class: layout.class(),
        title: "Accuracy on held-out tracks, by sub-genre".into(),
        description: format!(
            "One bar per sub-genre with its 95 % interval; a broken line marks chance at {}. The table holds the numbers.",
            percent(report.test.chance)
        ),
    };
    draw(&svg, (width, height), |canvas| {
        let grid = (top - 4.0, height - bottom + 4.0);
        for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let x = scale.x(tick);
            canvas.line(&[(x, grid.0), (x, grid.1)], 1.0, Ink::Line, 1.0)?;
            let anchor = if tick == 0.0 && scale.left == 0.0 { Anchor::Start } else { Anchor::Middle };
            canvas.text(&percent(tick), (x, height - 12.0), 12.0, Ink::Muted, anchor)?;
        }
        let chance = scale.chance;
        canvas.dashes((chance, grid.0), (chance, grid.1))?;
        let label = format!("chance {}", percent(report.test.chance));
        // Keeps the label inside of the drawing where chance is small.
        let label_x = chance.max(text_width(&label, 12.0) / 2.0);
        canvas.text(&label, (label_x, 12.0), 12.0, Ink::Muted, Anchor::Middle)?;
        let names = report.sub_genres.iter().map(|s| s.sub_genre.name.as_str());
        let inks = (0..report.sub_genres.len()).map(Ink::Sub);
        let bars = std::iter::once(("All sub-genres", Ink::Text, &report.test.overall))
            .chain(names.zip(inks).zip(&report.test.per_sub_genre).map(|((name, ink), score)| (name, ink, score)));
        for (i, (name, ink, score)) in bars.enumerate() {
            let row = Row { name, ink, score, top: top + row_height * i as f64, height: row_height };
            row.draw(canvas, &scale, layout)?;
        }
        Ok(())
    })
}

/// From shares to pixels.
struct Scale {
    left: f64,
    right: f64,
    /// Where the line of chance stands.
    chance: f64,
}

impl Scale {
    fn new(left: f64, right: f64, chance: f64) -> Self {
        Self { left, right, chance: left + (right - left) * chance }
    }

    fn x(&self, share: f64) -> f64 {
        self.left + (self.right - self.left) * share
    }
}

struct Row<'a> {
    name: &'a str,
    ink: Ink,
    score: &'a Score,
    top: f64,
    height: f64,
}

impl Row<'_> {
    fn draw(&self, canvas: &Canvas<'_>, scale: &Scale, layout: Layout) -> Result<(), ChartError> {
        let thickness = 14.0;
        let (label_y, bar_y) = match layout {
            Layout::Wide => (self.top + self.height / 2.0, self.top + self.height / 2.0),
            Layout::Narrow => (self.top + 10.0, self.top + 29.0),
        };
        let room = layout.pick(scale.left - 16.0, scale.right);
        let at = layout.pick((scale.left - 12.0, label_y), (0.0, label_y));
        let ink = layout.pick(Ink::Text, Ink::Label);
        canvas.text(&shorten(self.name, 13.5, room), at, 13.5, ink, layout.pick(Anchor::End, Anchor::Start))?;
        let (Some(accuracy), Some(interval)) = (self.score.accuracy, self.score.interval) else {
            // Beside the line of chance, which would strike the words through.
            let at = (scale.chance + 8.0, bar_y);
            return canvas.text("no held-out track", at, 12.5, Ink::Muted, Anchor::Start);
        };
        // The bar is pale and the interval strong: with few tracks the interval is the result.
        let end = scale.x(accuracy);
        canvas.rect((scale.left, bar_y - thickness / 2.0), (end - scale.left, thickness), self.ink, 0.3)?;
        let (low, high) = (scale.x(interval.low), scale.x(interval.high));
        canvas.line(&[(low, bar_y), (high, bar_y)], 2.0, self.ink, 1.0)?;
        for x in [low, high] {
            canvas.line(&[(x, bar_y - 5.0), (x, bar_y + 5.0)], 2.0, self.ink, 1.0)?;
        }
        canvas.dot((end, bar_y), 5.0, self.ink, 1.0)?;
        let counts = format!("{}/{}", self.score.correct, self.score.n);
        let value_x = scale.right + 14.0;
        canvas.text(&percent(accuracy), (value_x, bar_y), 13.5, Ink::Text, Anchor::Start)?;
        match layout {
            Layout::Wide => canvas.text(&counts, (value_x + 56.0, bar_y), 12.5, Ink::Muted, Anchor::Start),
            Layout::Narrow => canvas.text(&counts, (value_x, label_y), 12.5, Ink::Muted, Anchor::Start),
        }
    }
}
