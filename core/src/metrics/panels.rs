//! Similarities of many vectors to many others.

use crate::vectors::Vectors;
use std::ops::Range;

/// Queries that are compared with one panel at a time.
const QUERIES: usize = 4;
/// Rows per panel.
const LANES: usize = 8;
/// Queries per block: their vectors stay in the cache while the panels pass by.
pub(crate) const BLOCK: usize = 32;

/// Vectors rearranged for being compared with queries: `[n / 8, dim, 8]`, the last panel filled up with zeros.
///
/// Every similarity is one sum over `dim` in ascending order, so it is the same for a pair seen from either side and
/// whichever thread computes it.
#[derive(Clone, Debug)]
pub(crate) struct Panels {
    len: usize,
    dim: usize,
    packed: Vec<f32>,
}

impl Panels {
    /// Packs all of `vectors` `[n, dim]`.
    pub(crate) fn new(vectors: &Vectors) -> Self {
        let (len, dim) = (vectors.len(), vectors.dim());
        let mut packed = vec![0.0; len.div_ceil(LANES) * dim * LANES];
        for (i, row) in vectors.rows().enumerate() {
            let panel = &mut packed[i / LANES * dim * LANES..];
            for (d, &value) in row.iter().enumerate() {
                panel[d * LANES + i % LANES] = value;
            }
        }
        Self { len, dim, packed }
    }

    /// Number of packed vectors, `n`.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Ranges of rows that cover `rows` in order, none longer than [`BLOCK`].
    pub(crate) fn blocks(rows: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
        (0..rows.div_ceil(BLOCK)).map(move |b| b * BLOCK..((b + 1) * BLOCK).min(rows))
    }

    /// Similarities of the rows `block` of `queries` `[_, dim]` to all packed vectors: `[block, n]`.
    pub(crate) fn similarities(&self, queries: &Vectors, block: Range<usize>) -> Vec<f32> {
        let Self { len, dim, ref packed } = *self;
        let mut similarities = vec![0.0; block.len() * len];
        if dim == 0 {
            return similarities;
        }
        debug_assert_eq!(queries.dim(), dim);
        for (p, panel) in packed.chunks_exact(dim * LANES).enumerate() {
            let columns = p * LANES..((p + 1) * LANES).min(len);
            for first in block.clone().step_by(QUERIES) {
                // The last rows of a block are computed again rather than by a second kernel.
                let query = |q: usize| queries.row((first + q).min(block.end - 1));
                let tile = multiply([query(0), query(1), query(2), query(3)], panel);
                for (q, values) in tile.iter().enumerate().take(block.end - first) {
                    let row = (first + q - block.start) * len;
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
