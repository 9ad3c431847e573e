//! Products of dense matrices on the calling thread, for the probes and the clustering.

use std::ops::{AddAssign, Mul};

/// Rows of the left matrix that are multiplied together.
const ROWS: usize = 4;
/// Columns of the right matrix that are multiplied together.
const LANES: usize = 4;

/// `f32` or `f64`.
pub(crate) trait Real: Copy + Default + AddAssign + Mul<Output = Self> {}
impl Real for f32 {}
impl Real for f64 {}

/// A row-major matrix `[rows, columns]`, or the transpose of one, without a copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a, T> {
    data: &'a [T],
    rows: usize,
    columns: usize,
    /// Values between neighbours in a column and in a row.
    strides: [usize; 2],
}

impl<'a, T> View<'a, T> {
    /// Row-major values with rows of `columns`.
    ///
    /// # Panics
    /// When the values do not fill whole rows.
    pub(crate) fn new(data: &'a [T], columns: usize) -> Self {
        assert!(columns > 0 && data.len().is_multiple_of(columns), "{} values in rows of {columns}", data.len());
        Self { data, rows: data.len() / columns, columns, strides: [columns, 1] }
    }

    /// Rows become columns.
    pub(crate) fn transposed(self) -> Self {
        let [across, along] = self.strides;
        Self { rows: self.columns, columns: self.rows, strides: [along, across], ..self }
    }
}

/// `out += a b` for `a` `[n, k]`, `b` `[k, m]` and a row-major `out` `[n, m]`. Every value is one sum over `k` in
/// ascending order, added to `out` at the end.
///
/// # Panics
/// When the shapes do not belong together.
pub(crate) fn multiply_add<T: Real>(a: View<'_, T>, b: View<'_, T>, out: &mut [T]) {
    assert_eq!(a.columns, b.rows, "inner dimensions");
    assert_eq!(out.len(), a.rows * b.columns, "values of the product");
    // Strips of the operands side by side, padded with zeros: then the kernel reads memory in order.
    let right = packed::<T, LANES>(b.transposed());
    let mut left = vec![[T::default(); ROWS]; a.columns];
    for first in (0..a.rows).step_by(ROWS) {
        pack(a, first, &mut left);
        for (panel, columns) in right.chunks_exact(b.rows.max(1)).zip((0..b.columns).step_by(LANES)) {
            let sums = tile(&left, panel);
            let width = LANES.min(b.columns - columns);
            for (row, sums) in (first..a.rows).zip(&sums) {
                let start = row * b.columns + columns;
                for (out, &sum) in out[start..start + width].iter_mut().zip(sums) {
                    *out += sum;
                }
            }
        }
    }
}

/// All strips of `WIDTH` rows, one after the other.
fn packed<T: Real, const WIDTH: usize>(matrix: View<'_, T>) -> Vec<[T; WIDTH]> {
    let strips = matrix.rows.div_ceil(WIDTH);
    let mut packed = vec![[T::default(); WIDTH]; strips * matrix.columns];
    for (strip, values) in packed.chunks_exact_mut(matrix.columns.max(1)).enumerate() {
        pack(matrix, strip * WIDTH, values);
    }
    packed
}

/// Writes the rows from `first` on as columns: `[columns, WIDTH]`, with zeros for the rows that are not there.
fn pack<T: Real, const WIDTH: usize>(matrix: View<'_, T>, first: usize, out: &mut [[T; WIDTH]]) {
    let [across, along] = matrix.strides;
    for lane in 0..WIDTH {
        let row = first + lane;
        if row < matrix.rows {
            let values = matrix.data[row * across..].iter().step_by(along);
            out.iter_mut().zip(values).for_each(|(out, &value)| out[lane] = value);
        } else {
            for out in out.iter_mut() {
                out[lane] = T::default();
            }
        }
    }
}

/// The product of one strip of each operand.
fn tile<T: Real>(left: &[[T; ROWS]], right: &[[T; LANES]]) -> [[T; LANES]; ROWS] {
    let mut sums = [[T::default(); LANES]; ROWS];
    for (left, right) in left.iter().zip(right) {
        for (sums, &value) in sums.iter_mut().zip(left) {
            for (sum, &other) in sums.iter_mut().zip(right) {
                *sum += value * other;
            }
        }
    }
    sums
}

/// Dot product in four running sums.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    debug_assert_eq!(a.len(), b.len());
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [0.0f64; 4];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// The Cholesky factor of a symmetric positive definite matrix: `a = l l^T`.
#[derive(Clone, Debug)]
pub(crate) struct Cholesky {
    n: usize,
    /// Row-major `[n, n]`, of which the lower half counts.
    lower: Vec<f64>,
}

