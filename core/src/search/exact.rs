//! The definition of similarity, and the slow search that nothing can be wrong with.

use super::{Neighbour, top_k::TopK};
use crate::Vectors;

/// Cosine similarity of two unit vectors of the same length: 1 = same direction, -1 = opposite.
///
/// Computed in `f64` and in a fixed order of additions, so that every machine and every browser ranks alike.
pub fn similarity(a: &[f32], b: &[f32]) -> f64 {
    // Eight independent sums let the compiler use SIMD registers without changing the order between machines.
    let mut sums = [0.0_f64; 8];
    let (a_blocks, a_rest) = a.as_chunks::<8>();
    let (b_blocks, b_rest) = b.as_chunks::<8>();
    for (x, y) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..8 {
            sums[lane] += f64::from(x[lane]) * f64::from(y[lane]);
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum();
    sums.iter().sum::<f64>() + rest
}

/// The `k` rows most similar to `query` (`[dim]`, of unit length), best first, equals by lower index; rows for which
/// `skip` holds are left out. Looks at every row in full precision: the oracle for [`Searcher`](super::Searcher).
pub fn brute_force(vectors: &Vectors, query: &[f32], k: usize, skip: impl Fn(usize) -> bool) -> Vec<Neighbour> {
    let mut best = TopK::new(k);
    for (track, row) in vectors.rows().enumerate() {
        if !skip(track) {
            best.offer(Neighbour { track, similarity: similarity(query, row) });
        }
    }
    best.into_sorted()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_are_ordered_by_index_and_skipped_rows_left_out() {
        let vectors = Vectors::normalized(vec![0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0], 2).unwrap();
        let found = brute_force(&vectors, &[1.0, 0.0], 3, |track| track == 1);
        assert_eq!(found.iter().map(|n| n.track).collect::<Vec<_>>(), [2, 3, 0]);
        assert!((found[1].similarity - 0.5_f64.sqrt()).abs() < 1e-7);
        assert_eq!(found[0].similarity.to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn lengths_that_are_no_multiple_of_the_block_are_summed_whole() {
        for dim in 1..40_usize {
            let a: Vec<f32> = (0..dim).map(|i| i as f32).collect();
            let expected: usize = (0..dim).map(|i| i * i).sum();
            assert_eq!(similarity(&a, &a).to_bits(), (expected as f64).to_bits());
        }
    }
}
