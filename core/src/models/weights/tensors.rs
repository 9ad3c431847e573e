//! Reading safetensors files, whoever wrote them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::{NamedTensor, TensorProblem, TensorProblems, WeightsError};

/// Largest file read: room for a billion parameters in f32.
const MAX_BYTES: u64 = 4 << 30;

/// Reads a whole file of at most `max` bytes.
pub(super) fn read_bounded(path: &Path, max: u64) -> Result<Vec<u8>, WeightsError> {
    let io = |source| WeightsError::Io { action: "read", path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let found = file.metadata().map_err(io)?.len();
    let too_large = |found| WeightsError::TooLarge { path: path.to_owned(), found, max };
    if found > max {
        return Err(too_large(found));
    }
    // The length that the system tells is none of devices, pipes and files that grow.
    let mut bytes = Vec::with_capacity(found as usize + 1);
    file.take(max + 1).read_to_end(&mut bytes).map_err(io)?;
    let found = bytes.len() as u64;
    if found > max { Err(too_large(found)) } else { Ok(bytes) }
}

/// Reads a safetensors file into memory.
pub(super) fn read_tensor_bytes(path: &Path) -> Result<Vec<u8>, WeightsError> {
    read_bounded(path, MAX_BYTES)
}

/// Tensors of a file, handed out one by one while what does not fit is gathered.
pub(super) struct TensorReader<'data> {
    tensors: BTreeMap<String, TensorView<'data>>,
    taken: BTreeSet<String>,
    problems: Vec<TensorProblem>,
}

impl<'data> TensorReader<'data> {
    pub(super) fn new(file: &SafeTensors<'data>) -> Self {
        Self { tensors: file.tensors().into_iter().collect(), taken: BTreeSet::new(), problems: Vec::new() }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The values of a tensor of the given shape. Where it does not fit, that is noted and zeros stand in.
    pub(super) fn take(&mut self, name: &str, expected: &[usize]) -> Vec<f32> {
        self.taken.insert(name.to_owned());
        let read = match self.tensors.get(name) {
            None => Err(TensorProblem::Missing { name: name.to_owned(), expected: expected.to_vec() }),
            Some(view) if view.shape() != expected => Err(TensorProblem::Shape {
                name: name.to_owned(),
                expected: expected.to_vec(),
                found: view.shape().to_vec(),
            }),
            Some(view) => values(name, view),
        };
        read.unwrap_or_else(|problem| {
            self.problems.push(problem);
            vec![0.0; expected.iter().product()]
        })
    }

    /// Everything that did not fit, with the tensors that were never asked for and are not `ignored`.
    pub(super) fn finish(mut self, ignored: impl Fn(&str) -> bool) -> Result<(), TensorProblems> {
        for (name, view) in &self.tensors {
            if !self.taken.contains(name) && !ignored(name) {
                self.problems.push(TensorProblem::Extra { name: name.clone(), found: view.shape().to_vec() });
            }
        }
        TensorProblems(self.problems).into_result()
    }

    /// All tensors.
    pub(super) fn into_tensors(self) -> Result<BTreeMap<String, NamedTensor>, TensorProblems> {
        let mut problems = Vec::new();
        let mut tensors = BTreeMap::new();
        for (name, view) in self.tensors {
            match values(&name, &view) {
                Ok(values) => _ = tensors.insert(name, NamedTensor { shape: view.shape().to_vec(), values }),
                Err(problem) => problems.push(problem),
            }
        }
        TensorProblems(problems).into_result().map(|()| tensors)
    }
}

/// The finite values of a tensor as f32.
fn values(name: &str, view: &TensorView<'_>) -> Result<Vec<f32>, TensorProblem> {
    let bytes = view.data();
    let pair = |b: &[u8]| [b[0], b[1]];
    let values: Vec<f32> = match view.dtype() {
        Dtype::F32 => bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        Dtype::F16 => bytes.chunks_exact(2).map(|b| f16::from_le_bytes(pair(b)).to_f32()).collect(),
        Dtype::BF16 => bytes.chunks_exact(2).map(|b| bf16::from_le_bytes(pair(b)).to_f32()).collect(),
        other => return Err(TensorProblem::Type { name: name.to_owned(), found: format!("{other:?}") }),
    };
    if values.iter().all(|v| v.is_finite()) {
        Ok(values)
    } else {
        Err(TensorProblem::NotFinite { name: name.to_owned() })
    }
}
