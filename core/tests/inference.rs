//! Files embedded over plain arrays against the way that a run of the generator takes with burn.
#![cfg(all(feature = "audio", feature = "inference", feature = "train"))]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests that fail where they must, and say what they found"
)]

mod common;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use pmsl_core::Vectors;
use pmsl_core::audio::{ChunkOptions, read_chunks};
use pmsl_core::dataset::FeatureSource;
use pmsl_core::embed::EmbedOptions;
use pmsl_core::features::{FrontEndOptions, LogMelOptions, MusicnnMelOptions, decode_f16, encode_f16};
use pmsl_core::inference::{
    Embedder, EmbedderOptions, EncoderBundle, NamedTensor, NetworkOptions, Pooling, WeightPrecision,
};
use pmsl_core::models::{
    AudioEncoder, Checkpoint, Device, DeviceKind, EmbeddingsOptions, EncoderOptions, MusicnnLayer, MusicnnOptions,
    Precision, ProjectionKind, ProjectionOptions, Resnet18Options, locate_musicnn, save_module,
};
use pmsl_core::probes::Standardizer;
use pmsl_core::session::EncoderSpec;

/// Largest distance of a vector with all bits of its weights, and with half of them.
const DISTANCES: &[(WeightPrecision, f32)] = &[(WeightPrecision::Full, 1e-6), (WeightPrecision::Half, 1e-3)];
/// The same where every channel is scaled to deviation 1: a few of MusiCNN hardly vary, and what rounding leaves of them
/// is magnified with them. Half of the bits are too few then.
const SCALED: &[(WeightPrecision, f32)] = &[(WeightPrecision::Full, 1e-4)];

/// Recordings of both data sets, MP3 and Ogg, the short and the long.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (set, step) in [("styles", 36), ("esc10", 180)] {
        found.extend(common::recordings(set).into_iter().step_by(step));
    }
    found
}

/// Features of every chunk of every track, `[frames, bands]`.
struct Chunks {
    tracks: Vec<Vec<Vec<f32>>>,
    bands: usize,
}

impl Chunks {
    /// As the features of a run are kept: in half precision.
    fn read(files: &[PathBuf], audio: &ChunkOptions, front_end: &FrontEndOptions) -> Self {
        let mut plan = front_end.plan(audio.chunk_s).unwrap();
        let mut hear = |samples: &[f32]| {
            let (mut values, mut half) = (Vec::new(), Vec::new());
            plan.compute(samples, &mut values).unwrap();
            encode_f16(&values, &mut half);
            decode_f16(&half, &mut values).unwrap();
            values
        };
        let tracks = files.iter().map(|file| {
            let audio = read_chunks(file, audio, front_end.sample_rate_hz(), &AtomicBool::new(false)).unwrap();
            audio.chunks.iter().map(|chunk| hear(&chunk.samples)).collect()
        });
        Self { tracks: tracks.collect(), bands: front_end.bands() }
    }

    fn all(&self) -> Vec<usize> {
        (0..self.tracks.len()).collect()
    }

    /// The output of an untrained encoder in place of the features.
    fn through(&self, spec: &EncoderSpec) -> Self {
        let mut tracks = vec![Vec::new(); self.tracks.len()];
        let mut sink = |track: usize, _, output: &[f32], _: &[f32]| -> io::Result<()> {
            tracks[track].push(output.to_vec());
            Ok(())
        };
        let never = AtomicBool::new(false);
        spec.run_backbone(device(), self, &self.all(), 16, &mut sink, &mut |_, _| {}, &never).unwrap();
        let bands = tracks[0][0].len();
        Self { tracks, bands }
    }

    fn means(&self) -> Vec<f32> {
        let mean = |chunks: &Vec<Vec<f32>>| {
            let sum = |i: usize| chunks.iter().map(|chunk| f64::from(chunk[i])).sum::<f64>() / chunks.len() as f64;
            (0..chunks[0].len()).map(|i| sum(i) as f32).collect::<Vec<_>>()
        };
        self.tracks.iter().flat_map(mean).collect()
    }

