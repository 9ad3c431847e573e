//! Lists put into the order of the smallest steps.
//!
//! - 2-opt: Croes 1958, "A method for solving traveling-salesman problems" (Operations Research 6, 791-812): turn a
//!   stretch around.
//! - Or-opt: Or 1976, "Traveling salesman-type combinatorial problems and their relation to the logistics of regional
//!   blood banking" (thesis, Northwestern University): move up to three neighbours elsewhere.
//!
//! Both for paths with or without fixed ends in place of tours, the first improvement taken.

use std::ops::Range;

use super::{Library, clashes::Clashes, distances::Distances, exact::EXACT, exact::exact};

/// Longer lists are ordered stretch by stretch of so many tracks.
const STRETCH: usize = 250;
/// Gains below this are rounding.
const GAIN: f64 = 1e-9;
/// Enough rounds for any list seen; a bound for those not seen.
const ROUNDS: usize = 100;

/// The tracks of a list in the order of the smallest total step (cosine distance), with the first and the last in
/// place where `fixed_ends`. Exact for up to 12 tracks; for more the result is never longer than the order given, and
/// above 250 every stretch of 250 is ordered by itself. Tracks that do not exist are left out.
pub fn order(library: Library<'_>, tracks: &[usize], fixed_ends: bool) -> Vec<usize> {
    let mut tracks: Vec<usize> = tracks.iter().copied().filter(|&track| track < library.searcher.len()).collect();
    let n = tracks.len();
    let mut from = 0;
    while from + 1 < n {
        // Stretches share a track, which both leave in place.
        let to = (from + STRETCH).min(n);
        let stretch = &mut tracks[from..to];
        let distances = Distances::new(library, stretch);
        let order = shortest(&distances, fixed_ends || from > 0, fixed_ends || to < n);
        let ordered: Vec<usize> = order.iter().map(|&i| stretch[i]).collect();
        stretch.copy_from_slice(&ordered);
        from = to - 1;
    }
    tracks
}

/// The shortest order found.
fn shortest(distances: &Distances, first: bool, last: bool) -> Vec<usize> {
    let n = distances.len();
    if n <= EXACT {
        return exact(distances, first, last);
    }
    let free = usize::from(first)..n - usize::from(last);
    // From always on to the nearest, and only where that leads nowhere from the order given.
    let mut order: Vec<usize> = (0..n).collect();
    let given = distances.length(&order);
    for place in 1..free.end {
        let step = |other: usize| distances.at(order[place - 1], order[other]);
        let next = (place..free.end).fold(place, |best, other| if step(other) < step(best) { other } else { best });
        order.swap(place, next);
    }
    improve(distances, &mut order, free.clone(), None);
    if distances.length(&order) > given {
        order = (0..n).collect();
        improve(distances, &mut order, free, None);
    }
    order
}

/// Shortens a walk by moves within the free places until none is left. With `clashes` no move touches a locked place or
/// brings like tracks nearer, over all of them.
#[inline(never)]
pub(super) fn improve(distances: &Distances, order: &mut [usize], free: Range<usize>, clashes: Option<&Clashes>) {
    for _ in 0..ROUNDS {
        let mut better = false;
        for from in free.clone() {
            for to in from + 1..free.end {
                // 0 turns the stretch around; others move so many of its first or last tracks to its other end.
                for turn in [0, 1, 2, 3, -1, -2, -3] {
                    if gain(distances, order, from, to, turn) > GAIN
                        && !clashes.is_some_and(|clashes| clashes.holds(from..to + 1))
                    {
                        let missing = |order: &[usize], turn| {
                            clashes.map_or(0, |clashes| clashes.across(order, &cuts(from, to, turn)))
                        };
                        let before = missing(order, turn);
                        apply(&mut order[from..=to], turn);
                        if missing(order, -turn) <= before {
                            better = true;
                        } else {
                            apply(&mut order[from..=to], -turn);
                        }
                    }
                }
            }
        }
        if !better {
            break;
        }
    }
}

/// Where a move cuts the walk; the move that undoes it cuts where it joined the parts.
fn cuts(from: usize, to: usize, turn: isize) -> [usize; 3] {
    let middle = match turn {
        0 => from,
        1.. => from + turn as usize,
        _ => to + 1 - turn.unsigned_abs(),
    };
    [from, middle, to + 1]
}

/// Moves so many tracks from the beginning to the end (from the end to the beginning where negative); 0 turns around.
fn apply(stretch: &mut [usize], turn: isize) {
    match turn {
        0 => stretch.reverse(),
        1.. => stretch.rotate_left(turn as usize),
        _ => stretch.rotate_right(turn.unsigned_abs()),
    }
}

