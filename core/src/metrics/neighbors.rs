//! Exact nearest neighbours of every vector among the others, shared by the measures that need them.

use crate::vectors::Vectors;
use std::cmp::Ordering;
use std::ops::Range;

/// Queries that are compared with one panel at a time.
const QUERIES: usize = 4;
/// Rows per panel.
const LANES: usize = 8;
/// Queries per block: their vectors stay in the cache while the panels pass by.
const BLOCK: usize = 32;

/// The `k` nearest other vectors of each of `n` vectors, nearest first; equally near ones by ascending index.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestNeighbors {
    k: usize,
    indices: Vec<u32>,
    similarities: Vec<f32>,
}

impl NearestNeighbors {
    /// Neighbours per vector: what was asked for, or `n - 1` where that is less.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Number of vectors that have neighbours: `n`, or 0 where `k` is 0.
    pub fn len(&self) -> usize {
        self.indices.len().checked_div(self.k).unwrap_or(0)
    }

    /// Whether nothing has a neighbour.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// The neighbours of vector `i`: `[k]`.
    ///
    /// # Panics
    /// When `i` is not below [`NearestNeighbors::len`].
    pub fn indices(&self, i: usize) -> &[u32] {
        &self.indices[i * self.k..(i + 1) * self.k]
    }

    /// The cosine similarities of the neighbours of vector `i`: `[k]`, descending.
    ///
    /// # Panics
    /// When `i` is not below [`NearestNeighbors::len`].
    pub fn similarities(&self, i: usize) -> &[f32] {
        &self.similarities[i * self.k..(i + 1) * self.k]
    }

    /// Joins the results of consecutive blocks.
    pub(crate) fn from_blocks(k: usize, blocks: impl IntoIterator<Item = Vec<(f32, u32)>>) -> Self {
        let (similarities, indices) = blocks.into_iter().flatten().unzip();
        Self { k, indices, similarities }
    }
}

/// Finds the `k` nearest other vectors of each of `vectors` `[n, dim]` by comparing all pairs, on the calling thread.
/// `k` is cut to `n - 1`.
pub fn nearest_neighbors(vectors: &Vectors, k: usize) -> NearestNeighbors {
    let k = k.min(vectors.len().saturating_sub(1));
    let panels = Panels::new(vectors);
    NearestNeighbors::from_blocks(k, panels.blocks().map(|block| panels.neighbors_of(block, k)))
}

/// Vectors rearranged for comparing all pairs: `[n / 8, dim, 8]`, the last panel filled up with zeros.
///
/// Every similarity is one sum over `dim` in ascending order, so it is the same for a pair seen from either side and
/// whichever thread computes it.
pub(crate) struct Panels<'a> {
    vectors: &'a Vectors,
    packed: Vec<f32>,
}

impl<'a> Panels<'a> {
    pub(crate) fn new(vectors: &'a Vectors) -> Self {
        let dim = vectors.dim();
        let mut packed = vec![0.0; vectors.len().div_ceil(LANES) * dim * LANES];
        for (i, row) in vectors.rows().enumerate() {
            let panel = &mut packed[i / LANES * dim * LANES..];
            for (d, &value) in row.iter().enumerate() {
                panel[d * LANES + i % LANES] = value;
            }
        }
        Self { vectors, packed }
    }

    /// Ranges of queries that cover all vectors in order.
    pub(crate) fn blocks(&self) -> impl ExactSizeIterator<Item = Range<usize>> + use<> {
        let n = self.vectors.len();
        (0..n.div_ceil(BLOCK)).map(move |b| b * BLOCK..((b + 1) * BLOCK).min(n))
    }

