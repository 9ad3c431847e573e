//! Drawing in CSS pixels and inks, over plotters.

use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{ChartError, ink::Ink, svg::Svg};

/// Units of the drawing in one CSS pixel. Plotters has whole coordinates; quarters keep marks where they belong.
const UNITS: f64 = 4.0;
/// Plotters divides font sizes by this before it writes them.
const FONT_SCALE: f64 = 1.24;

fn units(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

/// Where a text stands to its point: the side of the text that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing under way. Lengths are CSS pixels from the upper left corner.
pub(crate) struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// Draws with `paint` on a ground of the given size and finishes the result for a page.
///
/// # Errors
/// Those of `paint` and of [`Svg::finish`].
pub(crate) fn draw(
    svg: &Svg,
    (width, height): (f64, f64),
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), ChartError>,
) -> Result<String, ChartError> {
    let mut drawing = String::new();
    {
        let size = (units(width) as u32, units(height) as u32);
        let area = SVGBackend::with_string(&mut drawing, size).into_drawing_area();
        let canvas = Canvas(area);
        paint(&canvas)?;
        canvas.0.present()?;
    }
    svg.finish(&drawing)
}

impl Canvas<'_> {
    /// A filled rectangle with its upper left corner and size.
    pub(crate) fn rect(&self, at: (f64, f64), size: (f64, f64), ink: Ink, opacity: f64) -> Result<(), ChartError> {
        let corners = [(units(at.0), units(at.1)), (units(at.0 + size.0), units(at.1 + size.1))];
        Ok(self.0.draw(&Rectangle::new(corners, ink.colour().mix(opacity).filled()))?)
    }

    /// The outline of a rectangle, one pixel wide.
    pub(crate) fn frame(&self, at: (f64, f64), size: (f64, f64), ink: Ink) -> Result<(), ChartError> {
        let (right, bottom) = (at.0 + size.0, at.1 + size.1);
        self.line(&[at, (right, at.1), (right, bottom), (at.0, bottom), at], 1.0, ink, 1.0)
    }

    /// A line through points.
    pub(crate) fn line(&self, points: &[(f64, f64)], width: f64, ink: Ink, opacity: f64) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().map(|&(x, y)| (units(x), units(y))).collect();
        let style = ink.colour().mix(opacity).stroke_width(units(width) as u32);
        Ok(self.0.draw(&PathElement::new(points, style))?)
    }

    /// A broken straight line.
    pub(crate) fn dashes(&self, from: (f64, f64), to: (f64, f64)) -> Result<(), ChartError> {
        self.line(&[from, to], 1.25, Ink::Dashes, 1.0)
    }

    /// A filled circle.
    pub(crate) fn dot(&self, at: (f64, f64), radius: f64, ink: Ink, opacity: f64) -> Result<(), ChartError> {
        let style = ink.colour().mix(opacity).filled();
        Ok(self.0.draw(&Circle::new((units(at.0), units(at.1)), units(radius), style))?)
    }

    /// A ring, two pixels wide.
    pub(crate) fn ring(&self, at: (f64, f64), radius: f64, ink: Ink) -> Result<(), ChartError> {
        let style = ink.colour().stroke_width(units(2.0) as u32);
        Ok(self.0.draw(&Circle::new((units(at.0), units(at.1)), units(radius), style))?)
    }

    /// A filled polygon.
    pub(crate) fn polygon(&self, points: &[(f64, f64)], ink: Ink, opacity: f64) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().map(|&(x, y)| (units(x), units(y))).collect();
        Ok(self.0.draw(&Polygon::new(points, ink.colour().mix(opacity)))?)
    }

    /// One line of text, centred on `at` in height.
    pub(crate) fn text(
        &self,
        text: &str,
        at: (f64, f64),
        size: f64,
        ink: Ink,
        anchor: Anchor,
    ) -> Result<(), ChartError> {
        let side = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let font = ("sans-serif", size * UNITS * FONT_SCALE).into_font();
        let colour = ink.colour();
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(side, VPos::Center));
        Ok(self.0.draw_text(text, &style, (units(at.0), units(at.1)))?)
    }
}

/// Round values inside of `low..=high`, at most `count`.
pub(crate) fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    RangedCoordf64::from(low..high).key_points(count)
}

/// Width of a text in CSS pixels, estimated for common sans-serif faces.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.28,
            ' ' | 'f' | 'r' | 't' | '(' | ')' | '-' => 0.36,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.88,
            c if c.is_ascii_uppercase() => 0.66,
            c if (c as u32) < 0x1100 => 0.56,
            _ => 1.0,
        })
        .sum();
    em * size
}

/// The text, or as much of its beginning as fits with an ellipsis.
pub(crate) fn shorten(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, size) + 0.9 * size > width {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_shortened_to_fit() {
        assert_eq!(shorten("Chill Goa", 13.0, 120.0), "Chill Goa");
        let long = "Hypnotic minimal deep tech of the northern coast";
        let short = shorten(long, 13.0, 120.0);
        assert!(short.ends_with('…') && text_width(&short, 13.0) <= 120.0 && short.chars().count() > 12, "{short}");
        assert!(shorten("電子音楽の夜の部屋", 13.0, 60.0).chars().count() <= 5);
        assert_eq!(shorten("Chill", 13.0, 0.0), "…");
    }

    #[test]
    fn ticks_are_round_and_inside() {
        let tenths = |low, high| ticks(low, high, 6).into_iter().map(|t| (t * 10.0).round() as i32).collect::<Vec<_>>();
        assert_eq!(tenths(0.0, 1.0), [0, 2, 4, 6, 8, 10]);
        assert!(ticks(0.0, 0.83, 6).iter().all(|t| (0.0..=0.83).contains(t)));
    }
}
