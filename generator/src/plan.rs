//! The checked plan of a run: the config with the command line laid over it, validated. Stages see only this.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use pmsl_core::demo::DemoOptions;
use pmsl_core::embed::EmbedOptions;
use pmsl_core::models::Device;

use crate::cache::Key;
use crate::cli::RunArgs;
use crate::config::{Config, EmbeddingsConfig};
use crate::outcome::RunError;

/// Where caches and checkpoints go unless the user says otherwise.
const DEFAULT_WORK: &str = "pmsl-work";

/// Where the tracks come from.
#[derive(Clone, Debug)]
pub(crate) enum LibrarySource {
    /// A folder or a manifest of the user's.
    Path(PathBuf),
    /// The built-in synthesizer.
    Demo(DemoOptions),
    /// Embeddings made elsewhere.
    Embeddings(EmbeddingsConfig),
}

/// What a run will do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The config as resolved, the command line included.
    pub(crate) config: Config,
    /// The config that is used because the one that was asked for prefers it.
    pub(crate) preferred: Option<PathBuf>,
    /// Where the tracks come from.
    pub(crate) source: LibrarySource,
    /// Where the site goes. `None` for `check`.
    pub(crate) out: Option<PathBuf>,
    /// Where embeddings and tracks are written as files for other programs.
    pub(crate) export: Option<PathBuf>,
    /// Unsorted tracks to be sorted.
    pub(crate) inbox: Option<Inbox>,
    /// The folder of caches and checkpoints.
    pub(crate) work: PathBuf,
    /// Where to compute.
    pub(crate) device: Device,
    /// Threads to use.
    pub(crate) threads: NonZeroUsize,
    /// At most so many tracks of each sub-genre.
    pub(crate) limit: Option<usize>,
    /// Overwrite a foreign output folder, forget remembered failures.
    pub(crate) force: bool,
    /// Skipped files end the run with exit code 3.
    pub(crate) strict: bool,
}

/// Unsorted tracks, and where the playlists that are proposed for them go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inbox {
    /// The folder of unsorted tracks.
    pub(crate) folder: PathBuf,
    /// The folder of proposed playlists.
    pub(crate) playlists: PathBuf,
}

impl Plan {
    /// Lays the command line over the config and validates both.
    ///
    /// # Errors
    /// Always [`RunError::Usage`]: what is asked for is impossible or contradicts itself.
    pub(crate) fn new(args: &RunArgs, needs_out: bool) -> Result<Self, RunError> {
        checked(args, needs_out).map_err(RunError::Usage)
    }

    /// The title of the site.
    pub(crate) fn title(&self) -> String {
        self.config.title.clone().unwrap_or_else(|| "Perceptual music similarity".to_owned())
    }

    /// How chunks are passed through a trained encoder.
    pub(crate) fn embed_options(&self) -> EmbedOptions {
        EmbedOptions {
            batch_size: self.config.embed.batch_size,
            frames: self.config.train.crop_frames,
            ..EmbedOptions::default()
        }
    }

    /// Most time that one file may take at each step.
    pub(crate) fn file_time_limit(&self) -> Duration {
        Duration::from_secs_f64(self.config.file_time_limit_s)
    }

    /// Where the features of a track are kept.
    pub(crate) fn feature_path(&self, key: Key) -> PathBuf {
        self.of_track("features", key, "f16")
    }

    /// Where it is remembered why a track has no features.
    pub(crate) fn failure_path(&self, key: Key) -> PathBuf {
        self.of_track("features", key, "failed.json")
    }

    /// One folder for each first byte of the keys, so that none grows too large to list.
    fn of_track(&self, folder: &str, key: Key, extension: &str) -> PathBuf {
        let name = key.to_string();
        self.work.join(folder).join(&name[..2]).join(format!("{name}.{extension}"))
    }

    /// Where what was measured of a track is kept.
    pub(crate) fn analysis_path(&self, key: Key) -> PathBuf {
        self.of_track("analysis", key, "bin")
    }

    /// Where it is kept which tracks of a library are one recording.
    pub(crate) fn copies_path(&self, key: Key) -> PathBuf {
        self.work.join("copies").join(format!("{key}.json"))
    }

    /// Where the clip of a track is kept.
    pub(crate) fn clip_path(&self, key: Key) -> PathBuf {
        self.of_track("clips", key, "mp3")
    }

    /// Where the output of a frozen encoder for a track is kept.
    pub(crate) fn frozen_path(&self, key: Key) -> PathBuf {
        self.of_track("features", key, "f32")
    }

