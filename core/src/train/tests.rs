use std::sync::atomic::AtomicBool;

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};

use super::learner::Learner;
use super::toy::Toy;
use super::*;
use crate::dataset::fixture::Fixture;
use crate::dataset::{
    AugmentOptions, FeatureSource, PlaylistSampling, SamplingOptions, Split, SplitOptions, SplitTracks,
};
use crate::embed::{EmbedOptions, embed_tracks};
use crate::models::Encoder;
use crate::vectors::Vectors;

type B = Autodiff<Flex>;

/// Every feature of the loop at once, in a few steps.
pub(super) fn options() -> TrainOptions {
    TrainOptions {
        epochs: 4,
        steps_per_epoch: Some(5),
        sampling: SamplingOptions::Playlists(PlaylistSampling { playlists: 4, tracks: 2 }),
        crop_frames: Some(5),
        learning_rate: 0.02,
        min_learning_rate: 1e-4,
        warmup_steps: 3,
        layer_decay: 0.8,
        accumulation_steps: 2,
        ema_decay: Some(0.8),
        patchout: 0.4,
        augment: AugmentOptions { time_masks: 1, time_mask_frames: 2, level_jitter: 0.1, ..AugmentOptions::default() },
        ..TrainOptions::default()
    }
}

pub(super) struct Setting {
    pub(super) source: Fixture,
    pub(super) sub_genres: Vec<u32>,
    pub(super) split: Split,
    /// Of the encoder. The backend's random numbers are the process's: only a test alone in its process can use it.
    pub(super) dropout: f64,
}

impl Setting {
    pub(super) fn new(noise: f32) -> Self {
        Self::sized(8, noise)
    }

    pub(super) fn sized(per_class: usize, noise: f32) -> Self {
        let (source, sub_genres) = Fixture::tones(5, per_class, 3, noise);
        let tracks = SplitTracks { sub_genres: &sub_genres, ..SplitTracks::default() };
        let split = Split::new(&tracks, &SplitOptions::default(), 1).unwrap();
        Self { source, sub_genres, split, dropout: 0.0 }
    }

    pub(super) fn run(
        &self,
        options: TrainOptions,
        checkpoint: Option<&CheckpointFile>,
        on_event: &mut dyn FnMut(&TrainEvent, &AtomicBool),
    ) -> Result<(Toy<Flex>, TrainOutcome), TrainError> {
        let plan = options.validate()?;
        let job = TrainJob {
            source: &self.source,
            sub_genres: &self.sub_genres,
            split: &self.split,
            plan: &plan,
            seed: 11,
            checkpoint,
        };
        let cancel = AtomicBool::new(false);
        let mut encoder = Toy::<B>::new(8, 12, 6, 2);
        encoder.dropout.prob = self.dropout;
        let trained = train(encoder, &job, &mut |event| on_event(&event, &cancel), &cancel)?;
        Ok((trained.encoder, trained.outcome))
    }

    pub(super) fn embed(&self, encoder: &Toy<Flex>, tracks: &[usize]) -> Vectors {
        let options = EmbedOptions { frames: Some(5), ..EmbedOptions::default() };
        embed_tracks(encoder, &self.source, tracks, &options, &mut |_, _| {}, &AtomicBool::new(false)).unwrap()
    }
}

fn learner<E: Encoder<B>>(encoder: E, options: &TrainOptions) -> Learner<B, E> {
    Learner::new(encoder, &options.objective, 5, 0)
}

pub(super) fn quiet(_: &TrainEvent, _: &AtomicBool) {}

pub(super) fn bits(encoder: &Toy<Flex>) -> Vec<Vec<u32>> {
    parameters::values(encoder)
        .into_iter()
        .map(|values| values.into_data().iter::<f32>().map(f32::to_bits).collect())
        .collect()
}

