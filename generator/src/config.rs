//! The config file: one JSON object that mirrors what the run does, stage by stage.
//!
//! This module only mirrors and reads; [`crate::plan`] validates. Relative paths are resolved against the folder of
//! the config file while reading.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use pmsl_core::audio::ChunkOptions;
use pmsl_core::clip::ClipOptions;
use pmsl_core::dataset::SplitOptions;
use pmsl_core::demo::DemoOptions;
use pmsl_core::features::{AstFilterbankOptions, FrontEndOptions, LogMelOptions, MfccOptions, MusicnnMelOptions};
use pmsl_core::inference::NetworkOptions;
use pmsl_core::library::LibraryOptions;
use pmsl_core::models::{
    DeviceKind, EmbeddingsOptions, EncoderOptions, Precision, ProjectionKind, ProjectionOptions, WeightsError,
    locate_musicnn, locate_pretrained,
};
use pmsl_core::probes::{KNearestOptions, LogisticRegressionOptions, MlpOptions, ProbeOptions};
use pmsl_core::project::MapOptions;
use pmsl_core::train::TrainOptions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits::Bytes;

/// The config of a run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where editors find the schema of this file. Not used by the run.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Configs to use instead of this one, the first whose pretrained weights are found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefer: Vec<PathBuf>,
    /// The title of the site.
    pub title: Option<String>,
    /// Every random choice of the run follows from this number.
    pub seed: u64,
    /// The tracks, and how they are sorted into sub-genres.
    pub library: LibraryConfig,
    /// Which parts of a track are listened to.
    pub audio: ChunkOptions,
    /// How sound is turned into the encoder's input. Without it, the front end that the encoder was made for.
    pub features: Option<FrontEndOptions>,
    /// Which tracks train, which choose the best epoch, and which are held out for the report.
    pub split: SplitOptions,
    /// The encoder.
    pub model: ModelConfig,
    /// How the encoder is trained. With 0 epochs it is used as it comes.
    pub train: TrainOptions,
    /// Where to compute: auto, cpu, ndarray or cuda.
    pub device: DeviceKind,
    /// Numbers the GPU computes with. CPUs compute in f32.
    pub precision: Precision,
    /// How tracks are embedded.
    pub embed: EmbedConfig,
    /// What is measured on the embeddings.
    pub evaluate: EvaluateConfig,
    /// The two-dimensional map of the library: UMAP, t-SNE or principal components.
    pub map: MapOptions,
    /// What the site holds.
    pub site: SiteConfig,
    /// The folder of caches and checkpoints. Runs of different configs share one folder and what they have in common.
    pub work: Option<PathBuf>,
    /// Threads to use. 0 uses all cores.
    pub threads: u32,
    /// Most time that reading, decoding or cutting one file may take, in seconds (above 0, up to 86400). A file that takes
    /// longer is reported, and the run goes on without it.
    pub file_time_limit_s: f64,
    /// Most memory that the run may have in use, such as `"4 GiB"`. Where it is short, fewer files are decoded at once; a
    /// run that needs more ends with an error. Without it there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<Bytes>,
    /// The folder of the config file.
    #[serde(skip)]
    pub folder: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            schema: None,
            prefer: Vec::new(),
            title: None,
            seed: 0,
            library: LibraryConfig::default(),
            audio: ChunkOptions::default(),
            features: None,
            split: SplitOptions::default(),
            model: ModelConfig::default(),
            train: TrainOptions::default(),
            device: DeviceKind::default(),
            precision: Precision::default(),
            embed: EmbedConfig::default(),
            evaluate: EvaluateConfig::default(),
            map: MapOptions::default(),
            site: SiteConfig::default(),
            work: None,
            threads: 0,
            file_time_limit_s: 1800.0,
            memory_limit: None,
            folder: PathBuf::new(),
        }
    }
}

/// The tracks, and how they are sorted into sub-genres.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LibraryConfig {
    /// The folder of music, or a CSV manifest.
    pub path: Option<PathBuf>,
    /// Embeddings made elsewhere, instead of audio.
    pub embeddings: Option<EmbeddingsConfig>,
    /// How the folder is read.
    pub scan: LibraryOptions,
    /// Make a library with the built-in synthesizer, instead of reading one.
    pub demo: Option<DemoOptions>,
}

