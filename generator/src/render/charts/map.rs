//! The map of tracks: colour tells the sub-genre, shape the split where there is one, and names or numbers stand at
//! the rings around the centroids.

use super::canvas::{Anchor, Canvas, draw, shorten, text_width};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::report::{Report, Split};

/// Tracks drawn at most. The page holds the map in two widths, and beyond some two thousand elements browsers scroll
/// an SVG slowly.
pub(crate) const MAP_MARKS: usize = 1000;

/// Height of the legend above the map.
const LEGEND: f64 = 34.0;
/// Room between the frame and the outermost tracks.
const MARGIN: f64 = 30.0;
/// Size of the names.
const LABEL: f64 = 13.0;
/// Radius of the ring around a centroid.
const RING: f64 = 10.0;

/// Indices of the tracks that are drawn: all, or every n-th in the library's order, so that every sub-genre keeps its
/// share.
pub(crate) fn drawn_tracks(count: usize) -> impl Iterator<Item = usize> {
    let drawn = count.min(MAP_MARKS);
    (0..count).filter(move |i| (i + 1) * drawn / count > i * drawn / count)
}

/// Draws the map.
pub(crate) fn map(report: &Report, layout: Layout) -> Result<String, ChartError> {
    let view = View::of(report, layout);
    let svg = Svg {
        id: layout.pick("chart-map", "chart-map-narrow").into(),
        class: layout.class(),
        title: "Map of all tracks".into(),
        description: "Every mark is a track; near marks sound alike to the model. Names stand at the sub-genres' \
                      centroids. The explorer lists the tracks."
            .into(),
    };
    draw(&svg, (view.width, view.height), |canvas| {
        // Many names would cover the map: numbers stand for them, and the list below tells whose.
        let named = report.sub_genres.len() <= layout.pick(12, 8);
        legend(canvas, layout, report.cross_validation.is_none())?;
        canvas.frame((0.5, LEGEND), (view.width - 1.0, view.height - LEGEND - 0.5), Ink::Line)?;
        // Under the tracks, so that they hide none: a tight cluster lies inside of its ring.
        for (i, point) in report.map.centroids.iter().enumerate() {
            canvas.ring(view.at(*point), RING, Ink::Sub(i))?;
        }
        for split in [Split::Train, Split::Validation, Split::Test] {
            let own = drawn_tracks(report.tracks.len()).filter(|&i| report.tracks[i].split == split);
            for (i, point) in own.filter_map(|i| Some((i, report.map.tracks.get(i)?))) {
                // In a cross-validation every track has taken every part.
                let shape = if report.cross_validation.is_some() { Split::Train } else { split };
                mark(canvas, shape, view.at(*point), Ink::Sub(report.tracks[i].meta.sub_genre as usize))?;
            }
        }
        for (i, point) in report.map.centroids.iter().enumerate().filter(|_| !named) {
            canvas.text(&(i + 1).to_string(), beside(view.at(*point)), 11.5, Ink::Label, Anchor::Middle)?;
        }
        for (name, at) in view.labels(report).into_iter().filter(|_| named) {
            canvas.text(&name, at, LABEL, Ink::Label, Anchor::Middle)?;
        }
        Ok(())
    })
}

/// Where a number stands to the ring of its centroid.
fn beside((x, y): (f64, f64)) -> (f64, f64) {
    (x, y - RING - 7.0)
}

fn mark(canvas: &Canvas<'_>, split: Split, (x, y): (f64, f64), ink: Ink) -> Result<(), ChartError> {
    match split {
        Split::Train => canvas.dot((x, y), 3.0, ink, 0.55),
        Split::Validation => canvas.rect((x - 3.25, y - 3.25), (6.5, 6.5), ink, 0.9),
        Split::Test => canvas.polygon(&[(x, y - 5.5), (x + 5.0, y + 3.5), (x - 5.0, y + 3.5)], ink, 0.95),
    }
}

/// What the marks are; one kind for all tracks where they have no parts.
fn legend(canvas: &Canvas<'_>, layout: Layout, parts: bool) -> Result<(), ChartError> {
    let size = layout.pick(13.0, 12.0);
    let mut x = 7.0;
    let all = [Split::Train, Split::Validation, Split::Test].map(|split| (split, split.label()));
    for &(split, label) in if parts { &all[..] } else { &[(Split::Train, "track")] } {
        mark(canvas, split, (x, 14.0), Ink::Text)?;
        canvas.text(label, (x + 10.0, 14.0), size, Ink::Text, Anchor::Start)?;
        x += text_width(label, size) + layout.pick(36.0, 24.0);
    }
    canvas.ring((x, 14.0), 7.0, Ink::Text)?;
    canvas.text("centroid", (x + 12.0, 14.0), size, Ink::Text, Anchor::Start)
}

