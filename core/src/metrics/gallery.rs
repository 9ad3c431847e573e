//! Ranking the tracks of a gallery for tracks that ask.

use super::correction::{Fitted, HubnessCorrection};
use super::neighbors::{Found, Nearest, NearestNeighbors};
use super::panels::{BLOCK, Panels};
use crate::vectors::Vectors;

/// Tracks that can be found, and what a correction of hubs has to know of them.
///
/// Leave-one-out and held-out retrieval are the same thing with other tracks: in the first all tracks ask and all can
/// be found, none by itself; in the second held-out tracks ask and training tracks are found. A correction is fitted
/// to the gallery alone, so that the ranking of a query does not depend on what else is asked.
///
/// Memory: a copy of the gallery, and 32 rows of similarities `[32, gallery]` at a time. Time: every query is compared
/// with every track of the gallery; [`HubnessCorrection`] says what fitting adds.
#[derive(Clone, Debug)]
pub struct Gallery {
    tracks: Vec<usize>,
    /// Track and position of every track, by track.
    places: Vec<(usize, usize)>,
    /// Tracks in the library.
    library: usize,
    panels: Panels,
    fitted: Fitted,
}

impl Gallery {
    /// The given `tracks` of a library's `vectors` `[n, dim]`, with `correction` fitted to them.
    ///
    /// # Panics
    /// When a track is not below `n` or occurs twice.
    pub fn new(vectors: &Vectors, tracks: &[usize], correction: HubnessCorrection) -> Self {
        let mut places: Vec<(usize, usize)> = tracks.iter().copied().zip(0..).collect();
        places.sort_unstable();
        assert!(places.windows(2).all(|pair| pair[0].0 != pair[1].0), "a track can be found once");
        let (fitted, placed) = Fitted::fit(vectors.select(tracks), correction);
        Self { tracks: tracks.to_vec(), places, library: vectors.len(), panels: Panels::new(&placed), fitted }
    }

    /// Finds the `k` nearest tracks of the gallery for each of the tracks `queries`, on the calling thread. `k` is cut
    /// to the size of the gallery, less one where a query is in it.
    ///
    /// # Panics
    /// When `vectors` are not those of [`Gallery::new`] in number, or a query is not below it.
    pub fn neighbors(&self, vectors: &Vectors, queries: &[usize], k: usize) -> NearestNeighbors {
        let found = self.found(vectors, queries, k);
        let blocks = queries.chunks(BLOCK).map(|block| self.rank(vectors, block, found));
        NearestNeighbors::from_blocks(found, queries, &self.tracks, blocks)
    }

    /// [`Gallery::neighbors`] on rayon's current thread pool, with exactly the same result.
    ///
    /// # Panics
    /// As [`Gallery::neighbors`].
    #[cfg(feature = "analysis")]
    pub fn neighbors_parallel(&self, vectors: &Vectors, queries: &[usize], k: usize) -> NearestNeighbors {
        use rayon::prelude::*;
        let found = self.found(vectors, queries, k);
        let blocks: Vec<_> = queries.par_chunks(BLOCK).map(|block| self.rank(vectors, block, found)).collect();
        NearestNeighbors::from_blocks(found, queries, &self.tracks, blocks)
    }

    /// How many neighbours there will be.
    fn found(&self, vectors: &Vectors, queries: &[usize], k: usize) -> Found {
        assert_eq!(vectors.len(), self.library, "vectors of the library that the gallery is part of");
        let itself = queries.iter().any(|&query| self.place(query).is_some());
        let most = self.tracks.len().saturating_sub(usize::from(itself));
        Found { k: k.min(most), most, tracks: self.library }
    }

    /// The ranking of a block of queries: pairs of score and track, `[block, k]`.
    fn rank(&self, vectors: &Vectors, queries: &[usize], found: Found) -> Vec<(f32, u32)> {
        let (n, k) = (self.panels.len(), found.k);
        let mut ranked = Vec::with_capacity(queries.len() * k);
        if k == 0 {
            return ranked;
        }
        let placed = self.fitted.place(vectors.select(queries));
        let mut similarities = self.panels.similarities(&placed, 0..queries.len());
        let mut nearest = Nearest::new(k);
        for (&query, row) in queries.iter().zip(similarities.chunks_exact_mut(n)) {
            let own = self.place(query);
            self.fitted.score(row, own);
            for (i, &score) in row.iter().enumerate() {
                if Some(i) != own {
                    nearest.offer(score, i as u32);
                }
            }
            nearest.drain_into(&mut ranked);
        }
        for (_, index) in &mut ranked {
            *index = self.tracks[*index as usize] as u32;
        }
        ranked
    }