#[test]
fn training_separates_what_can_be_told_apart() {
    let setting = Setting::sized(20, 1.5);
    let before = Toy::<Flex>::new(8, 12, 6, 2);
    let run = TrainOptions { epochs: 12, patchout: 0.0, augment: AugmentOptions::default(), ..options() };
    let (encoder, outcome) = setting.run(run, None, &mut quiet).unwrap();
    let accuracy = |encoder: &Toy<Flex>| {
        let (train, test) = (&setting.split.train, &setting.split.test);
        let (train_vectors, test_vectors) = (setting.embed(encoder, train), setting.embed(encoder, test));
        let mut centroids = vec![vec![0.0f32; 6]; 5];
        for (row, &track) in train_vectors.rows().zip(train) {
            let centroid = &mut centroids[setting.sub_genres[track] as usize];
            centroid.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        let centroids = Vectors::normalized(centroids.concat(), 6).unwrap();
        let nearest = |row: &[f32]| {
            let cosines = centroids.rows().map(|centroid| crate::vectors::dot(row, centroid));
            cosines.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place as u32)
        };
        let correct = test_vectors.rows().zip(test).filter(|(row, t)| nearest(row) == Some(setting.sub_genres[**t]));
        correct.count() as f64 / test.len() as f64
    };
    let (start, end) = (accuracy(&before), accuracy(&encoder));
    assert!(end >= 0.9 && end > start + 0.2, "from {start} to {end}");
    assert!(outcome.history[11].loss < 0.8 * outcome.history[0].loss, "{:?}", outcome.history);
    assert_eq!(outcome.step_losses.len(), 60);
    assert_eq!(outcome.history[outcome.best_epoch - 1].validation_accuracy, outcome.best_accuracy);
}

#[test]
fn frozen_depths_keep_their_bits_and_the_rest_moves() {
    let setting = Setting::new(1.5);
    let start = bits(&Toy::<Flex>::new(8, 12, 6, 2));
    for (freeze_depths, moves) in
        [(0, [true; 5]), (1, [false, false, true, true, true]), (2, [false, false, false, false, true])]
    {
        let run = TrainOptions { freeze_depths, ..options() };
        let (encoder, outcome) = setting.run(run, None, &mut quiet).unwrap();
        let moved: Vec<bool> = bits(&encoder).iter().zip(&start).map(|(now, before)| now != before).collect();
        assert_eq!(moved, moves);
        let lens = [8 * 12, 12, 12 * 12, 12, 12 * 6];
        let trained: usize = lens.iter().zip(moves).map(|(len, moves)| len * usize::from(moves)).sum();
        assert_eq!((outcome.trained_parameters, outcome.parameters), (trained, lens.iter().sum()));
    }
}

#[test]
fn lower_depths_learn_more_slowly_and_only_matrices_decay() {
    let roles = |layer_decay| {
        let options = TrainOptions { layer_decay, freeze_depths: 0, ..TrainOptions::default() };
        parameters::list(&learner(Toy::<B>::new(8, 12, 6, 2), &options), &options)
            .into_iter()
            .map(|parameter| (parameter.name, parameter.role))
            .collect::<Vec<_>>()
    };
    let trained = |rate, is_kernel| parameters::Role::Trained { rate, is_kernel };
    let expected = [
        ("encoder.input".to_owned(), trained(0.25, true)),
        ("encoder.shift".to_owned(), trained(0.25, false)),
        ("encoder.block".to_owned(), trained(0.5, true)),
        ("encoder.class_token".to_owned(), trained(0.5, false)),
        ("encoder.head".to_owned(), trained(1.0, true)),
    ];
    assert_eq!(roles(0.5), expected);
    assert!(roles(1.0).iter().all(|(_, role)| matches!(role, parameters::Role::Trained { rate: 1.0, .. })));
}

