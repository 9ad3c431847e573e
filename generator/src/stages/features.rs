//! From files to stored features: decode, choose chunks, filterbank, half precision, one file a track.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind::{NotFound, UnexpectedEof};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, anyhow};
use pmsl_core::analysis::{TrackAnalysis, analyse};
use pmsl_core::descriptors::{DESCRIPTOR_VERSION, Descriptors};
use pmsl_core::features::FEATURE_VERSION;
use pmsl_core::fingerprint::FINGERPRINT_VERSION;
use pmsl_core::library::Skipped;
use pmsl_core::track::{SubGenre, TrackMeta};
use rayon::prelude::*;

use super::copies::Copies;
use super::hear::{Ears, Heard, Unheard, Wanted};
use super::library::{Candidate, CandidateLibrary, FailedTrack};
use crate::cache::{
    FeatureFile, FeatureFileError, FeatureStore, Key, KeyBuilder, Remembered, read_analysis, read_descriptors,
    read_json, write_analysis, write_json,
};
use crate::console::Console;
use crate::limits::{in_use, shares};
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::stopwatch::Worked;

/// The tracks that can be used, with their features.
#[derive(Clone, Debug)]
pub(crate) struct UsableLibrary {
    /// Sub-genres with at least one usable track.
    pub(crate) sub_genres: Vec<SubGenre>,
    /// Usable tracks, in the library's order. [`Candidate::entry`]'s sub-genre refers to the list above.
    pub(crate) tracks: Vec<Candidate>,
    /// What a listener sees of each track. The duration is the decoded one.
    pub(crate) metas: Vec<TrackMeta>,
    /// The key of each track's features.
    pub(crate) keys: Vec<Key>,
    /// The features themselves.
    pub(crate) features: FeatureStore,
    /// Tempo, key, loudness and more of each track; nothing where there is no sound.
    pub(crate) descriptors: Vec<Option<Descriptors>>,
    /// Which tracks are one recording.
    pub(crate) copies: Copies,
    /// The clip of every track; nothing where none could be made, and no entries where none are asked for.
    pub(crate) clips: Vec<Option<Key>>,
    /// Tracks that cannot be used.
    pub(crate) failures: Vec<FailedTrack>,
    /// Files that are no audio.
    pub(crate) skipped: Vec<Skipped>,
    /// What the user should know.
    pub(crate) warnings: Vec<String>,
}

impl UsableLibrary {
    /// The sub-genre of every track.
    pub(crate) fn labels(&self) -> Vec<usize> {
        self.tracks.iter().map(|track| track.entry.sub_genre).collect()
    }

    /// The path of the last of `tracks` that is done, or of the first one where none is: what progress shows.
    pub(crate) fn reached(&self, tracks: &[usize], done: usize) -> &str {
        let last = tracks.get(done.saturating_sub(1)).or(tracks.last());
        last.map_or("", |&track| self.tracks[track].entry.relative_path.as_str())
    }
}

/// Makes the features that are not there yet.
///
/// # Errors
/// When no track is usable, or the work folder cannot be written. A single bad track is a row in
/// [`UsableLibrary::failures`].
pub(crate) fn features(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: CandidateLibrary,
) -> Result<Worked<UsableLibrary>, RunError> {
    let keys = library.tracks.iter().map(|track| feature_key(plan, track)).collect::<anyhow::Result<Vec<_>>>()?;
    if plan.force {
        forget_failures(plan, &keys);
    }
    let states = keys.iter().map(|key| State::look(plan, *key)).collect::<anyhow::Result<Vec<_>>>()?;
    // Two entries may be the same audio (allowed duplicates, copies): the work is done once.
    let mut missing: BTreeMap<Key, (usize, Wanted)> = BTreeMap::new();
    for (index, (state, key)) in states.iter().zip(&keys).enumerate() {
        if let Some(wanted) = wanted(plan, &library.tracks[index], state)? {
            missing.entry(*key).or_insert((index, wanted));
        }
    }
    let mut order: Vec<(usize, Wanted)> = missing.values().copied().collect();
    order.sort_unstable_by_key(|&(index, _)| index);
    let progress = console.progress("features", order.len() as u64);
    // What could not be reached is not remembered beyond this run.
    let unreached: Mutex<BTreeMap<Key, Remembered>> = Mutex::new(BTreeMap::new());
    let at_once = shares(plan.config.memory_limit, in_use(), Ears::bytes(plan), plan.threads.get());
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(at_once).build().context("the threads could not be started")?;
    let hear_all = || {
        order.par_iter().try_for_each_init(
            || Ears::new(plan),
            |ears, &(index, wanted)| -> anyhow::Result<()> {
                let ears = ears.as_mut().map_err(|error| anyhow!("{error}"))?;
                if cancel.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let (track, key) = (&library.tracks[index], keys[index]);
                let heard = ears.hear(&track.entry.path, wanted, cancel)?;
                if cancel.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let name = &track.entry.relative_path;
                match keep(plan, track, key, heard)? {
                    Ok(Some(told)) if console.shows_tracks() => progress.line(&format!("{name}: {told}")),
                    Ok(_) => {}
                    Err(unheard) => {
                        let lasts = unheard.lasts();
                        let row = unheard.row();
                        progress.line(&format!("skipped: {name}: {}", row.reason));
                        if lasts {
                            write_json(&plan.failure_path(key), &row)?;
                        } else if let Ok(mut unreached) = unreached.lock() {
                            unreached.insert(key, row);
                        }
                    }
                }
                progress.advance(name);
                Ok(())
            },
        )
    };
    pool.install(hear_all)?;
    progress.finish();
    if cancel.load(Ordering::Relaxed) {
        return Err(RunError::Interrupted);
    }
    let unreached = unreached.into_inner().unwrap_or_else(PoisonError::into_inner);
    let usable = collect(plan, library, &keys, states, &unreached, cancel).map_err(RunError::Failed)?;
    console.detail(&format!("features: {} of {} tracks decoded", order.len(), usable.tracks.len()));
    let reused = usable.tracks.len().saturating_sub(order.len());
    Ok(Worked::new(usable, order.len(), reused))
}

