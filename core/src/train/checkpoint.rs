//! The checkpoint: all that training knows, in one safetensors file that is replaced atomically.
//!
//! Tensors are named `group/parameter`; the header's metadata holds the progress as JSON. Frozen parameters are not
//! stored: they are an input, and a hash of them tells whether they are still the same. Behind all of it is its BLAKE3
//! hash: a single flipped bit would go unseen, and the run would end with other weights.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use burn::tensor::{Tensor, TensorData, backend::Backend};
use safetensors::tensor::{Dtype, SafeTensors, View, serialize_to_file};
use serde::{Deserialize, Serialize};

use super::event::EpochRecord;

/// Changes with the meaning of what is stored.
pub(super) const VERSION: u32 = 3;

const PROGRESS: &str = "progress";

/// How far training has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    pub(super) version: u32,
    /// What the caller says the run is made of.
    pub(super) fingerprint: String,
    /// Hash of what training does not change: names, lengths, frozen values.
    pub(super) encoder: String,
    pub(super) step: u64,
    /// Loss of every step.
    pub(super) losses: Vec<f32>,
    /// Share of pulling terms of every step, where the objective has such.
    pub(super) active: Vec<Option<f32>>,
    pub(super) history: Vec<EpochRecord>,
    pub(super) best: Option<Best>,
    /// Validations since the best one.
    pub(super) stale: usize,
    pub(super) stopped_early: bool,
}

/// The best validation so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Best {
    pub(super) epoch: usize,
    pub(super) accuracy: f64,
    pub(super) margin: f64,
}

/// A named group of tensors.
pub(super) type Tensors<B> = Vec<(String, Tensor<B, 1>)>;

/// Writes the checkpoint: to a temporary name, to the disk, then over the old one. Whatever happens, the file is the old
/// one or the new one.
pub(super) fn write<B: Backend>(path: &Path, progress: &Progress, tensors: Tensors<B>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = folder.join(name);
    let metadata = HashMap::from([(PROGRESS.to_owned(), serde_json::to_string(progress)?)]);
    let views = tensors.into_iter().map(|(name, tensor)| (name, Stored { shape: tensor.dims(), tensor }));
    serialize_to_file(views, Some(metadata), &temporary).map_err(io::Error::other)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(&temporary)?)?;
    let mut file = File::options().append(true).open(&temporary)?;
    file.write_all(hasher.finalize().as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    // Makes the new name durable; systems that cannot open folders do it on their own.
    if let Ok(folder) = File::open(folder) {
        folder.sync_all()?;
    }
    Ok(())
}

/// A tensor that leaves its device only while it is written.
struct Stored<B: Backend> {
    shape: [usize; 1],
    tensor: Tensor<B, 1>,
}

impl<B: Backend> View for Stored<B> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let values = self.tensor.to_data();
        Cow::Owned(values.iter::<f32>().flat_map(f32::to_le_bytes).collect())
    }

    fn data_len(&self) -> usize {
        self.shape[0] * size_of::<f32>()
    }
}

/// A checkpoint as read.
#[derive(Debug)]
pub(super) struct Stage<B: Backend> {
    pub(super) progress: Progress,
    tensors: HashMap<String, Tensor<B, 1>>,
}

impl<B: Backend> Stage<B> {
    /// Takes a tensor out; `None` where it is missing or not of the expected length.
    pub(super) fn take(&mut self, name: &str, len: usize) -> Option<Tensor<B, 1>> {
        self.tensors.remove(name).filter(|tensor| tensor.dims() == [len])
    }
}

/// Reads a checkpoint; `None` where there is none.
///
/// # Errors
/// An error of kind `InvalidData` says that the file is there but damaged.
pub(super) fn read<B: Backend>(path: &Path, device: &B::Device) -> io::Result<Option<Stage<B>>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
    let bytes = match bytes.split_last_chunk::<{ blake3::OUT_LEN }>() {
        Some((bytes, hash)) if blake3::hash(bytes) == *hash => bytes,
        _ => {
            return Err(invalid(
                "its bytes are not those that were written, or an earlier version wrote it".to_owned(),
            ));
        }
    };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| invalid(error.to_string()))?;
    let progress = header
        .metadata()
        .as_ref()
        .and_then(|metadata| metadata.get(PROGRESS))
        .ok_or_else(|| invalid("it holds no progress".to_owned()))?;
    let progress = serde_json::from_str(progress).map_err(|error| invalid(error.to_string()))?;
    let stored = SafeTensors::deserialize(bytes).map_err(|error| invalid(error.to_string()))?;
    let mut tensors = HashMap::new();
    for (name, view) in stored.iter() {
        if view.dtype() != Dtype::F32 {
            return Err(invalid(format!("{name}: expected F32, found {:?}", view.dtype())));
        }
        let (values, _) = view.data().as_chunks::<4>();
        let values: Vec<f32> = values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        let len = values.len();
        tensors.insert(
            name.to_owned(),
            Tensor::from_data(TensorData::new(values, [len]), (device, burn::tensor::DType::F32)),
        );
    }
    Ok(Some(Stage { progress, tensors }))
}