    /// The `k` nearest others of each query in `block`, as `[block, k]` pairs of similarity and index.
    pub(crate) fn neighbors_of(&self, block: Range<usize>, k: usize) -> Vec<(f32, u32)> {
        if k == 0 {
            return Vec::new();
        }
        let n = self.vectors.len();
        let similarities = self.similarities(block.clone());
        let mut found = Vec::with_capacity(block.len() * k);
        let mut nearest = Nearest::new(k);
        for (query, row) in block.zip(similarities.chunks_exact(n)) {
            for (i, &similarity) in row.iter().enumerate() {
                if i != query {
                    nearest.offer(similarity, i as u32);
                }
            }
            nearest.drain_into(&mut found);
        }
        found
    }

    /// Similarities of the queries in `block` to all vectors: `[block, n]`.
    pub(super) fn similarities(&self, block: Range<usize>) -> Vec<f32> {
        let (n, dim) = (self.vectors.len(), self.vectors.dim());
        let mut similarities = vec![0.0; block.len() * n];
        if dim == 0 {
            return similarities;
        }
        for (p, panel) in self.packed.chunks_exact(dim * LANES).enumerate() {
            let columns = p * LANES..((p + 1) * LANES).min(n);
            for first in block.clone().step_by(QUERIES) {
                // The last rows of a block are computed again rather than by a second kernel.
                let query = |q: usize| self.vectors.row((first + q).min(block.end - 1));
                let tile = multiply([query(0), query(1), query(2), query(3)], panel);
                for (q, values) in tile.iter().enumerate().take(block.end - first) {
                    let row = (first + q - block.start) * n;
                    similarities[row + columns.start..row + columns.end].copy_from_slice(&values[..columns.len()]);
                }
            }
        }
        similarities
    }
}

/// Dot products of 4 queries `[dim]` with the 8 rows of a panel `[dim, 8]`.
fn multiply(queries: [&[f32]; QUERIES], panel: &[f32]) -> [[f32; LANES]; QUERIES] {
    let mut sums = [[0.0f32; LANES]; QUERIES];
    let [a, b, c, d] = queries;
    for ((((column, &a), &b), &c), &d) in panel.as_chunks::<LANES>().0.iter().zip(a).zip(b).zip(c).zip(d) {
        for (sums, value) in sums.iter_mut().zip([a, b, c, d]) {
            for (sum, &other) in sums.iter_mut().zip(column) {
                *sum += value * other;
            }
        }
    }
    sums
}

/// Nearest first; of equally near ones the lower index.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that sorting takes")]
fn order(a: &(f32, u32), b: &(f32, u32)) -> Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
}

/// Collects the `k` best of a stream by cutting a buffer of `2 k` candidates back to `k` whenever it is full.
struct Nearest {
    k: usize,
    candidates: Vec<(f32, u32)>,
    /// The worst similarity that `k` candidates reach: what comes later must be better.
    floor: f32,
}

impl Nearest {
    fn new(k: usize) -> Self {
        Self { k, candidates: Vec::with_capacity(2 * k), floor: f32::NEG_INFINITY }
    }

    /// Takes a candidate. Indices must ascend.
    fn offer(&mut self, similarity: f32, index: u32) {
        if similarity > self.floor {
            self.candidates.push((similarity, index));
            if self.candidates.len() == 2 * self.k {
                let (_, worst, _) = self.candidates.select_nth_unstable_by(self.k - 1, order);
                self.floor = worst.0;
                self.candidates.truncate(self.k);
            }
        }
    }

    /// Appends the `k` best in order and starts again.
    fn drain_into(&mut self, found: &mut Vec<(f32, u32)>) {
        self.candidates.sort_unstable_by(order);
        self.candidates.truncate(self.k);
        found.append(&mut self.candidates);
        self.floor = f32::NEG_INFINITY;
    }
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
        assert!(nearest_neighbors(&two.select(&[0]), 10).is_empty());
        assert!(nearest_neighbors(&Vectors::default(), 10).is_empty());
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
                all.sort_by(order);
                all.truncate(k);
                let (similarities, indices): (Vec<f32>, Vec<u32>) = all.into_iter().unzip();
                prop_assert_eq!(neighbors.indices(i), indices);
                prop_assert_eq!(neighbors.similarities(i), similarities);
            }
        }
    }
}
