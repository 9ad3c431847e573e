//! Which tracks there are, and what their files say of themselves.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::anyhow;
use pmsl_core::demo::{DemoError, DemoOptions, DemoProgress, synthesize_library};
use pmsl_core::library::{Library, LibraryTrack, Skipped, scan};
use pmsl_core::track::SubGenre;
use rayon::prelude::*;

use crate::cache::{FileStamp, Stamps};
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::{LibrarySource, Plan};
use crate::stopwatch::Worked;

/// The name of this stage in the table of failures.
pub(crate) const LIBRARY_STAGE: &str = "library";

/// A track of the library whose file could be read.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Where it stands in the library.
    pub(crate) entry: LibraryTrack,
    /// Content and tags of its file.
    pub(crate) stamp: FileStamp,
}

impl Candidate {
    /// Whether a tag, a manifest or a playlist names the track; the name of its file stands in otherwise.
    pub(crate) fn has_title(&self) -> bool {
        self.entry.overrides.title.is_some() || self.entry.name_hint.is_some() || self.stamp.tags.title.is_some()
    }
}

/// A track that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailedTrack {
    /// Path relative to the library.
    pub(crate) path: String,
    /// The stage that failed.
    pub(crate) stage: String,
    /// Why.
    pub(crate) reason: String,
}

/// The library before anything was decoded.
#[derive(Clone, Debug)]
pub(crate) struct CandidateLibrary {
    /// Its sub-genres.
    pub(crate) sub_genres: Vec<SubGenre>,
    /// Its tracks, by sub-genre and then by path.
    pub(crate) tracks: Vec<Candidate>,
    /// Files that could not be read.
    pub(crate) failures: Vec<FailedTrack>,
    /// Files that are no audio.
    pub(crate) skipped: Vec<Skipped>,
}

/// Finds the tracks, making the demo library first if that is the source.
pub(crate) fn candidates(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
) -> Result<Worked<CandidateLibrary>, RunError> {
    let root = match &plan.source {
        LibrarySource::Path(path) => path.clone(),
        LibrarySource::Demo(options) => synthesize(plan, options, console, cancel)?,
        LibrarySource::Embeddings(_) => return Err(RunError::usage(anyhow!("embeddings have no audio to read"))),
    };
    let library = scan(&root, &plan.config.library.scan).map_err(|error| RunError::Failed(error.into()))?;
    let library = limited(library, plan.limit);
    stamp(plan, console, cancel, library)
}

/// Makes the demo library, once for each set of options.
fn synthesize(plan: &Plan, options: &DemoOptions, console: &Console, cancel: &AtomicBool) -> Result<PathBuf, RunError> {
    let folder = plan.work.join("demo").join(&options.fingerprint()[..32]);
    let progress = console.progress("demo", (7 * options.tracks_per_sub_genre) as u64);
    let made = synthesize_library(
        &folder,
        options,
        &mut |made: DemoProgress<'_>| progress.set(made.done as u64, made.path),
        cancel,
    );
    progress.finish();
    match made {
        Ok(_) => Ok(folder),
        Err(DemoError::Cancelled) => Err(RunError::Interrupted),
        Err(error) => Err(RunError::Failed(anyhow::Error::new(error).context("the demo library could not be made"))),
    }
}

/// Keeps the first `limit` tracks of each sub-genre.
fn limited(mut library: Library, limit: Option<usize>) -> Library {
    if let Some(limit) = limit {
        let mut kept = vec![0; library.sub_genres.len()];
        library.tracks.retain(|track| {
            kept[track.sub_genre] += 1;
            kept[track.sub_genre] <= limit
        });
    }
    library
}

/// Reads the content hash and tags of every file that changed since it was last seen.
fn stamp(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: Library,
) -> Result<Worked<CandidateLibrary>, RunError> {
    let mut stamps = Stamps::open(&plan.work)?;
    let known: Vec<_> =
        library.tracks.iter().map(|track| stamps.current(&track.path).map(Option::<&FileStamp>::cloned)).collect();
    let unknown = known.iter().filter(|stamp| matches!(stamp, Ok(None))).count();
    let progress = console.progress("library", unknown as u64);
    let read: Vec<_> = known
        .into_par_iter()
        .zip(&library.tracks)
        .map(|(known, track)| match known {
            Ok(None) if !cancel.load(Ordering::Relaxed) => {
                let stamp = FileStamp::read(&track.path, plan.file_time_limit(), cancel);
                progress.advance(&track.relative_path);
                stamp.map(Some)
            }
            known => known,
        })
        .collect();
    progress.finish();
    let failures = missing_files(&library);
    let mut found = CandidateLibrary {
        sub_genres: library.sub_genres,
        tracks: Vec::with_capacity(library.tracks.len()),
        failures,
        skipped: library.skipped,
    };
    for (entry, stamp) in library.tracks.into_iter().zip(read) {
        match stamp {
            Ok(Some(stamp)) => {
                stamps.insert(entry.path.clone(), stamp.clone());
                if let Some(error) = &stamp.tag_error {
                    console.detail(&format!("{}: tags not read: {error}", entry.relative_path));
                }
                found.tracks.push(Candidate { entry, stamp });
            }
            Ok(None) => {} // interrupted
            Err(error) => found.failures.push(FailedTrack {
                path: entry.relative_path,
                stage: LIBRARY_STAGE.into(),
                reason: format!("the file could not be read: {error}"),
            }),
        }
    }
    stamps.save()?;
    if cancel.load(Ordering::Relaxed) {
        return Err(RunError::Interrupted);
    }
    for failed in &found.failures {
        console.note(&format!("skipped: {}: {}", failed.path, failed.reason));
    }
    let total = found.tracks.len() + found.failures.len();
    Ok(Worked::new(found, unknown, total.saturating_sub(unknown)))
}

/// The entries that were meant to be tracks and have no usable file.
fn missing_files(library: &Library) -> Vec<FailedTrack> {
    let meant = library.skipped.iter().filter(|skipped| skipped.reason.is_failure());
    meant
        .map(|skipped| {
            let path = skipped.path.strip_prefix(&library.root).unwrap_or(&skipped.path);
            FailedTrack {
                path: path.to_string_lossy().into_owned(),
                stage: LIBRARY_STAGE.into(),
                reason: skipped.reason.to_string(),
            }
        })
        .collect()
}
