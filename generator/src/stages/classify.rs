//! What the network's own classifier says of single chunks.

use std::sync::atomic::AtomicBool;

use pmsl_core::classify::ClassProbabilities;
use pmsl_core::session::SessionError;

use super::features::UsableLibrary;
use super::model::{Model, session_error};
use crate::cache::Scaled;
use crate::outcome::RunError;
use crate::plan::Plan;

/// Asks the classifier that was trained with the encoder about tracks; nothing where there is none.
pub(super) fn chunk_probabilities(
    plan: &Plan,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    model: &Model,
    tracks: &[usize],
) -> Result<Option<ClassProbabilities>, RunError> {
    let Some(trained) = &model.trained else { return Ok(None) };
    let source = Scaled::new(&library.features, model.scaling.as_ref());
    let (spec, weights) = (&trained.spec, &trained.weights);
    match spec.classify(plan.device, weights, &source, tracks, &plan.embed_options(), &mut |_, _| {}, cancel) {
        Ok(probabilities) => Ok(Some(probabilities)),
        Err(SessionError::NoClassifier { .. }) => Ok(None),
        Err(error) => Err(session_error(error)),
    }
}
