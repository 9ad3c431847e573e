//! How the nearest centroid judged the tracks that both runs held out.

use pmsl_core::SubGenre;
use pmsl_core::metrics::Interval;
use serde::Serialize;

use super::{NamedTrack, sub_genre};
use crate::render::comparison::Paired;
use crate::render::report::{Report, SubGenreSummary};

/// A track that is judged otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JudgementChange {
    /// What became of it.
    pub judgement: Judgement,
    /// The track.
    #[serde(flatten)]
    pub track: NamedTrack,
    /// The sub-genre that the earlier run named.
    pub before: String,
    /// The sub-genre that the later run names.
    pub after: String,
}

/// What became of a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// It was wrong and is right.
    NowRight,
    /// It was right and is wrong.
    NowWrong,
    /// It was wrong and is wrong in another way.
    WrongOtherwise,
}

/// A sub-genre in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubGenreChange {
    /// The sub-genre.
    #[serde(flatten)]
    pub sub_genre: SubGenre,
    /// Tracks it had; absent where the earlier run had no such sub-genre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracks_before: Option<u32>,
    /// Tracks it has; absent where the later run has no such sub-genre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracks_after: Option<u32>,
    /// Tracks that both runs held out.
    pub held_out: u32,
    /// Of them, those the earlier run got right.
    pub right_before: u32,
    /// Of them, those the later run gets right.
    pub right_after: u32,
    /// Accuracy on them, later less earlier, -1 to 1; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<f64>,
    /// Its 95 % paired bootstrap interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// Tracks whose judgement changed: now right, now wrong, wrong otherwise, each in the order of the library.
pub(super) fn changes(before: &Report, after: &Report, held_out: &[(usize, usize)]) -> Vec<JudgementChange> {
    let named = |report: &Report, track: usize| sub_genre(report, report.tracks[track].predicted).clone();
    let change = |&(a, b): &(usize, usize)| {
        let judgement = match (before.tracks[a].is_right(), after.tracks[b].is_right()) {
            (false, true) => Judgement::NowRight,
            (true, false) => Judgement::NowWrong,
            (false, false) if named(before, a) != named(after, b) => Judgement::WrongOtherwise,
            _ => return None,
        };
        let track = NamedTrack::of(after, b);
        Some(JudgementChange { judgement, track, before: named(before, a).name, after: named(after, b).name })
    };
    let mut changes: Vec<JudgementChange> = held_out.iter().filter_map(change).collect();
    changes.sort_by_key(|change| change.judgement);
    changes
}

/// The sub-genres of the later run in its order, then those of the earlier run alone.
pub(super) fn by_sub_genre(before: &Report, after: &Report, held_out: &[(usize, usize)]) -> Vec<SubGenreChange> {
    let find = |report: &Report, wanted: &SubGenre| {
        report.sub_genres.iter().find(|summary| summary.sub_genre == *wanted).map(SubGenreSummary::tracks)
    };
    let later = after.sub_genres.iter().map(|summary| &summary.sub_genre);
    let gone = before.sub_genres.iter().map(|s| &s.sub_genre).filter(|own| find(after, own).is_none());
    let change = |own: &SubGenre| {
        let right: Vec<(bool, bool)> = held_out
            .iter()
            .filter(|&&(_, b)| sub_genre(after, after.tracks[b].meta.sub_genre) == own)
            .map(|&(a, b)| (after.tracks[b].is_right(), before.tracks[a].is_right()))
            .collect();
        let paired = (!right.is_empty()).then(|| Paired::of(right.iter().copied()));
        SubGenreChange {
            sub_genre: own.clone(),
            tracks_before: find(before, own),
            tracks_after: find(after, own),
            held_out: right.len() as u32,
            right_before: right.iter().filter(|both| both.1).count() as u32,
            right_after: right.iter().filter(|both| both.0).count() as u32,
            difference: paired.map(|paired| paired.difference),
            interval: paired.map(|paired| paired.interval),
        }
    };
    later.chain(gone).map(change).collect()
}
