//! Whether confidence is what it says: the share of right answers by stated confidence.

use super::canvas::{Anchor, draw};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::environment::percent;
use crate::render::report::Report;

/// Radius of the dot of the fullest bin.
const LARGEST: f64 = 13.0;
const SMALLEST: f64 = 3.5;

/// Draws one dot per bin that has tracks; `None` where nothing was calibrated.
pub(crate) fn calibration(report: &Report, layout: Layout) -> Result<Option<String>, ChartError> {
    let Some(measured) = &report.measures.calibration else { return Ok(None) };
    let width = layout.width();
    let (left, right, top, bottom) = (46.0, width - 20.0, 60.0, layout.pick(340.0, 290.0));
    let x = |share: f64| left + (right - left) * share;
    let y = |share: f64| bottom - (bottom - top) * share;
    let most = measured.bins.iter().map(|bin| bin.n).max().unwrap_or_default().max(1);
    let svg = Svg {
        id: layout.pick("chart-calibration", "chart-calibration-narrow").into(),
        class: layout.class(),
        title: "Share of right answers by stated confidence".into(),
        description: "One dot per bin of confidence, larger for more tracks; on the broken line both agree. The table \
                      holds the numbers."
            .into(),
    };
    let drawn = draw(&svg, (width, bottom + 46.0), |canvas| {
        canvas.text("right", (0.0, 12.0), 12.5, Ink::Text, Anchor::Start)?;
        for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
            canvas.line(&[(left, y(share)), (right, y(share))], 1.0, Ink::Line, 1.0)?;
            canvas.text(&percent(share), (left - 8.0, y(share)), 12.0, Ink::Muted, Anchor::End)?;
            canvas.line(&[(x(share), bottom), (x(share), bottom + 4.0)], 1.0, Ink::Muted, 1.0)?;
            canvas.text(&percent(share), (x(share), bottom + 14.0), 12.0, Ink::Muted, Anchor::Middle)?;
        }
        canvas.text("stated confidence", (right, bottom + 34.0), 12.5, Ink::Text, Anchor::End)?;
        canvas.dashes((x(0.0), y(0.0)), (x(1.0), y(1.0)))?;
        if let Some(threshold) = measured.threshold {
            canvas.line(&[(x(threshold), top - 28.0), (x(threshold), bottom)], 1.0, Ink::Muted, 1.0)?;
            let label = format!("unsure below {}", percent(threshold));
            canvas.text(&label, (x(threshold) - 6.0, top - 25.0), 12.0, Ink::Muted, Anchor::End)?;
        }
        for bin in &measured.bins {
            let (Some(confidence), Some(accuracy)) = (bin.confidence, bin.accuracy) else { continue };
            let at = (x(confidence), y(accuracy));
            let radius = SMALLEST + (LARGEST - SMALLEST) * (f64::from(bin.n) / f64::from(most)).sqrt();
            canvas.line(&[at, (at.0, y(confidence))], 1.5, Ink::Accent, 0.6)?;
            canvas.dot(at, radius, Ink::Accent, 0.85)?;
        }
        Ok(())
    })?;
    Ok(Some(drawn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn every_filled_bin_is_a_dot() {
        let report = sample::report();
        let bins = &report.measures.calibration.as_ref().unwrap().bins;
        let svg = calibration(&report, Layout::Wide).unwrap().unwrap();
        assert_eq!(svg.matches("<circle").count(), bins.iter().filter(|bin| bin.n > 0).count());
        assert!(svg.contains("unsure below"));
        assert_eq!(calibration(&sample::bare(), Layout::Wide).unwrap(), None);
    }
}
