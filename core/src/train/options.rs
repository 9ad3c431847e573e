//! The options of training and their checked form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::OptionError;
use crate::dataset::{AugmentOptions, SamplingOptions};
use crate::losses::ObjectiveOptions;

/// How the model is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrainOptions {
    /// Epochs at most.
    pub epochs: usize,
    /// Optimizer steps per epoch; null for as many as it takes to draw about as many chunks as there are.
    pub steps_per_epoch: Option<u64>,
    /// How batches are drawn.
    pub sampling: SamplingOptions,
    /// Frames that the model takes per chunk; a longer chunk is cropped, at random in training and in the middle
    /// otherwise. Null for whole chunks.
    pub crop_frames: Option<usize>,
    /// What training minimises.
    pub objective: ObjectiveOptions,
    /// What makes steps of gradients.
    pub optimizer: Optimizer,
    /// Learning rate of the head.
    pub learning_rate: f64,
    /// Lowest learning rate after the warm-up: the cosine schedule reaches it in the last step, and the exponential one
    /// does not fall below it.
    pub min_learning_rate: f64,
    /// Steps in which the learning rate rises to its full value.
    pub warmup_steps: u64,
    /// The learning rate after the warm-up.
    pub schedule: Schedule,
    /// Weight decay of `adamw` on matrices and kernels; biases, norms, tokens, position embeddings and proxies have none.
    pub weight_decay: f64,
    /// Adds this times the sum of their squares over all matrices and kernels to what is minimised, as the regularizer
    /// `l2` of Keras does: its gradient goes through the optimizer's moments. The reported loss is without it.
    pub l2_penalty: f64,
    /// Factor on the learning rate for every depth below the head: 1 trains all depths alike.
    pub layer_decay: f64,
    /// Depths that are not trained, from the input: 1 freezes the input embedding, n + 1 also the first n blocks.
    pub freeze_depths: usize,
    /// Batches per optimizer step, whose gradients are averaged. Triplets are mined within each batch.
    pub accumulation_steps: u64,
    /// Largest norm of the gradient over all parameters; null for no limit.
    pub clip_norm: Option<f64>,
    /// Decay of the moving average of the weights (EMA) that validation and embedding use; null to use the weights
    /// themselves. Step t uses (1 + t) / (10 + t) where that is less, so that early weights are soon forgotten.
    pub ema_decay: Option<f64>,
    /// Share of the patches that each training step leaves out (patchout), for encoders that have patches.
    pub patchout: f64,
    /// Random changes to the features.
    pub augment: AugmentOptions,
    /// Epochs between two validations; the last epoch is always validated.
    pub validate_every: usize,
    /// Chunks per track that validation embeds; null for all. Temporal sampling is validated by triplets instead.
    pub validation_chunks: Option<usize>,
    /// Validations without a better result after which training stops; null never stops early.
    pub early_stop_patience: Option<usize>,
    /// Chunks per batch in validation.
    pub validation_batch: usize,
    /// Steps between two checkpoints within an epoch; null for one at each epoch's end.
    pub checkpoint_steps: Option<u64>,
}

/// The learning rate after the warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// Falls along half a cosine.
    #[default]
    Cosine,
    /// Stays.
    Constant,
    /// Falls exponentially.
    Exponential {
        /// What remains of it after every so many steps.
        factor: f64,
        /// That many steps; between them it falls smoothly.
        every: u64,
    },
}

/// What makes steps of gradients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Optimizer {
    /// `AdamW`: Adam with weight decay that is separate from the gradients.
    #[default]
    Adamw,
    /// Adam, without weight decay.
    Adam,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            epochs: 20,
            steps_per_epoch: None,
            sampling: SamplingOptions::default(),
            crop_frames: None,
            objective: ObjectiveOptions::default(),
            optimizer: Optimizer::default(),
            learning_rate: 1e-4,
            min_learning_rate: 1e-6,
            warmup_steps: 50,
            schedule: Schedule::Cosine,
            weight_decay: 0.01,
            l2_penalty: 0.0,
            layer_decay: 1.0,
            freeze_depths: 0,
            accumulation_steps: 1,
            clip_norm: Some(1.0),
            ema_decay: Some(0.99),
            patchout: 0.0,
            augment: AugmentOptions::default(),
            validate_every: 1,
            validation_chunks: None,
            early_stop_patience: None,
            validation_batch: 16,
            checkpoint_steps: None,
        }
    }
}

/// Checked [`TrainOptions`].
#[derive(Clone, Debug, PartialEq)]
pub struct TrainPlan {
    options: TrainOptions,
}

impl TrainPlan {
    /// The options, all in their ranges.
    pub fn options(&self) -> &TrainOptions {
        &self.options
    }
}

