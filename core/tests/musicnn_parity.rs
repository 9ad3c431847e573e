//! MusiCNN against the package `musicnn` run by TensorFlow; the golden and its script are in `tests/parity/musicnn`.
//!
//! The weights are not part of the repository: the tests look for the wheel where users keep it
//! ([`pmsl_core::models::locate_musicnn`]), and are skipped with a message where it is not.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests that fail where they must, and say what they skip")]

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use burn::backend::autodiff::checkpoint::strategy::BalancedCheckpointing;
use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use pmsl_core::dataset::FeatureSource;
use pmsl_core::models::{
    Checkpoint, Device, DeviceKind, EncoderOptions, MusicnnLayer, MusicnnOptions, NamedTensor, Precision,
    ProjectionOptions, load_musicnn, locate_musicnn,
};
use pmsl_core::session::EncoderSpec;
use pmsl_core::tensorflow::MusicnnWeights;

/// Absolute, on values of up to 70.
const TOLERANCE: f32 = 1e-3;

const MODELS: [(MusicnnWeights, &str); 2] = [(MusicnnWeights::Msd, "msd"), (MusicnnWeights::Mtt, "mtt")];
const LAYERS: [(MusicnnLayer, &str); 3] = [
    (MusicnnLayer::Penultimate, "penultimate"),
    (MusicnnLayer::MaxPool, "max_pool"),
    (MusicnnLayer::MeanPool, "mean_pool"),
];

fn wheel() -> Option<PathBuf> {
    let found = locate_musicnn("musicnn", Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools")));
    found.inspect_err(|error| eprintln!("skipped: {error}")).ok()
}

fn golden() -> BTreeMap<String, NamedTensor> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/musicnn/golden.safetensors");
    Checkpoint::read(&path).unwrap().tensors
}

#[track_caller]
fn assert_close(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let difference = found.iter().zip(expected).fold(0.0, |max: f32, (a, b)| max.max((a - b).abs()));
    eprintln!("{what}: largest difference {difference:e}");
    assert!(found.iter().all(|value| value.is_finite()) && difference < TOLERANCE, "{what}: {difference:e}");
}

fn check_layers<B: Backend>(wheel: &Path, device: &B::Device) {
    let golden = golden();
    let features = &golden["features"];
    let features = Tensor::<B, 3>::from_data(TensorData::new(features.values.clone(), features.shape.clone()), device);
    for (model, name) in MODELS {
        for (layer, layer_name) in LAYERS {
            let options = MusicnnOptions { model, layer, ..MusicnnOptions::default() };
            let network = load_musicnn::<B>(&options, wheel, device).unwrap();
            // Batch norm would take the statistics of the batch, and dropout drop, where gradients are tracked.
            let network = burn::module::Module::no_grad(network);
            let [output, tags] = network.forward_with_tags(features.clone());
            let expected = |what: &str| golden[&format!("{name}.{what}")].values.clone();
            assert_close(layer_name, &output.into_data().to_vec::<f32>().unwrap(), &expected(layer_name));
            assert_close("tags", &tags.into_data().to_vec::<f32>().unwrap(), &expected("tags"));
        }
    }
}

#[test]
fn layers_and_tags_are_those_of_the_package() {
    let Some(wheel) = wheel() else { return };
    check_layers::<Flex>(&wheel, &FlexDevice);
}

#[test]
fn layers_and_tags_are_those_of_the_package_by_the_operations_of_burn() {
    let Some(wheel) = wheel() else { return };
    // Another type than those with operations of their own.
    check_layers::<Autodiff<Flex, BalancedCheckpointing>>(&wheel, &FlexDevice);
}

/// Chunks of two patches and half a one.
struct Chunks(Vec<Vec<f32>>);

impl FeatureSource for Chunks {
    fn track_count(&self) -> usize {
        1
    }
    fn chunk_count(&self, _: usize) -> usize {
        self.0.len()
    }
    fn chunk_start_s(&self, _: usize, chunk: usize) -> f64 {
        7.5 * chunk as f64
    }
    fn frames(&self) -> usize {
        self.0[0].len() / 96
    }
    fn mels(&self) -> usize {
        96
    }
    fn read_chunk(&self, _: usize, chunk: usize, out: &mut Vec<f32>) -> io::Result<()> {
        out.clone_from(&self.0[chunk]);
        Ok(())
    }
}

/// The outputs and tags of every chunk.
fn run(pretrained: &Path, source: &Chunks) -> Vec<[Vec<f32>; 2]> {
    let mut encoder = EncoderOptions::Musicnn(MusicnnOptions::default());
    encoder.set_input(source.frames(), 96);
    let spec = EncoderSpec {
        encoder,
        projection: ProjectionOptions::default(),
        pretrained: Some(pretrained.to_owned()),
        seed: 1,
    };
    let mut rows = Vec::new();
    let mut sink = |_, _, output: &[f32], tags: &[f32]| {
        rows.push([output.to_vec(), tags.to_vec()]);
        Ok(())
    };
    let cpu = Device::choose(DeviceKind::Cpu, Precision::F32).unwrap();
    spec.run_backbone(cpu, source, &[0], 2, &mut sink, &mut |_, _| {}, &AtomicBool::new(false)).unwrap();
    rows
}

#[test]
fn a_chunk_is_the_mean_of_its_whole_patches() {
    let Some(wheel) = wheel() else { return };
    let patch = golden()["features"].values.clone();
    let quiet: Vec<f32> = patch.iter().map(|value| value / 2.0).collect();
    let half = &patch[..93 * 96];
    let apart = run(&wheel, &Chunks(vec![patch.clone(), quiet.clone()]));
    let together = run(&wheel, &Chunks(vec![[&patch, &quiet, half].concat()]));
    assert_eq!((apart.len(), together.len()), (2, 1));
    for part in 0..2 {
        let mean: Vec<f32> = apart[0][part].iter().zip(&apart[1][part]).map(|(a, b)| f32::midpoint(*a, *b)).collect();
        assert!(mean.iter().zip(&apart[0][part]).any(|(mean, first)| (mean - first).abs() > 1e-3));
        for (found, expected) in together[0][part].iter().zip(mean) {
            assert!((found - expected).abs() < 1e-5, "{found} != {expected}");
        }
    }
}

#[test]
fn weights_survive_the_way_through_safetensors_and_keep_their_tags() {
    let Some(wheel) = wheel() else { return };
    let source = Chunks(vec![golden()["features"].values.clone()]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("musicnn.safetensors");
    let spec = |model, pretrained: &Path| EncoderSpec {
        encoder: EncoderOptions::Musicnn(MusicnnOptions { model, ..MusicnnOptions::default() }),
        projection: ProjectionOptions::default(),
        pretrained: Some(pretrained.to_owned()),
        seed: 1,
    };
    spec(MusicnnWeights::Msd, &wheel).save_backbone(&path).unwrap();
    assert_eq!(run(&path, &source), run(&wheel, &source));
    let again = folder.path().join("again.safetensors");
    let error = spec(MusicnnWeights::Mtt, &path).save_backbone(&again).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("`tags` must be mtt") && cause.contains("found msd"), "{cause}");
    spec(MusicnnWeights::Msd, &path).save_backbone(&again).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&again).unwrap());
}
