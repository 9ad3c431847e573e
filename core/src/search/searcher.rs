//! Exact search that reads one byte per value.

use super::{
    Neighbour,
    exact::similarity,
    quantized::{Bracket, Quantized, Query},
    top_k::TopK,
};
use crate::Vectors;

/// Answers nearest-neighbour questions about a library, exactly.
///
/// A first pass over 8-bit copies brackets every similarity; the few rows whose bracket reaches the best `k` are then
/// scored in full precision. The answer equals [`brute_force`](super::brute_force) to the last bit and the last tie.
pub struct Searcher {
    vectors: Vectors,
    quantized: Quantized,
}

impl Searcher {
    /// Prepares the search over these rows.
    pub fn new(vectors: Vectors) -> Self {
        let quantized = Quantized::new(&vectors);
        Self { vectors, quantized }
    }

    /// The rows that are searched.
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// Number of tracks.
    pub fn len(&self) -> usize {
        self.vectors.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty()
    }

    /// Cosine similarity of two tracks.
    ///
    /// # Panics
    /// When one of them is not below [`Searcher::len`].
    pub fn similarity(&self, a: usize, b: usize) -> f64 {
        similarity(self.vectors.row(a), self.vectors.row(b))
    }

    /// The `k` rows most similar to `query`, best first, equals by lower index, without those for which `skip` holds.
    ///
    /// # Shapes
    /// `query`: `[dim]`, of unit length. Another length has no meaning, and finds nothing.
    pub fn nearest(&self, query: &[f32], k: usize, skip: impl Fn(usize) -> bool) -> Vec<Neighbour> {
        if k == 0 || query.len() != self.vectors.dim() {
            return Vec::new();
        }
        let coarse = Query::new(query);
        let brackets: Vec<Bracket> = self.quantized.brackets(&coarse).collect();
        // The k-th best lower end: at least k rows are that similar, so a row that cannot reach it is not among them.
        let mut floors = TopK::new(k);
        for (track, bracket) in brackets.iter().enumerate() {
            if floors.threshold().is_none_or(|worst| bracket.low > worst) && !skip(track) {
                floors.offer(Neighbour { track, similarity: bracket.low });
            }
        }
        let floor = floors.threshold().unwrap_or(f64::NEG_INFINITY);
        let mut best = TopK::new(k);
        for (track, bracket) in brackets.iter().enumerate() {
            if bracket.high >= floor && !skip(track) {
                best.offer(Neighbour { track, similarity: similarity(query, self.vectors.row(track)) });
            }
        }
        best.into_sorted()
    }

    /// The `k` tracks most similar to a track of the library, itself left out. Empty for a track that does not exist.
    pub fn neighbours(&self, track: usize, k: usize) -> Vec<Neighbour> {
        if track >= self.vectors.len() {
            return Vec::new();
        }
        self.nearest(self.vectors.row(track), k, |other| other == track)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::brute_force;

    /// Few distinct values make many rows equal or nearly so, which is where a bound that is too tight shows.
    fn rows() -> impl Strategy<Value = (Vectors, usize)> {
        (1_usize..24, 1_usize..60, 0_u8..3).prop_flat_map(|(dim, n, kind)| {
            let value = match kind {
                0 => (-1.0_f32..1.0).boxed(),
                1 => prop::sample::select(vec![-1.0_f32, 0.0, 1.0]).boxed(),
                _ => (0.999_f32..1.001).boxed(),
            };
            (prop::collection::vec(value, dim * n), 0..n).prop_map(move |(mut data, query)| {
                for row in data.chunks_mut(dim).filter(|row| row.iter().all(|v| *v == 0.0)) {
                    row[0] = 1.0;
                }
                (Vectors::normalized(data, dim).unwrap(), query)
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn equals_brute_force((vectors, query) in rows(), k in 0_usize..70) {
            let searcher = Searcher::new(vectors.clone());
            let expected = brute_force(&vectors, vectors.row(query), k, |track| track == query);
            prop_assert_eq!(searcher.neighbours(query, k), expected);
            let odd = |track: usize| track % 2 == 1;
            prop_assert_eq!(
                searcher.nearest(vectors.row(query), k, odd),
                brute_force(&vectors, vectors.row(query), k, odd)
            );
        }
    }

    #[test]
    fn few_rows_are_scored_in_full_where_rows_spread() {
        let mut state = 1_u64;
        let data = (0..2000 * 64)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
            })
            .collect();
        let vectors = Vectors::normalized(data, 64).unwrap();
        let query = Query::new(vectors.row(0));
        let brackets: Vec<_> = Quantized::new(&vectors).brackets(&query).collect();
        let mut lows: Vec<_> = brackets.iter().map(|b| b.low).collect();
        lows.sort_by(|a, b| b.total_cmp(a));
        let rescored = brackets.iter().filter(|b| b.high >= lows[9]).count();
        assert!(rescored < 100, "{rescored} of 2000 rows were scored in full for the best 10");
    }

    #[test]
    fn what_does_not_exist_has_no_neighbours() {
        let searcher = Searcher::new(Vectors::default());
        assert!(searcher.neighbours(0, 5).is_empty());
        let searcher = Searcher::new(Vectors::normalized(vec![1.0, 0.0], 2).unwrap());
        assert!(searcher.neighbours(0, 5).is_empty());
        assert!(searcher.nearest(&[1.0], 5, |_| false).is_empty());
    }
}
