//! The weights of MusiCNN, as the package `musicnn` on `PyPI` brings them (ISC licence).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zip::ZipArchive;
use zip::result::ZipError;

use super::checkpoint::{DATA_LIMIT, DATA_SUFFIX, INDEX_LIMIT, INDEX_SUFFIX};
use super::{Checkpoint, CheckpointError, MusicnnError, Tensor, musicnn_tags};

/// Which of the two trained networks. Both have the same shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MusicnnWeights {
    /// Trained on the Million Song Dataset: genres, eras and moods as listeners tag them.
    #[default]
    Msd,
    /// Trained on MagnaTagATune: instruments, voices and genres.
    Mtt,
}

impl MusicnnWeights {
    /// The tags whose probabilities the network gives, in the order of its outputs.
    pub fn tags(self) -> &'static [&'static str; 50] {
        match self {
            Self::Msd => &musicnn_tags::MSD,
            Self::Mtt => &musicnn_tags::MTT,
        }
    }

    /// The folder of the checkpoint in the package.
    fn folder(self) -> &'static str {
        match self {
            Self::Msd => "MSD_musicnn",
            Self::Mtt => "MTT_musicnn",
        }
    }
}

/// Reads the variables of a network by TensorFlow's names, without those that only its optimizer used.
///
/// `path` is the wheel (`pip download --no-deps musicnn==0.1.0`), a folder that holds it, or a folder that holds the
/// package: the unpacked wheel, `site-packages`, or the package's own.
///
/// # Errors
/// No weights at the path, and a wheel or a checkpoint that is damaged.
pub fn read_musicnn(path: &Path, weights: MusicnnWeights) -> Result<BTreeMap<String, Tensor>, MusicnnError> {
    let (found, checkpoint) = match locate(path, weights)? {
        Place::Package(folder) => {
            // The files of the checkpoint have no stem: their prefix is the folder with a separator.
            let checkpoint = Checkpoint::open(&folder.join(""));
            (folder, checkpoint)
        }
        Place::Wheel(wheel) => {
            let (index, data) = unpack(&wheel, weights)?;
            (wheel, Checkpoint::from_bytes(&index, data))
        }
    };
    let failed = |source| MusicnnError::Checkpoint { path: found.clone(), source };
    let checkpoint = checkpoint.map_err(failed)?;
    let names = checkpoint.names().filter(|name| !is_of_optimizer(name));
    names.map(|name| Ok((name.to_owned(), checkpoint.tensor(name)?))).collect::<Result<_, _>>().map_err(failed)
}

fn is_of_optimizer(name: &str) -> bool {
    ["/Adam", "/Adam_1"].iter().any(|slot| name.ends_with(slot))
        || ["beta1_power", "beta2_power", "global_step"].contains(&name)
}

/// Where weights were found.
enum Place {
    /// The folder of the checkpoint in an unpacked package.
    Package(PathBuf),
    /// A wheel.
    Wheel(PathBuf),
}

fn locate(path: &Path, weights: MusicnnWeights) -> Result<Place, MusicnnError> {
    if path.is_file() {
        return Ok(Place::Wheel(path.into()));
    }
    let package = [path.join(weights.folder()), path.join("musicnn").join(weights.folder())];
    if let Some(folder) = package.into_iter().find(|folder| folder.join(INDEX_SUFFIX).is_file()) {
        return Ok(Place::Package(folder));
    }
    newest_wheel(path)?.map(Place::Wheel).ok_or_else(|| MusicnnError::NotFound { path: path.into() })
}

/// The wheel of the package in a folder; the last by name where there are several.
fn newest_wheel(folder: &Path) -> Result<Option<PathBuf>, MusicnnError> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let failed = |source| MusicnnError::Open { path: folder.into(), source };
    let mut newest = None;
    for entry in folder.read_dir().map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let is_wheel = Path::new(&name).extension().is_some_and(|extension| extension == "whl");
        if is_wheel && name.to_str().is_some_and(|name| name.starts_with("musicnn-")) {
            newest = newest.max(Some(name));
        }
    }
    Ok(newest.map(|name| folder.join(name)))
}

/// The index and the data of a checkpoint in a wheel.
fn unpack(wheel: &Path, weights: MusicnnWeights) -> Result<(Vec<u8>, Vec<u8>), MusicnnError> {
    let file = File::open(wheel).map_err(|source| MusicnnError::Open { path: wheel.into(), source })?;
    let mut archive = ZipArchive::new(file).map_err(|source| MusicnnError::Archive { path: wheel.into(), source })?;
    let mut read = |suffix: &str, part, limit: u64| {
        let name = format!("musicnn/{}/{suffix}", weights.folder());
        let entry = archive.by_name(&name).map_err(|source| match source {
            ZipError::FileNotFound => MusicnnError::NotFound { path: wheel.into() },
            source => MusicnnError::Archive { path: wheel.into(), source },
        })?;
        // What the archive says of the size is not believed; reading to the end verifies the checksum.
        let mut bytes = Vec::new();
        let unpacked = entry.take(limit + 1).read_to_end(&mut bytes);
        unpacked.map_err(|source| MusicnnError::Unpack { path: wheel.into(), entry: name, source })?;
        let found = bytes.len() as u64;
        if found > limit {
            let source = CheckpointError::TooLarge { part, limit, found };
            return Err(MusicnnError::Checkpoint { path: wheel.into(), source });
        }
        Ok(bytes)
    };
    Ok((read(INDEX_SUFFIX, "index", INDEX_LIMIT)?, read(DATA_SUFFIX, "data", DATA_LIMIT)?))
}

#[cfg(test)]
mod tests;
