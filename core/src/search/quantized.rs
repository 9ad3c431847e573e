//! A first look at every row in one byte per value, with a certificate of how far off it can be.
//!
//! A unit row `x` is also kept as `x^ = scale * c` with `c` in -127..=127, together with `|x - x^|`. For a unit query
//! `y`, the Cauchy-Schwarz inequality gives
//!
//! `|x.y - x^.y| = |(x - x^).y| <= |x - x^|`,
//!
//! so the dot product with the bytes brackets the true similarity, and only the rows whose bracket reaches the best `k`
//! have to be looked at in full. The query keeps its 16 bits: the bracket is half as wide as with two sides in bytes.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use std::arch::wasm32::{
    i16x8, i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane,
    i32x4_splat, u64x2, v128,
};

use super::rows::{IntegerQuery, UnitRows};

/// Room for the rounding of the bracket itself.
const SLACK: f32 = 1e-6;
/// Rows are padded with zeros to a multiple of this, so that the inner loop has no rest.
const LANES: usize = 16;

/// Signed bytes, kept as unsigned ones, which can be loaded as one integer.
type Block = [u8; LANES];

/// `[n, dim]` rows of 8-bit integers.
pub(super) struct Quantized {
    /// Blocks per row.
    stride: usize,
    /// Signed bytes.
    blocks: Vec<Block>,
    /// Per row: what one step is worth.
    scales: Vec<f32>,
    /// Per row: how far a similarity can be from its estimate.
    errors: Vec<f32>,
}

impl Quantized {
    pub(super) fn new(rows: &UnitRows) -> Self {
        let stride = rows.dim().div_ceil(LANES);
        let mut blocks = Vec::new();
        blocks.reserve_exact(rows.len() * stride);
        let mut scales = Vec::with_capacity(rows.len());
        let mut errors = Vec::with_capacity(rows.len());
        for i in 0..rows.len() {
            let row = rows.integers(i);
            let largest = row.iter().fold(1, |max, v| max.max(v.unsigned_abs()));
            let step = f64::from(largest) / 127.0;
            let mut residual = 0.0;
            for values in row.chunks(LANES) {
                let mut block = [0; LANES];
                for (byte, &value) in block.iter_mut().zip(values) {
                    // Any rounding is right, for the error measures what it did.
                    let coarse = (f64::from(value) / step).round_ties_even();
                    residual += (f64::from(value) - step * coarse).powi(2);
                    *byte = coarse as i8 as u8;
                }
                blocks.push(block);
            }
            scales.push((step / rows.length(i)) as f32);
            errors.push((residual.sqrt() / rows.length(i)) as f32 + SLACK);
        }
        Self { stride, blocks, scales, errors }
    }

    /// Calls `visit` with every row, in order, and what its true similarity is certain to lie in: the estimate, give
    /// or take its error.
    pub(super) fn brackets(&self, query: &IntegerQuery, mut visit: impl FnMut(usize, f32, f32)) {
        let (query, worth, query_error) = narrowed(query, self.stride * LANES);
        let query = prepared(&query);
        // A loop in place of a chain of iterators, which comes out twice as slow where code is made small.
        let rows = self.blocks.chunks_exact(self.stride.max(1));
        for (track, ((row, scale), error)) in rows.zip(&self.scales).zip(&self.errors).enumerate() {
            let estimate = dot(row, &query) as f32 * (scale * worth);
            // |x^| is at most 1 + |x - x^|.
            let error = error + query_error * (1.0 + error);
            visit(track, estimate - error, estimate + error);
        }
    }
}

/// The query padded like a row, so small that the sum of products fits 32 bits; what one step of it is worth; and how
/// far it moved. Up to 512 values it is left as it is.
fn narrowed(query: &IntegerQuery, stride: usize) -> (Vec<i16>, f32, f32) {
    let bound = i32::MAX / (128 * stride.max(1) as i32);
    let mut shift = 0;
    while 32768 >> shift > bound {
        shift += 1;
    }
    let mut values: Vec<i16> = query.values.iter().map(|v| v >> shift).collect();
    values.resize(stride, 0);
    let step = f64::from(1_u32 << shift) / query.square.sqrt();
    let moved = if shift == 0 { 0.0 } else { step * (stride as f64).sqrt() };
    (values, step as f32, moved as f32)
}