/// From the map's plane to pixels, with one scale for both directions: distances are all a map has.
struct View {
    low: (f64, f64),
    scale: f64,
    offset: (f64, f64),
    width: f64,
    height: f64,
}

impl View {
    fn of(report: &Report, layout: Layout) -> Self {
        let width = layout.width();
        let mut low = (f64::INFINITY, f64::INFINITY);
        let mut high = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for &[x, y] in report.map.tracks.iter().chain(&report.map.centroids) {
            let (x, y) = (f64::from(x), f64::from(y));
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        let extent = ((high.0 - low.0).max(1e-6), (high.1 - low.1).max(1e-6));
        let room = width - 2.0 * MARGIN;
        // A flat map keeps some height, a tall one is made to fit.
        let inner_height = (room * extent.1 / extent.0).clamp(room * 0.5, room * layout.pick(0.8, 1.2));
        let scale = (room / extent.0).min(inner_height / extent.1);
        let offset =
            (MARGIN + (room - extent.0 * scale) / 2.0, LEGEND + MARGIN + (inner_height - extent.1 * scale) / 2.0);
        Self { low, scale, offset, width, height: LEGEND + inner_height + 2.0 * MARGIN }
    }

    fn at(&self, [x, y]: [f32; 2]) -> (f64, f64) {
        let scaled = |value: f32, low: f64| (f64::from(value) - low) * self.scale;
        (self.offset.0 + scaled(x, self.low.0), self.offset.1 + scaled(y, self.low.1))
    }

    /// The names and where to put them: above the centroid, pushed down past names already placed.
    fn labels(&self, report: &Report) -> Vec<(String, (f64, f64))> {
        let mut placed: Vec<(String, (f64, f64))> = Vec::new();
        let mut order: Vec<_> = report.sub_genres.iter().zip(&report.map.centroids).collect();
        order.sort_by(|a, b| a.1[1].total_cmp(&b.1[1]));
        for (summary, point) in order {
            let name = shorten(&summary.sub_genre.name, LABEL, self.width * 0.45);
            let half = text_width(&name, LABEL) / 2.0 + 4.0;
            let (x, y) = self.at(*point);
            let x = x.clamp(half, self.width - half);
            let mut y = beside((x, y)).1.max(LEGEND + 12.0);
            while let Some(below) = placed.iter().find_map(|(other, at)| {
                let apart = text_width(other, LABEL) / 2.0 + half;
                ((at.0 - x).abs() < apart && (at.1 - y).abs() < LABEL + 3.0).then_some(at.1 + LABEL + 3.5)
            }) {
                y = below;
            }
            placed.push((name, (x, y.min(self.height - 10.0))));
        }
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn big_maps_are_thinned_evenly() {
        assert_eq!(drawn_tracks(5).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(drawn_tracks(0).count(), 0);
        let drawn: Vec<_> = drawn_tracks(12_345).collect();
        assert_eq!(drawn.len(), MAP_MARKS);
        assert!(drawn.windows(2).all(|pair| (12..=13).contains(&(pair[1] - pair[0]))));
    }

    #[test]
    fn names_do_not_cover_each_other() {
        let mut report = sample::report();
        report.map.centroids = vec![[0.0, 0.0]; 7];
        let labels = View::of(&report, Layout::Narrow).labels(&report);
        for (i, a) in labels.iter().enumerate() {
            assert!(labels[..i].iter().all(|b| (a.1.1 - b.1.1).abs() >= LABEL), "{labels:?}");
        }
    }

    #[test]
    fn rings_hide_no_track() {
        let svg = map(&sample::report(), Layout::Wide).unwrap();
        let last_ring = svg.rfind("stroke-sub-").unwrap();
        let first_track = svg.find("fill-sub-").unwrap();
        assert!(last_ring < first_track, "rings lie under the tracks");
    }

    #[test]
    fn every_track_is_one_mark() {
        let report = sample::report();
        let svg = map(&report, Layout::Wide).unwrap();
        let tests = report.tracks.iter().filter(|t| t.split == Split::Test).count();
        assert_eq!(svg.matches("<polygon").count(), tests + 1, "one in the legend");
        assert!(svg.len() < 20_000, "{} bytes", svg.len());
        let svg = map(&sample::cross_validated(), Layout::Wide).unwrap();
        assert_eq!(svg.matches("<polygon").count(), 0, "no track has a part of its own");
    }
}
