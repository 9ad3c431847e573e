//! How far neighbours in a picture can be trusted.

use super::panels::Panels;
use crate::vectors::Vectors;

/// Trustworthiness (Venna and Kaski 2001) of a `layout` `[n, 2]` of `vectors` `[n, dim]`: 1 where the `k` nearest
/// points of every point in the picture (Euclidean) are among its `k` nearest by cosine; each intruder costs as much
/// as its rank by cosine is beyond `k`. Equally near ones rank by index.
///
/// `None` unless `0 < k < n / 2`, beyond which the measure is not normalised.
///
/// # Panics
/// When the layout is not one point per vector.
pub fn trustworthiness(vectors: &Vectors, layout: &[[f32; 2]], k: usize) -> Option<f64> {
    let n = vectors.len();
    assert_eq!(layout.len(), n, "one point per vector");
    if k == 0 || 2 * k >= n {
        return None;
    }
    let panels = Panels::new(vectors);
    let mut penalty = 0usize;
    for block in Panels::blocks(n) {
        let similarities = panels.similarities(vectors, block.clone());
        for (i, similarities) in block.zip(similarities.chunks_exact(n)) {
            for j in nearest_points(layout, i, k) {
                // Ranks count from 1, without the point itself.
                let rank = 1 + nearer(similarities, i, j);
                penalty += rank.saturating_sub(k);
            }
        }
    }
    let (n, k) = (n as f64, k as f64);
    Some(1.0 - penalty as f64 * 2.0 / (n * k * (2.0 * n - 3.0 * k - 1.0)))
}

/// How many others are nearer to `i` than `j` is.
fn nearer(similarities: &[f32], i: usize, j: usize) -> usize {
    let limit = similarities[j];
    let others = similarities.iter().enumerate();
    others.filter(|&(m, &s)| m != i && (s > limit || (s >= limit && m < j))).count()
}

/// The `k` points nearest to point `i`.
fn nearest_points(layout: &[[f32; 2]], i: usize, k: usize) -> impl Iterator<Item = usize> {
    let [x, y] = layout[i].map(f64::from);
    let squared = |p: &[f32; 2]| (f64::from(p[0]) - x).powi(2) + (f64::from(p[1]) - y).powi(2);
    let others = layout.iter().enumerate().filter(|&(j, _)| j != i);
    let mut distances: Vec<(f64, usize)> = others.map(|(j, p)| (squared(p), j)).collect();
    distances.select_nth_unstable_by(k - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    distances.into_iter().take(k).map(|(_, j)| j)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_an_arc(n: usize) -> (Vectors, Vec<[f32; 2]>) {
        // Growing steps, so that no two distances are equal.
        let points: Vec<[f32; 2]> = (0..n).map(|i| (i * i) as f32 / 50.0).map(|a| [a.cos(), a.sin()]).collect();
        (Vectors::normalized(points.as_flattened().to_vec(), 2).unwrap(), points)
    }

    #[test]
    fn a_faithful_picture_scores_one() {
        let (vectors, points) = on_an_arc(10);
        assert_eq!(trustworthiness(&vectors, &points, 3), Some(1.0));
    }

    #[test]
    fn agrees_with_hand_calculation() {
        // n = 5, k = 1. By cosine 4 is the farthest from 0 and rank 4; the picture makes them neighbours.
        let (vectors, _) = on_an_arc(5);
        let layout = [[0.0, 0.0], [10.0, 0.0], [10.5, 0.0], [14.0, 0.0], [0.0, 1.0]];
        // Penalties: 0 -> 4 rank 4: 3; 1 -> 2 rank 2: 1; 2 -> 1 rank 1: 0; 3 -> 2 rank 1: 0; 4 -> 0 rank 4: 3.
        let expected = 1.0 - 7.0 * 2.0 / (5.0 * 1.0 * (10.0 - 3.0 - 1.0));
        assert!((trustworthiness(&vectors, &layout, 1).unwrap() - expected).abs() < 1e-12);
    }

    #[test]
    fn undefined_where_it_cannot_be_normalised() {
        let (vectors, points) = on_an_arc(10);
        assert_eq!(trustworthiness(&vectors, &points, 5), None);
        assert_eq!(trustworthiness(&vectors, &points, 0), None);
        assert_eq!(trustworthiness(&Vectors::default(), &[], 1), None);
    }
}