/// Embeddings made elsewhere, instead of audio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingsConfig {
    /// A NumPy file of `[tracks, values]`, f32 or f64.
    pub embeddings: PathBuf,
    /// The sub-genre of each row: a NumPy file of whole numbers or texts, or a CSV file with a column `sub_genre` (or
    /// `label`), and optionally `genre`, `title`, `artist`, `album`, `year`, `bpm`, `key`, `energy`, `duration_s`,
    /// `split` and `fold`.
    pub labels: PathBuf,
}

/// The encoder.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ModelConfig {
    /// The network between features and embeddings.
    pub encoder: EncoderOptions,
    /// Pretrained weights. AST: a folder with `model.safetensors` and `config.json`, or the name of a model in the
    /// Hugging Face hub's local cache, as `MIT/ast-finetuned-audioset-10-10-0.4593`. MusiCNN: the `musicnn` wheel, a
    /// folder that holds it, or `musicnn` to look in the usual places. Without it training starts from random weights.
    pub pretrained: Option<String>,
    /// Keep the encoder as it comes: its output for every chunk is computed once and kept, and only what follows it is
    /// trained, which takes seconds.
    pub frozen: bool,
    /// Scale every value of a frozen encoder's output to mean 0 and standard deviation 1 over the training tracks.
    pub standardize: bool,
    /// What follows the encoder.
    pub projection: ProjectionOptions,
}

/// What is measured on the embeddings.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluateConfig {
    /// Classifiers that are fitted to the embeddings of the training tracks and judged on held-out ones.
    pub probes: Vec<ProbeOptions>,
    /// Compare with what needs no training: the encoder before training, as it is, standardised and by discriminant
    /// analysis, and statistics of cepstral coefficients. Asks an encoder that is trained to hear the library once more.
    pub baselines: bool,
    /// Group the embeddings by k-means, without labels, and compare the groups with the playlists.
    pub clusters: bool,
}

impl Default for EvaluateConfig {
    fn default() -> Self {
        let probes = vec![
            ProbeOptions::KNearest(KNearestOptions::default()),
            ProbeOptions::LogisticRegression(LogisticRegressionOptions::default()),
            ProbeOptions::Mlp(MlpOptions::default()),
        ];
        Self { probes, baselines: true, clusters: true }
    }
}

/// How tracks are embedded.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EmbedConfig {
    /// Chunks per forward pass.
    pub batch_size: usize,
}

impl Default for EmbedConfig {
    fn default() -> Self {
        Self { batch_size: 16 }
    }
}

/// What the site holds.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SiteConfig {
    /// `public` publishes tags and never a path or file name; `private` also holds paths relative to the library, so
    /// that playlists open on the owner's machine.
    pub share: Share,
    /// Whether the site carries the audio itself.
    pub audio: SiteAudio,
    /// Cut a short clip out of every track for the site to play; `{}` gives 30 seconds of the loudest part. Only for music
    /// that may be published. Without it there are none.
    pub clips: Option<ClipOptions>,
    /// Similar tracks listed for each track.
    pub neighbours: usize,
    /// Write `timings.html`, the only file that differs between identical runs.
    pub timings: bool,
    /// Also write `explorer-single.html`: the explorer as one file without sound, for phones and for sending. For
    /// libraries of at most 10,000 tracks.
    pub single_file: bool,
    /// Put the encoder into the site, so that listeners can look for music like a file of their own: it is heard in
    /// their browser. 2 to 13 MB more, loaded only by those who ask for it. For `musicnn`, and `resnet18` of a width of at
    /// most 32.
    pub encoder: bool,
}

impl Default for SiteConfig {
    fn default() -> Self {
        Self {
            share: Share::Public,
            audio: SiteAudio::None,
            clips: None,
            neighbours: 10,
            timings: true,
            single_file: false,
            encoder: false,
        }
    }
}

/// Who the site is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Share {
    /// Anyone: tags, and no path or file name.
    #[default]
    Public,
    /// The owner: also paths relative to the library.
    Private,
}

/// Whether the site carries the audio itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SiteAudio {
    /// No audio.
    #[default]
    None,
    /// A copy of every file, under a neutral name. Only for music that may be published.
    Copy,
}

/// Why a config could not be read.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("could not read the config {path}")]
    Read {
        /// The config file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file is no valid config.
    #[error("{path}, line {line}, at `{field}`: {message}")]
    Invalid {
        /// The config file.
        path: PathBuf,
        /// Line in the file, from 1.
        line: usize,
        /// Path of the field.
        field: String,
        /// What was expected and found, with a suggestion for a mistyped name.
        message: String,
    },
}

