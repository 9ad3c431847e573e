//! Exact search that reads one byte per value.

use super::{
    Neighbour,
    quantized::Quantized,
    rows::{IntegerQuery, UnitRows},
    top_k::TopK,
};

/// Answers nearest-neighbour questions about a library, exactly.
///
/// A first pass over 8-bit copies brackets every similarity; the few rows whose bracket reaches the best `k` are then
/// scored in full. The answer is that of a scan of all rows, to the last bit and the last tie.
pub struct Searcher {
    rows: UnitRows,
    quantized: Quantized,
}

impl Searcher {
    /// Prepares the search over these rows.
    pub fn new(rows: impl Into<UnitRows>) -> Self {
        let rows = rows.into();
        let quantized = Quantized::new(&rows);
        Self { rows, quantized }
    }

    /// The rows that are searched.
    pub fn rows(&self) -> &UnitRows {
        &self.rows
    }

    /// Number of tracks.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Cosine similarity of two tracks.
    ///
    /// # Panics
    /// When one of them is not below [`Searcher::len`].
    pub fn similarity(&self, a: usize, b: usize) -> f64 {
        self.rows.similarity(a, b)
    }

    /// The `k` rows most similar to `query`, best first, equals by lower index, without those for which `skip` holds.
    ///
    /// # Shapes
    /// `query`: `[dim]`, of any length but zero; it is rounded to 16 bits like the rows. Another dimension and values
    /// that are not finite have no meaning, and find nothing.
    pub fn nearest(&self, query: &[f32], k: usize, skip: impl Fn(usize) -> bool) -> Vec<Neighbour> {
        match IntegerQuery::new(query) {
            Some(query) if query.values.len() == self.rows.dim() => self.best(&query, k, &skip),
            _ => Vec::new(),
        }
    }

    /// The `k` tracks most similar to a track of the library, itself left out. Empty for a track that does not exist.
    pub fn neighbours(&self, track: usize, k: usize) -> Vec<Neighbour> {
        if track >= self.rows.len() {
            return Vec::new();
        }
        self.best(&IntegerQuery::of_row(&self.rows, track), k, &|other| other == track)
    }

    fn best(&self, query: &IntegerQuery, k: usize, skip: &dyn Fn(usize) -> bool) -> Vec<Neighbour> {
        if k == 0 {
            return Vec::new();
        }
        // The k-th best lower end: at least k rows are that similar, so a row that cannot reach it is not among them.
        let mut floors = TopK::new(k);
        let mut floor = f32::NEG_INFINITY;
        let mut reaching = Vec::new();
        self.quantized.brackets(query, |track, low, high| {
            if high >= floor && !skip(track) {
                reaching.push((track, high));
                if low > floor {
                    floors.offer(Neighbour { track, similarity: f64::from(low) });
                    floor = floors.threshold().map_or(floor, |floor| floor as f32);
                }
            }
        });
        let mut best = TopK::new(k);
        for (track, _) in reaching.into_iter().filter(|(_, high)| *high >= floor) {
            best.offer(Neighbour { track, similarity: self.rows.similarity_to(track, query) });
        }
        best.into_sorted()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Vectors;

    /// Every row in plain `f64`: the oracle, which shares nothing with the search but the stored integers.
    fn brute_force(rows: &UnitRows, query: &[i16], k: usize, skip: impl Fn(usize) -> bool) -> Vec<Neighbour> {
        let dot = |a: &[i16], b: &[i16]| a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
        // Of the two zeros the sum of integers is the positive one.
        let score = |row: &[i16]| dot(row, query) / (dot(row, row) * dot(query, query)).sqrt() + 0.0;
        let mut all: Vec<Neighbour> = (0..rows.len())
            .filter(|&track| !skip(track))
            .map(|track| Neighbour { track, similarity: score(rows.integers(track)) })
            .collect();
        all.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.track.cmp(&b.track)));
        all.truncate(k);
        all
    }

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
            let searcher = Searcher::new(&vectors);
            let rows = searcher.rows();
            let expected = brute_force(rows, rows.integers(query), k, |track| track == query);
            prop_assert_eq!(searcher.neighbours(query, k), expected);
            let odd = |track: usize| track % 2 == 1;
            let found = searcher.nearest(&rows.vector(query), k, odd);
            prop_assert_eq!(found, brute_force(rows, rows.integers(query), k, odd));
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
        let rows = UnitRows::from(Vectors::normalized(data, 64).unwrap());
        let quantized = Quantized::new(&rows);
        let mut brackets = Vec::new();
        quantized.brackets(&IntegerQuery::of_row(&rows, 0), |_, low, high| brackets.push((low, high)));
        let mut lows: Vec<_> = brackets.iter().map(|(low, _)| *low).collect();
        lows.sort_by(|a, b| b.total_cmp(a));
        let rescored = brackets.iter().filter(|(_, high)| *high >= lows[9]).count();
        assert!(rescored < 50, "{rescored} of 2000 rows were scored in full for the best 10");
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
