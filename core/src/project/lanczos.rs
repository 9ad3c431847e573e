//! The greatest eigenvalues of a symmetric operator.

use crate::metrics::random::Stream;

/// Steps at most. Directions that are not settled by then are still as smooth as a start needs.
const MAX_STEPS: usize = 300;
/// Steps between two looks at the eigenvalues.
const CHECK_EVERY: usize = 20;

/// Eigenvectors of unit length, greatest eigenvalue first: pairs of eigenvalue and `[n]`.
///
/// Lanczos with full reorthogonalisation (Golub and Van Loan, section 10.3): the basis is as orthogonal as `f64` can
/// have it. Where it spans an invariant subspace it goes on from a new random direction, so that an eigenvalue is found
/// as often as it occurs. `apply` computes the operator times its first argument into its second. Directions in
/// `deflated` (orthonormal) are left out. Fewer than `count` come back where the space has no more.
pub(super) fn top_eigenvectors(
    n: usize,
    count: usize,
    deflated: &[Vec<f64>],
    seed: u64,
    mut apply: impl FnMut(&[f64], &mut [f64]),
) -> Vec<(f64, Vec<f64>)> {
    let steps = MAX_STEPS.min(n.saturating_sub(deflated.len()));
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let (mut diagonal, mut off): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut scale = 0.0f64;
    while basis.len() < steps {
        let mut next = vec![0.0; n];
        let mut coupling = 0.0;
        if let Some(last) = basis.last() {
            apply(last, &mut next);
            diagonal.push(dot(last, &next));
            scale = scale.max(dot(&next, &next).sqrt());
            coupling = orthonormalize(&mut next, deflated, &basis);
        }
        if coupling <= 1e-10 * scale || basis.is_empty() {
            coupling = 0.0;
            if !restart(&mut next, deflated, &basis, seed) {
                break;
            }
        }
        if !basis.is_empty() {
            off.push(coupling);
        }
        basis.push(next);
        if basis.len().is_multiple_of(CHECK_EVERY) && settled(&diagonal, &off, count, scale) {
            break;
        }
    }
    // The newest direction has not been multiplied yet.
    if basis.len() > diagonal.len()
        && let Some(last) = basis.last()
    {
        let mut image = vec![0.0; n];
        apply(last, &mut image);
        diagonal.push(dot(last, &image));
    }
    let ritz = eigen(&diagonal, &off[..diagonal.len().saturating_sub(1)]);
    ritz.into_iter().take(count).map(|(value, weights)| (value, combine(&basis, &weights, n))).collect()
}

