//! Writes the demo library: folders, files, manifest.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::names::{Names, names};
use super::performance::perform;
use super::random::Random;
use super::song::Song;
use super::sound::Studio;
use super::styles::STYLES;
use super::{DemoError, DemoOptions, encode};

/// The file in the library's root that tells which options made it and which files are ours.
const MANIFEST: &str = "demo-library.json";

/// A finished demo library.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoLibrary {
    /// The library's root: genre folders, in them sub-genre folders, in them the tracks.
    pub root: PathBuf,
    /// Every track, in the order of the sub-genres and then of their making.
    pub tracks: Vec<DemoTrack>,
    /// How many of them this call synthesized. The others were there already.
    pub synthesized: usize,
}

/// What is known of a track of the demo library: the same as its tags say.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoTrack {
    /// Path relative to the library's root, with forward slashes.
    pub path: String,
    /// The genre's folder.
    pub genre: &'static str,
    /// The sub-genre's folder.
    pub sub_genre: &'static str,
    /// The artist. Every artist has two tracks, both in one sub-genre.
    pub artist: String,
    /// The title, unique in the library.
    pub title: String,
    /// The release.
    pub album: String,
    /// The year of release.
    pub year: u32,
    /// Beats per minute.
    pub bpm: f32,
    /// The musical key as DJ software tags it, such as `F#m`.
    pub key: String,
}

/// How far the synthesis has come.
#[derive(Clone, Copy, Debug)]
pub struct DemoProgress<'a> {
    /// Tracks finished, this one and those that were there already included.
    pub done: usize,
    /// Tracks in the library.
    pub total: usize,
    /// The track that was just finished, relative to the library's root.
    pub path: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    fingerprint: String,
    files: Vec<String>,
}