impl Config {
    /// Reads a config file, or the first of those that it prefers whose pretrained weights are found: the config, and
    /// where it came from.
    pub fn read_preferred(path: &Path) -> Result<(Self, PathBuf), ConfigError> {
        let config = Self::read(path)?;
        for preferred in &config.prefer {
            let candidate = Self::read(preferred)?;
            let pretrained = candidate.model.pretrained.as_deref();
            if pretrained.is_some_and(|name| candidate.locate_pretrained(name).is_ok()) {
                return Ok((candidate, preferred.clone()));
            }
        }
        Ok((config, path.to_owned()))
    }

    /// Reads a config file and resolves its relative paths against the file's folder.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let mut config = Self::parse(&text, path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        folder.clone_into(&mut config.folder);
        let resolve = |relative: &mut PathBuf| *relative = folder.join(&relative);
        config.library.path.iter_mut().for_each(resolve);
        if let Some(files) = &mut config.library.embeddings {
            resolve(&mut files.embeddings);
            resolve(&mut files.labels);
        }
        config.work.iter_mut().for_each(resolve);
        config.prefer.iter_mut().for_each(resolve);
        if let Some(pretrained) = &mut config.model.pretrained {
            // A name like `owner/model` means a folder beside the config only where there is one.
            let local = folder.join(&*pretrained);
            if local.exists() {
                *pretrained = local.to_string_lossy().into_owned();
            }
        }
        Ok(config)
    }

    /// Finds pretrained weights.
    ///
    /// # Errors
    /// Says where they were looked for, and how to get them.
    pub fn locate_pretrained(&self, name: &str) -> Result<PathBuf, WeightsError> {
        match &self.model.encoder {
            EncoderOptions::Musicnn(_) => locate_musicnn(name, Some(&self.folder)),
            _ => locate_pretrained(name),
        }
    }

    /// What is done with ready embeddings where no config says otherwise: nothing is trained.
    pub fn for_embeddings() -> Self {
        Self {
            model: ModelConfig {
                encoder: EncoderOptions::Embeddings(EmbeddingsOptions::default()),
                projection: ProjectionOptions { kind: ProjectionKind::None, ..ProjectionOptions::default() },
                ..ModelConfig::default()
            },
            train: TrainOptions { epochs: 0, ..TrainOptions::default() },
            ..Self::default()
        }
    }

    /// The front end: the config's, or the one that the encoder was made for.
    pub fn front_end(&self) -> FrontEndOptions {
        self.features.clone().unwrap_or_else(|| match &self.model.encoder {
            EncoderOptions::Ast(_) | EncoderOptions::Embeddings(_) => {
                FrontEndOptions::AstFbank(AstFilterbankOptions::default())
            }
            EncoderOptions::Resnet18(_) => FrontEndOptions::LogMel(LogMelOptions::default()),
            EncoderOptions::Musicnn(_) => FrontEndOptions::MusicnnMel(MusicnnMelOptions::default()),
            EncoderOptions::Dense(_) | EncoderOptions::Cnn(_) => FrontEndOptions::Mfcc(MfccOptions::default()),
        })
    }

    /// The encoder, told the shape of the chunks that it is trained on: it follows from the length of the chunks and
    /// the front end.
    pub fn encoder(&self) -> EncoderOptions {
        let mut encoder = self.model.encoder.clone();
        let front_end = self.front_end();
        let frames = front_end.frames(self.audio.chunk_s);
        encoder.set_input(self.train.crop_frames.unwrap_or(frames), front_end.bands());
        encoder
    }

    /// Whether the encoder is used as it comes.
    pub fn is_frozen(&self) -> bool {
        self.model.frozen || !self.is_trained()
    }

    /// Whether anything is trained.
    pub fn is_trained(&self) -> bool {
        self.train.epochs > 0
    }

    /// Parses a config; `path` only serves the messages.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let mut json = serde_json::Deserializer::from_str(text);
        let parsed = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| (error.path().to_string(), error.into_inner()))
            .and_then(|config| json.end().map(|()| config).map_err(|error| (".".to_owned(), error)));
        parsed.map_err(|(field, error)| ConfigError::Invalid {
            path: path.to_owned(),
            line: error.line(),
            field,
            message: explain(&error.to_string()),
        })
    }

    /// Refuses values that parse but cannot be run, naming the field.
    pub fn validate(&self) -> anyhow::Result<()> {
        self.audio.validate().context("in `audio`")?;
        self.front_end().validate().context("in `features`")?;
        self.split.validate().context("in `split`")?;
        self.model.projection.validate().context("in `model.projection`")?;
        if self.library.embeddings.is_none() {
            if matches!(self.model.encoder, EncoderOptions::Embeddings(_)) {
                bail!("`model.encoder` is `embeddings`, which need files: name them in `library.embeddings`");
            }
            self.encoder().validate().context("in `model.encoder`")?;
        }
        if self.is_trained() {
            self.train.clone().validate().context("in `train`")?;
        } else if self.model.projection.kind != ProjectionKind::None {
            bail!(
                "`model.projection` must be {{\"kind\": \"none\"}} where `train.epochs` is 0: nothing would train it"
            );
        }
        if self.model.standardize && !self.is_frozen() && self.library.embeddings.is_none() {
            bail!("`model.standardize` needs a frozen encoder: set `model.frozen`");
        }
        self.map.validate().context("in `map`")?;
        if let Some(demo) = &self.library.demo {
            demo.validate().context("in `library.demo`")?;
        }
        for probe in &self.evaluate.probes {
            probe.validate().context("in `evaluate.probes`")?;
        }
        let limit_s = self.file_time_limit_s;
        if !(limit_s > 0.0 && limit_s <= 86_400.0) {
            bail!("`file_time_limit_s` must be above 0 and at most 86400, found {limit_s}");
        }
        if self.embed.batch_size == 0 {
            bail!("`embed.batch_size` must be at least 1");
        }
        self.site.validate(self.library.embeddings.is_some())?;
        if self.site.encoder {
            NetworkOptions::of(&self.encoder()).context("`site.encoder` cannot be had")?;
        }
        Ok(())
    }

    /// The JSON schema of the config.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl SiteConfig {
    /// `silent` is a library without sound.
    fn validate(&self, silent: bool) -> anyhow::Result<()> {
        let listed = self.neighbours;
        if !(1..=100).contains(&listed) {
            bail!("`site.neighbours` must be between 1 and 100, found {listed}");
        }
        if silent && (self.clips.is_some() || self.audio == SiteAudio::Copy) {
            bail!("`site.clips` and `site.audio` need sound, and the library is embeddings alone: leave both out");
        }
        if silent && self.encoder {
            bail!("`site.encoder` needs an encoder, and the library is embeddings alone: leave it out");
        }
        let Some(clips) = &self.clips else { return Ok(()) };
        if self.audio == SiteAudio::Copy {
            bail!(
                "`site.audio` is `copy` and `site.clips` asks for clips: a site plays whole tracks or clips, so keep one"
            );
        }
        clips.validate().context("in `site.clips`")
    }
}

