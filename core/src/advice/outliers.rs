//! Tracks that are far from everything.

use serde::{Deserialize, Serialize};

use super::distribution::median;
use crate::metrics::NearestNeighbors;
use crate::search::similarity;
use crate::vectors::Vectors;

/// When a track counts as an outlier.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutlierOptions {
    /// Deviations of the logarithm of the distance to its neighbours above the median of its sub-genre: 3.5, as Iglewicz
    /// and Hoaglin 1993 recommend for the modified z-score.
    pub deviations: f64,
    /// The least local outlier factor: 1.3. Of tracks inside a group it is about 1, however dense the group.
    pub factor: f64,
    /// Tracks that a sub-genre must have to be a measure of its own; those of smaller ones are measured by the library.
    pub least_tracks: usize,
}

impl Default for OutlierOptions {
    fn default() -> Self {
        Self { deviations: 3.5, factor: 1.3, least_tracks: 10 }
    }
}

/// A track that is far from everything.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlier {
    /// The track.
    pub track: usize,
    /// Mean cosine distance to its nearest neighbours, of whatever sub-genre.
    pub distance: f64,
    /// The median of the same over its sub-genre.
    pub typical_distance: f64,
    /// How far the logarithm of the distance is above its median, in units of the median absolute deviation times 1.4826,
    /// which for normally distributed values is the standard deviation. Logarithms, because distances have a long tail.
    pub deviations: f64,
    /// The local outlier factor.
    pub factor: f64,
}

/// Distances below this are rounding: copies.
const LEAST_DISTANCE: f64 = 1e-6;
/// The least deviation of a logarithm: a tenth more or less is nothing, however equal the others are.
const LEAST_DEVIATION: f64 = 0.1;

/// What turns a median absolute deviation into the standard deviation of a normal distribution.
const DEVIATION_PER_MAD: f64 = 1.482_602_218_505_602;

/// Finds the tracks whose neighbours are far for their sub-genre and for those neighbours themselves: the mean distance
/// to them is [`OutlierOptions::deviations`] above the sub-genre's median, and the [`local_outlier_factors`] is at least
/// [`OutlierOptions::factor`]. The first alone would name the rim of every wide sub-genre, the second tracks beside a
/// dense group. The farthest first, by deviations, then by track.
///
/// `neighbors` are those of all tracks among all, 10 to 20 for each.
///
/// # Panics
/// When `labels` is not one per vector, or not all tracks ask in their order.
pub fn outliers(
    vectors: &Vectors,
    labels: &[usize],
    neighbors: &NearestNeighbors,
    options: &OutlierOptions,
) -> Vec<Outlier> {
    assert_eq!(labels.len(), vectors.len(), "one label per vector");
    let distances = distances(vectors, neighbors);
    let factors = factors(neighbors, &distances);
    let means: Vec<f64> = distances.iter().map(|row| row.iter().sum::<f64>() / row.len().max(1) as f64).collect();
    let classes = labels.iter().max().map_or(0, |most| most + 1);
    let mut by_class: Vec<Vec<f64>> = vec![Vec::new(); classes];
    for (&mean, &label) in means.iter().zip(labels) {
        by_class[label].push(mean);
    }
    let library = Spread::of(&means);
    let spreads: Vec<Option<Spread>> = by_class
        .iter()
        .map(|means| if means.len() < options.least_tracks { library } else { Spread::of(means) })
        .collect();
    let of_track = |(track, factor): (usize, &f64)| {
        let spread = spreads[labels[track]]?;
        let found = Outlier {
            track,
            distance: means[track],
            typical_distance: spread.median.exp(),
            deviations: (logarithm(means[track]) - spread.median) / spread.deviation,
            factor: *factor,
        };
        (found.deviations >= options.deviations && found.factor >= options.factor).then_some(found)
    };
    let mut found: Vec<Outlier> = factors.iter().enumerate().filter_map(of_track).collect();
    found.sort_by(|a, b| b.deviations.total_cmp(&a.deviations).then(a.track.cmp(&b.track)));
    found
}

/// The local outlier factor of every track, `[n]` (Breunig et al. 2000), under cosine distance with as many neighbours as
/// there are: how much denser its neighbours lie than itself. About 1 inside a group, more outside. As scikit-learn's
/// `LocalOutlierFactor`, which adds 1e-10 to mean distances, so that equal tracks have a density.
///
/// # Panics
/// When `neighbors` are not those of all of `vectors`, in their order.
pub fn local_outlier_factors(vectors: &Vectors, neighbors: &NearestNeighbors) -> Vec<f64> {
    factors(neighbors, &distances(vectors, neighbors))
}