/// By how much a move shortens the walk.
fn gain(distances: &Distances, order: &[usize], from: usize, to: usize, turn: isize) -> f64 {
    let step = |a: Option<usize>, b: Option<usize>| match (a, b) {
        (Some(a), Some(b)) => distances.at(order[a], order[b]),
        _ => 0.0,
    };
    let before = from.checked_sub(1);
    let after = Some(to + 1).filter(|&after| after < order.len());
    let ends = step(before, Some(from)) + step(Some(to), after);
    if turn == 0 {
        return ends - step(before, Some(to)) - step(Some(from), after);
    }
    let length = to + 1 - from;
    let head = if turn > 0 { turn as usize } else { length.saturating_sub(turn.unsigned_abs()) };
    if head == 0 || head >= length {
        return 0.0;
    }
    // [from, cut) and [cut, to] change places.
    let cut = from + head;
    ends + step(Some(cut - 1), Some(cut))
        - step(before, Some(cut))
        - step(Some(to), Some(from))
        - step(Some(cut - 1), after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::playlist::test_library::TestLibrary;

    /// The length of the shortest order by trying all.
    fn brute_force(distances: &Distances, order: &mut Vec<usize>, fixed: (bool, bool)) -> f64 {
        let n = distances.len();
        if order.len() == n {
            let ends = !fixed.0 || order[0] == 0;
            return if ends && (!fixed.1 || order[n - 1] == n - 1) { distances.length(order) } else { f64::INFINITY };
        }
        let mut best = f64::INFINITY;
        for next in 0..n {
            if !order.contains(&next) {
                order.push(next);
                best = best.min(brute_force(distances, order, fixed));
                order.pop();
            }
        }
        best
    }

    proptest! {
        #[test]
        fn the_exact_order_is_the_best_of_all(seed: u64, n in 1_usize..=7, first: bool, last: bool) {
            let library = TestLibrary::new(n, 3, seed);
            let distances = Distances::new(library.get(), &(0..n).collect::<Vec<_>>());
            prop_assume!(n > 1 || !(first && last));
            let found = exact(&distances, first, last);
            let best = brute_force(&distances, &mut Vec::new(), (first, last));
            prop_assert!((distances.length(&found) - best).abs() < 1e-9, "{found:?}");
            let mut sorted = found.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..n).collect::<Vec<_>>());
            prop_assert!((!first || found[0] == 0) && (!last || found[n - 1] == n - 1));
        }

        #[test]
        fn no_order_gets_longer_loses_a_track_or_moves_fixed_ends(seed: u64, n in 0_usize..60, fixed: bool) {
            let library = TestLibrary::new(n.max(1), 4, seed);
            let tracks: Vec<usize> = (0..n).collect();
            let distances = Distances::new(library.get(), &tracks);
            let found = order(library.get(), &tracks, fixed);
            prop_assert!(distances.length(&found) <= distances.length(&tracks) + 1e-9);
            prop_assert!(!fixed || found.first() == tracks.first() && found.last() == tracks.last());
            let mut sorted = found;
            sorted.sort_unstable();
            prop_assert_eq!(sorted, tracks);
        }

        #[test]
        fn what_a_move_gains_is_what_the_walk_loses(
            seed: u64, n in 2_usize..12, from in 0_usize..10, more in 1_usize..10, turn in -3_isize..=3,
        ) {
            let to = from + more;
            prop_assume!(to < n);
            let library = TestLibrary::new(n, 3, seed);
            let order: Vec<usize> = (0..n).collect();
            let distances = Distances::new(library.get(), &order);
            let promised = gain(&distances, &order, from, to, turn);
            if turn.unsigned_abs() < more + 1 {
                let mut moved = order.clone();
                apply(&mut moved[from..=to], turn);
                let kept = distances.length(&order) - distances.length(&moved);
                prop_assert!((promised - kept).abs() < 1e-9);
            } else {
                prop_assert!(promised.abs() < 1e-12);
            }
        }
    }

    #[test]
    fn heuristics_are_close_to_the_best_order() {
        let mut ratio = 0.0;
        for seed in 0..50 {
            let library = TestLibrary::new(EXACT, 3, seed);
            let distances = Distances::new(library.get(), &(0..EXACT).collect::<Vec<_>>());
            let mut order: Vec<usize> = (0..EXACT).collect();
            improve(&distances, &mut order, 0..EXACT, None);
            ratio += distances.length(&order) / distances.length(&exact(&distances, false, false)) / 50.0;
        }
        assert!(ratio < 1.1, "on average {ratio} times the shortest");
    }

    #[test]
    fn long_lists_are_ordered_in_stretches() {
        let n = STRETCH + 200;
        let library = TestLibrary::new(n, 2, 1);
        let tracks: Vec<usize> = (0..n).collect();
        let found = order(library.get(), &tracks, false);
        let distances = Distances::new(library.get(), &tracks);
        assert!(distances.length(&found) < 0.1 * distances.length(&tracks));
        let mut sorted = found;
        sorted.sort_unstable();
        assert_eq!(sorted, tracks);
    }
}