/// Sum of products of a row and a query that was [`prepared`].
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn dot(row: &[Block], query: &[[i16; LANES]]) -> i32 {
    // A sum for each lane, which the compiler keeps in registers wherever this is called from.
    let mut sums = [0; LANES];
    for (block, query) in row.iter().zip(query) {
        for lane in 0..LANES {
            sums[lane] += i32::from(block[lane] as i8) * i32::from(query[lane]);
        }
    }
    sums.iter().sum()
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn prepared(query: &[i16]) -> Vec<[i16; LANES]> {
    query.as_chunks::<LANES>().0.to_vec()
}

/// The same by the instruction that multiplies eight pairs and adds them two by two, which the compiler does not find.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn dot(row: &[Block], query: &[[v128; 2]]) -> i32 {
    let mut sums = i32x4_splat(0);
    for (&block, &[near, far]) in row.iter().zip(query) {
        let block = u128::from_le_bytes(block);
        let x = u64x2(block as u64, (block >> 64) as u64);
        sums = i32x4_add(sums, i32x4_dot_i16x8(i16x8_extend_low_i8x16(x), near));
        sums = i32x4_add(sums, i32x4_dot_i16x8(i16x8_extend_high_i8x16(x), far));
    }
    i32x4_extract_lane::<0>(sums)
        + i32x4_extract_lane::<1>(sums)
        + i32x4_extract_lane::<2>(sums)
        + i32x4_extract_lane::<3>(sums)
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn prepared(query: &[i16]) -> Vec<[v128; 2]> {
    let eight = |&[a, b, c, d, e, f, g, h]: &[i16; 8]| i16x8(a, b, c, d, e, f, g, h);
    let eights: Vec<v128> = query.as_chunks::<8>().0.iter().map(eight).collect();
    eights.as_chunks::<2>().0.to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Vectors;

    fn brackets(quantized: &Quantized, query: &IntegerQuery) -> Vec<(f32, f32)> {
        let mut brackets = Vec::new();
        quantized.brackets(query, |_, low, high| brackets.push((low, high)));
        brackets
    }

    proptest! {
        #[test]
        fn the_true_similarity_is_inside_the_bracket(
            values in prop::collection::vec(-1.0_f32..1.0, 2..80),
            repeats in prop::sample::select(vec![1_usize, 1, 20]),
            peak in 1.0_f32..1000.0,
        ) {
            let half = values.len() / 2;
            let (a, b) = (&values[..half], &values[half..2 * half]);
            // Long rows are compared with a query of fewer bits.
            let mut data = [a.repeat(repeats), b.repeat(repeats)].concat();
            let dim = half * repeats;
            // One large value makes the integer steps of the others coarse.
            data[0] *= peak;
            prop_assume!(data.chunks(dim).all(|row| row.iter().any(|v| v.abs() > 1e-3)));
            let rows = UnitRows::from(Vectors::normalized(data, dim).unwrap());
            let quantized = Quantized::new(&rows);
            let (low, high) = brackets(&quantized, &IntegerQuery::of_row(&rows, 1))[0];
            let truth = rows.similarity(0, 1);
            prop_assert!(f64::from(low) <= truth && truth <= f64::from(high), "{low} {truth} {high}");
            prop_assert!(f64::from(high - low) < 0.02 * (dim as f64).sqrt());
        }
    }

    #[test]
    fn the_largest_products_do_not_wrap() {
        for dim in [512, 4096] {
            let rows = UnitRows::from_integers(vec![i16::MIN; dim], dim).unwrap();
            let quantized = Quantized::new(&rows);
            let (low, high) = brackets(&quantized, &IntegerQuery::of_row(&rows, 0))[0];
            assert!(low <= 1.0 && high >= 1.0 && high - low < 0.1, "{low} {high}");
        }
    }
}