/// Cosine distances to the neighbours, nearest first: `[n][k]`.
fn distances(vectors: &Vectors, neighbors: &NearestNeighbors) -> Vec<Vec<f64>> {
    let asked = neighbors.queries().iter().map(|&query| query as usize);
    assert!(asked.eq(0..vectors.len()), "all tracks must ask, in their order");
    let distance =
        |track: usize, other: u32| (1.0 - similarity(vectors.row(track), vectors.row(other as usize))).max(0.0);
    let row = |track: usize| neighbors.indices(track).iter().map(|&other| distance(track, other)).collect();
    (0..vectors.len()).map(row).collect()
}

fn factors(neighbors: &NearestNeighbors, distances: &[Vec<f64>]) -> Vec<f64> {
    let reach: Vec<f64> = distances.iter().map(|row| row.iter().copied().fold(0.0, f64::max)).collect();
    let k = neighbors.k().max(1) as f64;
    let density = |(track, row): (usize, &Vec<f64>)| {
        let reached = neighbors.indices(track).iter().zip(row).map(|(&other, d)| d.max(reach[other as usize]));
        1.0 / (reached.sum::<f64>() / k + 1e-10)
    };
    let densities: Vec<f64> = distances.iter().enumerate().map(density).collect();
    let factor = |(track, own): (usize, &f64)| {
        neighbors.indices(track).iter().map(|&other| densities[other as usize]).sum::<f64>() / k / own
    };
    densities.iter().enumerate().map(factor).collect()
}

fn logarithm(distance: f64) -> f64 {
    distance.max(LEAST_DISTANCE).ln()
}

/// Where the logarithms of distances lie, however far some of them stray.
#[derive(Clone, Copy)]
struct Spread {
    median: f64,
    deviation: f64,
}

impl Spread {
    fn of(distances: &[f64]) -> Option<Self> {
        let logarithms: Vec<f64> = distances.iter().map(|&distance| logarithm(distance)).collect();
        let middle = median(logarithms.clone())?;
        let mad = median(logarithms.into_iter().map(|value| (value - middle).abs()).collect())?;
        Some(Self { median: middle, deviation: (DEVIATION_PER_MAD * mad).max(LEAST_DEVIATION) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::nearest_neighbors;
    use crate::metrics::random::Stream;

    /// A wide and a narrow group of 60, around two axes of six.
    fn library() -> (Vec<f32>, Vec<usize>) {
        let stream = Stream::new(4, 0);
        let mut data = Vec::new();
        for i in 0..120u64 {
            let (axis, noise) = if i % 2 == 0 { (0, 0.3) } else { (1, 0.03) };
            data.extend(
                (0..6).map(|d| f32::from(u8::from(d == axis)) + (noise * stream.symmetric(i * 6 + d as u64)) as f32),
            );
        }
        (data, (0..120).map(|i| i % 2).collect())
    }

    #[test]
    fn planted_outliers_are_found_in_wide_and_narrow_groups() {
        let (mut data, labels) = library();
        let find = |data: &[f32]| {
            let vectors = Vectors::normalized(data.to_vec(), 6).unwrap();
            outliers(&vectors, &labels, &nearest_neighbors(&vectors, 10), &OutlierOptions::default())
        };
        assert_eq!(find(&data), []);
        // Something else altogether in the wide group, and a track at the rim of the narrow one that would be nothing
        // special in the wide one.
        data[6 * 20..6 * 21].copy_from_slice(&[0.0, 0.0, 0.0, 0.0, 1.0, 0.2]);
        data[6 * 31..6 * 32].copy_from_slice(&[0.0, 1.0, 0.0, 0.0, 0.0, 0.25]);
        let found = find(&data);
        let mut tracks: Vec<usize> = found.iter().map(|outlier| outlier.track).collect();
        tracks.sort_unstable();
        assert_eq!(tracks, [20, 31], "{found:?}");
        assert!(found.iter().all(|o| o.deviations > 3.5 && o.factor > 1.3 && o.distance > o.typical_distance));
    }

    #[test]
    fn equal_tracks_and_empty_libraries_have_no_outliers() {
        let vectors = Vectors::normalized([0.3, 0.4, 0.1].repeat(30), 3).unwrap();
        let neighbors = nearest_neighbors(&vectors, 5);
        assert_eq!(outliers(&vectors, &[0; 30], &neighbors, &OutlierOptions::default()), []);
        let nothing = Vectors::default();
        assert_eq!(outliers(&nothing, &[], &nearest_neighbors(&nothing, 5), &OutlierOptions::default()), []);
        let alone = vectors.select(&[0]);
        assert_eq!(outliers(&alone, &[0], &nearest_neighbors(&alone, 5), &OutlierOptions::default()), []);
    }
}
