//! The shortest order of a few tracks.
//!
//! Held and Karp 1962, "A dynamic programming approach to sequencing problems" (Journal of SIAM 10, 196-210), for a path
//! in place of a tour: the shortest walk through a set of tracks to one of them is made from those without it.

use super::distances::Distances;

/// Most tracks that are ordered exactly: 4096 sets with 12 last tracks each.
pub(super) const EXACT: usize = 12;

/// The shortest order. `first` and `last` say whether the first and the last track stay where they are.
pub(super) fn exact(distances: &Distances, first: bool, last: bool) -> Vec<usize> {
    let n = distances.len();
    if n == 0 || n > EXACT {
        return (0..n).collect();
    }
    let all = (1 << n) - 1;
    // Per set of visited tracks and last of them: the length, and the track before the last.
    let mut lengths = vec![f64::INFINITY; n << n];
    let mut before = vec![0; n << n];
    for start in 0..if first { 1 } else { n } {
        lengths[(n << start) + start] = 0.0;
    }
    for visited in 1..=all {
        for end in 0..n {
            let length = lengths[visited * n + end];
            for next in (0..n).filter(|next| visited & 1 << next == 0) {
                let place = (visited | 1 << next) * n + next;
                let longer = length + distances.at(end, next);
                if longer < lengths[place] {
                    lengths[place] = longer;
                    before[place] = end;
                }
            }
        }
    }
    let ends = if last { n - 1..n } else { 0..n };
    let mut end =
        ends.fold(n - 1, |best, end| if lengths[all * n + end] < lengths[all * n + best] { end } else { best });
    let mut visited = all;
    let mut order = vec![end];
    while order.len() < n {
        let place = visited * n + end;
        visited &= !(1 << end);
        end = before[place];
        order.push(end);
    }
    order.reverse();
    order
}
