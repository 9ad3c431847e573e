//! Listening clips of all tracks, for sites that play a little of each.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use pmsl_core::clip::{CLIP_VERSION, make_clip};
use rayon::prelude::*;

use super::features::UsableLibrary;
use super::library::{Candidate, FailedTrack};
use crate::cache::{Key, KeyBuilder, Remembered, is_sealed_beside, read_json, seal_beside, write_atomic, write_json};
use crate::console::Console;
use crate::limits::{OutOfTime, within};
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::stopwatch::Worked;

/// The name of this stage in the table of failures.
pub(crate) const CLIPS_STAGE: &str = "clips";

/// Makes the clips that are not there yet, and tells the library which tracks have one.
///
/// # Errors
/// When the work folder cannot be written. A track whose clip cannot be made is a row in
/// [`UsableLibrary::failures`], and is tried again when its file changes, or with `--force`.
pub(crate) fn clips(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    mut library: UsableLibrary,
) -> Result<Worked<UsableLibrary>, RunError> {
    let Some(options) = &plan.config.site.clips else { return Ok(Worked::new(library, 0, 0)) };
    let keys = library.tracks.iter().map(|track| clip_key(plan, track)).collect::<anyhow::Result<Vec<Key>>>()?;
    // Copies of one file share a clip.
    let mut missing: BTreeMap<Key, usize> = BTreeMap::new();
    for (track, &key) in keys.iter().enumerate() {
        if plan.force {
            // What is not there is forgotten already.
            let _ = fs::remove_file(failure_path(plan, key));
        }
        missing.entry(key).or_insert(track);
    }
    let is_missing = |key: Key| -> anyhow::Result<bool> {
        Ok(!is_sealed_beside(&plan.clip_path(key)) && remembered(plan, key)?.is_none())
    };
    let mut order: Vec<usize> = missing
        .into_par_iter()
        .map(|(key, track)| Ok(is_missing(key)?.then_some(track)))
        .filter_map(Result::transpose)
        .collect::<anyhow::Result<_>>()?;
    order.sort_unstable();
    let progress = console.progress("clips", order.len() as u64);
    // One job each: the thread that is done first takes the next track, however long it is.
    order.par_iter().with_max_len(1).try_for_each(|&track| -> anyhow::Result<()> {
        if cancel.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (entry, key) = (&library.tracks[track].entry, keys[track]);
        let limit_s = plan.config.file_time_limit_s;
        let (path, duration_s) = (entry.path.clone(), f64::from(library.metas[track].duration_s));
        let options = options.clone();
        let made = within(plan.file_time_limit(), cancel, move |stop| make_clip(&path, duration_s, &options, stop))?;
        if cancel.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (reason, time_limit_s) = match made {
            Ok(Ok(clip)) => {
                write_atomic(&plan.clip_path(key), |out| out.write_all(&clip))?;
                seal_beside(&plan.clip_path(key))?;
                progress.advance(&entry.relative_path);
                return Ok(());
            }
            Ok(Err(error)) => (format!("{:#}", anyhow::Error::from(error)), None),
            Err(OutOfTime) => (format!("not done within {limit_s} s (`file_time_limit_s`)"), Some(limit_s)),
        };
        let reason = format!("no clip could be made: {reason}");
        progress.line(&format!("{}: {reason}", entry.relative_path));
        write_json(&failure_path(plan, key), &Remembered { stage: CLIPS_STAGE.into(), reason, time_limit_s })?;
        progress.advance(&entry.relative_path);
        Ok(())
    })?;
    progress.finish();
    if cancel.load(Ordering::Relaxed) {
        return Err(RunError::Interrupted);
    }
    for (track, key) in library.tracks.iter().zip(keys) {
        let failed = remembered(plan, key)?;
        library.clips.push(failed.is_none().then_some(key));
        if let Some(Remembered { stage, reason, .. }) = failed {
            library.failures.push(FailedTrack { path: track.entry.relative_path.clone(), stage, reason });
        }
    }
    console.detail(&format!("clips: {} made", order.len()));
    let reused = library.tracks.len() - order.len();
    Ok(Worked::new(library, order.len(), reused))
}

fn clip_key(plan: &Plan, track: &Candidate) -> anyhow::Result<Key> {
    Ok(KeyBuilder::new("clip", CLIP_VERSION)
        .bytes("content", &track.stamp.content)
        .options("clips", &plan.config.site.clips)?
        .finish())
}

/// Why a track has no clip, unless there is a reason to try again.
fn remembered(plan: &Plan, key: Key) -> anyhow::Result<Option<Remembered>> {
    let failed = read_json::<Remembered>(&failure_path(plan, key))?;
    Ok(failed.filter(|failed| failed.stands(plan.config.file_time_limit_s)))
}

/// Where it is remembered why a track has no clip.
fn failure_path(plan: &Plan, key: Key) -> PathBuf {
    plan.clip_path(key).with_extension("failed.json")
}
