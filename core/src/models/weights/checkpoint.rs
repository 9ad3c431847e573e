//! Tensors and text in one file that is written whole or not at all.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use burn::module::Module;
use burn::tensor::backend::Backend;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::tensors::{TensorReader, read_tensor_bytes};
use super::{NamedTensor, WeightsError, load_module_tensors, module_tensors};

/// The key of the file's metadata that holds ours as JSON: safetensors keeps its own in no order, and equal
/// checkpoints shall be equal files.
const METADATA_KEY: &str = "pmsl";

/// What a checkpoint file holds: f32 tensors by name and texts by name, as a safetensors file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    /// The tensors.
    pub tensors: BTreeMap<String, NamedTensor>,
    /// The texts.
    pub metadata: BTreeMap<String, String>,
}

impl Checkpoint {
    /// Writes the file: to a temporary name beside it, flushed to the disk and renamed, so that whoever reads it finds
    /// the old or the new one whole, whenever this process ends. Equal checkpoints give equal bytes.
    ///
    /// # Errors
    /// When the file cannot be written, or a tensor's values do not match its shape.
    pub fn write(&self, path: &Path) -> Result<(), WeightsError> {
        let layout = |source| WeightsError::Layout { path: path.to_owned(), source };
        let json = |source| WeightsError::Json { path: path.to_owned(), source };
        let bytes: Vec<(&String, &NamedTensor, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, tensor)| (name, tensor, tensor.values.iter().flat_map(|v| v.to_le_bytes()).collect()))
            .collect();
        let views = bytes
            .iter()
            .map(|(name, tensor, bytes)| Ok((*name, TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)?)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(layout)?;
        let metadata = serde_json::to_string(&self.metadata).map_err(json)?;
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), metadata)]);
        let file = safetensors::serialize(views, Some(metadata)).map_err(layout)?;
        write_atomically(path, &file).map_err(|source| WeightsError::Io {
            action: "write",
            path: path.to_owned(),
            source,
        })
    }

    /// Reads a file that [`Checkpoint::write`] wrote, or any safetensors file of floats.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or holds something else than finite floats.
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        let format = |source| WeightsError::Format { path: path.to_owned(), source };
        let bytes = read_tensor_bytes(path)?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(format)?;
        let metadata = match header.metadata().as_ref().and_then(|texts| texts.get(METADATA_KEY)) {
            Some(text) => {
                serde_json::from_str(text).map_err(|source| WeightsError::Json { path: path.to_owned(), source })?
            }
            None => BTreeMap::new(),
        };
        let file = SafeTensors::deserialize(&bytes).map_err(format)?;
        let tensors = TensorReader::new(&file)
            .into_tensors()
            .map_err(|problems| WeightsError::Tensors { path: path.to_owned(), problems })?;
        Ok(Self { tensors, metadata })
    }
}

/// Writes the parameters of a module and texts beside them.
///
/// # Errors
/// When the file cannot be written.
pub fn save_module<B: Backend, M: Module<B>>(
    module: &M,
    metadata: BTreeMap<String, String>,
    path: &Path,
) -> Result<(), WeightsError> {
    Checkpoint { tensors: module_tensors(module, ""), metadata }.write(path)
}

/// Reads the parameters of a module of the same shape from a file, and the texts beside them.
///
/// # Errors
/// When the file cannot be read, or its tensors are not those of the module.
pub fn load_module<B: Backend, M: Module<B>>(
    module: M,
    path: &Path,
) -> Result<(M, BTreeMap<String, String>), WeightsError> {
    let checkpoint = Checkpoint::read(path)?;
    let module = load_module_tensors(module, &checkpoint.tensors, "")
        .map_err(|problems| WeightsError::Tensors { path: path.to_owned(), problems })?;
    Ok((module, checkpoint.metadata))
}

fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = folder.join(name);
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&temporary, path)).inspect_err(|_| _ = fs::remove_file(&temporary))?;
    // The new name itself reaches the disk with its folder; elsewhere folders cannot be opened as files.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{AstOptions, AudioEncoder, Encoder, EncoderOptions, ProjectionOptions, parameter_names};
    use burn::backend::flex::FlexDevice;
    use burn::backend::{Autodiff, Flex};

    fn encoder(seed: u64) -> AudioEncoder<Autodiff<Flex>> {
        let ast =
            AstOptions { hidden_size: Some(12), depth: Some(2), heads: Some(3), frames: 32, ..Default::default() };
        AudioEncoder::init(&EncoderOptions::Ast(ast), &ProjectionOptions::default(), seed, &FlexDevice).unwrap()
    }

    #[test]
    fn a_module_survives_the_round_trip_to_the_byte() {
        let folder = tempfile::tempdir().unwrap();
        let (first, again) = (folder.path().join("first"), folder.path().join("again"));
        let metadata: BTreeMap<_, _> = ["step", "config", "seed"].map(|key| (key.to_owned(), key.repeat(2))).into();
        save_module(&encoder(1), metadata.clone(), &first).unwrap();
        let other = encoder(2);
        let names = parameter_names(&other);
        let (loaded, found) = load_module(other, &first).unwrap();
        assert_eq!(found, metadata);
        assert_eq!(parameter_names(&loaded), names);
        save_module(&loaded, found, &again).unwrap();
        assert_eq!(fs::read(&first).unwrap(), fs::read(&again).unwrap());
        assert_eq!(module_tensors(&loaded, ""), module_tensors(&encoder(1), ""));
        assert_ne!(module_tensors(&loaded, ""), module_tensors(&encoder(2), ""));
        // Nothing is left of the temporary names.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    /// Counts the parameters that have a gradient.
    struct Learning<'a, G>(&'a G, usize);
    impl<B: burn::tensor::backend::AutodiffBackend> burn::module::ModuleVisitor<B> for Learning<'_, B::Gradients> {
        fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<burn::tensor::Tensor<B, D>>) {
            self.1 += usize::from(param.val().grad(self.0).is_some());
        }
    }

    #[test]
    fn a_loaded_module_still_learns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model");
        save_module(&encoder(1), BTreeMap::new(), &path).unwrap();
        let (loaded, _) = load_module(encoder(2), &path).unwrap();
        let gradients = loaded.forward(burn::tensor::Tensor::ones([1, 32, 128], &FlexDevice), None).sum().backward();
        let mut learning = Learning(&gradients, 0);
        loaded.visit(&mut learning);
        assert_eq!(learning.1, parameter_names(&loaded).len());
    }

    #[test]
    fn tensors_of_other_parts_are_left_alone_and_wrong_ones_named() {
        let mut tensors = module_tensors(&encoder(1), "model.");
        tensors.insert("optimizer.step".to_owned(), NamedTensor { shape: vec![1], values: vec![3.0] });
        let loaded = load_module_tensors(encoder(2), &tensors, "model.").unwrap();
        assert_eq!(module_tensors(&loaded, ""), module_tensors(&encoder(1), ""));

        tensors.insert("model.extra".to_owned(), NamedTensor { shape: vec![1], values: vec![3.0] });
        tensors.remove("model.backbone.Ast.norm.beta");
        tensors.get_mut("model.backbone.Ast.norm.gamma").unwrap().shape = vec![3, 4];
        let message = load_module_tensors(encoder(2), &tensors, "model.").unwrap_err().to_string();
        for part in
            ["3 tensors", "missing `model.backbone.Ast.norm.beta` [12]", "no place for `model.extra`", "found [3, 4]"]
        {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a_tensor_that_contradicts_its_shape_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model");
        let tensors = BTreeMap::from([("a".to_owned(), NamedTensor { shape: vec![2], values: vec![1.0] })]);
        assert!(matches!(Checkpoint { tensors, ..Default::default() }.write(&path), Err(WeightsError::Layout { .. })));
        assert!(!path.exists());
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir_all(path.join("by a folder")).unwrap();
        assert!(matches!(Checkpoint::default().write(&path), Err(WeightsError::Io { action: "write", .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
