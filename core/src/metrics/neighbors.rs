//! The nearest tracks of every track that asks, shared by the measures that need them.

use std::cmp::Ordering;

/// The `k` nearest tracks of each query among those of a gallery, nearest first; equally near ones in the gallery's
/// order. A query never finds itself.
///
/// Tracks are named by their index in the library, so that labels are looked up by it whatever the gallery is.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestNeighbors {
    k: usize,
    most: usize,
    tracks: usize,
    queries: Vec<u32>,
    gallery: Vec<u32>,
    indices: Vec<u32>,
    similarities: Vec<f32>,
}

impl NearestNeighbors {
    /// Neighbours per query: what was asked for, or as many as every query has in the gallery where that is less.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Number of queries.
    pub fn len(&self) -> usize {
        self.queries.len()
    }

    /// Whether nothing has a neighbour.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Tracks in the library, in which queries, gallery and neighbours are indices.
    pub fn tracks(&self) -> usize {
        self.tracks
    }

    /// The tracks that ask: `[len]`. Row `i` of everything else belongs to `queries()[i]`.
    pub fn queries(&self) -> &[u32] {
        &self.queries
    }

    /// The tracks that can be found.
    pub fn gallery(&self) -> &[u32] {
        &self.gallery
    }

    /// The neighbours of query `i`, as tracks: `[k]`.
    ///
    /// # Panics
    /// When `i` is not below [`NearestNeighbors::len`].
    pub fn indices(&self, i: usize) -> &[u32] {
        assert!(i < self.len(), "query {i} of {}", self.len());
        &self.indices[i * self.k..(i + 1) * self.k]
    }

    /// How near the neighbours of query `i` are: `[k]`, descending. Cosine similarities; under a correction of hubs its
    /// scores, whose order alone has a meaning.
    ///
    /// # Panics
    /// When `i` is not below [`NearestNeighbors::len`].
    pub fn similarities(&self, i: usize) -> &[f32] {
        assert!(i < self.len(), "query {i} of {}", self.len());
        &self.similarities[i * self.k..(i + 1) * self.k]
    }

    /// The most neighbours that all queries have in the gallery: [`NearestNeighbors::k`] where all were asked for.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Joins the rankings of consecutive blocks of queries: pairs of score and track, `k` for each.
    pub(super) fn from_blocks(
        found: Found,
        queries: &[usize],
        gallery: &[usize],
        blocks: impl IntoIterator<Item = Vec<(f32, u32)>>,
    ) -> Self {
        let tracks = |indices: &[usize]| indices.iter().map(|&track| track as u32).collect();
        let (similarities, indices) = blocks.into_iter().flatten().unzip();
        let Found { k, most, tracks: total } = found;
        Self { k, most, tracks: total, queries: tracks(queries), gallery: tracks(gallery), indices, similarities }
    }
}

/// The sizes of a ranking.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Neighbours per query.
    pub(super) k: usize,
    /// The most that there could be.
    pub(super) most: usize,
    /// Tracks in the library.
    pub(super) tracks: usize,
}

/// Nearest first; of equally near ones the lower index.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that sorting takes")]
fn order(a: &(f32, u32), b: &(f32, u32)) -> Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
}

/// Collects the `k` best of a stream by cutting a buffer of `2 k` candidates back to `k` whenever it is full.
pub(super) struct Nearest {
    k: usize,
    candidates: Vec<(f32, u32)>,
    /// The worst similarity that `k` candidates reach: what comes later must be better.
    floor: f32,
}

impl Nearest {
    pub(super) fn new(k: usize) -> Self {
        Self { k, candidates: Vec::with_capacity(2 * k), floor: f32::NEG_INFINITY }
    }

    /// Takes a candidate. Indices must ascend; with `k` 0 there must be none.
    pub(super) fn offer(&mut self, similarity: f32, index: u32) {
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
    pub(super) fn drain_into(&mut self, found: &mut Vec<(f32, u32)>) {
        self.candidates.sort_unstable_by(order);
        self.candidates.truncate(self.k);
        found.append(&mut self.candidates);
        self.floor = f32::NEG_INFINITY;
    }
}