/// Counts the tracks whose features are not there yet.
pub(crate) fn missing_features(plan: &Plan, library: &CandidateLibrary) -> anyhow::Result<usize> {
    let mut missing = 0;
    for track in &library.tracks {
        let state = State::look(plan, feature_key(plan, track)?)?;
        missing += usize::from(wanted(plan, track, &state)?.is_some());
    }
    Ok(missing)
}

fn feature_key(plan: &Plan, track: &Candidate) -> anyhow::Result<Key> {
    Ok(KeyBuilder::new("features", FEATURE_VERSION)
        .bytes("format", &crate::cache::FEATURE_FORMAT_VERSION.to_le_bytes())
        .bytes("content", &track.stamp.content)
        .options("audio", &plan.config.audio)?
        .options("features", &plan.config.front_end())?
        .finish())
}

/// What was measured depends on the sound alone.
fn analysis_key(track: &Candidate) -> Key {
    KeyBuilder::new("analysis", DESCRIPTOR_VERSION)
        .bytes("fingerprint", &FINGERPRINT_VERSION.to_le_bytes())
        .bytes("content", &track.stamp.content)
        .finish()
}

/// What has to be made of a track; nothing where all is there or its file is known to be of no use.
fn wanted(plan: &Plan, track: &Candidate, state: &State) -> anyhow::Result<Option<Wanted>> {
    let features = matches!(state, State::Missing);
    let usable = !matches!(state, State::Failed(_));
    let analysis = usable && read_descriptors(&plan.analysis_path(analysis_key(track)))?.is_none();
    Ok((features || analysis).then_some(Wanted { features, analysis }))
}

/// Stores what was heard of a track, and gives a few words on it where there are new features.
///
/// # Errors
/// When the work folder cannot be written. What is wrong with the track is the result.
fn keep(
    plan: &Plan,
    track: &Candidate,
    key: Key,
    heard: Result<Heard, Unheard>,
) -> anyhow::Result<Result<Option<String>, Unheard>> {
    let Heard { chunks, analysis } = match heard {
        Ok(heard) => heard,
        Err(unheard) => return Ok(Err(unheard)),
    };
    if let Some(analysis) = analysis {
        write_analysis(&plan.analysis_path(analysis_key(track)), &analysis)?;
    }
    match chunks {
        None => Ok(Ok(None)),
        Some(Err(unheard)) => Ok(Err(unheard)),
        Some(Ok(chunks)) => {
            FeatureFile::write(&plan.feature_path(key), &chunks)?;
            Ok(Ok(Some(format!("{:.1} s, {} chunks", chunks.duration_s, chunks.starts_s.len()))))
        }
    }
}

/// What the cache knows of a track.
enum State {
    Stored(FeatureFile),
    Failed(Remembered),
    Missing,
}

impl State {
    fn look(plan: &Plan, key: Key) -> anyhow::Result<Self> {
        let path = plan.feature_path(key);
        match FeatureFile::open(&path) {
            Ok(file) => return Ok(Self::Stored(file)),
            // What is cut off, as a loss of power may leave it, is made anew as what is damaged otherwise.
            Err(FeatureFileError::Io(error)) if !matches!(error.kind(), NotFound | UnexpectedEof) => {
                return Err(error).with_context(|| format!("could not read {}", path.display()));
            }
            Err(_) => {}
        }
        let failed = read_json::<Remembered>(&plan.failure_path(key))?;
        let stands = failed.filter(|failed| failed.stands(plan.config.file_time_limit_s));
        Ok(stands.map_or(Self::Missing, Self::Failed))
    }
}

