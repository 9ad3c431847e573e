//! Which keys the tracks of a sub-genre are in: a strip of the Camelot wheel for each.

use super::canvas::{Anchor, draw, shorten};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::report::Report;

/// Steps of the shades: cells of one shade share a group.
const SHADES: f64 = 12.0;
/// Positions on the wheel, first the minor keys (A), then the major ones (B).
const KEYS: usize = 24;
/// Room between both halves.
const GAP: f64 = 8.0;

/// Draws one strip per sub-genre; `None` where no track has a key.
pub(crate) fn keys(report: &Report, layout: Layout) -> Result<Option<String>, ChartError> {
    let Some(keys) = report.descriptors.as_ref().map(|summary| &summary.keys) else { return Ok(None) };
    let most = keys.iter().map(|own| share(own, own.iter().copied().max().unwrap_or_default())).fold(0.0, f64::max);
    if most <= 0.0 {
        return Ok(None);
    }
    let named = layout == Layout::Wide;
    let (width, left, top) = (layout.width(), if named { 180.0 } else { 26.0 }, 40.0);
    let cell = (width - left - GAP) / KEYS as f64;
    let row = layout.pick(20.0, 15.0);
    let corner = |i: usize, key: usize| {
        (left + cell * key as f64 + if key >= KEYS / 2 { GAP } else { 0.0 }, top + row * i as f64)
    };
    let svg = Svg {
        id: layout.pick("chart-keys", "chart-keys-narrow").into(),
        class: layout.class(),
        title: "Keys on the Camelot wheel, by sub-genre".into(),
        description: "Rows are sub-genres, columns positions on the wheel; stronger is more of its tracks. The table \
                      holds the numbers."
            .into(),
    };
    let drawn = draw(&svg, (width, top + row * keys.len() as f64 + 4.0), |canvas| {
        for (half, name) in [(0, "A, minor"), (KEYS / 2, "B, major")] {
            canvas.text(name, (corner(0, half).0, 9.0), 12.0, Ink::Muted, Anchor::Start)?;
        }
        for key in 0..KEYS {
            let at = (corner(0, key).0 + cell / 2.0, top - 12.0);
            canvas.text(&(key % 12 + 1).to_string(), at, layout.pick(12.0, 9.5), Ink::Muted, Anchor::Middle)?;
        }
        for half in [0, KEYS / 2] {
            let size = (cell * (KEYS / 2) as f64, row * keys.len() as f64);
            canvas.rect(corner(0, half), size, Ink::Surface, 1.0)?;
        }
        for (i, summary) in report.sub_genres.iter().enumerate() {
            let middle = top + row * (i as f64 + 0.5);
            if named {
                let name = shorten(&summary.sub_genre.name, 13.0, left - 12.0);
                canvas.text(&name, (left - 8.0, middle), 13.0, Ink::Text, Anchor::End)?;
            } else {
                canvas.text(&(i + 1).to_string(), (left - 6.0, middle), 11.0, Ink::Text, Anchor::End)?;
            }
        }
        let shade = |own: &[u32], count| (share(own, count) / most * SHADES).ceil() / SHADES;
        let mut cells: Vec<(f64, (f64, f64))> = Vec::new();
        for (i, own) in keys.iter().enumerate() {
            let filled = own.iter().enumerate().filter(|(_, count)| **count > 0);
            cells.extend(filled.map(|(key, &count)| (shade(own, count), corner(i, key))));
        }
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (shade, at) in cells {
            canvas.rect((at.0 + 0.5, at.1 + 0.5), (cell - 1.0, row - 1.0), Ink::Accent, 0.1 + 0.9 * shade)?;
        }
        Ok(())
    })?;
    Ok(Some(drawn))
}

/// Part of a sub-genre's tracks.
fn share(own: &[u32], count: u32) -> f64 {
    f64::from(count) / f64::from(own.iter().sum::<u32>().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn shades_are_few_and_nothing_is_drawn_of_nothing() {
        let mut report = sample::report();
        let svg = keys(&report, Layout::Wide).unwrap().unwrap();
        assert!(svg.matches("fill-opacity").count() <= SHADES as usize, "{svg}");
        report.descriptors.as_mut().unwrap().keys.iter_mut().flatten().for_each(|count| *count = 0);
        assert_eq!(keys(&report, Layout::Wide).unwrap(), None);
        assert_eq!(keys(&sample::bare(), Layout::Narrow).unwrap(), None);
    }
}
