//! How a descriptor is distributed in every sub-genre: box plots over one axis, small enough to stand side by side.

use super::canvas::{Anchor, draw, shorten, ticks};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::palette::PALETTE;
use crate::render::report::{Distribution, Quartiles, Report};

/// Sub-genres up to which rows are tall.
const ROOMY: usize = 25;

/// Draws distribution number `index`; `None` where no track has the descriptor.
pub(crate) fn boxes(report: &Report, own: &Distribution, index: usize) -> Result<Option<String>, ChartError> {
    let known = || own.sub_genres.iter().flatten();
    let low = known().map(|five| five.min).fold(f64::INFINITY, f64::min);
    let high = known().map(|five| five.max).fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return Ok(None);
    }
    // Equal values still need a width.
    let (low, high) = if high - low < 1e-9 { (low - 0.5, high + 0.5) } else { (low, high) };
    let width = Layout::Narrow.width();
    let (left, right, top) = (118.0, width - 8.0, 6.0);
    let (row, size) = if own.sub_genres.len() <= ROOMY { (22.0, 12.0) } else { (15.0, 10.5) };
    let bottom = top + row * own.sub_genres.len() as f64;
    let x = |value: f64| left + (right - left) * (value - low) / (high - low);
    let svg = Svg {
        id: format!("chart-boxes-{index}").into(),
        class: "chart chart-small",
        title: format!("{} by sub-genre", own.name),
        description:
            "One box per sub-genre: the middle half of its tracks, with a line at the median. The table holds \
                      the numbers."
                .into(),
    };
    let drawn = draw(&svg, (width, bottom + 26.0), |canvas| {
        for tick in ticks(low, high, 5) {
            canvas.line(&[(x(tick), top), (x(tick), bottom)], 1.0, Ink::Line, 1.0)?;
            canvas.text(&label(tick), (x(tick), bottom + 12.0), 11.0, Ink::Muted, Anchor::Middle)?;
        }
        let middle = |i: usize| top + row * (i as f64 + 0.5);
        for (i, summary) in report.sub_genres.iter().enumerate() {
            let name = shorten(&summary.sub_genre.name, size, left - 14.0);
            canvas.text(&name, (left - 8.0, middle(i)), size, Ink::Text, Anchor::End)?;
        }
        // Colours that come again tell nothing, and marks of one colour share a group.
        let ink = |i| if own.sub_genres.len() > PALETTE.len() { Ink::Accent } else { Ink::Sub(i) };
        let filled = || own.sub_genres.iter().enumerate().filter_map(|(i, five)| Some((i, five.as_ref()?)));
        let (half, width) = (row * 0.3, |five: &Quartiles| (x(five.q3) - x(five.q1)).max(1.5));
        for (i, five) in filled() {
            canvas.line(&[(x(five.min), middle(i)), (x(five.max), middle(i))], 1.5, ink(i), 1.0)?;
        }
        for (i, five) in filled() {
            canvas.rect((x(five.q1), middle(i) - half), (width(five), 2.0 * half), Ink::Ground, 1.0)?;
        }
        for (i, five) in filled() {
            canvas.rect((x(five.q1), middle(i) - half), (width(five), 2.0 * half), ink(i), 0.45)?;
        }
        for (i, five) in filled() {
            let median = x(five.median);
            canvas.line(&[(median, middle(i) - half - 1.5), (median, middle(i) + half + 1.5)], 2.5, ink(i), 1.0)?;
        }
        Ok(())
    })?;
    Ok(Some(drawn))
}

/// A value at the axis: no more digits than it has.
fn label(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.replace('-', "\u{2212}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn every_sub_genre_with_values_is_a_box() {
        let mut report = sample::report();
        let mut own = report.descriptors.take().unwrap().distributions.remove(0);
        own.sub_genres[2] = None;
        let svg = boxes(&report, &own, 0).unwrap().unwrap();
        for i in 0..7 {
            assert_eq!(svg.contains(&format!("fill-sub-{i}\"")), i != 2, "{i}");
        }
        own.sub_genres.iter_mut().for_each(|five| *five = None);
        assert_eq!(boxes(&report, &own, 0).unwrap(), None);
    }

    #[test]
    fn values_at_the_axis_are_short() {
        assert_eq!([120.0, -9.5, 0.25, -0.001].map(label), ["120", "−9.5", "0.25", "0"]);
    }
}
