//! What changed from one finished run to another, which need not be of the same tracks: written as JSON or read as text.

mod judgements;
mod matching;
mod measures;
mod text;

use pmsl_core::SubGenre;
use serde::Serialize;
use serde_json::Value;

pub use judgements::{Judgement, JudgementChange, SubGenreChange};
pub use measures::{MeasureChange, PairedChange};

use super::comparison::leaves;
use super::report::{Failure, Report, Split};
use matching::Matching;

/// Version of the layout of `diff --json`.
pub const CHANGES_FORMAT: u32 = 1;

/// What changed between two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Changes {
    /// Version of this layout: [`CHANGES_FORMAT`].
    pub format: u32,
    /// The earlier run.
    pub before: ChangedRun,
    /// The later run.
    pub after: ChangedRun,
    /// Settings and versions that are not the same in both.
    pub settings: Vec<SettingChange>,
    /// What became of the library.
    pub tracks: TrackChanges,
    /// Tracks that both runs held out under the same sub-genre: what is compared is compared on these.
    pub held_out: u32,
    /// The measures of both runs.
    pub measures: Vec<MeasureChange>,
    /// Tracks of [`Changes::held_out`] that the nearest centroid names otherwise than before.
    pub judgements: Vec<JudgementChange>,
    /// The sub-genres of both runs.
    pub sub_genres: Vec<SubGenreChange>,
}

/// One of the two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedRun {
    /// Its name.
    pub name: String,
    /// The title of its site.
    pub title: String,
    /// Tracks of its library.
    pub tracks: u32,
    /// Tracks it held out.
    pub held_out: u32,
}

/// A setting that is not the same in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingChange {
    /// Where it is, such as `train.epochs`, or `build.model` for a version.
    pub path: String,
    /// Its earlier value; `null` where there was no such setting.
    pub before: Option<Value>,
    /// Its later value; `null` where there is no such setting.
    pub after: Option<Value>,
}

/// What became of the tracks of a library.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TrackChanges {
    /// Tracks in both runs, those of [`TrackChanges::moved`] included.
    pub common: u32,
    /// Tracks of the later run alone.
    pub added: Vec<NamedTrack>,
    /// Tracks of the earlier run alone.
    pub removed: Vec<NamedTrack>,
    /// Tracks in both runs that are filed under another sub-genre.
    pub moved: Vec<MovedTrack>,
    /// Files that failed in the later run alone.
    pub failed: Vec<Failure>,
    /// Files that failed in the earlier run alone.
    pub no_longer_failed: Vec<Failure>,
}

/// A track by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedTrack {
    /// Its title.
    pub title: String,
    /// Its artist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    /// The sub-genre it is filed under.
    pub sub_genre: String,
}

/// A track that is filed under another sub-genre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MovedTrack {
    /// The track, with its later sub-genre.
    #[serde(flatten)]
    pub track: NamedTrack,
    /// Its earlier sub-genre.
    pub from: String,
}

impl Changes {
    /// What changed from one report to another: (name, report).
    pub fn between(before: (&str, &Report), after: (&str, &Report)) -> Self {
        let (a, b) = (before.1, after.1);
        let matching = Matching::of(a, b);
        let held_out = matching.held_out(a, b);
        Self {
            format: CHANGES_FORMAT,
            before: ChangedRun::of(before),
            after: ChangedRun::of(after),
            settings: settings(a, b),
            tracks: tracks(a, b, &matching),
            held_out: held_out.len() as u32,
            measures: measures::changes(a, b, &held_out),
            judgements: judgements::changes(a, b, &held_out),
            sub_genres: judgements::by_sub_genre(a, b, &held_out),
        }
    }
}

impl ChangedRun {
    fn of((name, report): (&str, &Report)) -> Self {
        Self {
            name: name.to_owned(),
            title: report.title.clone(),
            tracks: report.tracks.len() as u32,
            held_out: report.tracks.iter().filter(|track| track.split == Split::Test).count() as u32,
        }
    }
}

impl NamedTrack {
    fn of(report: &Report, track: usize) -> Self {
        let meta = &report.tracks[track].meta;
        Self {
            title: meta.title.clone(),
            artist: meta.artist.clone(),
            sub_genre: sub_genre(report, meta.sub_genre).name.clone(),
        }
    }
}

fn sub_genre(report: &Report, index: u32) -> &SubGenre {
    &report.sub_genres[index as usize].sub_genre
}

/// Values of the configurations and of the builds that differ, by path.
fn settings(before: &Report, after: &Report) -> Vec<SettingChange> {
    let of = |report: &Report| {
        let mut found = std::collections::BTreeMap::new();
        let mut visit = |path: String, value: &Value| drop(found.insert(path, value.clone()));
        leaves(String::new(), &report.config, &mut visit);
        // A build is a plain struct of numbers and words, which always has a JSON.
        leaves("build".into(), &serde_json::to_value(&report.build).unwrap_or_default(), &mut visit);
        found
    };
    let (before, after) = (of(before), of(after));
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let values = |path: &String| (before.get(path).cloned(), after.get(path).cloned());
    let changes = paths.into_iter().map(|path| (path, values(path))).filter(|(_, (before, after))| before != after);
    changes.map(|(path, (before, after))| SettingChange { path: path.clone(), before, after }).collect()
}

fn tracks(before: &Report, after: &Report, matching: &Matching) -> TrackChanges {
    let missing_from = |others: &[Failure], own: &[Failure]| -> Vec<Failure> {
        own.iter().filter(|failure| others.iter().all(|other| other.file != failure.file)).cloned().collect()
    };
    TrackChanges {
        common: (matching.same.len() + matching.moved.len()) as u32,
        added: matching.added.iter().map(|&track| NamedTrack::of(after, track)).collect(),
        removed: matching.removed.iter().map(|&track| NamedTrack::of(before, track)).collect(),
        moved: matching
            .moved
            .iter()
            .map(|&(a, b)| MovedTrack {
                track: NamedTrack::of(after, b),
                from: sub_genre(before, before.tracks[a].meta.sub_genre).name.clone(),
            })
            .collect(),
        failed: missing_from(&before.failures, &after.failures),
        no_longer_failed: missing_from(&after.failures, &before.failures),
    }
}

#[cfg(test)]
mod tests;