impl TrainOptions {
    /// Checks every option; the error names the first field that is out of range.
    pub fn validate(self) -> Result<TrainPlan, OptionError> {
        let at_least = |field, value: u64, least: u64| {
            require(field, value >= least, || format!("expected at least {least}, found {value}"))
        };
        at_least("epochs", self.epochs as u64, 1)?;
        at_least("steps_per_epoch", self.steps_per_epoch.unwrap_or(1), 1)?;
        self.sampling.validate()?;
        at_least("crop_frames", self.crop_frames.unwrap_or(1) as u64, 1)?;
        at_least("accumulation_steps", self.accumulation_steps, 1)?;
        at_least("validate_every", self.validate_every as u64, 1)?;
        at_least("validation_chunks", self.validation_chunks.unwrap_or(1) as u64, 1)?;
        at_least("validation_batch", self.validation_batch as u64, 1)?;
        at_least("early_stop_patience", self.early_stop_patience.unwrap_or(1) as u64, 1)?;
        at_least("checkpoint_steps", self.checkpoint_steps.unwrap_or(1), 1)?;
        self.objective.validate()?;
        require("objective", self.sampling.reads_labels() || self.objective.takes_triplets(), || {
            "temporal sampling gives triplets without labels: expected a triplet objective with mining \"all\", or a sum \
             of such"
                .to_owned()
        })?;
        let rate = self.learning_rate;
        require("learning_rate", rate > 0.0 && rate <= 1.0, || format!("expected above 0 up to 1, found {rate}"))?;
        let lowest = self.min_learning_rate;
        require("min_learning_rate", (0.0..=rate).contains(&lowest), || {
            format!("expected 0 up to the learning rate ({rate}), found {lowest}")
        })?;
        let share = |field, value: f64| {
            require(field, (0.0..1.0).contains(&value), || {
                format!("expected from 0 up to, but not including, 1, found {value}")
            })
        };
        share("weight_decay", self.weight_decay)?;
        share("l2_penalty", self.l2_penalty)?;
        share("patchout", self.patchout)?;
        share("ema_decay", self.ema_decay.unwrap_or(0.0))?;
        if let Schedule::Exponential { factor, every } = self.schedule {
            require("schedule.exponential.factor", factor > 0.0 && factor <= 1.0, || {
                format!("expected above 0 up to 1, found {factor}")
            })?;
            at_least("schedule.exponential.every", every, 1)?;
        }
        let decay = self.layer_decay;
        require("layer_decay", decay > 0.0 && decay <= 1.0, || format!("expected above 0 up to 1, found {decay}"))?;
        if let Some(norm) = self.clip_norm {
            require("clip_norm", norm > 0.0 && norm.is_finite(), || format!("expected above 0 or null, found {norm}"))?;
        }
        let level = self.augment.level_jitter;
        require("augment.level_jitter", level >= 0.0 && level.is_finite(), || {
            format!("expected 0 or more, found {level}")
        })?;
        Ok(TrainPlan { options: self })
    }
}