impl Cholesky {
    /// Factors `a` `[n, n]`, of which only the lower half is read. `None` where it is not positive definite in `f64`.
    ///
    /// # Panics
    /// When `a` is not square.
    pub(crate) fn of(mut a: Vec<f64>, n: usize) -> Option<Self> {
        assert_eq!(a.len(), n * n, "a square matrix");
        for i in 0..n {
            let (above, from_i) = a.split_at_mut(i * n);
            let row = &mut from_i[..n];
            for j in 0..i {
                let other = &above[j * n..(j + 1) * n];
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            }
            let pivot = row[i] - dot(&row[..i], &row[..i]);
            // Rounding leaves about n steps where nothing should be left. Not `<=`: a NaN is refused too.
            if !(pivot > n as f64 * f64::EPSILON * row[i].abs() && pivot.is_finite()) {
                return None;
            }
            row[i] = pivot.sqrt();
        }
        Some(Self { n, lower: a })
    }

    /// Solves `a x = b` for the columns of a row-major `b` `[n, m]`, which becomes `x`.
    ///
    /// # Panics
    /// When `b` has not `n` rows.
    pub(crate) fn solve(&self, b: &mut [f64]) {
        let Self { n, lower } = self;
        let n = *n;
        assert!(n > 0 && b.len().is_multiple_of(n), "one row per unknown");
        let m = b.len() / n;
        // l y = b, then l^T x = y, row by row with all columns at once.
        for i in 0..n {
            let (solved, from_i) = b.split_at_mut(i * m);
            let known = lower[i * n..i * n + i].iter().copied().zip(solved.chunks_exact(m));
            eliminate(&mut from_i[..m], known, lower[i * n + i]);
        }
        for i in (0..n).rev() {
            let (to_i, solved) = b.split_at_mut((i + 1) * m);
            let column = lower[i * n + i..].iter().step_by(n).skip(1).copied();
            eliminate(&mut to_i[i * m..], column.zip(solved.chunks_exact(m)), lower[i * n + i]);
        }
    }
}

/// `row = (row - sum of factor * known) / pivot`.
fn eliminate<'a>(row: &mut [f64], known: impl Iterator<Item = (f64, &'a [f64])>, pivot: f64) {
    for (factor, values) in known {
        row.iter_mut().zip(values).for_each(|(out, value)| *out -= factor * value);
    }
    for out in row.iter_mut() {
        *out /= pivot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(matrix: View<'_, f64>, i: usize, j: usize) -> f64 {
        matrix.data[i * matrix.strides[0] + j * matrix.strides[1]]
    }

    proptest! {
        #[test]
        fn products_equal_their_definition(
            n in 1usize..10, k in 1usize..12, m in 1usize..10, seed in any::<u32>(), flip in any::<[bool; 2]>(),
        ) {
            // Small integers, so that sums are exact in any order.
            let value = |i: usize| f64::from((seed.wrapping_mul(i as u32 + 7) >> 13) % 9) - 4.0;
            let a: Vec<f64> = (0..n * k).map(value).collect();
            let b: Vec<f64> = (0..k * m).map(|i| value(i + 1000)).collect();
            let a = if flip[0] { View::new(&a, n).transposed() } else { View::new(&a, k) };
            let b = if flip[1] { View::new(&b, k).transposed() } else { View::new(&b, m) };
            let mut out = vec![1.0; n * m];
            multiply_add(a, b, &mut out);
            for i in 0..n {
                for j in 0..m {
                    let expected = 1.0 + (0..k).map(|p| at(a, i, p) * at(b, p, j)).sum::<f64>();
                    prop_assert!((out[i * m + j] - expected).abs() < f64::EPSILON);
                }
            }
        }

        #[test]
        fn solutions_solve(n in 1usize..9, m in 1usize..4, values in prop::collection::vec(-1.0f64..1.0, 9 * 9 + 36)) {
            let half = &values[..n * n];
            let mut a = vec![0.0; n * n];
            multiply_add(View::new(half, n), View::new(half, n).transposed(), &mut a);
            (0..n).for_each(|i| a[i * n + i] += 0.5);
            let b = &values[81..81 + n * m];
            let mut x = b.to_vec();
            Cholesky::of(a.clone(), n).unwrap().solve(&mut x);
            let mut back = vec![0.0; n * m];
            multiply_add(View::new(&a, n), View::new(&x, m), &mut back);
            for (back, b) in back.iter().zip(b) {
                prop_assert!((back - b).abs() < 1e-10);
            }
        }
    }

    #[test]
    fn matrices_that_are_not_positive_definite_are_refused() {
        for a in [[1.0, 2.0, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0], [1.0, 0.0, f64::NAN, 1.0], [0.0; 4]] {
            assert!(Cholesky::of(a.to_vec(), 2).is_none(), "{a:?}");
        }
    }

    #[test]
    fn dot_products_use_every_value() {
        let values: Vec<f64> = (1..=7).map(f64::from).collect();
        assert!((dot(&values, &values) - 140.0).abs() < 1e-12);
    }
}
