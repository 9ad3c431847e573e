//! Which tracks there are, and what their files say of themselves.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use pmsl_core::demo::synthesize_library;
use pmsl_core::library::{Library, LibraryTrack, Skipped, scan};
use pmsl_core::track::SubGenre;
use rayon::prelude::*;

use crate::cache::{FileStamp, KeyBuilder, Stamps};
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::{LibrarySource, Plan};

/// A track of the library whose file could be read.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Where it stands in the library.
    pub entry: LibraryTrack,
    /// Content and tags of its file.
    pub stamp: FileStamp,
}

/// A track that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedTrack {
    /// Path relative to the library.
    pub path: String,
    /// The stage that failed.
    pub stage: String,
    /// Why.
    pub reason: String,
}

/// The library before anything was decoded.
#[derive(Clone, Debug)]
pub struct CandidateLibrary {
    /// Its sub-genres.
    pub sub_genres: Vec<SubGenre>,
    /// Its tracks, by sub-genre and then by path.
    pub tracks: Vec<Candidate>,
    /// Files that could not be read.
    pub failures: Vec<FailedTrack>,
    /// Files that are no audio.
    pub skipped: Vec<Skipped>,
}

/// Finds the tracks, making the demo library first if that is the source.
pub fn candidates(plan: &Plan, console: &Console, cancel: &AtomicBool) -> Result<CandidateLibrary, RunError> {
    let root = match &plan.source {
        LibrarySource::Path(path) => path.clone(),
        LibrarySource::Demo(_) => synthesize(plan, console, cancel)?,
    };
    let library = scan(&root, &plan.config.library.scan).map_err(|error| RunError::Failed(error.into()))?;
    let library = limited(library, plan.limit);
    stamp(plan, console, cancel, library)
}

/// Makes the demo library, once for each set of options.
fn synthesize(plan: &Plan, console: &Console, cancel: &AtomicBool) -> Result<PathBuf, RunError> {
    let LibrarySource::Demo(options) = &plan.source else { unreachable!("called for demo libraries only") };
    let key = KeyBuilder::new("demo library", pmsl_core::demo::DEMO_VERSION)
        .options("options", options)
        .context("the demo options cannot be written as JSON")?
        .finish();
    let folder = plan.work.join("demo").join(key.to_string());
    let total = options.track_count() as u64;
    let progress = console.progress("demo", total);
    let made = synthesize_library(
        &folder,
        options,
        &|done: usize, _total: usize, name: &str| progress.set(done as u64, name),
        cancel,
    );
    progress.finish();
    if cancel.load(Ordering::Relaxed) {
        return Err(RunError::Interrupted);
    }
    made.context("the demo library could not be made")?;
    Ok(folder)
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
) -> Result<CandidateLibrary, RunError> {
    let mut stamps = Stamps::open(&plan.work)?;
    let known: Vec<_> = library.tracks.iter().map(|track| stamps.current(&track.path).map(Option::<&FileStamp>::cloned)).collect();
    let unknown = known.iter().filter(|stamp| matches!(stamp, Ok(None))).count();
    let progress = console.progress("library", unknown as u64);
    let read: Vec<_> = known
        .into_par_iter()
        .zip(&library.tracks)
        .map(|(known, track)| match known {
            Ok(None) if !cancel.load(Ordering::Relaxed) => {
                let stamp = FileStamp::read(&track.path);
                progress.advance(&track.relative_path);
                stamp.map(Some)
            }
            known => known,
        })
        .collect();
    progress.finish();
    let mut found = CandidateLibrary {
        sub_genres: library.sub_genres,
        tracks: Vec::with_capacity(library.tracks.len()),
        failures: Vec::new(),
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
                stage: "library".into(),
                reason: format!("the file could not be read: {error}"),
            }),
        }
    }
    stamps.save()?;
    if cancel.load(Ordering::Relaxed) {
        return Err(RunError::Interrupted);
    }
    Ok(found)
}
