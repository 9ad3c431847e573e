//! Dots on 95 % intervals, in groups of rows over one axis.

use super::canvas::{Anchor, Canvas, draw, shorten, text_width};
use super::{ChartError, Layout, ink::Ink, svg::Svg};

/// Height of the line that holds the legend.
const LEGEND: f64 = 24.0;
/// Height of a group's name.
const HEADING: f64 = 30.0;
/// Size of the rows' names.
const NAME: f64 = 13.5;
/// Distance between the marks of one row.
const MARK_STEP: f64 = 16.0;

/// The chart.
pub(crate) struct Intervals<'a> {
    pub(crate) svg: Svg,
    pub(crate) axis: Axis,
    /// What the marks of a row are, where there is more than one kind.
    pub(crate) legend: Vec<(&'static str, Look)>,
    pub(crate) groups: Vec<Group<'a>>,
}

/// The values on x.
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Where lines are drawn, and what they are called.
    pub(crate) ticks: Vec<(f64, String)>,
    /// A broken line: what a value is to be compared with.
    pub(crate) reference: Option<(f64, String)>,
}

impl Axis {
    /// From nothing to all, in quarters.
    pub(crate) fn shares(reference: Option<(f64, String)>) -> Self {
        let ticks = [0.0, 0.25, 0.5, 0.75, 1.0];
        let ticks = ticks.map(|share| (share, crate::render::environment::percent(share))).to_vec();
        Self { low: 0.0, high: 1.0, ticks, reference }
    }
}

/// Rows under one name.
pub(crate) struct Group<'a> {
    pub(crate) name: Option<String>,
    pub(crate) rows: Vec<Row<'a>>,
}

/// A name with its values.
pub(crate) struct Row<'a> {
    pub(crate) name: &'a str,
    pub(crate) marks: Vec<Mark>,
}

/// One value.
pub(crate) struct Mark {
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
    pub(crate) look: Look,
    /// The value in words.
    pub(crate) words: String,
}

/// How a mark looks: filled for what matters most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) ink: Ink,
    pub(crate) filled: bool,
}

impl Look {
    fn dot(self, canvas: &Canvas<'_>, at: (f64, f64)) -> Result<(), ChartError> {
        if self.filled {
            return canvas.dot(at, 5.0, self.ink, 1.0);
        }
        canvas.dot(at, 4.5, Ink::Ground, 1.0)?;
        canvas.ring(at, 4.5, self.ink)
    }
}

/// Where things are, in pixels.
struct Frame<'a> {
    axis: &'a Axis,
    left: f64,
    right: f64,
    layout: Layout,
}

impl Frame<'_> {
    fn x(&self, value: f64) -> f64 {
        let part = (value - self.axis.low) / (self.axis.high - self.axis.low);
        self.left + (self.right - self.left) * part.clamp(0.0, 1.0)
    }

    fn row_height(&self, row: &Row<'_>) -> f64 {
        let marks = MARK_STEP * row.marks.len().saturating_sub(1) as f64;
        self.layout.pick(32.0, 44.0) + marks
    }

    fn group_height(&self, group: &Group<'_>) -> f64 {
        let rows: f64 = group.rows.iter().map(|row| self.row_height(row)).sum();
        rows + if group.name.is_some() { HEADING } else { 0.0 }
    }
}

