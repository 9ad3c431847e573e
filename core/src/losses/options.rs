//! The choice of the objective.

use burn::tensor::backend::Backend;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arc_face::ArcFaceOptions;
use super::contrastive::ContrastiveOptions;
use super::cross_entropy::CrossEntropyOptions;
use super::multi_similarity::MultiSimilarityOptions;
use super::objective::Objective;
use super::proxy_anchor::ProxyAnchorOptions;
use super::sup_con::SupConOptions;
use super::triplet::TripletOptions;
use crate::miners::Mining;
use crate::train::OptionError;

/// What training minimises. A further objective is a further variant with its own file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ObjectiveOptions {
    /// Pulls an anchor closer to a track of its own sub-genre than to a track of another.
    Triplet(TripletOptions),
    /// Pulls pairs of one sub-genre together and pushes pairs of two apart, up to a margin.
    Contrastive(ContrastiveOptions),
    /// Lets every item pick those of its own sub-genre out of the batch.
    SupCon(SupConOptions),
    /// Weighs pairs by how they compare with all others of the item.
    MultiSimilarity(MultiSimilarityOptions),
    /// Compares every item with one trained point per sub-genre.
    ProxyAnchor(ProxyAnchorOptions),
    /// Classifies by the angle to one trained direction per sub-genre, with a margin.
    ArcFace(ArcFaceOptions),
    /// Trains a linear classifier on the embedding.
    CrossEntropy(CrossEntropyOptions),
    /// Adds up several objectives.
    Sum(SumOptions),
}

/// Several objectives at once, each with its weight.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SumOptions {
    /// The objectives.
    pub terms: Vec<SumTerm>,
}

/// One objective of a sum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SumTerm {
    /// Factor on its loss.
    pub weight: f64,
    /// The objective.
    pub objective: ObjectiveOptions,
}

impl Default for ObjectiveOptions {
    fn default() -> Self {
        Self::Triplet(TripletOptions::default())
    }
}

impl ObjectiveOptions {
    /// Checks the options; the error names the field.
    pub fn validate(&self) -> Result<(), OptionError> {
        match self {
            Self::Triplet(options) => options.validate(),
            Self::Contrastive(options) => options.validate(),
            Self::SupCon(options) => options.validate(),
            Self::MultiSimilarity(options) => options.validate(),
            Self::ProxyAnchor(options) => options.validate(),
            Self::ArcFace(options) => options.validate(),
            Self::CrossEntropy(options) => options.validate(),
            Self::Sum(options) => options.validate(),
        }
    }

    /// The objective before training, for embeddings of `dim` values and sub-genres `0..classes`. Its parameters are
    /// random from the seed, the same on every device.
    pub fn init<B: Backend>(&self, dim: usize, classes: usize, seed: u64, device: &B::Device) -> Objective<B> {
        Objective::new(self, dim, classes, seed, device)
    }

    /// The losses that it adds up, with their weights: itself where it is no sum.
    pub(super) fn leaves(&self) -> Vec<(f64, &Self)> {
        match self {
            Self::Sum(options) => {
                let terms = options.terms.iter();
                let leaves = terms.map(|term| (term.weight, term.objective.leaves()));
                leaves
                    .flat_map(|(factor, leaves)| leaves.into_iter().map(move |(w, leaf)| (factor * w, leaf)))
                    .collect()
            }
            _ => vec![(1.0, self)],
        }
    }

    /// Whether it can be trained on triplets that are given as such, without labels: the triplet loss over all
    /// triplets, and sums of it.
    pub fn takes_triplets(&self) -> bool {
        let takes = |leaf: &Self| matches!(leaf, Self::Triplet(options) if options.mining == Mining::All);
        self.leaves().into_iter().all(|(_, leaf)| takes(leaf))
    }
}

impl SumOptions {
    fn validate(&self) -> Result<(), OptionError> {
        let refuse = |message: String| Err(OptionError::new("objective.terms", message));
        if self.terms.is_empty() {
            return refuse("expected at least one objective, found none".to_owned());
        }
        for (place, SumTerm { weight, objective }) in self.terms.iter().enumerate() {
            let place = place + 1;
            if !(*weight > 0.0 && weight.is_finite()) {
                return refuse(format!("the weight of term {place} must be above 0, found {weight}"));
            }
            if let Err(OptionError { field, message }) = objective.validate() {
                let field = field.strip_prefix("objective.").unwrap_or(field);
                return refuse(format!("term {place}: {field}: {message}"));
            }
        }
        Ok(())
    }
}
