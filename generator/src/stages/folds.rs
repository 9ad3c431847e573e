//! Which tracks train, which choose the best epoch, and which are held out for the report: once, or fold by fold.

use anyhow::{Context, anyhow};
use pmsl_core::Vectors;
use pmsl_core::dataset::{CrossValidation, Folds, Leak, OnLeak, Part, Split, SplitOptions, SplitTracks, SplitWarning};
use pmsl_core::metrics::Centroids;

use super::features::UsableLibrary;
use super::groups::Groups;
use super::model::Model;
use crate::outcome::RunError;
use crate::plan::Plan;

/// A split, the model that was trained on it, and the vectors that it gives all tracks.
#[derive(Clone, Debug)]
pub(crate) struct FoldRun {
    /// The split.
    pub(crate) split: CheckedSplit,
    /// The model.
    pub(crate) model: Model,
    /// The vectors of all tracks, in the library's order.
    pub(crate) vectors: Vectors,
}

impl FoldRun {
    /// The means of the training tracks of every sub-genre.
    pub(crate) fn centroids(&self, labels: &[usize], classes: usize) -> anyhow::Result<Centroids> {
        self.centroids_of(&self.vectors, labels, classes)
    }

    /// The same of other vectors of the tracks.
    pub(crate) fn centroids_of(
        &self,
        vectors: &Vectors,
        labels: &[usize],
        classes: usize,
    ) -> anyhow::Result<Centroids> {
        Centroids::of(vectors, labels, classes, self.split.split.train.iter().copied())
            .context("the training tracks have no centroids")
    }
}

/// The folds of the first repeat of a cross-validation, or the only split.
pub(crate) fn one_repeat(folds: &[FoldRun]) -> &[FoldRun] {
    let count = folds.first().and_then(|fold| fold.split.fold).map_or(1, |fold| fold.count);
    &folds[..count.min(folds.len())]
}

/// The place of a split in a cross-validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fold {
    /// Folds of one repeat.
    pub(crate) count: usize,
    /// Whether the library's owner has chosen the folds.
    pub(crate) official: bool,
}

/// The split, and what the user should know of it.
#[derive(Clone, Debug)]
pub(crate) struct CheckedSplit {
    /// The three parts.
    pub(crate) split: Split,
    /// The part of every track.
    pub(crate) parts: Vec<Part>,
    /// Its place in a cross-validation; absent where there is one split.
    pub(crate) fold: Option<Fold>,
    /// Sentences for the report.
    pub(crate) warnings: Vec<String>,
}

/// Splits the library with all tracks of one artist or release, and all copies of one recording, on one side: once, or once for
/// every fold and repeat of a cross-validation. The first split is the site's.
///
/// # Errors
/// When a group is on two sides: a leak would make every number of the report a lie. Where the library's owner has put
/// it there, `split.on_leak` can make that a warning. When the library has no folds and the config asks for its own.
pub(crate) fn splits(plan: &Plan, library: &UsableLibrary) -> Result<Vec<CheckedSplit>, RunError> {
    // Where nothing is trained nothing has to be chosen.
    let mut options = plan.config.split.clone();
    if !plan.config.is_trained() {
        options.validation = 0.0;
    }
    let groups = Groups::of(library);
    let assigned: Vec<Option<Part>> =
        library.tracks.iter().map(|track| track.entry.split.as_deref().and_then(part)).collect();
    let tracks = groups.tracks(&assigned);
    let seed = plan.config.seed;
    let Some(cross_validation) = &options.cross_validation else {
        let split = Split::new(&tracks, &options, seed).map_err(RunError::usage)?;
        return Ok(vec![checked(split, &tracks, &options, library, None)?]);
    };
    let folds = match cross_validation {
        CrossValidation::Official(_) => {
            let names: Vec<Option<&str>> = library.tracks.iter().map(|track| track.entry.fold.as_deref()).collect();
            if let Some(track) = names.iter().position(Option::is_none) {
                let path = &library.tracks[track].entry.relative_path;
                return Err(RunError::usage(anyhow!(
                    "{path} has no fold: every track needs one for `split.cross_validation` \"official\" (a column `fold` of \
                     the manifest, or `library.scan.fold_pattern`)"
                )));
            }
            Folds::official(&names).map_err(RunError::usage)?
        }
        CrossValidation::Stratified(stratified) => {
            Folds::stratified(&tracks, &options, stratified, seed).map_err(RunError::usage)?
        }
    };
    let official = matches!(cross_validation, CrossValidation::Official(_));
    let fold = Some(Fold { count: folds.count(), official });
    folds
        .held_out()
        .map(|held_out| {
            let split = Split::for_fold(&tracks, &folds, held_out, &options, seed).map_err(RunError::usage)?;
            checked(split, &tracks, &options, library, fold)
        })
        .collect()
}

