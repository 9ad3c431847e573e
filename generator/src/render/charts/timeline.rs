//! What a long track is made of: its stretches along time, coloured by the sub-genre that each sounds like.

use super::canvas::{Anchor, draw, shorten, text_width, ticks};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::report::{Mix, Report};

/// Height of the bar.
const BAR: f64 = 26.0;
/// Size of the names on it.
const LABEL: f64 = 12.0;

/// Draws a mix; `number` tells its chart from those of the others.
pub(crate) fn timeline(report: &Report, mix: &Mix, number: usize, layout: Layout) -> Result<String, ChartError> {
    let end_s = mix.segments.last().map_or(0.0, |segment| segment.end_s).max(1.0);
    let width = layout.width();
    let x = |seconds: f64| 1.0 + (width - 2.0) * (seconds / end_s).min(1.0);
    let svg = Svg {
        id: format!("{}-{number}", layout.pick("chart-mix", "chart-mix-narrow")).into(),
        class: layout.class(),
        title: format!("Stretches of {}", report.tracks[mix.track as usize].meta.title),
        description: "Each stretch in the colour of the sub-genre that it sounds like. The table holds the numbers."
            .into(),
    };
    draw(&svg, (width, BAR + 24.0), |canvas| {
        for segment in &mix.segments {
            let (left, right) = (x(segment.start_s), x(segment.end_s));
            let ink = Ink::Sub(segment.sub_genre as usize);
            let inner = ((right - left - 1.0).max(0.5), BAR);
            canvas.rect((left, 0.0), inner, ink, 0.15 + 0.5 * segment.confidence)?;
            canvas.rect((left, BAR - 4.0), (inner.0, 4.0), ink, 1.0)?;
        }
        for segment in &mix.segments {
            let (left, room) = (x(segment.start_s), x(segment.end_s) - x(segment.start_s) - 9.0);
            let name = &report.sub_genres[segment.sub_genre as usize].sub_genre.name;
            let name = shorten(name, LABEL, room);
            // A few letters say less than the number, and the table below says all.
            let words = if name.chars().count() > 4 { name } else { (segment.sub_genre + 1).to_string() };
            if text_width(&words, LABEL) <= room {
                canvas.text(&words, (left + 5.0, BAR / 2.0 - 2.0), LABEL, Ink::Text, Anchor::Start)?;
            }
        }
        let minutes = ticks(0.0, end_s / 60.0, layout.pick(10, 6));
        for minute in minutes.into_iter().filter(|minute| minute.fract() < 1e-9) {
            let at = x(minute * 60.0);
            canvas.line(&[(at, BAR), (at, BAR + 4.0)], 1.0, Ink::Muted, 1.0)?;
            let anchor = if minute < 0.5 { Anchor::Start } else { Anchor::Middle };
            let at = if minute < 0.5 { at } else { at.min(width - 12.0) };
            canvas.text(&format!("{minute:.0}"), (at, BAR + 14.0), 11.5, Ink::Muted, anchor)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn every_stretch_is_drawn_once() {
        let report = sample::report();
        let mut mix = report.advice.mixes[0].clone();
        // One shade, so that none is joined with its neighbour.
        mix.segments.iter_mut().enumerate().for_each(|(i, own)| (own.sub_genre, own.confidence) = (i as u32, 0.5));
        let svg = timeline(&report, &mix, 1, Layout::Wide).unwrap();
        for i in 0..mix.segments.len() {
            assert_eq!(svg.matches(&format!("fill-sub-{i}\"")).count(), 2, "{i}");
        }
        assert!(svg.contains("chart-mix-1-title"));
    }
}
