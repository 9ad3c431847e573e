//! The networks against those of burn, and against the goldens of their sources.
#![cfg(feature = "models")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use burn::tensor::{Tensor, TensorData};

use super::network::{Network, NetworkOptions};
use super::weights::Weights;
use crate::models::{
    AudioEncoder, Backbone, Checkpoint, Encoder, EncoderOptions, MusicnnLayer, MusicnnOptions, NamedTensor,
    ProjectionKind, ProjectionOptions, Resnet18Options, load_module_tensors, module_tensors,
};

/// Relative to the largest value expected.
const TOLERANCE: f32 = 1e-5;
const LAYERS: [MusicnnLayer; 4] =
    [MusicnnLayer::Penultimate, MusicnnLayer::MaxPool, MusicnnLayer::MeanPool, MusicnnLayer::MaxMean];

fn goldens(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity").join(case)
}

/// Numbers in `-1..1` that differ in every place.
fn numbers(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7919 + seed * 104_729) % 10_007) as f32 / 5003.5 - 1.0).collect()
}

#[track_caller]
fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1e-6f32, |max, value| max.max(value.abs()));
    let difference = found.iter().zip(expected).fold(0.0f32, |max, (a, b)| max.max((a - b).abs())) / scale;
    let finite = found.iter().chain(expected).all(|value| value.is_finite());
    assert!(finite && difference < tolerance, "{what}: relative difference {difference:e}");
}

/// Random weights, with norms that do something.
fn backbone(options: &EncoderOptions) -> (Backbone<Flex>, BTreeMap<String, NamedTensor>) {
    let random: Backbone<Flex> = options.init(5, &FlexDevice).unwrap();
    let mut tensors = module_tensors(&random, "backbone.");
    for (seed, (name, tensor)) in tensors.iter_mut().enumerate() {
        let around = |middle: f32, reach: f32| {
            numbers(tensor.values.len(), seed).iter().map(|x| middle + reach * x).collect::<Vec<f32>>()
        };
        // Scales below zero as well: then the largest value is that of the smallest sum.
        match name.rsplit('.').next().unwrap() {
            "gamma" => tensor.values = around(0.3, 1.0),
            "beta" | "running_mean" | "bias" => tensor.values = around(0.0, 0.5),
            "running_variance" => tensor.values = around(1.0, 0.7),
            _ => {}
        }
    }
    (load_module_tensors(random, &tensors, "backbone.").unwrap(), tensors)
}

fn check(what: &str, options: &EncoderOptions, shapes: &[[usize; 2]], features: impl Fn(usize) -> Vec<f32>) {
    let (burn, tensors) = backbone(options);
    let needed = NetworkOptions::of(options).unwrap();
    for &[frames, bands] in shapes {
        let own = tensors.iter().filter(|(name, _)| needed.needs(name));
        let mut weights = Weights::new(own.map(|(name, tensor)| (name.clone(), tensor.clone())).collect());
        let network = Network::read(&mut weights, needed, bands).unwrap();
        weights.finish().unwrap();
        let values = features(frames * bands);
        let found = network.forward(&values, bands);
        let batch = Tensor::<Flex, 3>::from_data(TensorData::new(values, [1, frames, bands]), &FlexDevice);
        let expected = burn.forward(batch, None).into_data().to_vec::<f32>().unwrap();
        assert_eq!(network.dim(), expected.len());
        assert_close(&format!("{what} {frames} x {bands}"), &found, &expected, TOLERANCE);
    }
}

#[test]
fn musicnn_is_that_of_burn_in_every_layer() {
    let golden = Checkpoint::read(&goldens("musicnn").join("golden.safetensors")).unwrap().tensors;
    let patch = &golden["features"].values;
    for layer in LAYERS {
        let options = EncoderOptions::Musicnn(MusicnnOptions { layer, ..MusicnnOptions::default() });
        // A short chunk is a patch of its own length; what is left over after whole patches is left out.
        check(&format!("{layer:?}"), &options, &[[187, 96], [40, 96], [400, 96]], |count| {
            patch.iter().cycle().take(count).copied().collect()
        });
    }
}

#[test]
fn resnet18_is_that_of_burn_for_any_shape() {
    for width in [2, 3, 8] {
        let options = EncoderOptions::Resnet18(Resnet18Options { width, ..Resnet18Options::default() });
        let shapes = [[98, 128], [99, 96], [33, 13], [1, 1], [2, 5], [64, 40]];
        check(&format!("width {width}"), &options, &shapes, |count| numbers(count, 77));
    }
}

#[test]
fn resnet18_is_that_of_pytorch() {
    let tensors = Checkpoint::read(&goldens("resnet18").join("model.safetensors")).unwrap().tensors;
    let cases = Checkpoint::read(&goldens("resnet18").join("cases.safetensors")).unwrap().tensors;
    let tensors: BTreeMap<_, _> =
        tensors.into_iter().map(|(name, tensor)| (format!("backbone.{name}"), tensor)).collect();
    for case in ["even", "odd", "tiny"] {
        let (features, expected) = (&cases[&format!("{case}.features")], &cases[&format!("{case}.output")]);
        let [_, frames, bands] = features.shape[..] else { panic!("{:?}", features.shape) };
        let mut weights = Weights::new(tensors.clone());
        let network = Network::read(&mut weights, NetworkOptions::Resnet18 { width: 4 }, bands).unwrap();
        weights.finish().unwrap();
        let chunks = features.values.chunks_exact(frames * bands);
        let found: Vec<f32> = chunks.flat_map(|chunk| network.forward(chunk, bands)).collect();
        assert_close(case, &found, &expected.values, 1e-4);
    }
}

#[test]
fn heads_are_those_of_burn() {
    for kind in [ProjectionKind::None, ProjectionKind::Linear, ProjectionKind::Mlp] {
        let options = EncoderOptions::Embeddings(crate::models::EmbeddingsOptions { dim: 21 });
        let head = ProjectionOptions { kind, dim: 10, hidden: 33 };
        let encoder = AudioEncoder::<Flex>::init(&options, &head, 3, &FlexDevice).unwrap();
        let mut weights = Weights::new(module_tensors(&encoder, ""));
        let own = super::head::Head::read(&mut weights, 21).unwrap();
        weights.finish().unwrap();
        let values = numbers(21, 4);
        let batch = Tensor::<Flex, 3>::from_data(TensorData::new(values.clone(), [1, 1, 21]), &FlexDevice);
        let expected = encoder.forward(batch, None).into_data().to_vec::<f32>().unwrap();
        assert_eq!(own.dim(), expected.len());
        assert_close(&format!("{kind:?}"), &own.forward(values), &expected, TOLERANCE);
    }
}
