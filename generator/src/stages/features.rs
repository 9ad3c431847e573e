//! From files to stored features: decode, choose chunks, filterbank, half precision, one file a track.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, anyhow};
use pmsl_core::analysis::{TrackAnalysis, analyse, read_chunks_and_analysis};
use pmsl_core::audio::{AudioError, TrackAudio, read_chunks};
use pmsl_core::descriptors::{DESCRIPTOR_VERSION, Descriptors};
use pmsl_core::features::{FEATURE_VERSION, FeatureError, FrontEnd, MfccStatistics, encode_f16};
use pmsl_core::fingerprint::FINGERPRINT_VERSION;
use pmsl_core::library::Skipped;
use pmsl_core::track::{SubGenre, TrackMeta};
use rayon::prelude::*;

use super::copies::Copies;
use super::library::{Candidate, CandidateLibrary, FailedTrack};
use crate::cache::{
    FeatureFile, FeatureFileError, FeatureStore, Key, KeyBuilder, Remembered, StoredChunks, StoredValues,
    read_analysis, read_descriptors, read_json, write_analysis, write_json,
};
use crate::console::Console;
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
    let mut missing: BTreeMap<Key, (usize, Missing)> = BTreeMap::new();
    for (index, (state, key)) in states.iter().zip(&keys).enumerate() {
        let wanted = Missing::of(plan, &library.tracks[index], state)?;
        if wanted.anything() {
            missing.entry(*key).or_insert((index, wanted));
        }
    }
    let mut order: Vec<(usize, Missing)> = missing.values().copied().collect();
    order.sort_unstable_by_key(|&(index, _)| index);
    let progress = console.progress("features", order.len() as u64);
    order.par_iter().try_for_each_init(
        || Ears::new(plan),
        |ears, &(index, wanted)| -> anyhow::Result<()> {
            let ears = ears.as_mut().map_err(|error| anyhow!("{error}"))?;
            if cancel.load(Ordering::Relaxed) {
                return Ok(());
            }
            let track = &library.tracks[index];
            match hear(plan, ears, track, wanted, cancel) {
                Ok(Some(chunks)) => {
                    FeatureFile::write(&plan.feature_path(keys[index]), &chunks)?;
                    if console.shows_tracks() {
                        let (name, count) = (&track.entry.relative_path, chunks.starts_s.len());
                        progress.line(&format!("{name}: {:.1} s, {count} chunks", chunks.duration_s));
                    }
                }
                Ok(None) => {}
                Err(_) if cancel.load(Ordering::Relaxed) => return Ok(()),
                Err(error) => {
                    let remembered = Remembered { stage: "audio".into(), reason: format!("{error:#}") };
                    write_json(&plan.failure_path(keys[index]), &remembered)?;
                    progress.line(&format!("skipped: {}: {error:#}", track.entry.relative_path));
                }
            }
            progress.advance(&track.entry.relative_path);
            Ok(())
        },
    )?;
    progress.finish();
    if cancel.load(Ordering::Relaxed) {
        return Err(RunError::Interrupted);
    }
    let usable = collect(plan, library, &keys, states, cancel).map_err(RunError::Failed)?;
    console.detail(&format!("features: {} of {} tracks decoded", order.len(), usable.tracks.len()));
    let reused = usable.tracks.len().saturating_sub(order.len());
    Ok(Worked::new(usable, order.len(), reused))
}