/// Whether the error bounds of the first `count` eigenvalues are small.
fn settled(diagonal: &[f64], off: &[f64], count: usize, scale: f64) -> bool {
    let m = diagonal.len();
    let Some(&coupling) = off.get(m.wrapping_sub(1)) else { return false };
    let ritz = eigen(diagonal, &off[..m - 1]);
    ritz.len() >= count && ritz.iter().take(count).all(|(_, w)| coupling * w[m - 1].abs() < 1e-7 * scale)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four running sums, added in a fixed order.
    let (heads, tails) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (x, y) in heads.0.iter().zip(tails.0) {
        for i in 0..4 {
            sums[i] += x[i] * y[i];
        }
    }
    let rest: f64 = heads.1.iter().zip(tails.1).map(|(x, y)| x * y).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Removes every part along the given directions, twice for the sake of rounding, and scales to unit length. Returns
/// the length that was left.
fn orthonormalize(vector: &mut [f64], deflated: &[Vec<f64>], basis: &[Vec<f64>]) -> f64 {
    for _ in 0..2 {
        for direction in deflated.iter().chain(basis) {
            let along = dot(vector, direction);
            vector.iter_mut().zip(direction).for_each(|(v, d)| *v -= along * d);
        }
    }
    let length = dot(vector, vector).sqrt();
    if length > 0.0 {
        for v in vector {
            *v /= length;
        }
    }
    length
}

/// Fills in a random direction outside of the basis. `false` where there seems to be none.
fn restart(vector: &mut [f64], deflated: &[Vec<f64>], basis: &[Vec<f64>], seed: u64) -> bool {
    let stream = Stream::new(seed, 0x6c61_6e63 + basis.len() as u64);
    for (i, v) in vector.iter_mut().enumerate() {
        *v = stream.symmetric(i as u64);
    }
    orthonormalize(vector, deflated, basis) > 1e-9
}

/// The sum of basis vectors with the given weights.
fn combine(basis: &[Vec<f64>], weights: &[f64], n: usize) -> Vec<f64> {
    let mut sum = vec![0.0; n];
    for (direction, weight) in basis.iter().zip(weights) {
        sum.iter_mut().zip(direction).for_each(|(s, d)| *s += weight * d);
    }
    // Which of the two signs comes out depends on the start; the greatest component decides.
    let greatest = sum.iter().fold(0.0f64, |m, &v| if v.abs() > m.abs() { v } else { m });
    if greatest < 0.0 {
        for s in &mut sum {
            *s = -*s;
        }
    }
    sum
}

/// Eigenvalues, descending, and eigenvectors of a symmetric tridiagonal matrix, by implicit QL steps (Golub and Van
/// Loan, section 8.3).
fn eigen(diagonal: &[f64], off: &[f64]) -> Vec<(f64, Vec<f64>)> {
    let m = diagonal.len();
    let mut d = diagonal.to_vec();
    let mut e = off.to_vec();
    e.resize(m, 0.0);
    // Row j holds eigenvector j, so that a rotation runs along memory.
    let mut vectors: Vec<Vec<f64>> = (0..m).map(|i| (0..m).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for l in 0..m {
        // Each eigenvalue takes two or three steps; the bound only keeps a NaN from looping forever.
        for _ in 0..60 {
            let split = (l..m - 1).find(|&i| e[i].abs() <= f64::EPSILON * (d[i].abs() + d[i + 1].abs()));
            let end = split.unwrap_or(m - 1);
            if end == l {
                break;
            }
            let shift = (d[l + 1] - d[l]) / (2.0 * e[l]);
            let mut g = d[end] - d[l] + e[l] / (shift + shift.hypot(1.0).copysign(shift));
            let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
            let mut broke = false;
            for i in (l..end).rev() {
                let (f, b) = (s * e[i], c * e[i]);
                let r = f.hypot(g);
                e[i + 1] = r;
                if r == 0.0 {
                    d[i + 1] -= p;
                    e[end] = 0.0;
                    broke = true;
                    break;
                }
                s = f / r;
                c = g / r;
                g = d[i + 1] - p;
                let t = (d[i] - g) * s + 2.0 * c * b;
                p = s * t;
                d[i + 1] = g + p;
                g = c * t - b;
                let (low, high) = vectors.split_at_mut(i + 1);
                for (x, y) in low[i].iter_mut().zip(&mut high[0]) {
                    (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
                }
            }
            if !broke {
                d[l] -= p;
                e[l] = g;
                e[end] = 0.0;
            }
        }
    }
    let mut pairs: Vec<(f64, Vec<f64>)> = d.into_iter().zip(vectors).collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path of n points: its adjacency matrix has the eigenvalues 2 cos(pi j / (n + 1)).
    fn path(x: &[f64], y: &mut [f64]) {
        for (i, y) in y.iter_mut().enumerate() {
            *y = x.get(i.wrapping_sub(1)).unwrap_or(&0.0) + x.get(i + 1).unwrap_or(&0.0);
        }
    }

    #[test]
    fn tridiagonal_eigenvalues_are_those_of_a_path() {
        let pairs = eigen(&[0.0; 9], &[1.0; 8]);
        for (j, (value, vector)) in pairs.iter().enumerate() {
            assert!((value - 2.0 * (std::f64::consts::PI * (j + 1) as f64 / 10.0).cos()).abs() < 1e-12);
            let mut image = vec![0.0; 9];
            path(vector, &mut image);
            assert!(image.iter().zip(vector).all(|(a, b)| (a - value * b).abs() < 1e-12));
        }
        assert_eq!(eigen(&[], &[]), []);
        assert_eq!(eigen(&[3.0], &[]), [(3.0, vec![1.0])]);
    }

    #[test]
    fn greatest_eigenvectors_of_a_long_path() {
        let n = 120;
        let top = top_eigenvectors(n, 3, &[], 7, path);
        for (j, (value, vector)) in top.iter().enumerate() {
            assert!((value - 2.0 * (std::f64::consts::PI * (j + 1) as f64 / 121.0).cos()).abs() < 1e-9);
            let mut image = vec![0.0; n];
            path(vector, &mut image);
            assert!(image.iter().zip(vector).all(|(a, b)| (a - value * b).abs() < 1e-6));
        }
        let rest = top_eigenvectors(n, 1, &[top[0].1.clone()], 7, path);
        assert!((rest[0].0 - top[1].0).abs() < 1e-9);
    }

    #[test]
    fn equal_eigenvalues_are_found_as_often_as_they_occur() {
        let diagonal = [5.0, 1.0, 5.0, 0.0, 2.0];
        let values: Vec<f64> = top_eigenvectors(5, 9, &[], 1, |x, y| {
            y.iter_mut().zip(x).zip(diagonal).for_each(|((y, x), d)| *y = d * x);
        })
        .into_iter()
        .map(|(value, _)| value)
        .collect();
        assert_eq!(values.len(), 5);
        assert!(values.iter().zip([5.0, 5.0, 2.0, 1.0, 0.0]).all(|(v, e)| (v - e).abs() < 1e-9), "{values:?}");
        assert_eq!(top_eigenvectors(0, 2, &[], 1, |_, _| ()), []);
        assert_eq!(top_eigenvectors(3, 2, &[], 1, |_, y| y.fill(0.0)).len(), 2);
    }
}
