//! Classification on a device that is chosen at run time.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use burn::tensor::backend::AutodiffBackend;

use super::{EncoderSpec, SessionError};
use crate::classify::{ClassProbabilities, classify_tracks};
use crate::dataset::FeatureSource;
use crate::embed::EmbedOptions;
use crate::models::{Device, OnBackend};

impl EncoderSpec {
    /// Classifies every chunk of tracks on a device with stored weights, by the classifier that they were trained with;
    /// row i of the result belongs to `tracks[i]`. `progress` is told how many tracks of how many are done.
    ///
    /// # Errors
    /// See [`SessionError`]; [`SessionError::NoClassifier`] where the weights were trained without one.
    #[allow(clippy::too_many_arguments, reason = "what to classify, with what, where, and how to follow it")]
    pub fn classify(
        &self,
        device: Device,
        weights: &Path,
        source: &dyn FeatureSource,
        tracks: &[usize],
        options: &EmbedOptions,
        progress: &mut dyn FnMut(usize, usize),
        cancel: &AtomicBool,
    ) -> Result<ClassProbabilities, SessionError> {
        device.run(Classification { spec: self, weights, source, tracks, options, progress, cancel })
    }
}

struct Classification<'a> {
    spec: &'a EncoderSpec,
    weights: &'a Path,
    source: &'a dyn FeatureSource,
    tracks: &'a [usize],
    options: &'a EmbedOptions,
    progress: &'a mut dyn FnMut(usize, usize),
    cancel: &'a AtomicBool,
}

impl OnBackend for Classification<'_> {
    type Output = Result<ClassProbabilities, SessionError>;

    fn run<B: AutodiffBackend>(self, device: B::Device) -> Self::Output {
        let Self { spec, weights, source, tracks, options, progress, cancel } = self;
        let none = || SessionError::NoClassifier { path: weights.to_owned() };
        let (encoder, objective) = spec.load_with_objective::<B::InnerBackend>(weights, &device)?;
        let objective = objective.ok_or_else(none)?;
        classify_tracks(&encoder, &objective, source, tracks, options, progress, cancel)?.ok_or_else(none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::fixture::Fixture;
    use crate::dataset::{PlaylistSampling, SamplingOptions, Split};
    use crate::models::{DenseOptions, DeviceKind, EncoderOptions, Precision, ProjectionKind, ProjectionOptions};
    use crate::train::{TrainJob, TrainOptions};

    fn spec() -> EncoderSpec {
        let dense = DenseOptions { hidden: 16, layers: 1, frames: 6, bands: 8, ..DenseOptions::default() };
        EncoderSpec {
            encoder: EncoderOptions::Dense(dense),
            projection: ProjectionOptions { kind: ProjectionKind::None, ..ProjectionOptions::default() },
            pretrained: None,
            seed: 4,
        }
    }

    /// Trains on three tones, and keeps the weights in a folder.
    fn trained(objective: &str) -> (tempfile::TempDir, std::path::PathBuf, Fixture, Vec<u32>) {
        let (source, sub_genres) = Fixture::tones(3, 6, 2, 0.3);
        let (train, validation): (Vec<usize>, Vec<usize>) = (0..18).partition(|track| track % 3 > 0);
        let split = Split { train, validation, ..Split::default() };
        let plan = TrainOptions {
            epochs: 6,
            steps_per_epoch: Some(10),
            objective: serde_json::from_str(objective).unwrap(),
            sampling: SamplingOptions::Playlists(PlaylistSampling { playlists: 3, tracks: 4 }),
            learning_rate: 0.02,
            warmup_steps: 2,
            ema_decay: None,
            ..TrainOptions::default()
        }
        .validate()
        .unwrap();
        let job = TrainJob {
            source: &source,
            sub_genres: &sub_genres,
            split: &split,
            plan: &plan,
            seed: 1,
            checkpoint: None,
        };
        let folder = tempfile::tempdir().unwrap();
        let weights = folder.path().join("model.safetensors");
        let outcome = spec().train(cpu(), &job, &weights, &mut |_| {}, &AtomicBool::new(false)).unwrap();
        assert_eq!(outcome.best_accuracy, Some(1.0));
        (folder, weights, source, sub_genres)
    }

    fn cpu() -> Device {
        Device::choose(DeviceKind::Cpu, Precision::F32).unwrap()
    }

    fn classify(weights: &Path, source: &Fixture) -> Result<ClassProbabilities, SessionError> {
        let (options, mut progress) = (EmbedOptions::default(), |_, _| {});
        spec().classify(cpu(), weights, source, &[17, 0, 7], &options, &mut progress, &AtomicBool::new(false))
    }

    #[test]
    fn stored_classifiers_tell_chunks_apart() {
        let (_folder, weights, source, sub_genres) = trained(r#"{"kind": "cross_entropy"}"#);
        let found = classify(&weights, &source).unwrap();
        assert_eq!((found.len(), found.classes()), (3, 3));
        for (row, track) in [17, 0, 7].into_iter().enumerate() {
            assert_eq!(found.chunks(row).len(), 2);
            for chunk in found.chunks(row) {
                assert!((chunk.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                assert!(chunk[sub_genres[track] as usize] > 0.5, "{track}: {chunk:?}");
            }
            let own: f32 = found.chunks(row).map(|chunk| chunk[sub_genres[track] as usize]).sum();
            assert!((found.mean(row)[sub_genres[track] as usize] - f64::from(own) / 2.0).abs() < 1e-6);
        }
        // The encoder alone is read from the same file.
        let vectors = spec().embed(
            cpu(),
            &weights,
            &source,
            &[1, 2],
            &EmbedOptions::default(),
            &mut |_, _| {},
            &AtomicBool::new(false),
        );
        assert_eq!(vectors.unwrap().len(), 2);
    }

    #[test]
    fn weights_without_a_classifier_say_so() {
        let (_folder, weights, source, _) = trained(r#"{"kind": "triplet", "mining": "all", "margin": 0.3}"#);
        let error = classify(&weights, &source).unwrap_err();
        assert!(matches!(error, SessionError::NoClassifier { .. }), "{error}");
        assert!(error.to_string().contains("cross_entropy"), "{error}");
    }
}
