//! Eigenvalues of small symmetric matrices.

/// Sweeps over all pairs, at most; some ten settle all digits.
const SWEEPS: usize = 60;

/// Eigenvalues, descending, and eigenvectors of unit length, `(value, [n])`, of a symmetric row-major matrix `[n, n]`, by
/// cyclic Jacobi rotations (Golub and Van Loan, section 8.5): slow for large matrices, accurate for small ones.
///
/// # Panics
/// When the matrix is not square.
pub(super) fn symmetric_eigen(mut a: Vec<f64>, n: usize) -> Vec<(f64, Vec<f64>)> {
    assert_eq!(a.len(), n * n, "a square matrix");
    // Row j becomes eigenvector j, so that a rotation runs along memory.
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let total: f64 = a.iter().map(|v| v * v).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * n + j].powi(2)).sum();
        if off <= f64::EPSILON * f64::EPSILON * total {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, n, p, q);
            }
        }
    }
    let mut pairs: Vec<(f64, Vec<f64>)> = vectors.into_iter().enumerate().map(|(i, v)| (a[i * n + i], v)).collect();
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0));
    pairs
}

/// Makes the value at `(p, q)` zero.
fn rotate(a: &mut [f64], vectors: &mut [Vec<f64>], n: usize, p: usize, q: usize) {
    let value = a[p * n + q];
    if value == 0.0 {
        return;
    }
    let ratio = (a[q * n + q] - a[p * n + p]) / (2.0 * value);
    let t = ratio.signum() / (ratio.abs() + ratio.hypot(1.0));
    let c = t.hypot(1.0).recip();
    let s = t * c;
    for i in 0..n {
        let (x, y) = (a[i * n + p], a[i * n + q]);
        (a[i * n + p], a[i * n + q]) = (c * x - s * y, s * x + c * y);
    }
    let (above, below) = a.split_at_mut(q * n);
    for (x, y) in above[p * n..(p + 1) * n].iter_mut().zip(&mut below[..n]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
    let (above, below) = vectors.split_at_mut(q);
    for (x, y) in above[p].iter_mut().zip(&mut below[0]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn vectors_are_orthonormal_and_stretched_by_their_values(
            n in 1usize..9, values in prop::collection::vec(-2.0f64..2.0, 64),
        ) {
            let at = |i: usize, j: usize| if i < j { values[i * 8 + j] } else { values[j * 8 + i] };
            let a: Vec<f64> = (0..n * n).map(|i| at(i / n, i % n)).collect();
            let pairs = symmetric_eigen(a.clone(), n);
            prop_assert!(pairs.is_sorted_by(|x, y| x.0 >= y.0));
            for (i, (value, vector)) in pairs.iter().enumerate() {
                for (j, (_, other)) in pairs.iter().enumerate() {
                    let product: f64 = vector.iter().zip(other).map(|(x, y)| x * y).sum();
                    prop_assert!((product - f64::from(u8::from(i == j))).abs() < 1e-12);
                }
                for row in 0..n {
                    let image: f64 = (0..n).map(|column| a[row * n + column] * vector[column]).sum();
                    prop_assert!((image - value * vector[row]).abs() < 1e-11);
                }
            }
        }
    }
}
