//! Tracks that must stay together.

use std::collections::BTreeMap;

/// Numbers names, so that tracks with the same name get the same number. Case and surrounding space do not matter; a
/// missing or blank name is no group.
pub fn group_ids<'a>(names: impl IntoIterator<Item = Option<&'a str>>) -> Vec<Option<u64>> {
    let mut ids = BTreeMap::new();
    names
        .into_iter()
        .map(|name| {
            let name = name?.trim().to_lowercase();
            let next = ids.len() as u64;
            (!name.is_empty()).then(|| *ids.entry(name).or_insert(next))
        })
        .collect()
}

/// The connected components of `len` tracks, of which those are joined that share an id in any of the groupings. Each
/// component is sorted, and components are ordered by their first track.
///
/// Groupings shorter than `len` say nothing of the remaining tracks.
pub fn components(len: usize, groupings: &[&[Option<u64>]]) -> Vec<Vec<usize>> {
    let mut parents: Vec<usize> = (0..len).collect();
    for grouping in groupings {
        let mut firsts = BTreeMap::new();
        for (track, id) in grouping.iter().enumerate().take(len) {
            if let Some(id) = id {
                let first = *firsts.entry(id).or_insert(track);
                let (a, b) = (root(&mut parents, first), root(&mut parents, track));
                parents[a.max(b)] = a.min(b);
            }
        }
    }
    members(parents)
}

/// The connected components of `len` tracks that pairs join, as [`components`] gives them.
///
/// # Panics
/// When a pair names a track that does not exist.
pub fn components_of_pairs(len: usize, pairs: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut parents: Vec<usize> = (0..len).collect();
    for &(a, b) in pairs {
        let (a, b) = (root(&mut parents, a), root(&mut parents, b));
        parents[a.max(b)] = a.min(b);
    }
    members(parents)
}

/// The tracks of every root, by root.
fn members(mut parents: Vec<usize>) -> Vec<Vec<usize>> {
    let mut members = BTreeMap::<usize, Vec<usize>>::new();
    for track in 0..parents.len() {
        members.entry(root(&mut parents, track)).or_default().push(track);
    }
    members.into_values().collect()
}

/// The root of a track, halving the path on the way. Roots are the smallest tracks of their components.
fn root(parents: &mut [usize], mut track: usize) -> usize {
    while parents[track] != track {
        parents[track] = parents[parents[track]];
        track = parents[track];
    }
    track
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_space() {
        let ids = group_ids([Some("A"), None, Some(" a "), Some("b"), Some("  ")]);
        assert_eq!(ids, [Some(0), None, Some(0), Some(1), None]);
    }

    #[test]
    fn groupings_join_across_each_other() {
        let artists = [Some(1), Some(2), Some(1), None, Some(2), None];
        let releases = [None, None, Some(9), Some(9), None];
        assert_eq!(components(6, &[&artists, &releases]), [vec![0, 2, 3], vec![1, 4], vec![5]]);
        assert_eq!(components(2, &[]), [vec![0], vec![1]]);
        assert_eq!(components_of_pairs(6, &[(3, 4), (0, 4), (5, 5)]), [vec![0, 3, 4], vec![1], vec![2], vec![5]]);
    }
}
