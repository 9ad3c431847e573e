//! The objective: one loss or a weighted sum, with the parameters of its own.

use burn::module::{Module, ParamId};
use burn::tensor::{Tensor, backend::Backend};

use super::arc_face::ArcFace;
use super::contrastive::ContrastiveOptions;
use super::cross_entropy::CrossEntropy;
use super::distance::unit_rows;
use super::multi_similarity::MultiSimilarityOptions;
use super::options::ObjectiveOptions;
use super::output::LossOutput;
use super::proxy_anchor::ProxyAnchor;
use super::sup_con::SupConOptions;
use super::triplet::TripletOptions;
use crate::dataset::Targets;
use crate::models::init::Initializer;

/// Separates the random numbers of objectives from those of encoders, which start at the seed itself.
const STREAM: u64 = 0x6f62_6a65_6374_6976;

/// What training minimises, with its own parameters. Made by [`ObjectiveOptions::init`].
#[derive(Module, Debug)]
pub struct Objective<B: Backend> {
    terms: Vec<Term<B>>,
}

/// One loss of an objective with its weight.
#[derive(Module, Debug)]
pub struct Term<B: Backend> {
    weight: f64,
    loss: Loss<B>,
}

/// The losses.
#[derive(Module, Debug)]
pub enum Loss<B: Backend> {
    /// See [`TripletOptions`].
    Triplet(TripletOptions),
    /// See [`ContrastiveOptions`].
    Contrastive(ContrastiveOptions),
    /// See [`SupConOptions`].
    SupCon(SupConOptions),
    /// See [`MultiSimilarityOptions`].
    MultiSimilarity(MultiSimilarityOptions),
    /// See [`super::ProxyAnchorOptions`].
    ProxyAnchor(ProxyAnchor<B>),
    /// See [`super::ArcFaceOptions`].
    ArcFace(ArcFace<B>),
    /// See [`super::CrossEntropyOptions`].
    CrossEntropy(CrossEntropy<B>),
}

/// From embeddings `[n, dim]` to scores `[n, classes]`.
pub(crate) type Classifier<'a, B> = Box<dyn Fn(Tensor<B, 2>) -> Tensor<B, 2> + 'a>;

impl<B: Backend> Objective<B> {
    pub(super) fn new(options: &ObjectiveOptions, dim: usize, classes: usize, seed: u64, device: &B::Device) -> Self {
        let mut random = Initializer::new(seed ^ STREAM);
        let term =
            |(weight, options)| Some(Term { weight, loss: Loss::init(options, dim, classes, &mut random, device)? });
        let terms = options.leaves().into_iter().filter_map(term).collect();
        Self { terms }
    }

    /// Takes up how often training draws each sub-genre, as `(sub-genre, relative frequency)`, for losses that balance
    /// them. Without it, or for a sub-genre that is not named, all count alike.
    pub fn balance(&mut self, draws: &[(u32, f64)]) {
        for term in &mut self.terms {
            if let Loss::CrossEntropy(loss) = &mut term.loss {
                loss.balance(draws);
            }
        }
    }

    /// The loss of a batch, in `f32` whatever the backend's precision; of a sum, with the figures of the first term that
    /// has them. `None` where a loss needs the labels of a batch that has none, which
    /// [`TrainOptions::validate`](crate::train::TrainOptions::validate) refuses beforehand.
    ///
    /// # Shapes
    /// - embeddings: `[n, dim]`, not yet of unit length
    #[expect(clippy::needless_pass_by_value, reason = "tensors are handed over, as everywhere")]
    pub fn loss(&self, embeddings: Tensor<B, 2>, targets: &Targets) -> Option<LossOutput<B>> {
        let unit = unit_rows(embeddings.clone());
        let outputs = self.terms.iter().map(|term| {
            let output = term.loss.loss(embeddings.clone(), unit.clone(), targets)?;
            // A single loss stays as it is, to the bit.
            let loss = if self.terms.len() == 1 && term.weight.to_bits() == 1.0f64.to_bits() {
                output.loss
            } else {
                output.loss.mul_scalar(term.weight)
            };
            Some(LossOutput { loss, ..output })
        });
        outputs.reduce(|sum, next| {
            let (sum, next) = (sum?, next?);
            Some(LossOutput {
                loss: sum.loss.add(next.loss),
                active: sum.active.or(next.active),
                positive_distance: sum.positive_distance.or(next.positive_distance),
                negative_distance: sum.negative_distance.or(next.negative_distance),
            })
        })?
    }

