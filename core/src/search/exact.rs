//! Similarity of vectors that are not part of a search.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_that_are_no_multiple_of_the_block_are_summed_whole() {
        for dim in 1..40_usize {
            let a: Vec<f32> = (0..dim).map(|i| i as f32).collect();
            let expected: usize = (0..dim).map(|i| i * i).sum();
            assert_eq!(similarity(&a, &a).to_bits(), (expected as f64).to_bits());
        }
    }
}
