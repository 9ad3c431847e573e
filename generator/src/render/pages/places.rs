//! The map in numbers: where each sub-genre lies.

use serde::Serialize;

use super::tracks::{Named, named};
use crate::render::report::Report;

/// One sub-genre on the map, in the map's own unit.
#[derive(Debug, Serialize)]
pub(super) struct Place<'a> {
    index: usize,
    name: &'a str,
    tracks: usize,
    x: f32,
    y: f32,
    /// Mean distance of its tracks from its centroid; absent where it has none.
    spread: Option<f64>,
    /// The sub-genre whose centroid is nearest; absent where there is no other one.
    nearest: Option<Named<'a>>,
}

/// Every sub-genre on the map; empty where no map was made.
pub(super) fn places(report: &Report) -> Vec<Place<'_>> {
    let map = &report.map;
    let distance = |a: [f32; 2], b: [f32; 2]| f64::from(a[0] - b[0]).hypot(f64::from(a[1] - b[1]));
    let place = |(index, &centroid): (usize, &[f32; 2])| {
        let own = report.tracks.iter().zip(&map.tracks).filter(|(track, _)| track.meta.sub_genre as usize == index);
        let distances: Vec<f64> = own.map(|(_, &point)| distance(point, centroid)).collect();
        let others = map.centroids.iter().enumerate().filter(|(other, _)| *other != index);
        let nearest = others.min_by(|a, b| distance(*a.1, centroid).total_cmp(&distance(*b.1, centroid)));
        Place {
            index,
            name: &report.sub_genres[index].sub_genre.name,
            tracks: distances.len(),
            x: centroid[0],
            y: centroid[1],
            spread: (!distances.is_empty()).then(|| distances.iter().sum::<f64>() / distances.len() as f64),
            nearest: nearest.map(|(other, _)| named(report, other as u32)),
        }
    };
    map.centroids.iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn every_sub_genre_has_its_place() {
        let mut report = sample::report();
        report.map.centroids = (0..7).map(|i| [10.0 * i as f32, 0.0]).collect();
        for (point, track) in report.map.tracks.iter_mut().zip(&report.tracks) {
            *point = [10.0 * track.meta.sub_genre as f32 + 3.0, 4.0];
        }
        let found = places(&report);
        assert_eq!(found.len(), 7);
        assert!(found.iter().all(|place| place.tracks == 16 && (place.spread.unwrap() - 5.0).abs() < 1e-6));
        assert_eq!(found[6].nearest.as_ref().unwrap().index, 5);
        assert!(places(&sample::bare()).is_empty());
    }
}