    /// The scores whose softmax is the probability of every sub-genre, by the first term that classifies; `None` where
    /// none does.
    ///
    /// # Shapes
    /// - embeddings: `[n, dim]`, not yet of unit length
    /// - output: `[n, classes]`
    pub fn logits(&self, embeddings: Tensor<B, 2>) -> Option<Tensor<B, 2>> {
        self.classifier().map(|classifier| classifier(embeddings))
    }

    /// What [`Objective::logits`] applies.
    pub(crate) fn classifier(&self) -> Option<Classifier<'_, B>> {
        self.terms.iter().find_map(|term| -> Option<Classifier<'_, B>> {
            match &term.loss {
                Loss::CrossEntropy(loss) => Some(Box::new(|embeddings| loss.logits(embeddings))),
                Loss::ArcFace(loss) => Some(Box::new(|embeddings| loss.logits(embeddings))),
                _ => None,
            }
        })
    }

    /// Whether it is cross-entropy and nothing else, and is therefore judged by its classifier.
    pub fn is_classifier(&self) -> bool {
        self.terms.iter().all(|term| matches!(term.loss, Loss::CrossEntropy(_)))
    }

    /// Factors on the learning rate of its parameters, where they are not 1.
    pub(crate) fn learning_rate_factors(&self) -> Vec<(ParamId, f64)> {
        let factor = |term: &Term<B>| match &term.loss {
            Loss::ProxyAnchor(loss) => Some(loss.learning_rate_factor()),
            _ => None,
        };
        self.terms.iter().filter_map(factor).collect()
    }
}

impl<B: Backend> Loss<B> {
    /// `None` for a sum, which is no loss of its own.
    fn init(
        options: &ObjectiveOptions,
        dim: usize,
        classes: usize,
        random: &mut Initializer,
        device: &B::Device,
    ) -> Option<Self> {
        Some(match options {
            ObjectiveOptions::Triplet(options) => Self::Triplet(options.clone()),
            ObjectiveOptions::Contrastive(options) => Self::Contrastive(options.clone()),
            ObjectiveOptions::SupCon(options) => Self::SupCon(options.clone()),
            ObjectiveOptions::MultiSimilarity(options) => Self::MultiSimilarity(options.clone()),
            ObjectiveOptions::ProxyAnchor(options) => Self::ProxyAnchor(options.init(dim, classes, random, device)),
            ObjectiveOptions::ArcFace(options) => Self::ArcFace(options.init(dim, classes, random, device)),
            ObjectiveOptions::CrossEntropy(options) => Self::CrossEntropy(options.init(dim, classes, random, device)),
            ObjectiveOptions::Sum(_) => return None,
        })
    }

    /// # Shapes
    /// - embeddings: `[n, dim]`
    /// - unit: `[n, dim]`, the same scaled to unit length
    fn loss(&self, embeddings: Tensor<B, 2>, unit: Tensor<B, 2>, targets: &Targets) -> Option<LossOutput<B>> {
        let (sub_genres, tracks) = match (targets, self) {
            (Targets::Labelled { sub_genres, tracks }, _) => (sub_genres, tracks),
            (Targets::Triplets, Self::Triplet(options)) => return Some(options.loss_of_triplets(&unit)),
            (Targets::Triplets, _) => return None,
        };
        Some(match self {
            Self::Triplet(options) => options.loss(unit, sub_genres),
            Self::Contrastive(options) => options.loss(unit, sub_genres, tracks),
            Self::SupCon(options) => options.loss(unit, sub_genres),
            Self::MultiSimilarity(options) => options.loss(unit, sub_genres),
            Self::ProxyAnchor(loss) => loss.loss(unit, sub_genres),
            Self::ArcFace(loss) => loss.loss(unit, sub_genres),
            Self::CrossEntropy(loss) => loss.loss(embeddings, sub_genres),
        })
    }
}