/// Synthesizes the demo library into `root`, on the threads of the current rayon pool.
///
/// The bytes of every file depend on the options only. Each file appears under its name when it is complete; files
/// that the same options have made before are kept, so that a cancelled or killed run goes on where it stopped. Other
/// options replace the library. `progress` is called once for every track that is synthesized.
///
/// # Errors
/// [`DemoError::Option`] for options out of range, [`DemoError::Foreign`] if `root` holds files but no demo library,
/// [`DemoError::Manifest`] if its manifest is damaged, [`DemoError::Io`] and [`DemoError::Encode`] if a file cannot be
/// written, and [`DemoError::Cancelled`] once `cancel` is set: no new track is begun then.
pub fn synthesize_library(
    root: &Path,
    options: &DemoOptions,
    progress: &mut (dyn FnMut(DemoProgress<'_>) + Send),
    cancel: &AtomicBool,
) -> Result<DemoLibrary, DemoError> {
    options.validate()?;
    let studio = Studio::new(options.sample_rate_hz);
    let planned = plan(options, &studio);
    prepare(root, &options.fingerprint(), &planned)?;
    let missing: Vec<&Planned> = planned.iter().filter(|planned| !root.join(&planned.track.path).is_file()).collect();
    let finished = AtomicUsize::new(planned.len() - missing.len());
    let progress = Mutex::new(progress);
    // One job each: tracks differ in cost, and a thread that is done early takes the next.
    missing.par_iter().with_max_len(1).try_for_each(|planned| {
        if cancel.load(Ordering::Relaxed) {
            return Err(DemoError::Cancelled);
        }
        write_track(root, planned, &studio, options)?;
        let mut report = progress.lock().unwrap_or_else(PoisonError::into_inner);
        let done = finished.fetch_add(1, Ordering::Relaxed) + 1;
        report(DemoProgress { done, total: planned.total, path: &planned.track.path });
        Ok(())
    })?;
    let synthesized = missing.len();
    let tracks = planned.into_iter().map(|planned| planned.track).collect();
    Ok(DemoLibrary { root: root.to_owned(), tracks, synthesized })
}

/// A track that is decided but not yet heard.
struct Planned {
    song: Song,
    track: DemoTrack,
    total: usize,
}

fn plan(options: &DemoOptions, studio: &Studio) -> Vec<Planned> {
    let total = options.tracks_per_sub_genre * STYLES.len();
    let random = Random::new(options.seed);
    let mut planned = Vec::with_capacity(total);
    for (index, style) in STYLES.iter().enumerate() {
        let mut random = random.fork(style.sub_genre);
        for names in names(index, options.tracks_per_sub_genre, &mut random) {
            let song = Song::draw(style, random.next(), options.frames(), studio.rate_hz);
            let Names { artist, title, album, year } = names;
            let track = DemoTrack {
                path: format!("{}/{}/{artist} - {title}.flac", style.genre, style.sub_genre),
                genre: style.genre,
                sub_genre: style.sub_genre,
                artist,
                title,
                album,
                year,
                bpm: song.tempo_bpm,
                key: song.key.tag(),
            };
            planned.push(Planned { song, track, total });
        }
    }
    planned
}

/// Makes the folders, removes what other options have made, and writes the manifest before the first file: whatever
/// is in the folder afterwards is known to be ours.
fn prepare(root: &Path, fingerprint: &str, planned: &[Planned]) -> Result<(), DemoError> {
    let manifest_path = root.join(MANIFEST);
    match fs::read(&manifest_path) {
        Ok(bytes) => {
            let manifest: Manifest = serde_json::from_slice(&bytes)
                .map_err(|source| DemoError::Manifest { path: manifest_path.clone(), source })?;
            if manifest.fingerprint == fingerprint {
                return make_folders(root, planned);
            }
            for file in manifest.files.iter().filter(|file| stays_inside(file)) {
                let path = root.join(file);
                remove(&partial(&path))?;
                remove(&path)?;
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let occupied = fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some());
            if occupied {
                return Err(DemoError::Foreign { path: root.to_owned() });
            }
        }
        Err(source) => return Err(DemoError::Io { action: "read", path: manifest_path, source }),
    }
    make_folders(root, planned)?;
    let manifest = Manifest {
        fingerprint: fingerprint.to_owned(),
        files: planned.iter().map(|planned| planned.track.path.clone()).collect(),
    };
    let json = serde_json::to_vec_pretty(&manifest)
        .map_err(|source| DemoError::Manifest { path: manifest_path.clone(), source })?;
    write_atomically(&manifest_path, &json)
}

/// A damaged manifest must not make us remove files elsewhere.
fn stays_inside(file: &str) -> bool {
    Path::new(file).components().all(|component| matches!(component, std::path::Component::Normal(_)))
}

fn make_folders(root: &Path, planned: &[Planned]) -> Result<(), DemoError> {
    let mut folders: Vec<PathBuf> =
        planned.iter().map(|planned| root.join(planned.track.genre).join(planned.track.sub_genre)).collect();
    folders.dedup();
    for path in folders {
        fs::create_dir_all(&path).map_err(|source| DemoError::Io { action: "create the folder", path, source })?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), DemoError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(DemoError::Io { action: "remove", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

fn write_track(root: &Path, planned: &Planned, studio: &Studio, options: &DemoOptions) -> Result<(), DemoError> {
    let Planned { song, track, .. } = planned;
    let samples = perform(song, studio);
    let tags = [
        ("TITLE", track.title.clone()),
        ("ARTIST", track.artist.clone()),
        ("ALBUM", track.album.clone()),
        ("GENRE", track.sub_genre.to_owned()),
        ("DATE", track.year.to_string()),
        ("BPM", format!("{:.0}", track.bpm)),
        ("INITIALKEY", track.key.clone()),
    ];
    let bytes = encode::flac(&track.title, &samples, options.sample_rate_hz, &tags)?;
    write_atomically(&root.join(&track.path), &bytes)
}

/// The name of a file while it is written: hidden, so that a scan of the library does not see it.
fn partial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.partial"))
}

fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), DemoError> {
    let partial = partial(path);
    let write = || {
        let mut file = fs::File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    };
    write().map_err(|source| DemoError::Io { action: "write", path: path.to_owned(), source })
}