#[test]
fn training_stops_early_and_returns_the_best_epoch() {
    let setting = Setting::new(0.1);
    // Without a learning rate to speak of nothing improves after the first epoch.
    let run = TrainOptions {
        epochs: 30,
        learning_rate: 1e-30,
        min_learning_rate: 0.0,
        ema_decay: None,
        early_stop_patience: Some(3),
        ..options()
    };
    let folder = tempfile::tempdir().unwrap();
    let file = CheckpointFile { path: folder.path().join("checkpoint"), fingerprint: String::new() };
    let (encoder, outcome) = setting.run(run.clone(), Some(&file), &mut quiet).unwrap();
    assert!(outcome.stopped_early);
    assert_eq!((outcome.history.len(), outcome.best_epoch), (4, 1));
    let (again, outcome_again) = setting.run(run, Some(&file), &mut quiet).unwrap();
    assert_eq!((bits(&again), outcome_again), (bits(&encoder), outcome));
}

#[test]
fn validation_is_due_every_so_often_and_at_the_end() {
    let mut setting = Setting::new(1.5);
    let run = TrainOptions { epochs: 5, validate_every: 2, ..options() };
    let (_, outcome) = setting.run(run.clone(), None, &mut quiet).unwrap();
    let validated: Vec<bool> = outcome.history.iter().map(|epoch| epoch.validation_accuracy.is_some()).collect();
    assert_eq!(validated, [false, true, false, true, true]);
    let rest = std::mem::take(&mut setting.split.validation);
    setting.split.test.extend(rest);
    let (_, outcome) = setting.run(run, None, &mut quiet).unwrap();
    assert!(outcome.history.iter().all(|epoch| epoch.validation_accuracy.is_none()));
    assert_eq!((outcome.best_epoch, outcome.best_accuracy), (5, None));
}

#[test]
fn the_average_follows_the_weights() {
    let setting = Setting::new(1.5);
    let one_step = |ema_decay| {
        let run = TrainOptions { epochs: 1, steps_per_epoch: Some(1), warmup_steps: 0, ema_decay, ..options() };
        let (encoder, _) = setting.run(run, None, &mut quiet).unwrap();
        parameters::values(&encoder).into_iter().flat_map(|v| v.into_data().iter::<f32>().collect::<Vec<_>>())
    };
    let start = parameters::values(&Toy::<Flex>::new(8, 12, 6, 2))
        .into_iter()
        .flat_map(|values| values.into_data().iter::<f32>().collect::<Vec<_>>());
    // The first step uses a decay of a tenth, whatever the limit above it.
    for ((start, weight), average) in start.zip(one_step(None)).zip(one_step(Some(0.9))) {
        let expected = 0.1 * start + 0.9 * weight;
        assert!((average - expected).abs() < 1e-6, "{average} != {expected}");
    }
}

#[test]
fn a_loss_that_overflows_is_an_error_that_says_where() {
    struct Broken(Fixture);
    impl FeatureSource for Broken {
        fn track_count(&self) -> usize {
            self.0.track_count()
        }
        fn chunk_count(&self, track: usize) -> usize {
            self.0.chunk_count(track)
        }
        fn chunk_start_s(&self, track: usize, chunk: usize) -> f64 {
            self.0.chunk_start_s(track, chunk)
        }
        fn frames(&self) -> usize {
            self.0.frames()
        }
        fn mels(&self) -> usize {
            self.0.mels()
        }
        fn read_chunk(&self, track: usize, chunk: usize, out: &mut Vec<f32>) -> std::io::Result<()> {
            self.0.read_chunk(track, chunk, out)?;
            out.fill(f32::NAN);
            Ok(())
        }
    }
    let Setting { source, sub_genres, split, .. } = Setting::new(1.0);
    let source = Broken(source);
    let plan = options().validate().unwrap();
    let job =
        TrainJob { source: &source, sub_genres: &sub_genres, split: &split, plan: &plan, seed: 1, checkpoint: None };
    let error = train(Toy::<B>::new(8, 12, 6, 2), &job, &mut |_| {}, &AtomicBool::new(false)).map(|_| ()).unwrap_err();
    let TrainError::NotFinite { step: 1, .. } = error else { panic!("{error}") };
    assert!(error.to_string().contains("lower learning rate"), "{error}");
}