    fn scaled(&self, scaling: &Standardizer) -> Self {
        let chunks = |chunks: &Vec<Vec<f32>>| chunks.iter().map(|chunk| scaling.transform(chunk).unwrap()).collect();
        Self { tracks: self.tracks.iter().map(chunks).collect(), bands: self.bands }
    }
}

impl FeatureSource for Chunks {
    fn track_count(&self) -> usize {
        self.tracks.len()
    }

    fn chunk_count(&self, track: usize) -> usize {
        self.tracks[track].len()
    }

    fn chunk_start_s(&self, _: usize, chunk: usize) -> f64 {
        chunk as f64
    }

    fn frames(&self) -> usize {
        self.tracks[0][0].len() / self.bands
    }

    fn mels(&self) -> usize {
        self.bands
    }

    fn read_chunk(&self, track: usize, chunk: usize, out: &mut Vec<f32>) -> io::Result<()> {
        out.clone_from(&self.tracks[track][chunk]);
        Ok(())
    }
}

fn device() -> Device {
    Device::choose(DeviceKind::Cpu, Precision::F32).unwrap()
}

/// Random weights of an encoder with its head, on disk.
fn trained(folder: &Path, spec: &EncoderSpec) -> (PathBuf, BTreeMap<String, NamedTensor>) {
    let random = AudioEncoder::<Flex>::init(&spec.encoder, &spec.projection, 11, &FlexDevice).unwrap();
    let path = folder.join("model.safetensors");
    save_module(&random, BTreeMap::new(), &path).unwrap();
    let tensors = Checkpoint::read(&path).unwrap().tensors;
    (path, tensors)
}

fn embed(spec: &EncoderSpec, weights: &Path, source: &Chunks, frames: Option<usize>) -> Vectors {
    let options = EmbedOptions { frames, ..EmbedOptions::default() };
    let never = AtomicBool::new(false);
    spec.embed(device(), weights, source, &source.all(), &options, &mut |_, _| {}, &never).unwrap()
}

/// Embeds the files from their bytes, by way of the bytes of the bundle.
fn check(what: &str, files: &[PathBuf], bundle: &EncoderBundle, expected: &Vectors, limits: &[(WeightPrecision, f32)]) {
    for &(precision, limit) in limits {
        let bytes = bundle.encode("build", precision).unwrap();
        let mut embedder = Embedder::new(EncoderBundle::decode(&bytes, "build").unwrap()).unwrap();
        assert_eq!(embedder.dim(), expected.dim());
        let mut largest = 0.0f32;
        for (file, expected) in files.iter().zip(expected.rows()) {
            let extension = file.extension().unwrap().to_str();
            let found = embedder.embed(std::fs::read(file).unwrap(), extension).unwrap();
            let distance = found.iter().zip(expected).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
            assert!(distance < limit, "{what}, {precision:?}, {}: {distance:e}", file.display());
            largest = largest.max(distance);
        }
        eprintln!(
            "{what}, {precision:?}: {} bytes, largest distance {largest:e} of {} files",
            bytes.len(),
            files.len()
        );
    }
    // The tracks differ by far more than the limit.
    let rows: Vec<&[f32]> = expected.rows().collect();
    assert!(rows[0].iter().zip(rows[1]).any(|(a, b)| (a - b).abs() > 1e-2), "{what}");
}

