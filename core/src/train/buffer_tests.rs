//! Encoders that keep running statistics, through the loop.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};

use super::tests::options;
use super::*;
use crate::dataset::fixture::Fixture;
use crate::dataset::{PlaylistSampling, SamplingOptions, Split, SplitOptions, SplitTracks};
use crate::models::{AudioEncoder, CnnOptions, EncoderOptions, NamedTensor, ProjectionOptions, module_tensors};

type B = Autodiff<Flex>;
type Tensors = std::collections::BTreeMap<String, NamedTensor>;

fn encoder() -> AudioEncoder<B> {
    let cnn = CnnOptions { channels: vec![3, 5], bands: 8, ..CnnOptions::default() };
    let head = ProjectionOptions { dim: 4, ..ProjectionOptions::default() };
    AudioEncoder::init(&EncoderOptions::Cnn(cnn), &head, 5, &FlexDevice).unwrap()
}

/// Trains, stopping after each of the given steps to go on from the checkpoint.
fn run(options: TrainOptions, stops: &[u64]) -> Tensors {
    let (source, sub_genres) = Fixture::bands(3, 8, 2, 6, 8);
    let tracks = SplitTracks { sub_genres: &sub_genres, ..SplitTracks::default() };
    let split = Split::new(&tracks, &SplitOptions::default(), 1).unwrap();
    let sampling = SamplingOptions::Playlists(PlaylistSampling { playlists: 3, tracks: 2 });
    let plan = TrainOptions { patchout: 0.0, sampling, ..options }.validate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = CheckpointFile { path: folder.path().join("checkpoint"), fingerprint: String::new() };
    let job = TrainJob {
        source: &source,
        sub_genres: &sub_genres,
        split: &split,
        plan: &plan,
        seed: 3,
        checkpoint: Some(&file),
    };
    let mut stops = stops.iter().copied().peekable();
    loop {
        let cancel = AtomicBool::new(false);
        let mut on_event = |event: TrainEvent| {
            if let TrainEvent::Step { record, .. } = event
                && stops.next_if_eq(&record.step).is_some()
            {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        match train(encoder(), &job, &mut on_event, &cancel) {
            Ok(Trained { encoder, .. }) => {
                assert_eq!(stops.next(), None);
                return module_tensors(&encoder, "");
            }
            Err(TrainError::Cancelled { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn statistics(tensors: &Tensors) -> Tensors {
    tensors.iter().filter(|(name, _)| name.contains("running")).map(|(n, t)| (n.clone(), t.clone())).collect()
}

#[test]
fn statistics_survive_an_interruption_to_the_bit() {
    assert_eq!(run(options(), &[1, 6, 13]), run(options(), &[]));
}

#[test]
fn statistics_are_of_the_data_and_no_matter_of_the_optimizer() {
    let decay = |weight_decay| run(TrainOptions { weight_decay, layer_decay: 1.0, ..options() }, &[]);
    let (with, without) = (decay(0.5), decay(0.0));
    let name = "backbone.Cnn.input_norm.running_mean";
    // The first layer sees the data whatever the weights are.
    assert_eq!(with[name], without[name]);
    assert_ne!(with, without);
    let start = module_tensors(&encoder(), "");
    for (name, tensor) in statistics(&with) {
        assert_ne!(tensor, start[&name], "{name}");
    }
}

#[test]
fn statistics_are_those_of_the_weights_and_not_averaged_over_the_run() {
    // Both end in the same epoch, as nothing is validated before it.
    let run = |ema_decay| run(TrainOptions { ema_decay, epochs: 2, validate_every: 2, ..options() }, &[]);
    let (averaged, last) = (run(Some(0.9)), run(None));
    assert_eq!(statistics(&averaged), statistics(&last));
    assert_ne!(averaged, last);
}

#[test]
fn frozen_statistics_stay() {
    let start = module_tensors(&encoder(), "");
    for (freeze_depths, frozen) in [(1, vec!["input_norm", "blocks.0"]), (2, vec!["input_norm", "blocks"])] {
        for (name, tensor) in run(TrainOptions { freeze_depths, ..options() }, &[7]) {
            let is_frozen = frozen.iter().any(|part| name.starts_with(&format!("backbone.Cnn.{part}")));
            assert_eq!(tensor == start[&name], is_frozen, "{name} at {freeze_depths}");
        }
    }
}