#[test]
fn what_does_not_fit_is_refused_by_field() {
    let setting = Setting::new(1.0);
    let field = |options: TrainOptions| match setting.run(options, None, &mut quiet) {
        Err(TrainError::Option(error)) => error.field,
        other => panic!("{:?}", other.map(|(_, outcome)| outcome)),
    };
    assert_eq!(field(TrainOptions { warmup_steps: 20, ..options() }), "warmup_steps");
    assert_eq!(field(TrainOptions { crop_frames: Some(7), ..options() }), "crop_frames");
    assert_eq!(field(TrainOptions { freeze_depths: 3, ..options() }), "freeze_depths");
    assert_eq!(field(TrainOptions { patchout: 0.95, ..options() }), "patchout");
}

#[test]
fn events_come_in_order() {
    let setting = Setting::new(1.5);
    let mut steps = Vec::new();
    let mut epochs = Vec::new();
    setting
        .run(options(), None, &mut |event, _| match event {
            TrainEvent::Started { total_steps, steps_per_epoch, .. } => {
                assert_eq!((*total_steps, *steps_per_epoch), (20, 5));
            }
            TrainEvent::Step { record, .. } => {
                assert!(record.loss > 0.0 && record.gradient_norm > 0.0 && record.learning_rate > 0.0);
                assert!((0.0..=1.0).contains(&record.active.unwrap()));
                steps.push(record.step);
            }
            TrainEvent::Epoch { record, .. } => {
                assert_eq!(record.step, steps.len() as u64);
                epochs.push(record.epoch);
            }
            other => panic!("{other:?}"),
        })
        .unwrap();
    assert_eq!(steps, (1..=20).collect::<Vec<_>>());
    assert_eq!(epochs, [1, 2, 3, 4]);
}

#[test]
fn the_transformer_trains_with_its_blocks_frozen_or_not() {
    use crate::models::{AstOptions, AudioEncoder, EncoderOptions, ProjectionOptions};

    let (source, sub_genres) = Fixture::bands(3, 6, 2, 32, 32);
    let tracks = SplitTracks { sub_genres: &sub_genres, ..SplitTracks::default() };
    let split = Split::new(&tracks, &SplitOptions::default(), 1).unwrap();
    let ast = AstOptions {
        hidden_size: Some(12),
        depth: Some(2),
        heads: Some(3),
        patch_stride: [16, 16],
        mels: 32,
        frames: 32,
        ..AstOptions::default()
    };
    let ast = EncoderOptions::Ast(ast);
    let encoder = || AudioEncoder::<B>::init(&ast, &ProjectionOptions::default(), 5, &FlexDevice).unwrap();
    let defaults = TrainOptions::default();
    let tokens: Vec<_> = parameters::list(&learner(encoder(), &defaults), &defaults)
        .into_iter()
        .filter(|parameter| parameter.name.contains("token") || parameter.name.contains("position"))
        .map(|parameter| parameter.role)
        .collect();
    assert_eq!(tokens, [parameters::Role::Trained { rate: 1.0, is_kernel: false }; 3]);
    let plan = |freeze_depths| {
        let run = TrainOptions { crop_frames: None, patchout: 0.5, freeze_depths, ..options() };
        run.validate().unwrap()
    };
    for freeze_depths in [0, 3] {
        let plan = plan(freeze_depths);
        let job = TrainJob {
            source: &source,
            sub_genres: &sub_genres,
            split: &split,
            plan: &plan,
            seed: 1,
            checkpoint: None,
        };
        let Trained { outcome, .. } = train(encoder(), &job, &mut |_| {}, &AtomicBool::new(false)).unwrap();
        assert!(outcome.history[3].loss < outcome.history[0].loss, "{:?}", outcome.history);
        assert_eq!(outcome.trained_parameters < outcome.parameters, freeze_depths > 0);
    }
}