/// Counts the tracks whose features are not there yet.
pub(crate) fn missing_features(plan: &Plan, library: &CandidateLibrary) -> anyhow::Result<usize> {
    let mut missing = 0;
    for track in &library.tracks {
        let state = State::look(plan, feature_key(plan, track)?)?;
        missing += usize::from(Missing::of(plan, track, &state)?.anything());
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

/// What has to be made of a track.
#[derive(Clone, Copy, Debug)]
struct Missing {
    features: bool,
    analysis: bool,
}

impl Missing {
    fn of(plan: &Plan, track: &Candidate, state: &State) -> anyhow::Result<Self> {
        let usable = !matches!(state, State::Failed(_));
        Ok(Self {
            features: matches!(state, State::Missing),
            analysis: usable && read_descriptors(&plan.analysis_path(analysis_key(track)))?.is_none(),
        })
    }

    fn anything(self) -> bool {
        self.features || self.analysis
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
            Err(FeatureFileError::Io(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("could not read {}", path.display()));
            }
            Err(_) => {}
        }
        Ok(read_json(&plan.failure_path(key))?.map_or(Self::Missing, Self::Failed))
    }
}

/// Lets failed tracks be tried again.
fn forget_failures(plan: &Plan, keys: &[Key]) {
    for key in keys {
        // What is not there is forgotten already.
        let _ = fs::remove_file(plan.failure_path(*key));
    }
}

/// What turns sound into numbers: one for each thread.
struct Ears {
    front_end: Box<dyn FrontEnd>,
    statistics: MfccStatistics,
    sample_rate_hz: u32,
}

impl Ears {
    fn new(plan: &Plan) -> Result<Self, FeatureError> {
        let options = plan.config.front_end();
        let (chunk_s, sample_rate_hz) = (plan.config.audio.chunk_s, options.sample_rate_hz());
        Ok(Self {
            front_end: options.plan(chunk_s)?,
            statistics: MfccStatistics::new(sample_rate_hz, chunk_s)?,
            sample_rate_hz,
        })
    }
}

/// Decodes a track once, measures it and computes its features, whichever is missing.
fn hear(
    plan: &Plan,
    ears: &mut Ears,
    track: &Candidate,
    missing: Missing,
    cancel: &AtomicBool,
) -> anyhow::Result<Option<StoredChunks>> {
    let (path, options, rate_hz) = (&track.entry.path, &plan.config.audio, ears.sample_rate_hz);
    let (chunks, analysis): (Option<Result<TrackAudio, AudioError>>, _) = match missing {
        Missing { features: true, analysis: true } => {
            let (chunks, analysis) = read_chunks_and_analysis(path, options, rate_hz, cancel)?;
            (Some(chunks), Some(analysis))
        }
        Missing { features: true, analysis: false } => (Some(read_chunks(path, options, rate_hz, cancel)), None),
        Missing { features: false, .. } => (None, Some(analyse(path, cancel)?)),
    };
    if let Some(analysis) = analysis {
        write_analysis(&plan.analysis_path(analysis_key(track)), &analysis)?;
    }
    chunks.transpose()?.map(|audio| extract(ears, &audio)).transpose()
}

/// Computes the features of a track's chunks.
fn extract(ears: &mut Ears, audio: &TrackAudio) -> anyhow::Result<StoredChunks> {
    let (frames, bands) = (ears.front_end.frames(), ears.front_end.bands());
    let mut values = Vec::with_capacity(2 * audio.chunks.len() * frames * bands);
    let mut features = Vec::with_capacity(frames * bands);
    for chunk in &audio.chunks {
        ears.front_end.compute(&chunk.samples, &mut features)?;
        ears.statistics.push(&chunk.samples)?;
        encode_f16(&features, &mut values);
    }
    Ok(StoredChunks {
        frames,
        bands,
        starts_s: audio.chunks.iter().map(|chunk| chunk.start_s as f32).collect(),
        tags: Vec::new(),
        statistics: ears.statistics.finish(),
        values: StoredValues::Half(values),
        duration_s: audio.duration_s as f32,
        decode_errors: audio.decode_errors,
    })
}

/// Sorts the tracks into usable and failed ones.
fn collect(
    plan: &Plan,
    library: CandidateLibrary,
    keys: &[Key],
    states: Vec<State>,
    cancel: &AtomicBool,
) -> anyhow::Result<UsableLibrary> {
    let total = library.tracks.len() + library.failures.len();
    let mut failures = library.failures;
    let (mut tracks, mut files, mut usable_keys) = (Vec::new(), Vec::new(), Vec::new());
    for ((track, key), state) in library.tracks.into_iter().zip(keys).zip(states) {
        let state = if matches!(state, State::Missing) { State::look(plan, *key)? } else { state };
        match state {
            State::Stored(file) => {
                tracks.push(track);
                files.push(file);
                usable_keys.push(*key);
            }
            State::Failed(Remembered { stage, reason }) => {
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
