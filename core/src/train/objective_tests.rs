//! Every objective, sampling and optimizer through the loop.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};

use super::tests::{Setting, bits, options, quiet};
use super::toy::Toy;
use super::*;
use crate::classify::classify_tracks;
use crate::dataset::{AugmentOptions, Oversample, SamplingOptions, ShuffleSampling};
use crate::embed::EmbedOptions;
use crate::losses::ObjectiveOptions;
use crate::models::module_tensors;

type B = Autodiff<Flex>;
type Result = super::Trained<Flex, Toy<Flex>>;

const OBJECTIVES: [&str; 7] = [
    r#"{"kind": "contrastive"}"#,
    r#"{"kind": "sup_con"}"#,
    r#"{"kind": "multi_similarity"}"#,
    r#"{"kind": "proxy_anchor", "proxy_learning_rate_factor": 5}"#,
    r#"{"kind": "arc_face", "scale": 16}"#,
    r#"{"kind": "cross_entropy", "label_smoothing": 0.1}"#,
    r#"{"kind": "sum", "terms": [
        {"weight": 1.0, "objective": {"kind": "triplet", "mining": "all", "margin": 0.3}},
        {"weight": 0.5, "objective": {"kind": "cross_entropy"}}]}"#,
];

fn objective(json: &str) -> ObjectiveOptions {
    serde_json::from_str(json).unwrap()
}

fn sampling(json: &str) -> SamplingOptions {
    serde_json::from_str(json).unwrap()
}