impl Intervals<'_> {
    pub(crate) fn draw(&self, layout: Layout) -> Result<String, ChartError> {
        let width = layout.width();
        let names = self.groups.iter().flat_map(|group| &group.rows).map(|row| text_width(row.name, NAME));
        let left = layout.pick((names.fold(0.0, f64::max) + 24.0).clamp(120.0, 264.0), 0.0);
        let frame = Frame { axis: &self.axis, left, right: width - layout.pick(84.0, 66.0), layout };
        let top = 28.0 + if self.legend.is_empty() { 0.0 } else { LEGEND };
        let rows: f64 = self.groups.iter().map(|group| frame.group_height(group)).sum();
        let bottom = top + rows;
        draw(&self.svg, (width, bottom + 30.0), |canvas| {
            self.draw_legend(canvas, layout)?;
            self.draw_axis(canvas, &frame, (top - 4.0, bottom + 4.0))?;
            let mut y = top;
            for group in &self.groups {
                let is_named = group.name.is_some();
                if let Some(name) = &group.name {
                    canvas.line(&[(0.0, y + 2.0), (width, y + 2.0)], 1.0, Ink::Line, 1.0)?;
                    let name = shorten(name, 14.0, width - 8.0);
                    canvas.text(&name, (0.0, y + HEADING / 2.0 + 1.0), 14.0, Ink::Label, Anchor::Start)?;
                    y += HEADING;
                }
                for row in &group.rows {
                    row.draw(canvas, &frame, y, is_named)?;
                    y += frame.row_height(row);
                }
            }
            Ok(())
        })
    }

    fn draw_legend(&self, canvas: &Canvas<'_>, layout: Layout) -> Result<(), ChartError> {
        let mut x = 6.0;
        for &(name, look) in &self.legend {
            look.dot(canvas, (x, 10.0))?;
            canvas.text(name, (x + 11.0, 10.0), 12.5, Ink::Text, Anchor::Start)?;
            x += text_width(name, 12.5) + layout.pick(40.0, 30.0);
        }
        Ok(())
    }

    fn draw_axis(&self, canvas: &Canvas<'_>, frame: &Frame<'_>, (top, bottom): (f64, f64)) -> Result<(), ChartError> {
        for (value, label) in &self.axis.ticks {
            let x = frame.x(*value);
            canvas.line(&[(x, top), (x, bottom)], 1.0, Ink::Line, 1.0)?;
            let anchor = if x < 1.0 { Anchor::Start } else { Anchor::Middle };
            canvas.text(label, (x, bottom + 14.0), 12.0, Ink::Muted, anchor)?;
        }
        let Some((value, label)) = &self.axis.reference else { return Ok(()) };
        let x = frame.x(*value);
        canvas.dashes((x, top), (x, bottom))?;
        // Keeps the label inside of the drawing where the value is small.
        let label_x = x.max(text_width(label, 12.0) / 2.0);
        canvas.text(label, (label_x, top - 12.0), 12.0, Ink::Muted, Anchor::Middle)
    }
}

impl Row<'_> {
    /// Draws the row; under a group's name its own is weaker.
    fn draw(&self, canvas: &Canvas<'_>, frame: &Frame<'_>, top: f64, in_group: bool) -> Result<(), ChartError> {
        let height = frame.row_height(self);
        let name_y = frame.layout.pick(top + height / 2.0, top + 12.0);
        let room = frame.layout.pick(frame.left - 16.0, frame.right);
        let x = frame.layout.pick(frame.left - 12.0, 0.0);
        let (ink, anchor) = frame.layout.pick((Ink::Text, Anchor::End), (Ink::Label, Anchor::Start));
        let ink = if in_group { Ink::Text } else { ink };
        canvas.text(&shorten(self.name, NAME, room), (x, name_y), NAME, ink, anchor)?;
        let first = frame.layout.pick(top + 16.0, top + 31.0);
        for (i, mark) in self.marks.iter().enumerate() {
            let y = first + MARK_STEP * i as f64;
            if let Some((low, high)) = mark.interval.map(|(low, high)| (frame.x(low), frame.x(high))) {
                let width = if mark.look.filled { 2.0 } else { 1.25 };
                canvas.line(&[(low, y), (high, y)], width, mark.look.ink, 1.0)?;
                for x in [low, high] {
                    canvas.line(&[(x, y - 4.0), (x, y + 4.0)], width, mark.look.ink, 1.0)?;
                }
            }
            mark.look.dot(canvas, (frame.x(mark.value), y))?;
            let (size, ink) = if i == 0 { (13.5, Ink::Text) } else { (12.5, Ink::Muted) };
            canvas.text(&mark.words, (frame.right + 14.0, y), size, ink, Anchor::Start)?;
        }
        Ok(())
    }
}
