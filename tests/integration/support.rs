//! Runs the binary on small libraries made on the spot.

use std::f32::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// The binary under test, with the user's environment kept out.
pub(crate) fn pmsl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pmsl-generate"));
    command.env("HF_HUB_CACHE", "/nonexistent").env_remove("HF_HOME");
    command
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The folder of real audio beside the project, if it is there.
pub(crate) fn shared_data(name: &str) -> Option<PathBuf> {
    let path = repository().join("../shared/data").join(name);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A library, a work folder and a site in a temporary folder.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// Two genres with two sub-genres each, `tracks` short WAV files in each, told apart by pitch and rhythm.
    pub(crate) fn new(tracks: usize) -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        for (sub_genre, name) in ["Techno/1_Dark", "Techno/2_Bright", "House/Chill", "House/Party"].iter().enumerate() {
            for track in 0..tracks {
                bench.add_track(name, sub_genre, track);
            }
        }
        bench.write_config(&json!({}));
        bench
    }

    pub(crate) fn add_track(&self, folder: &str, sub_genre: usize, track: usize) -> PathBuf {
        let path = self.library().join(folder).join(format!("track {track}.wav"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, wav(&tune(sub_genre, track, 3.0), 16_000)).unwrap();
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn library(&self) -> PathBuf {
        self.path("music")
    }

    pub(crate) fn site(&self) -> PathBuf {
        self.path("site")
    }

    /// A config of the smallest model that learns these tones, with `changes` laid over it.
    pub(crate) fn write_config(&self, changes: &Value) {
        let mut config = Self::config();
        merge(&mut config, changes);
        self.write_whole_config(&config);
    }

    /// Writes a config as it is.
    pub(crate) fn write_whole_config(&self, config: &Value) {
        fs::write(self.path("config.json"), serde_json::to_vec_pretty(config).unwrap()).unwrap();
    }

    /// A config of the smallest model that learns these tones.
    pub(crate) fn config() -> Value {
        json!({
            "title": "Bench",
            "seed": 3,
            "library": { "path": "music" },
            "audio": { "chunk_s": 0.96, "max_chunks": 3, "skip_intro_s": 0, "skip_outro_s": 0 },
            "model": {
                "encoder": { "kind": "ast", "hidden_size": 24, "depth": 1, "heads": 2, "patch_stride": [16, 16] },
                "projection": { "kind": "linear", "dim": 16 }
            },
            "train": {
                "epochs": 3, "steps_per_epoch": 4, "sampling": { "kind": "playlists", "playlists": 4, "tracks": 2 },
                "learning_rate": 0.003, "warmup_steps": 2
            },
            "device": "cpu",
            "site": { "timings": false }
        })
    }

    /// The command of a run on this bench.
    pub(crate) fn command(&self) -> Command {
        let mut command = pmsl();
        command.arg("--config").arg(self.path("config.json"));
        command.arg("--out").arg(self.site()).arg("--work").arg(self.path("work"));
        command
    }

    /// Runs to the end and expects success.
    pub(crate) fn run(&self) -> Output {
        let output = self.command().output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        output
    }

    pub(crate) fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.site().join("report.json")).unwrap()).unwrap()
    }
}

/// Lays `changes` over `base`, object by object.
fn merge(base: &mut Value, changes: &Value) {
    match (base, changes) {
        (Value::Object(base), Value::Object(changes)) => {
            for (key, change) in changes {
                merge(base.entry(key).or_insert(Value::Null), change);
            }
        }
        (base, changes) => *base = changes.clone(),
    }
}

/// A tune around the pitch of a sub-genre over a little noise, both others for every `number`: tracks of one sub-genre are
/// alike, and no copies of each other.
pub(crate) fn tune(sub_genre: usize, number: usize, seconds: f32) -> Vec<f32> {
    let base_hz = 110.0 * (1 << sub_genre) as f32 * (1.0 + 0.02 * number as f32);
    let beats_per_s = 1.5 + 0.4 * sub_genre as f32;
    let mut noise = number as u32 + 1;
    (0..(seconds * 16_000.0) as usize)
        .map(|i| {
            let t = i as f32 / 16_000.0;
            let beat = (t * beats_per_s) as usize;
            let step = (number * 7 + beat * beat * 5 + beat * (number % 5 + 1)) % 6;
            let pitch_hz = base_hz * 2_f32.powf(step as f32 / 12.0);
            let envelope = (-6.0 * (t * beats_per_s).fract()).exp();
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = 0.05 * (noise as f32 / 2_f32.powi(31) - 1.0);
            hiss + envelope * (0.4 * (TAU * pitch_hz * t).sin() + 0.2 * (TAU * 2.01 * pitch_hz * t).sin())
        })
        .collect()
}

/// A 16-bit mono WAV file.
pub(crate) fn wav(samples: &[f32], sample_rate_hz: u32) -> Vec<u8> {
    let data_bytes = 2 * samples.len() as u32;
    let mut file = Vec::with_capacity(44 + data_bytes as usize);
    file.extend(b"RIFF");
    file.extend((36 + data_bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat());
    file.extend(sample_rate_hz.to_le_bytes());
    file.extend((2 * sample_rate_hz).to_le_bytes());
    file.extend([2_u16.to_le_bytes(), 16_u16.to_le_bytes()].concat());
    file.extend(b"data");
    file.extend(data_bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|s| ((s * 32_767.0) as i16).to_le_bytes()));
    file
}

/// A 16-bit mono WAV file with an ID3 tag (version 2.4): frames by their names, in UTF-8.
pub(crate) fn tagged_wav(samples: &[f32], sample_rate_hz: u32, frames: &[(&str, &str)]) -> Vec<u8> {
    // Sizes are written in seven bits a byte.
    let size = |length: usize| [21, 14, 7, 0].map(|shift| (length >> shift & 0x7f) as u8);
    let frame = |(name, text): &(&str, &str)| {
        let before: &[u8] = match *name {
            // A language and no description; a description.
            "COMM" => b"eng\0",
            "TXXX" => b"note\0",
            _ => b"",
        };
        let content = [b"\x03", before, text.as_bytes()].concat();
        [name.as_bytes(), &size(content.len()), &[0, 0], &content].concat()
    };
    let frames: Vec<u8> = frames.iter().flat_map(frame).collect();
    let mut tag = [b"ID3\x04\0\0".as_slice(), &size(frames.len()), &frames].concat();
    tag.resize(tag.len().next_multiple_of(2), 0);
    let mut file = wav(samples, sample_rate_hz);
    file.extend(b"id3 ");
    file.extend((tag.len() as u32).to_le_bytes());
    file.extend(tag);
    let length = (file.len() - 8) as u32;
    file[4..8].copy_from_slice(&length.to_le_bytes());
    file
}

/// Every file below a folder with its bytes, by relative path.
pub(crate) fn snapshot(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}