fn checked(
    split: Split,
    tracks: &SplitTracks<'_>,
    options: &SplitOptions,
    library: &UsableLibrary,
    fold: Option<Fold>,
) -> Result<CheckedSplit, RunError> {
    split
        .check(tracks, options)
        .map_err(|leak: Leak| RunError::Failed(anyhow::Error::new(leak).context("the split leaks")))?;
    let parts: Vec<Part> = split.parts(library.tracks.len()).into_iter().flatten().collect();
    if options.on_leak == OnLeak::Fail {
        split.warnings.iter().try_for_each(|warning| refuse_leak(warning, fold, tracks, &parts, library))?;
    }
    let warnings = split.warnings.iter().map(|warning| sentence(warning, library)).collect();
    Ok(CheckedSplit { split, parts, fold, warnings })
}

/// Refuses parts or folds by which the library's owner has divided what belongs together.
fn refuse_leak(
    warning: &SplitWarning,
    fold: Option<Fold>,
    tracks: &SplitTracks<'_>,
    parts: &[Part],
    library: &UsableLibrary,
) -> Result<(), RunError> {
    let (members, owner) = match warning {
        SplitWarning::AssignmentDividesGroup { tracks } => (tracks, "the manifest puts"),
        SplitWarning::FoldsDivideGroup { tracks } if fold.is_some_and(|fold| fold.official) => {
            (tracks, "the library's folds put")
        }
        _ => return Ok(()),
    };
    let pairs = members.iter().flat_map(|&a| members.iter().map(move |&b| (a, b)));
    let apart = pairs.filter(|&(a, b)| a < b && parts[a] != parts[b]);
    // Of a chain of artists and releases, a link that explains itself.
    let mut named: Vec<(usize, usize, Option<&str>)> = apart.map(|(a, b)| (a, b, shared(tracks, a, b))).collect();
    named.sort_by_key(|(_, _, shared)| shared.is_none());
    let Some(&(a, b, shared)) = named.first() else { return Ok(()) };
    let path = |track: usize| &library.tracks[track].entry.relative_path;
    Err(RunError::usage(anyhow!(
        "the split leaks: {owner} {} in {} and {} in {}, although they {}; put them on one side, or set \
         `split.on_leak` to \"warn\" to have the report say so and go on",
        path(a),
        parts[a],
        path(b),
        parts[b],
        shared.map_or_else(
            || "belong together through other tracks".to_owned(),
            |what| format!("are of the same {what}")
        ),
    )))
}

/// What two tracks have in common.
fn shared(tracks: &SplitTracks<'_>, a: usize, b: usize) -> Option<&'static str> {
    let groupings = [("recording", tracks.recordings), ("artist", tracks.artists), ("release", tracks.releases)];
    let is_shared = |ids: &[Option<u64>]| ids[a].is_some() && ids[a] == ids[b];
    groupings.into_iter().find(|(_, ids)| is_shared(ids)).map(|(what, _)| what)
}

/// The part that a manifest names.
fn part(name: &str) -> Option<Part> {
    match name.trim().to_lowercase().as_str() {
        "train" | "training" => Some(Part::Train),
        "validation" | "valid" | "val" | "dev" => Some(Part::Validation),
        "test" => Some(Part::Test),
        _ => None,
    }
}

fn sentence(warning: &SplitWarning, library: &UsableLibrary) -> String {
    let name = |sub_genre: u32| library.sub_genres.get(sub_genre as usize).map_or("?", |s| s.name.as_str());
    match warning {
        SplitWarning::Missing { sub_genre, part, tracks } => {
            format!("{} has {tracks} tracks, too few to have one for {part}.", name(*sub_genre))
        }
        SplitWarning::GroupDivided { sub_genre, tracks } => format!(
            "{tracks} tracks of {} share an artist, release or recording, too many to keep on one side of the split; \
             its accuracy may be too high.",
            name(*sub_genre)
        ),
        SplitWarning::AssignmentDividesGroup { tracks } => format!(
            "the manifest puts {} tracks that share an artist, release or recording on different sides of the split; \
             accuracies may be too high.",
            tracks.len()
        ),
        SplitWarning::FoldsDivideGroup { tracks } => format!(
            "the folds put {} tracks that share an artist, release or recording on different sides of the split; accuracies \
             may be too high.",
            tracks.len()
        ),
    }
}
