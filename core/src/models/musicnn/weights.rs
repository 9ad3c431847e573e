//! The network's pretrained weights.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::backend::Backend;

use super::{Musicnn, MusicnnOptions};
use crate::models::weights::{NamedTensor, TensorProblem, TensorProblems, WeightsError, load_module_tensors};
use crate::tensorflow::{Tensor, read_musicnn};

/// The network with the weights of the package `musicnn`, those of [`MusicnnOptions::model`]. `path` is what
/// [`read_musicnn`] takes: the wheel, or a folder with the wheel or the package in it.
///
/// # Errors
/// When there are no such weights, or they are damaged.
pub fn load_musicnn<B: Backend>(
    options: &MusicnnOptions,
    path: &Path,
    device: &B::Device,
) -> Result<Musicnn<B>, WeightsError> {
    let tensors = read_musicnn(path, options.model)?;
    let problems = |problems| WeightsError::Tensors { path: path.to_owned(), problems };
    let tensors = renamed(tensors).map_err(problems)?;
    load_module_tensors(options.init(0, device), &tensors, "").map_err(problems)
}

/// The layers in the order in which TensorFlow numbered their kernels and norms, `""`, `_1`, `_2` and so on.
const CONVOLUTIONS: [&str; 8] =
    ["timbral.0", "timbral.1", "temporal.0", "temporal.1", "temporal.2", "mid.0", "mid.1", "mid.2"];
const DENSE: [&str; 2] = ["dense", "tags"];
const NORMS: [&str; 11] = [
    "input_norm",
    "timbral.0.norm",
    "timbral.1.norm",
    "temporal.0.norm",
    "temporal.1.norm",
    "temporal.2.norm",
    "mid.0.norm",
    "mid.1.norm",
    "mid.2.norm",
    "pooled_norm",
    "dense_norm",
];
/// Values of a norm as TensorFlow and as pmsl name them.
const NORM_VALUES: [(&str, &str); 4] =
    [("gamma", "gamma"), ("beta", "beta"), ("moving_mean", "running_mean"), ("moving_variance", "running_variance")];

/// TensorFlow's tensors by the names of the network's parameters, and laid out as them.
fn renamed(mut tensors: BTreeMap<String, Tensor>) -> Result<BTreeMap<String, NamedTensor>, TensorProblems> {
    let mut names = Vec::new();
    let numbered = |kind: &str, place: usize| if place == 0 { kind.to_owned() } else { format!("{kind}_{place}") };
    for (kind, layers) in [("conv2d", CONVOLUTIONS.as_slice()), ("dense", DENSE.as_slice())] {
        for (place, layer) in layers.iter().enumerate() {
            let number = numbered(kind, place);
            names.push((format!("{number}/kernel"), format!("{layer}.weight")));
            names.push((format!("{number}/bias"), format!("{layer}.bias")));
        }
    }
    for (place, layer) in NORMS.iter().enumerate() {
        let number = numbered("batch_normalization", place);
        names.extend(NORM_VALUES.map(|(theirs, ours)| (format!("{number}/{theirs}"), format!("{layer}.{ours}"))));
    }
    let mut problems = Vec::new();
    let mut found = BTreeMap::new();
    for (theirs, ours) in names {
        // What is missing is named with its shape when the network is filled.
        let Some(tensor) = tensors.remove(&theirs) else { continue };
        if tensor.values.iter().all(|value| value.is_finite()) {
            let tensor = laid_out(tensor, ours.starts_with("mid."));
            found.insert(ours, tensor);
        } else {
            problems.push(TensorProblem::NotFinite { name: theirs });
        }
    }
    let rest = tensors.into_iter().map(|(name, tensor)| TensorProblem::Extra { name, found: tensor.shape });
    problems.extend(rest);
    TensorProblems(problems).into_result().map(|()| found)
}

/// Kernels from `[frames, bands, 1, output]` to `[output, 1, frames, bands]`. Those of the mid-end span all the channels
/// before them, which to TensorFlow are bands: `[output, channels, frames, 1]`.
fn laid_out(Tensor { shape, values }: Tensor, spans_channels: bool) -> NamedTensor {
    let [frames, bands, 1, output] = shape[..] else { return NamedTensor { shape, values } };
    let taps = |place: usize| if spans_channels { place % frames * bands + place / frames } else { place };
    let filter = |filter: usize| (0..frames * bands).map(move |place| taps(place) * output + filter);
    let shape = if spans_channels { vec![output, bands, frames, 1] } else { vec![output, 1, frames, bands] };
    NamedTensor { shape, values: (0..output).flat_map(filter).map(|place| values[place]).collect() }
}