/// Trains on the labels given, stopping after each of the given steps to go on from the checkpoint.
fn run(setting: &Setting, sub_genres: &[u32], options: TrainOptions, stops: &[u64]) -> Result {
    let plan = options.validate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = CheckpointFile { path: folder.path().join("checkpoint"), fingerprint: String::new() };
    let job = TrainJob {
        source: &setting.source,
        sub_genres,
        split: &setting.split,
        plan: &plan,
        seed: 11,
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
        match train(Toy::<B>::new(8, 12, 6, 2), &job, &mut on_event, &cancel) {
            Ok(trained) => return trained,
            Err(TrainError::Cancelled { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn same(a: &Result, b: &Result) {
    assert_eq!(bits(&a.encoder), bits(&b.encoder));
    assert_eq!(module_tensors(&a.objective, ""), module_tensors(&b.objective, ""));
    assert_eq!(a.outcome, b.outcome);
}

#[test]
fn every_objective_learns_and_resumes_to_the_bit() {
    let setting = Setting::new(1.0);
    for json in OBJECTIVES {
        let run_options = TrainOptions { objective: objective(json), patchout: 0.0, epochs: 6, ..options() };
        let trained = run(&setting, &setting.sub_genres, run_options.clone(), &[]);
        let history = &trained.outcome.history;
        assert!(history[5].loss < 0.9 * history[0].loss, "{json}: {history:?}");
        assert!(trained.outcome.best_accuracy > Some(0.5), "{json}: {history:?}");
        same(&trained, &run(&setting, &setting.sub_genres, run_options.clone(), &[3, 10, 16]));
        // The objective's own parameters have moved, and are averaged like the encoder's.
        let start = module_tensors(&run_options.objective.init::<Flex>(6, 5, 11, &FlexDevice), "");
        let end = module_tensors(&trained.objective, "");
        assert!(end.iter().all(|(name, tensor)| start[name] != *tensor), "{json}");
        let last = TrainOptions { ema_decay: None, ..run_options };
        let last = module_tensors(&run(&setting, &setting.sub_genres, last, &[]).objective, "");
        assert!(end.iter().all(|(name, tensor)| last[name] != *tensor), "{json}");
    }
}

#[test]
fn figures_are_reported_where_the_objective_has_them() {
    let setting = Setting::new(1.0);
    for (json, has) in [(OBJECTIVES[0], [true; 3]), (OBJECTIVES[1], [false, true, true]), (OBJECTIVES[5], [false; 3])] {
        let mut steps = 0;
        let run = TrainOptions { objective: objective(json), ..options() };
        let mut check = |event: &TrainEvent, _: &_| match event {
            TrainEvent::Step { record, .. } => {
                let found = [record.active, record.positive_distance, record.negative_distance];
                assert_eq!(found.map(|figure| figure.is_some()), has, "{json}");
                steps += 1;
            }
            TrainEvent::Epoch { record, .. } => assert_eq!(record.active.is_some(), has[0], "{json}"),
            _ => {}
        };
        setting.run(run, None, &mut check).unwrap();
        assert_eq!(steps, 20);
    }
}

#[test]
fn a_classifier_is_validated_as_such() {
    let setting = Setting::new(1.0);
    let options = TrainOptions { objective: objective(r#"{"kind": "cross_entropy"}"#), ..options() };
    let Trained { encoder, objective, outcome } = run(&setting, &setting.sub_genres, options, &[]);
    let embed = EmbedOptions { frames: Some(5), ..EmbedOptions::default() };
    let tracks = &setting.split.validation;
    let cancel = AtomicBool::new(false);
    let found = classify_tracks(&encoder, &objective, &setting.source, tracks, &embed, &mut |_, _| {}, &cancel);
    let found = found.unwrap().unwrap();
    let (mut right, mut margins) = (0, 0.0);
    for (row, &track) in tracks.iter().enumerate() {
        let (own, mean) = (setting.sub_genres[track] as usize, found.mean(row));
        let best = (0..5).filter(|&class| class != own).map(|class| mean[class]).fold(0.0, f64::max);
        right += usize::from(mean[own] > best);
        margins += mean[own] - best;
    }
    let best = outcome.history[outcome.best_epoch - 1];
    assert_eq!(best.validation_accuracy, Some(right as f64 / tracks.len() as f64));
    assert!((best.validation_margin.unwrap() - margins / tracks.len() as f64).abs() < 1e-6);
}

/// Triplets of neighbours, without a label.
fn temporal() -> TrainOptions {
    TrainOptions {
        epochs: 12,
        objective: objective(r#"{"kind": "triplet", "mining": "all", "margin": 1.0, "distance": "squared_euclidean"}"#),
        sampling: sampling(r#"{"kind": "temporal", "anchors": 8, "neighbourhood_s": 5}"#),
        optimizer: Optimizer::Adam,
        schedule: Schedule::Exponential { factor: 0.5, every: 30 },
        l2_penalty: 1e-5,
        patchout: 0.0,
        augment: AugmentOptions::default(),
        ..options()
    }
}

#[test]
fn temporal_triplets_learn_without_a_look_at_the_labels() {
    let setting = Setting::new(1.0);
    let trained = run(&setting, &setting.sub_genres, temporal(), &[]);
    let history = &trained.outcome.history;
    assert!(history[11].loss < 0.8 * history[0].loss, "{history:?}");
    assert!(trained.outcome.best_accuracy > Some(0.75), "{history:?}");
    // Sub-genres come apart although nobody said that there are any.
    let cosines = |encoder: &Toy<Flex>| {
        let vectors = setting.embed(encoder, &setting.split.test);
        let (mut same, mut other) = (Vec::new(), Vec::new());
        for (a, &track_a) in setting.split.test.iter().enumerate() {
            for (b, &track_b) in setting.split.test.iter().enumerate().skip(a + 1) {
                let cosine = crate::vectors::dot(vectors.row(a), vectors.row(b));
                let is_same = setting.sub_genres[track_a] == setting.sub_genres[track_b];
                if is_same { same.push(cosine) } else { other.push(cosine) }
            }
        }
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len().max(1) as f32;
        mean(&same) - mean(&other)
    };
    let start = cosines(&Toy::<Flex>::new(8, 12, 6, 2));
    let end = cosines(&trained.encoder);
    assert!(end > start + 0.2, "from {start} to {end}");
    // Other labels, and no labels at all, change nothing.
    let shuffled: Vec<u32> = setting.sub_genres.iter().map(|&class| (class * 3 + 1) % 5).rev().collect();
    same(&trained, &run(&setting, &shuffled, temporal(), &[]));
    same(&trained, &run(&setting, &[], temporal(), &[7, 30]));
}

#[test]
fn validation_triplets_are_the_same_in_every_epoch() {
    let setting = Setting::new(1.0);
    // Weights that do not move are validated alike in every epoch.
    let still =
        TrainOptions { learning_rate: 1e-30, min_learning_rate: 0.0, l2_penalty: 0.0, ema_decay: None, ..temporal() };
    let history = run(&setting, &[], still, &[]).outcome.history;
    assert!(history.iter().all(|epoch| epoch.validation_margin == history[0].validation_margin), "{history:?}");
    assert!(history[0].validation_accuracy > Some(0.0));
}

#[test]
fn shuffled_chunks_train_a_balanced_classifier() {
    let setting = Setting::new(1.0);
    let options = TrainOptions {
        objective: objective(r#"{"kind": "cross_entropy", "class_weights": "balanced"}"#),
        sampling: SamplingOptions::Shuffle(ShuffleSampling { batch_size: 10, oversample: Some(Oversample::default()) }),
        steps_per_epoch: None,
        accumulation_steps: 1,
        ..options()
    };
    let trained = run(&setting, &setting.sub_genres, options.clone(), &[]);
    // All chunks once per epoch, in whole batches: the sub-genres are equally large, so that none is repeated.
    let chunks = setting.split.train.len() * 3;
    assert_eq!(trained.outcome.history[0].step, chunks.div_ceil(10) as u64);
    assert!(trained.outcome.history[3].loss < 0.9 * trained.outcome.history[0].loss, "{:?}", trained.outcome.history);
    same(&trained, &run(&setting, &setting.sub_genres, options, &[2, 19]));
}

#[test]
fn adam_is_adamw_without_decay() {
    let setting = Setting::new(1.0);
    let weights = |optimizer, weight_decay| {
        let options = TrainOptions { optimizer, weight_decay, ..options() };
        bits(&setting.run(options, None, &mut quiet).unwrap().0)
    };
    assert_eq!(weights(Optimizer::Adam, 0.5), weights(Optimizer::Adamw, 0.0));
    assert_ne!(weights(Optimizer::Adam, 0.5), weights(Optimizer::Adamw, 0.5));
}
