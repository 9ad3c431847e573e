//! Unit vectors as 16-bit integers: what is searched, and what travels to the browser.
//!
//! A row of integers `q` stands for the unit vector `q / |q|`, so a cosine similarity is `a.b / sqrt(a.a b.b)` with sums
//! of integers: no rounding, no order of additions, the same bits on every machine. A unit vector moves by about 3e-5
//! when it is written so (`sqrt(dim) / 2` steps of a 32,767th of its largest value at most), and takes half the memory
//! of one in `f32`.

use crate::Vectors;
use crate::vectors::VectorsError;

/// The largest integer of every row that was made from a vector.
const PEAK: f32 = 32767.0;

/// `[n, dim]` unit vectors in 16-bit integers, row-major. No row is all zeros.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnitRows {
    dim: usize,
    values: Vec<i16>,
    /// Per row: the sum of squares. Below 2^30 x 4096, so exact.
    squares: Vec<f64>,
}

impl UnitRows {
    /// Takes `[n, dim]` integers as they were stored.
    ///
    /// # Errors
    /// Refuses a length that is no multiple of `dim`, and rows of zeros.
    pub fn from_integers(values: Vec<i16>, dim: usize) -> Result<Self, VectorsError> {
        if values.is_empty() {
            return Ok(Self::default());
        }
        if dim == 0 || !values.len().is_multiple_of(dim) {
            return Err(VectorsError::Shape { len: values.len(), dim });
        }
        let squares: Vec<f64> = values.chunks_exact(dim).map(|row| dot(row, row)).collect();
        match squares.iter().position(|&square| square < 1.0) {
            Some(row) => Err(VectorsError::Zero { row }),
            None => Ok(Self { dim, values, squares }),
        }
    }

    /// Values per row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.squares.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.squares.is_empty()
    }

    /// Row `i` in integers: `[dim]`.
    ///
    /// # Panics
    /// When `i` is not below [`UnitRows::len`].
    pub fn integers(&self, i: usize) -> &[i16] {
        &self.values[i * self.dim..(i + 1) * self.dim]
    }

    /// All integers, row-major `[n * dim]`.
    pub fn as_slice(&self) -> &[i16] {
        &self.values
    }

    /// Row `i` as a unit vector: `[dim]`.
    ///
    /// # Panics
    /// When `i` is not below [`UnitRows::len`].
    pub fn vector(&self, i: usize) -> Vec<f32> {
        let scale = 1.0 / self.length(i);
        self.integers(i).iter().map(|&v| (f64::from(v) * scale) as f32).collect()
    }

    /// One value of row `i` as a unit vector.
    ///
    /// # Panics
    /// When there is no such row or value.
    pub fn value(&self, i: usize, at: usize) -> f32 {
        (f64::from(self.integers(i)[at]) / self.length(i)) as f32
    }

    /// Cosine similarity of two rows: 1 = same direction, and exactly 1 for a row with itself.
    ///
    /// # Panics
    /// When one of them is not below [`UnitRows::len`].
    pub fn similarity(&self, a: usize, b: usize) -> f64 {
        dot(self.integers(a), self.integers(b)) / (self.squares[a] * self.squares[b]).sqrt()
    }

    /// Euclidean length of row `i` in integer steps.
    pub(super) fn length(&self, i: usize) -> f64 {
        self.squares[i].sqrt()
    }

    /// Cosine similarity of row `i` and a query of the same dimension.
    pub(super) fn similarity_to(&self, i: usize, query: &IntegerQuery) -> f64 {
        dot(self.integers(i), &query.values) / (self.squares[i] * query.square).sqrt()
    }
}

impl From<&Vectors> for UnitRows {
    fn from(vectors: &Vectors) -> Self {
        let mut values = Vec::with_capacity(vectors.as_slice().len());
        for row in vectors.rows() {
            push_integers(row, PEAK, &mut values);
        }
        let squares = values.chunks_exact(vectors.dim().max(1)).map(|row| dot(row, row)).collect();
        Self { dim: vectors.dim(), values, squares }
    }
}

impl From<Vectors> for UnitRows {
    fn from(vectors: Vectors) -> Self {
        Self::from(&vectors)
    }
}

/// A query in the same form.
pub(super) struct IntegerQuery {
    pub(super) values: Vec<i16>,
    pub(super) square: f64,
}

