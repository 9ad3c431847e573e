//! A matrix of unit vectors.

use thiserror::Error;

/// Why a matrix of vectors was refused.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum VectorsError {
    /// The length of the data is not a multiple of the dimension.
    #[error("expected a multiple of {dim} values, found {len}")]
    Shape {
        /// Values given.
        len: usize,
        /// Values per row.
        dim: usize,
    },
    /// A value is NaN or infinite.
    #[error("row {row} holds a value that is not finite")]
    NotFinite {
        /// Index of the row.
        row: usize,
    },
    /// A row has no direction.
    #[error("row {row} is all zeros and has no direction")]
    Zero {
        /// Index of the row.
        row: usize,
    },
    /// A row that should already be of unit length is not.
    #[error("row {row} is not of unit length")]
    NotUnit {
        /// Index of the row.
        row: usize,
    },
}

/// How far from 1 the length of a stored unit row may be: far above `f32` rounding, far below anything that matters.
const UNIT_TOLERANCE: f64 = 1e-4;

/// `[n, dim]` vectors in row-major order, each finite and of unit length by construction, so that a dot product is a
/// cosine similarity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vectors {
    dim: usize,
    data: Vec<f32>,
}

impl Vectors {
    /// Takes `[n, dim]` values and scales every row to unit length (the norm is computed in `f64`).
    ///
    /// # Errors
    /// Refuses a length that is no multiple of `dim`, values that are not finite, and rows of zeros.
    pub fn normalized(mut data: Vec<f32>, dim: usize) -> Result<Self, VectorsError> {
        if dim == 0 || !data.len().is_multiple_of(dim) {
            return Err(VectorsError::Shape { len: data.len(), dim });
        }
        for (row, values) in data.chunks_exact_mut(dim).enumerate() {
            if !values.iter().all(|v| v.is_finite()) {
                return Err(VectorsError::NotFinite { row });
            }
            let norm = values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt();
            if norm < 1e-12 {
                return Err(VectorsError::Zero { row });
            }
            for v in values {
                *v = (f64::from(*v) / norm) as f32;
            }
        }
        Ok(Self { dim, data })
    }

    /// Takes `[n, dim]` values whose rows are already of unit length, and keeps every bit of them: what was computed
    /// from [`Vectors::as_slice`] before is what will be computed again.
    ///
    /// # Errors
    /// Refuses a length that is no multiple of `dim`, values that are not finite, and rows whose length is not 1.
    pub fn from_unit_rows(data: Vec<f32>, dim: usize) -> Result<Self, VectorsError> {
        if dim == 0 || !data.len().is_multiple_of(dim) {
            return Err(VectorsError::Shape { len: data.len(), dim });
        }
        for (row, values) in data.chunks_exact(dim).enumerate() {
            if !values.iter().all(|v| v.is_finite()) {
                return Err(VectorsError::NotFinite { row });
            }
            let norm = values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt();
            if (norm - 1.0).abs() > UNIT_TOLERANCE {
                return Err(VectorsError::NotUnit { row });
            }
        }
        Ok(Self { dim, data })
    }

    /// Values per row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.data.len().checked_div(self.dim).unwrap_or(0)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Row `i`: `[dim]`.
    ///
    /// # Panics
    /// When `i` is not below [`Vectors::len`].
    pub fn row(&self, i: usize) -> &[f32] {
        &self.data[i * self.dim..(i + 1) * self.dim]
    }

    /// All rows in order, each `[dim]`.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.data.chunks_exact(self.dim.max(1))
    }

    /// All values, row-major `[n * dim]`.
    pub fn as_slice(&self) -> &[f32] {
        &self.data
    }

    /// The rows at the given places, in their order.
    ///
    /// # Panics
    /// When an index is not below [`Vectors::len`].
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let data = indices.iter().flat_map(|&i| self.row(i)).copied().collect();
        Self { dim: self.dim, data }
    }
}

/// Dot product of two vectors of the same length: for unit vectors, their cosine similarity.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    debug_assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_scaled_to_unit_length() {
        let vectors = Vectors::normalized(vec![3.0, 4.0, 0.0, 2.0], 2).unwrap();
        assert_eq!(vectors.as_slice(), [0.6, 0.8, 0.0, 1.0]);
        assert_eq!(vectors.select(&[1, 0]).row(1), [0.6, 0.8]);
    }

    #[test]
    fn stored_unit_rows_keep_every_bit_and_others_are_refused() {
        let stored = Vectors::normalized((1..=64).map(|i| (i as f32).sin()).collect(), 16).unwrap();
        assert_eq!(Vectors::from_unit_rows(stored.as_slice().to_vec(), 16), Ok(stored));
        assert_eq!(Vectors::from_unit_rows(vec![1.0, 0.0, 0.0, 2.0], 2), Err(VectorsError::NotUnit { row: 1 }));
        assert_eq!(Vectors::from_unit_rows(vec![f32::NAN, 1.0], 2), Err(VectorsError::NotFinite { row: 0 }));
        assert_eq!(Vectors::from_unit_rows(vec![1.0; 3], 2), Err(VectorsError::Shape { len: 3, dim: 2 }));
    }

    #[test]
    fn what_has_no_direction_is_refused() {
        assert_eq!(Vectors::normalized(vec![0.0; 4], 2), Err(VectorsError::Zero { row: 0 }));
        assert_eq!(Vectors::normalized(vec![1.0, 0.0, f32::NAN, 1.0], 2), Err(VectorsError::NotFinite { row: 1 }));
        assert_eq!(Vectors::normalized(vec![1.0; 3], 2), Err(VectorsError::Shape { len: 3, dim: 2 }));
    }
}
