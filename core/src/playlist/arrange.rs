//! Chosen tracks put into an order that is smooth and keeps like tracks apart.

use super::{clashes::Clashes, distances::Distances, draft::Draft, order::improve};

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
    if draft.free().is_some() {
        return;
    }
    let placed = draft.tracks();
    let clashes = Clashes::new(draft, &placed);
    let mut order: Vec<usize> = (0..placed.len()).collect();
    clashes.part(&mut order);
    let missing = clashes.total(&order);
    if missing > 0 {
        let mut dealt = clashes.deal(&order);
        clashes.part(&mut dealt);
        if clashes.total(&dealt) < missing {
            order = dealt;
        }
    }
    improve(&Distances::new(draft.library, &placed), &mut order, 0..placed.len(), Some(&clashes));
    draft.places = order.iter().map(|&index| Some(placed[index])).collect();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::playlist::test_library::TestLibrary;
    use crate::playlist::{Constraints, Spacing};

    proptest! {
        #[test]
        fn names_that_just_fit_are_dealt_out(seed: u64, artists in 2_usize..8, each in 1_usize..5, more in 0_usize..8) {
            // As many artists as have to stand between two of one, and some of the next round.
            let n = artists * each + more.min(artists);
            let mut library = TestLibrary::new(n, 3, seed);
            let names: Vec<_> = library.songs.iter().map(|song| song.artist).collect();
            for (track, song) in library.songs.iter_mut().enumerate() {
                song.artist = names[track % artists];
            }
            let spacing = Spacing { artist: artists - 1, ..Spacing::default() };
            let mut draft = Draft::new(library.get(), n, &Constraints { spacing, ..Constraints::default() });
            arrange(&mut draft, (0..n).collect());
            prop_assert!(draft.free().is_none());
            for place in 0..n {
                prop_assert_eq!(draft.clash(place, draft.places[place].unwrap()), 0, "{}", place);
            }
        }
    }
}