/// Turns serde's message into one that suggests the nearest valid name.
fn explain(message: &str) -> String {
    // serde_json appends the place, which the error carries by itself.
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    let Some((unknown, expected)) = ["unknown field `", "unknown variant `"].iter().find_map(|prefix| {
        let rest = message.strip_prefix(prefix)?;
        rest.split_once("`, expected ")
    }) else {
        return message.to_owned();
    };
    let candidates: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let nearest = candidates
        .iter()
        .map(|candidate| (strsim::jaro_winkler(unknown, candidate), *candidate))
        .filter(|(similarity, _)| *similarity > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let suggestion = nearest.map_or_else(String::new, |(_, name)| format!(", did you mean `{name}`?"));
    format!("`{unknown}` is not known{suggestion} (known: {})", candidates.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Config::parse(text, Path::new("x.json")).unwrap_err().to_string()
    }

    #[test]
    fn a_mistyped_key_is_named_with_its_place_and_the_nearest_key() {
        let message = message("{\n  \"site\": {\n    \"neighbors\": 3\n  }\n}");
        assert!(message.starts_with("x.json, line 3, at `site.neighbors`: `neighbors` is not known"), "{message}");
        assert!(message.contains("did you mean `neighbours`?"), "{message}");
    }

    #[test]
    fn a_mistyped_value_and_a_wrong_type_are_explained() {
        let variant = message(r#"{"site": {"share": "publik"}}"#);
        assert!(variant.contains("site.share") && variant.contains("did you mean `public`?"), "{variant}");
        let kind = message(r#"{"seed": "seven"}"#);
        assert!(kind.contains("at `seed`") && kind.contains("expected u64"), "{kind}");
        assert!(message("{} {}").contains("trailing characters"));
    }

    #[test]
    fn an_unrelated_key_gets_no_wild_guess() {
        let message = message(r#"{"zzz": 1}"#);
        assert!(message.contains("`zzz` is not known (known: ") && !message.contains("did you mean"), "{message}");
    }
}
