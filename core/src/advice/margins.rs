//! How much nearer a track is to its own sub-genre than to any other.

use crate::vectors::Vectors;

/// The cosine similarity of every track to the centroid of its own sub-genre, made without itself, less the largest to
/// another's: `[n]`, negative where another is nearer. The track's own artist, or whatever `groups` `[n]` holds
/// together, is left out of its own centroid too. `None` where nothing else is left of its sub-genre, or there is no
/// other.
///
/// This judges embeddings that were made without the labels. Where they were trained on them, take the margins of the
/// folds that held the tracks out.
///
/// # Panics
/// When a slice is not one value per vector, or a label is not below `classes`.
pub fn leave_one_out_margins(
    vectors: &Vectors,
    labels: &[usize],
    classes: usize,
    groups: Option<&[usize]>,
) -> Vec<Option<f64>> {
    let (n, dim) = (vectors.len(), vectors.dim());
    assert!(labels.len() == n && groups.is_none_or(|groups| groups.len() == n), "one value per vector");
    let mut sums = vec![0.0f64; classes * dim];
    let mut counts = vec![0usize; classes];
    for (row, &label) in vectors.rows().zip(labels) {
        counts[label] += 1;
        add(&mut sums[label * dim..(label + 1) * dim], row, 1.0);
    }
    // Tracks in the order of their groups, so that a group's members are next to each other.
    let mut order: Vec<usize> = (0..n).collect();
    let group_of = |track: usize| groups.map_or(track, |groups| groups[track]);
    order.sort_by_key(|&track| group_of(track));
    let mut margins = vec![None; n];
    for members in order.chunk_by(|&a, &b| group_of(a) == group_of(b)) {
        for &track in members {
            let (own, row) = (labels[track], vectors.row(track));
            let mut rest = sums[own * dim..(own + 1) * dim].to_vec();
            let mut left = counts[own];
            for &member in members.iter().filter(|&&member| labels[member] == own) {
                add(&mut rest, vectors.row(member), -1.0);
                left -= 1;
            }
            let others = (0..classes).filter(|&class| class != own);
            let nearest =
                others.filter_map(|class| direction(&sums[class * dim..(class + 1) * dim], counts[class], row));
            let nearest = nearest.reduce(f64::max);
            margins[track] = direction(&rest, left, row).zip(nearest).map(|(own, other)| own - other);
        }
    }
    margins
}

fn add(sum: &mut [f64], row: &[f32], weight: f64) {
    sum.iter_mut().zip(row).for_each(|(sum, &value)| *sum += weight * f64::from(value));
}

/// The cosine of a unit vector to the sum of `count` unit vectors; `None` where the sum has no direction.
fn direction(sum: &[f64], count: usize, row: &[f32]) -> Option<f64> {
    let norm = sum.iter().map(|v| v * v).sum::<f64>().sqrt();
    // As for centroids: rounding leaves about 1e-7 per member.
    let has = count > 0 && norm > 1e-6 * count as f64;
    has.then(|| sum.iter().zip(row).map(|(s, &v)| s * f64::from(v)).sum::<f64>() / norm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::similarity as cosine;

    #[test]
    fn a_track_is_not_judged_by_itself_or_its_artist() {
        let vectors = Vectors::normalized(vec![1.0, 0.0, 0.8, 0.6, 0.0, 1.0, 0.6, 0.8], 2).unwrap();
        let labels = [0, 0, 1, 1];
        let margins = leave_one_out_margins(&vectors, &labels, 3, None);
        let other = cosine(vectors.row(0), &[0.6 / 3.6f32.sqrt(), 1.8 / 3.6f32.sqrt()]);
        assert!((margins[0].unwrap() - (0.8 - other)).abs() < 1e-6);
        // Nothing is left of a sub-genre whose tracks are all by one artist.
        let margins = leave_one_out_margins(&vectors, &labels, 3, Some(&[5, 5, 6, 7]));
        assert_eq!((margins[0], margins[1]), (None, None));
        assert!(margins[2].is_some());
        assert_eq!(leave_one_out_margins(&vectors, &[1; 4], 3, None), [None; 4]);
    }
}
