//! Chosen tracks put into an order that is smooth and keeps like tracks apart.

use super::{distances::Distances, draft::Draft, order::improve};

/// More swaps than any list needs.
const ROUNDS: usize = 20;

/// Fills the free places of a draft with these tracks: each place with what fits best beside the tracks around it, and
/// then in smaller steps ([`order`](super::order())) as long as no locked track moves and no like tracks come nearer.
pub(super) fn arrange(draft: &mut Draft<'_>, mut tracks: Vec<usize>) {
    while let Some(place) = draft.free().filter(|_| !tracks.is_empty()) {
        // With nothing around, all fit alike, and the first in the list begins.
        let alone = draft.fit(place, tracks[0]) == 0.0;
        let score = |index: usize| if alone { -(index as f64) } else { draft.fit(place, tracks[index]) };
        let Some(index) = draft.best(place, &tracks, &score) else { break };
        draft.places[place] = Some(tracks.remove(index));
    }
    let placed = draft.tracks();
    if draft.free().is_some() {
        return;
    }
    let distances = Distances::new(draft.library, &placed);
    let mut order: Vec<usize> = (0..placed.len()).collect();
    let penalty = |order: &[usize]| {
        let at = |place: usize| order.get(place).map(|&index| placed[index]);
        (0..order.len())
            .map(|place| {
                let moved = draft.locked[place] && order[place] != place;
                draft.clash_in(place, placed[order[place]], &at) + usize::from(moved) * placed.len() * placed.len()
            })
            .sum()
    };
    part(&mut order, &draft.locked, &penalty);
    improve(&distances, &mut order, 0..placed.len(), &penalty);
    draft.places = order.iter().map(|&index| Some(placed[index])).collect();
}

/// Swaps tracks while that lowers the penalty.
fn part(order: &mut [usize], locked: &[bool], penalty: &dyn Fn(&[usize]) -> usize) {
    let mut paid = penalty(order);
    for _ in 0..ROUNDS {
        let before = paid;
        for a in 0..order.len() {
            for b in 0..a {
                if paid == 0 {
                    return;
                }
                if locked[a] || locked[b] {
                    continue;
                }
                order.swap(a, b);
                let price = penalty(order);
                if price < paid {
                    paid = price;
                } else {
                    order.swap(a, b);
                }
            }
        }
        if paid == before {
            return;
        }
    }
}
