//! Rows as 8-bit integers, each with a certificate of how far it is from the original.
//!
//! A unit row `x` is kept as `x^ = scale * q` with `q` in -127..=127, together with `|x - x^|`. For unit vectors and
//! any `x^`, `y^`, the Cauchy-Schwarz inequality gives
//!
//! `|x.y - x^.y^| = |x.(y - y^) + (x - x^).y^| <= |y - y^| + |x - x^| |y^|`,
//!
//! so the integer dot product brackets the true similarity, and only the rows whose bracket reaches the best `k` have
//! to be looked at in full precision.

use crate::Vectors;

/// Room for the rounding of the bracket itself and for rows that are of unit length only to `f32` precision.
const SLACK: f64 = 1e-6;

/// `[n, dim]` rows of 8-bit integers.
pub(super) struct Quantized {
    dim: usize,
    values: Vec<i8>,
    /// Per row: what one integer step is worth.
    scales: Vec<f64>,
    /// Per row: `|x - x^|`.
    residuals: Vec<f64>,
}

/// A query as 8-bit integers.
pub(super) struct Query {
    values: Vec<i8>,
    scale: f64,
    residual: f64,
    /// `|y^|`.
    norm: f64,
}

/// What the true similarity is certain to lie in.
#[derive(Clone, Copy)]
pub(super) struct Bracket {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Quantized {
    pub(super) fn new(vectors: &Vectors) -> Self {
        let mut values = Vec::with_capacity(vectors.as_slice().len());
        let mut scales = Vec::with_capacity(vectors.len());
        let mut residuals = Vec::with_capacity(vectors.len());
        for row in vectors.rows() {
            let scale = quantize(row, &mut values);
            scales.push(scale);
            residuals.push(residual(row, &values[values.len() - row.len()..], scale));
        }
        Self { dim: vectors.dim(), values, scales, residuals }
    }

    /// Brackets of all rows, in order.
    pub(super) fn brackets<'a>(&'a self, query: &'a Query) -> impl Iterator<Item = Bracket> + 'a {
        self.values.chunks_exact(self.dim.max(1)).zip(&self.scales).zip(&self.residuals).map(
            |((row, scale), residual)| {
                let near = f64::from(dot_i8(row, &query.values)) * (scale * query.scale);
                let error = query.residual + residual * query.norm + SLACK;
                Bracket { low: near - error, high: near + error }
            },
        )
    }
}

impl Query {
    /// Takes a unit vector `[dim]`.
    pub(super) fn new(vector: &[f32]) -> Self {
        let mut values = Vec::with_capacity(vector.len());
        let scale = quantize(vector, &mut values);
        let norm = values.iter().map(|&q| f64::from(q) * f64::from(q)).sum::<f64>().sqrt() * scale;
        let residual = residual(vector, &values, scale);
        Self { values, scale, residual, norm }
    }
}

/// Appends the row's integers and returns its scale.
fn quantize(row: &[f32], values: &mut Vec<i8>) -> f64 {
    let largest = row.iter().fold(0.0_f32, |max, v| max.max(v.abs()));
    let scale = f64::from(largest.max(f32::MIN_POSITIVE)) / 127.0;
    let steps = (1.0 / scale) as f32;
    // Any rounding is right, for the residual measures what it did.
    values.extend(row.iter().map(|v| (v * steps).round_ties_even().clamp(-127.0, 127.0) as i8));
    scale
}

fn residual(row: &[f32], values: &[i8], scale: f64) -> f64 {
    row.iter().zip(values).map(|(&v, &q)| (f64::from(v) - scale * f64::from(q)).powi(2)).sum::<f64>().sqrt()
}

/// Integer dot product. Cannot overflow below 2^31 / 127^2 = 133,000 values, and the index allows 4096.
fn dot_i8(a: &[i8], b: &[i8]) -> i32 {
    // Eight sums over blocks of 16: the shape that compilers turn into widening SIMD multiplications. Two products of
    // 8-bit values fit 16 bits, so each pair is added before it is widened.
    let mut sums = [0_i32; 8];
    let (a_blocks, a_rest) = a.as_chunks::<16>();
    let (b_blocks, b_rest) = b.as_chunks::<16>();
    for (x, y) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..8 {
            let near = i16::from(x[lane]) * i16::from(y[lane]);
            let far = i16::from(x[lane + 8]) * i16::from(y[lane + 8]);
            sums[lane] += i32::from(near + far);
        }
    }
    let rest: i32 = a_rest.iter().zip(b_rest).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum();
    sums.iter().sum::<i32>() + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::similarity;

    proptest! {
        #[test]
        fn the_true_similarity_is_inside_the_bracket(
            values in prop::collection::vec(-1.0_f32..1.0, 2..80),
            peak in 1.0_f32..1000.0,
        ) {
            let dim = values.len() / 2;
            let mut data = values[..2 * dim].to_vec();
            // One large value makes the integer steps of the others coarse.
            data[0] *= peak;
            prop_assume!(data.chunks(dim).all(|row| row.iter().any(|v| v.abs() > 1e-3)));
            let vectors = Vectors::normalized(data, dim).unwrap();
            let query = Query::new(vectors.row(1));
            let bracket = Quantized::new(&vectors).brackets(&query).next().unwrap();
            let truth = similarity(vectors.row(0), vectors.row(1));
            prop_assert!(bracket.low <= truth && truth <= bracket.high);
            prop_assert!(bracket.high - bracket.low < 0.1 * (dim as f64).sqrt());
        }
    }

    #[test]
    fn the_largest_products_do_not_wrap() {
        let extreme = [-127_i8; 4096];
        assert_eq!(dot_i8(&extreme, &extreme), 4096 * 127 * 127);
    }
}