fn require(field: &'static str, holds: bool, message: impl FnOnce() -> String) -> Result<(), OptionError> {
    if holds { Ok(()) } else { Err(OptionError::new(field, message())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::{Distance, Margin, SumOptions, SumTerm, TripletOptions};
    use crate::miners::Mining;

    fn refused(json: &str) -> OptionError {
        serde_json::from_str::<TrainOptions>(json).unwrap().validate().unwrap_err()
    }

    #[test]
    fn every_range_is_checked_and_names_its_field() {
        for (json, field) in [
            (r#"{"epochs": 0}"#, "epochs"),
            (r#"{"steps_per_epoch": 0}"#, "steps_per_epoch"),
            (r#"{"sampling": {"kind": "playlists", "playlists": 1}}"#, "sampling.playlists"),
            (r#"{"sampling": {"kind": "playlists", "tracks": 1}}"#, "sampling.tracks"),
            (r#"{"sampling": {"kind": "shuffle", "batch_size": 0}}"#, "sampling.batch_size"),
            (r#"{"sampling": {"kind": "shuffle", "oversample": {"exponent": 2}}}"#, "sampling.oversample.exponent"),
            (r#"{"sampling": {"kind": "shuffle", "oversample": {"cap": 0}}}"#, "sampling.oversample.cap"),
            (r#"{"sampling": {"kind": "temporal", "anchors": 0}}"#, "sampling.anchors"),
            (r#"{"sampling": {"kind": "temporal", "neighbourhood_s": 0}}"#, "sampling.neighbourhood_s"),
            (r#"{"sampling": {"kind": "temporal"}}"#, "objective"),
            (r#"{"sampling": {"kind": "temporal"}, "objective": {"kind": "cross_entropy"}}"#, "objective"),
            (r#"{"l2_penalty": -0.1}"#, "l2_penalty"),
            (r#"{"schedule": {"exponential": {"factor": 0, "every": 1}}}"#, "schedule.exponential.factor"),
            (r#"{"schedule": {"exponential": {"factor": 0.5, "every": 0}}}"#, "schedule.exponential.every"),
            (r#"{"objective": {"kind": "cross_entropy", "label_smoothing": 1}}"#, "objective.label_smoothing"),
            (r#"{"objective": {"kind": "contrastive", "margin": 3}}"#, "objective.margin"),
            (r#"{"objective": {"kind": "sup_con", "temperature": 0}}"#, "objective.temperature"),
            (r#"{"objective": {"kind": "multi_similarity", "beta": 0}}"#, "objective.beta"),
            (r#"{"objective": {"kind": "multi_similarity", "base": 2}}"#, "objective.base"),
            (r#"{"objective": {"kind": "multi_similarity", "epsilon": -1}}"#, "objective.epsilon"),
            (r#"{"objective": {"kind": "proxy_anchor", "alpha": 0}}"#, "objective.alpha"),
            (r#"{"objective": {"kind": "proxy_anchor", "margin": 2}}"#, "objective.margin"),
            (r#"{"objective": {"kind": "arc_face", "margin": 2}}"#, "objective.margin"),
            (r#"{"objective": {"kind": "arc_face", "scale": 0}}"#, "objective.scale"),
            (r#"{"objective": {"kind": "sum", "terms": []}}"#, "objective.terms"),
            (
                r#"{"objective": {"kind": "sum", "terms": [{"weight": 0, "objective": {"kind": "sup_con"}}]}}"#,
                "objective.terms",
            ),
            (r#"{"crop_frames": 0}"#, "crop_frames"),
            (r#"{"accumulation_steps": 0}"#, "accumulation_steps"),
            (r#"{"validate_every": 0}"#, "validate_every"),
            (r#"{"validation_chunks": 0}"#, "validation_chunks"),
            (r#"{"validation_batch": 0}"#, "validation_batch"),
            (r#"{"early_stop_patience": 0}"#, "early_stop_patience"),
            (r#"{"checkpoint_steps": 0}"#, "checkpoint_steps"),
            (r#"{"learning_rate": 0}"#, "learning_rate"),
            (r#"{"min_learning_rate": 0.5}"#, "min_learning_rate"),
            (r#"{"weight_decay": 1}"#, "weight_decay"),
            (r#"{"patchout": 1}"#, "patchout"),
            (r#"{"ema_decay": 1}"#, "ema_decay"),
            (r#"{"layer_decay": 0}"#, "layer_decay"),
            (r#"{"clip_norm": 0}"#, "clip_norm"),
            (r#"{"augment": {"level_jitter": -1}}"#, "augment.level_jitter"),
            (r#"{"objective": {"kind": "triplet", "margin": 0}}"#, "objective.margin"),
            (r#"{"objective": {"kind": "triplet", "mining": "semi_hard"}}"#, "objective.margin"),
        ] {
            assert_eq!(refused(json).field, field, "{json}");
        }
        let sum = r#"{"objective": {"kind": "sum", "terms": [
            {"weight": 1, "objective": {"kind": "sup_con"}}, {"weight": 1, "objective": {"kind": "arc_face", "scale": 0}}]}}"#;
        let expected = "objective.terms: term 2: scale: expected above 0 up to 10000, found 0";
        assert_eq!(refused(sum).to_string(), expected);
        assert_eq!(refused(r#"{"epochs": 0}"#).to_string(), "epochs: expected at least 1, found 0");
    }

    #[test]
    fn defaults_are_in_range_and_survive_json() {
        let options = TrainOptions::default();
        let json = serde_json::to_string(&options).unwrap();
        assert_eq!(serde_json::from_str::<TrainOptions>(&json).unwrap(), options);
        assert_eq!(options.clone().validate().unwrap().options(), &options);
    }

    #[test]
    fn objectives_are_read_by_kind() {
        let json = r#"{"kind": "triplet", "mining": "semi_hard", "margin": 0.2, "distance": "cosine"}"#;
        let read = |json: &str| serde_json::from_str::<ObjectiveOptions>(json).unwrap();
        let triplet =
            TripletOptions { mining: Mining::SemiHard, margin: Margin::Hard(0.2), distance: Distance::Cosine };
        assert_eq!(read(json), ObjectiveOptions::Triplet(triplet));
        let soft = ObjectiveOptions::Triplet(TripletOptions::default());
        assert_eq!(read(r#"{"kind": "triplet", "margin": "soft"}"#), soft);
        let json = r#"{"kind": "sum", "terms": [{"weight": 0.5, "objective": {"kind": "triplet"}}]}"#;
        assert_eq!(
            read(json),
            ObjectiveOptions::Sum(SumOptions { terms: vec![SumTerm { weight: 0.5, objective: soft }] })
        );
        assert!(serde_json::from_str::<ObjectiveOptions>(r#"{"kind": "triplet", "margins": 1}"#).is_err());
        assert!(serde_json::from_str::<TrainOptions>(r#"{"epoch": 1}"#).is_err());
    }
}