    /// The tracks that can be found, in the order in which equally near ones are ranked.
    pub fn tracks(&self) -> &[usize] {
        &self.tracks
    }

    /// Where a track is in the gallery.
    fn place(&self, track: usize) -> Option<usize> {
        self.places.binary_search_by_key(&track, |place| place.0).ok().map(|i| self.places[i].1)
    }
}

/// Finds the `k` nearest other vectors of each of `vectors` `[n, dim]` by comparing all pairs, on the calling thread.
/// `k` is cut to `n - 1`.
pub fn nearest_neighbors(vectors: &Vectors, k: usize) -> NearestNeighbors {
    let all: Vec<usize> = (0..vectors.len()).collect();
    corrected_neighbors(vectors, &all, &all, k, HubnessCorrection::None)
}

/// The `k` nearest of the tracks `gallery` for each of the tracks `queries` of a library's `vectors` `[n, dim]`: a
/// [`Gallery`] made for one use.
///
/// # Panics
/// As [`Gallery::new`] and [`Gallery::neighbors`].
pub fn corrected_neighbors(
    vectors: &Vectors,
    queries: &[usize],
    gallery: &[usize],
    k: usize,
    correction: HubnessCorrection,
) -> NearestNeighbors {
    Gallery::new(vectors, gallery, correction).neighbors(vectors, queries, k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equally_near_ones_come_by_index_and_nobody_is_their_own_neighbor() {
        let vectors = Vectors::normalized([1.0, 0.0].repeat(12), 2).unwrap();
        let neighbors = nearest_neighbors(&vectors, 3);
        assert_eq!(neighbors.indices(0), [1, 2, 3]);
        assert_eq!(neighbors.indices(2), [0, 1, 3]);
        assert_eq!(neighbors.indices(11), [0, 1, 2]);
    }

    #[test]
    fn small_libraries_have_fewer_neighbors() {
        let two = Vectors::normalized(vec![1.0, 0.0, 0.6, 0.8], 2).unwrap();
        let neighbors = nearest_neighbors(&two, 10);
        assert_eq!((neighbors.k(), neighbors.len(), neighbors.indices(1)), (1, 2, &[0][..]));
        assert_eq!(neighbors.similarities(0), [0.6]);
        let alone = nearest_neighbors(&two.select(&[0]), 10);
        assert!(alone.is_empty() && alone.indices(0).is_empty());
        assert!(nearest_neighbors(&Vectors::default(), 10).is_empty());
    }

    #[test]
    fn held_out_tracks_find_the_gallery_only() {
        let angles = [0.0f32, 10.0, 20.0, 30.0, 40.0];
        let data = angles.iter().flat_map(|a| [a.to_radians().cos(), a.to_radians().sin()]).collect();
        let vectors = Vectors::normalized(data, 2).unwrap();
        let found = corrected_neighbors(&vectors, &[4, 0], &[3, 1], 9, HubnessCorrection::None);
        assert_eq!((found.queries(), found.gallery(), found.tracks()), (&[4, 0][..], &[3, 1][..], 5));
        assert_eq!((found.k(), found.indices(0), found.indices(1)), (2, &[3, 1][..], &[1, 3][..]));
        // A query in the gallery takes a rank from all, so that all have equally many.
        let found = corrected_neighbors(&vectors, &[3, 0], &[3, 1, 2], 9, HubnessCorrection::None);
        assert_eq!((found.k(), found.indices(0), found.indices(1)), (2, &[2, 1][..], &[1, 2][..]));
    }

    proptest! {
        #[test]
        fn equals_sorting_all_pairs(
            data in (1usize..70, 1usize..5)
                .prop_flat_map(|(n, dim)| (prop::collection::vec(1i8..4, n * dim), Just(dim))),
            k in 1usize..80,
        ) {
            // Few distinct values, so that ties are common.
            let vectors = Vectors::normalized(data.0.iter().map(|&v| f32::from(v)).collect(), data.1).unwrap();
            let neighbors = nearest_neighbors(&vectors, k);
            let n = vectors.len();
            for i in 0..neighbors.len() {
                let mut all: Vec<(f32, u32)> = (0..n)
                    .filter(|&j| j != i)
                    .map(|j| (crate::vectors::dot(vectors.row(i), vectors.row(j)), j as u32))
                    .collect();
                all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                all.truncate(k);
                let (similarities, indices): (Vec<f32>, Vec<u32>) = all.into_iter().unzip();
                prop_assert_eq!(neighbors.indices(i), indices);
                prop_assert_eq!(neighbors.similarities(i), similarities);
            }
        }
    }
}