#[test]
fn a_frozen_musicnn_with_a_head_gives_the_vectors_of_the_run() {
    let files = files();
    if files.is_empty() {
        return;
    }
    let found = locate_musicnn("musicnn", Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools")));
    let pretrained = found.inspect_err(|error| eprintln!("with random weights: {error}")).ok();
    let audio = ChunkOptions { chunk_s: 3.0, max_chunks: 4, min_level_dbfs: -90.0, ..ChunkOptions::default() };
    let front_end = FrontEndOptions::MusicnnMel(MusicnnMelOptions::default());
    let features = Chunks::read(&files, &audio, &front_end);
    for (layer, kind) in
        [(MusicnnLayer::MaxPool, ProjectionKind::Linear), (MusicnnLayer::Penultimate, ProjectionKind::Mlp)]
    {
        let encoder = EncoderOptions::Musicnn(MusicnnOptions { layer, ..MusicnnOptions::default() });
        let network = NetworkOptions::of(&encoder).unwrap();
        let projection = ProjectionOptions { kind, dim: 128, hidden: 64 };
        let spec = EncoderSpec { encoder, projection: projection.clone(), pretrained: pretrained.clone(), seed: 1 };
        let outputs = features.through(&spec);
        let scaling = Standardizer::fit(&outputs.means(), layer.dim()).unwrap();
        let ready = EncoderOptions::Embeddings(EmbeddingsOptions { dim: layer.dim() });
        let head = EncoderSpec { encoder: ready, projection, pretrained: None, seed: 1 };
        let folder = tempfile::tempdir().unwrap();
        let (path, tensors) = trained(folder.path(), &head);
        let expected = embed(&head, &path, &outputs.scaled(&scaling), None);
        let options = EmbedderOptions {
            audio: audio.clone(),
            front_end: front_end.clone(),
            crop_frames: None,
            network,
            pooling: Pooling::UnitMean,
        };
        let weights = spec.backbone_tensors().unwrap().into_iter().chain(tensors);
        check(
            &format!("{layer:?}"),
            &files,
            &EncoderBundle::collect(options, weights, Some(scaling)),
            &expected,
            SCALED,
        );
    }
}

#[test]
fn a_musicnn_as_it_comes_gives_the_vectors_of_the_run() {
    let files = files();
    if files.is_empty() {
        return;
    }
    let audio = ChunkOptions { chunk_s: 6.0, max_chunks: 2, min_level_dbfs: -90.0, ..ChunkOptions::default() };
    let front_end = FrontEndOptions::MusicnnMel(MusicnnMelOptions::default());
    let encoder =
        EncoderOptions::Musicnn(MusicnnOptions { layer: MusicnnLayer::MeanPool, ..MusicnnOptions::default() });
    let options = EmbedderOptions {
        audio: audio.clone(),
        front_end: front_end.clone(),
        crop_frames: None,
        network: NetworkOptions::of(&encoder).unwrap(),
        pooling: Pooling::Mean,
    };
    let projection = ProjectionOptions { kind: ProjectionKind::None, ..ProjectionOptions::default() };
    let spec = EncoderSpec { encoder, projection, pretrained: None, seed: 4 };
    let outputs = Chunks::read(&files, &audio, &front_end).through(&spec);
    let dim = MusicnnLayer::MeanPool.dim();
    let expected = Vectors::normalized(outputs.means(), dim).unwrap();
    let bundle = EncoderBundle::collect(options, spec.backbone_tensors().unwrap(), None);
    check("as it comes", &files, &bundle, &expected, DISTANCES);
}

#[test]
fn a_trained_residual_network_gives_the_vectors_of_the_run() {
    let files = files();
    if files.is_empty() {
        return;
    }
    let audio = ChunkOptions { chunk_s: 5.0, max_chunks: 3, min_level_dbfs: -90.0, ..ChunkOptions::default() };
    let front_end = FrontEndOptions::LogMel(LogMelOptions { mean: -4.0, std: 3.0 });
    for crop_frames in [None, Some(97)] {
        let encoder = EncoderOptions::Resnet18(Resnet18Options { width: 8, ..Resnet18Options::default() });
        let network = NetworkOptions::of(&encoder).unwrap();
        let spec = EncoderSpec { encoder, projection: ProjectionOptions::default(), pretrained: None, seed: 1 };
        let folder = tempfile::tempdir().unwrap();
        let (path, tensors) = trained(folder.path(), &spec);
        let expected = embed(&spec, &path, &Chunks::read(&files, &audio, &front_end), crop_frames);
        let (audio, front_end) = (audio.clone(), front_end.clone());
        let options = EmbedderOptions { audio, front_end, crop_frames, network, pooling: Pooling::UnitMean };
        check(
            &format!("crop {crop_frames:?}"),
            &files,
            &EncoderBundle::collect(options, tensors, None),
            &expected,
            DISTANCES,
        );
    }
}