impl IntegerQuery {
    /// Row `i` of a library, as it is.
    pub(super) fn of_row(rows: &UnitRows, i: usize) -> Self {
        Self { values: rows.integers(i).to_vec(), square: rows.squares[i] }
    }

    /// A vector of any length. `None` where it has no direction.
    pub(super) fn new(vector: &[f32]) -> Option<Self> {
        if !vector.iter().all(|v| v.is_finite()) {
            return None;
        }
        let mut values = Vec::with_capacity(vector.len());
        push_integers(vector, PEAK, &mut values);
        let square = dot(&values, &values);
        (square > 0.0).then_some(Self { values, square })
    }
}

/// Appends a vector, scaled so that its largest value becomes `peak`.
fn push_integers(vector: &[f32], peak: f32, values: &mut Vec<i16>) {
    let largest = vector.iter().fold(0.0_f32, |max, v| max.max(v.abs()));
    let scale = f64::from(peak) / f64::from(largest.max(f32::MIN_POSITIVE));
    values.extend(vector.iter().map(|&v| (f64::from(v) * scale).round_ties_even() as i16));
}

/// The sum of products, exact: at most 4096 x 2^30 = 2^42.
fn dot(a: &[i16], b: &[i16]) -> f64 {
    // A product of two fits 30 bits and the sum of two products 31, which is how far 32 bits go.
    let mut sums = [0_i64; 4];
    let (a_blocks, a_rest) = a.as_chunks::<8>();
    let (b_blocks, b_rest) = b.as_chunks::<8>();
    for (x, y) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..4 {
            let near = i32::from(x[2 * lane]) * i32::from(y[2 * lane]);
            let far = i32::from(x[2 * lane + 1]) * i32::from(y[2 * lane + 1]);
            sums[lane] += i64::from(near) + i64::from(far);
        }
    }
    let rest: i64 = a_rest.iter().zip(b_rest).map(|(&x, &y)| i64::from(i32::from(x) * i32::from(y))).sum();
    (sums.iter().sum::<i64>() + rest) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::similarity;

    proptest! {
        #[test]
        fn similarities_are_those_of_the_vectors(
            values in prop::collection::vec(-1.0_f32..1.0, 2..300),
        ) {
            let dim = values.len() / 2;
            let mut data = values[..2 * dim].to_vec();
            data[0] = 1.0;
            data[dim] = -0.7;
            let vectors = Vectors::normalized(data, dim).unwrap();
            let rows = UnitRows::from(&vectors);
            let (found, truth) = (rows.similarity(0, 1), similarity(vectors.row(0), vectors.row(1)));
            // Each row is off by at most half a step per value.
            let bound = (dim as f64).sqrt() / 32767.0;
            prop_assert!((found - truth).abs() <= bound, "{found} {truth}");
            prop_assert_eq!(rows.similarity(1, 1).to_bits(), 1.0_f64.to_bits());
            prop_assert_eq!(rows.similarity(0, 1).to_bits(), rows.similarity(1, 0).to_bits());
            // What was stored reads as it was, and a vector read from it is written as the same integers again.
            let again = UnitRows::from_integers(rows.as_slice().to_vec(), dim).unwrap();
            prop_assert_eq!(&again, &rows);
            let read = Vectors::normalized([rows.vector(0), rows.vector(1)].concat(), dim).unwrap();
            prop_assert_eq!(UnitRows::from(&read), rows);
        }
    }

    #[test]
    fn the_largest_sums_are_exact() {
        let extreme = vec![i16::MIN; 4096];
        let rows = UnitRows::from_integers(extreme, 4096).unwrap();
        assert_eq!(rows.length(0).to_bits(), (32768.0_f64 * 64.0).to_bits());
    }

    #[test]
    fn what_has_no_direction_is_refused() {
        assert_eq!(UnitRows::from_integers(vec![1, 0, 0, 0], 2), Err(VectorsError::Zero { row: 1 }));
        assert_eq!(UnitRows::from_integers(vec![1, 0, 0], 2), Err(VectorsError::Shape { len: 3, dim: 2 }));
        assert!(UnitRows::from_integers(Vec::new(), 0).unwrap().is_empty());
        assert!(IntegerQuery::new(&[0.0, 0.0]).is_none());
        assert!(IntegerQuery::new(&[f32::NAN, 1.0]).is_none());
    }
}