/// Lets failed tracks be tried again.
fn forget_failures(plan: &Plan, keys: &[Key]) {
    for key in keys {
        // What is not there is forgotten already.
        let _ = fs::remove_file(plan.failure_path(*key));
    }
}

/// Sorts the tracks into usable and failed ones.
fn collect(
    plan: &Plan,
    library: CandidateLibrary,
    keys: &[Key],
    states: Vec<State>,
    unreached: &BTreeMap<Key, Remembered>,
    cancel: &AtomicBool,
) -> anyhow::Result<UsableLibrary> {
    let total = library.tracks.len() + library.failures.len();
    let mut failures = library.failures;
    let (mut tracks, mut files, mut usable_keys) = (Vec::new(), Vec::new(), Vec::new());
    for ((track, key), state) in library.tracks.into_iter().zip(keys).zip(states) {
        let state = match (state, unreached.get(key)) {
            (State::Missing, Some(row)) => State::Failed(row.clone()),
            (State::Missing, None) => State::look(plan, *key)?,
            (state, _) => state,
        };
        match state {
            State::Stored(file) => {
                tracks.push(track);
                files.push(file);
                usable_keys.push(*key);
            }
            State::Failed(Remembered { stage, reason, .. }) => {
                failures.push(FailedTrack { path: track.entry.relative_path, stage, reason });
            }
            State::Missing => {
                return Err(anyhow!("{}: its features vanished from the work folder", track.entry.relative_path));
            }
        }
    }
    if tracks.is_empty() {
        let example = failures.first().map_or_else(String::new, |failure| {
            format!("; the first of {}: {}: {}", failures.len(), failure.path, failure.reason)
        });
        return Err(anyhow!("none of the library's {total} tracks could be used{example}"));
    }
    let mut warnings = Vec::new();
    let (sub_genres, renumbered) = drop_empty(library.sub_genres, &tracks, &mut warnings);
    for track in &mut tracks {
        track.entry.sub_genre = renumbered[track.entry.sub_genre];
    }
    let descriptors = tracks
        .iter()
        .map(|track| read_descriptors(&plan.analysis_path(analysis_key(track))))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let copies = Copies::remembered(plan, &tracks, &descriptors, |track| analysis_of(plan, track, cancel))?;
    let metas = tracks.iter().zip(&files).map(|(track, file)| meta(track, file)).collect();
    Ok(UsableLibrary {
        sub_genres,
        tracks,
        metas,
        keys: usable_keys,
        features: FeatureStore::new(files)?,
        descriptors,
        copies,
        clips: Vec::new(),
        failures,
        skipped: library.skipped,
        warnings,
    })
}

/// What was measured of a track; measured again where what is kept of it is damaged. Nothing where nothing is kept.
fn analysis_of(plan: &Plan, track: &Candidate, cancel: &AtomicBool) -> anyhow::Result<Option<TrackAnalysis>> {
    let path = plan.analysis_path(analysis_key(track));
    if let Some(analysis) = read_analysis(&path)? {
        return Ok(Some(analysis));
    }
    if !path.is_file() {
        return Ok(None);
    }
    let failed = || format!("{} could not be measured again", track.entry.relative_path);
    let analysis = analyse(&track.entry.path, cancel).with_context(failed)?;
    write_analysis(&path, &analysis)?;
    Ok(Some(analysis))
}

/// Drops sub-genres without a usable track, and says where each one went.
fn drop_empty(
    sub_genres: Vec<SubGenre>,
    tracks: &[Candidate],
    warnings: &mut Vec<String>,
) -> (Vec<SubGenre>, Vec<usize>) {
    let mut counts = vec![0_usize; sub_genres.len()];
    for track in tracks {
        counts[track.entry.sub_genre] += 1;
    }
    let mut kept = Vec::with_capacity(sub_genres.len());
    let renumbered = sub_genres
        .into_iter()
        .zip(&counts)
        .map(|(sub_genre, &count)| {
            if count == 0 {
                warnings.push(format!("the sub-genre {} has no usable track and is left out", sub_genre.name));
            } else {
                kept.push(sub_genre);
            }
            kept.len().saturating_sub(1)
        })
        .collect();
    (kept, renumbered)
}

fn meta(track: &Candidate, file: &FeatureFile) -> TrackMeta {
    track.stamp.tags.clone().into_meta(&track.entry, file.duration_s)
}
