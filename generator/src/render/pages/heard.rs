//! What a tagging encoder hears, by sub-genre.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::tracks::TAGS;
use crate::render::report::Report;

/// Tags shown for a sub-genre.
const SHOWN: usize = 6;

/// The tags of one sub-genre.
#[derive(Debug, Serialize)]
pub(super) struct Heard<'a> {
    index: usize,
    name: &'a str,
    tags: Vec<Tag<'a>>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Tag<'a> {
    name: &'a str,
    /// Of the sub-genre's tracks, 0 to 1.
    share: f64,
}

/// The tags that are most often among the strongest of a sub-genre's tracks, the most frequent first; of equals the
/// first in the alphabet. Empty where no track has tags.
pub(super) fn heard(report: &Report) -> Vec<Heard<'_>> {
    if report.tracks.iter().all(|track| track.meta.tags.is_empty()) {
        return Vec::new();
    }
    let mut counts = vec![BTreeMap::<&str, u32>::new(); report.sub_genres.len()];
    for track in &report.tracks {
        for tag in track.meta.tags.iter().take(TAGS) {
            *counts[track.meta.sub_genre as usize].entry(tag).or_default() += 1;
        }
    }
    let rows = report.sub_genres.iter().zip(counts).enumerate();
    rows.map(|(index, (summary, counts))| {
        let mut counts: Vec<(&str, u32)> = counts.into_iter().collect();
        counts.sort_by_key(|&(_, count)| Reverse(count));
        let share = |count: u32| f64::from(count) / f64::from(summary.tracks().max(1));
        let tags = counts.into_iter().take(SHOWN).map(|(name, count)| Tag { name, share: share(count) }).collect();
        Heard { index, name: &summary.sub_genre.name, tags }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn the_most_frequent_of_the_strongest_come_first() {
        let mut report = sample::report();
        for track in &mut report.tracks {
            track.meta.tags.clear();
        }
        assert!(heard(&report).is_empty());
        let tags = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        report.tracks[0].meta.tags = tags(&["slow", "techno", "beat", "the fourth"]);
        report.tracks[1].meta.tags = tags(&["techno", "dance"]);
        let rows = heard(&report);
        assert_eq!(rows.len(), 7);
        let of_first: Vec<_> = rows[0].tags.iter().map(|tag| (tag.name, (tag.share * 16.0).round() as u32)).collect();
        assert_eq!(of_first, [("techno", 2), ("beat", 1), ("dance", 1), ("slow", 1)]);
        assert!(rows[1].tags.is_empty());
    }
}