    /// Where the files are listed that the last run could not use.
    pub(crate) fn failures_path(&self) -> PathBuf {
        self.work.join("failures.csv")
    }

    /// Where an evaluation is kept.
    pub(crate) fn evaluation_path(&self, key: Key) -> PathBuf {
        self.work.join("evaluation").join(format!("{key}.json"))
    }
}

fn checked(args: &RunArgs, needs_out: bool) -> anyhow::Result<Plan> {
    let (mut config, path) = match &args.config {
        Some(path) => Config::read_preferred(path).map(|(config, path)| (config, Some(path)))?,
        None if args.embeddings.is_some() => (Config::for_embeddings(), None),
        None => bail!("no config: give one with --config FILE (configs/ has ready ones; --help has examples)"),
    };
    if let (Some(embeddings), Some(labels)) = (&args.embeddings, &args.labels) {
        config.library.path = None;
        config.library.demo = None;
        config.library.embeddings = Some(EmbeddingsConfig { embeddings: embeddings.clone(), labels: labels.clone() });
    }
    if let Some(library) = &args.library {
        config.library.path = Some(library.clone());
        config.library.demo = None;
        config.library.embeddings = None;
    }
    if let Some(device) = args.device {
        config.device = device;
    }
    if let Some(threads) = args.threads {
        config.threads = threads;
    }
    config.site.single_file |= args.single_file;
    if needs_out && args.out.is_none() {
        bail!("no output folder: give one with --out DIR");
    }
    let source = source(&config)?;
    let name = path.as_ref().map_or_else(|| "the config".to_owned(), |path| path.display().to_string());
    config.validate().with_context(|| format!("{name} cannot be run"))?;
    let work = args.work.clone().or_else(|| config.work.clone()).unwrap_or_else(|| PathBuf::from(DEFAULT_WORK));
    let work = std::path::absolute(&work).with_context(|| format!("no valid work folder: {}", work.display()))?;
    if let Some(out) = &args.out {
        keep_apart(out, &source, &work)?;
    }
    let inbox = args.inbox.as_ref().map(|folder| Inbox {
        folder: folder.clone(),
        playlists: args.playlists.clone().unwrap_or_else(|| work.join("inbox")),
    });
    if let Some(missing) = inbox.iter().map(|inbox| &inbox.folder).find(|folder| !folder.is_dir()) {
        bail!("there is no inbox folder {}", missing.display());
    }
    let threads = NonZeroUsize::new(config.threads as usize)
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN);
    let device = Device::choose(config.device, config.precision)?;
    Ok(Plan {
        preferred: path.filter(|path| Some(path) != args.config.as_ref()),
        source,
        out: args.out.clone(),
        export: args.export.clone(),
        inbox,
        work,
        device,
        threads,
        limit: args.limit.map(|limit| limit as usize),
        force: args.force,
        strict: args.strict,
        config,
    })
}

fn source(config: &Config) -> anyhow::Result<LibrarySource> {
    let library = &config.library;
    let named = [library.path.is_some(), library.demo.is_some(), library.embeddings.is_some()];
    if named.into_iter().filter(|named| *named).count() > 1 {
        bail!("`library.path`, `library.demo` and `library.embeddings` exclude each other: keep one");
    }
    if let Some(path) = &library.path {
        if !path.exists() {
            bail!("there is no library at {}", path.display());
        }
        return Ok(LibrarySource::Path(std::path::absolute(path)?));
    }
    if let Some(files) = &library.embeddings {
        if let Some(missing) = [&files.embeddings, &files.labels].into_iter().find(|file| !file.is_file()) {
            bail!("there is no file {}", missing.display());
        }
        return Ok(LibrarySource::Embeddings(files.clone()));
    }
    match &library.demo {
        Some(demo) => Ok(LibrarySource::Demo(demo.clone())),
        None => bail!("no library: give one with --library DIR or `library.path` in the config"),
    }
}

/// The site must not be written over the music or the caches.
fn keep_apart(out: &Path, source: &LibrarySource, work: &Path) -> anyhow::Result<()> {
    let real = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    let out_real = real(out)?;
    if let LibrarySource::Path(library) = source {
        let library = real(library)?;
        if library.starts_with(&out_real) || (out_real.starts_with(&library) && library.is_dir()) {
            bail!("--out {} and the library {} lie inside each other", out.display(), library.display());
        }
    }
    if real(work)?.starts_with(&out_real) || out_real.starts_with(real(work)?) {
        bail!("--out {} and the work folder {} lie inside each other", out.display(), work.display());
    }
    Ok(())
}
