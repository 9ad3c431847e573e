//! A run to a checkpoint and back.

use std::io;

use burn::module::{AutodiffModule, Module};
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;

use super::checkpoint::{self, Stage};
use super::error::TrainError;
use super::event::TrainEvent;
use super::parameters::{self, Parameter, Role};
use super::state::Values;
use super::steps::Run;

/// Groups of tensors in a checkpoint.
#[derive(Clone, Copy)]
enum Group {
    Weights,
    Best,
    First,
    Second,
    Average,
}

impl Group {
    fn key(self, parameter: &Parameter) -> String {
        let group = match self {
            Self::Weights => "weights",
            Self::Best => "best",
            Self::First => "moment1",
            Self::Second => "moment2",
            Self::Average => "average",
        };
        format!("{group}/{}", parameter.name)
    }
}

/// Hash of everything about an encoder that training does not change.
pub(super) fn fixed_hash<B: AutodiffBackend, E: Module<B>>(encoder: &E, parameters: &[Parameter]) -> String {
    let mut hasher = blake3::Hasher::new();
    for (parameter, values) in parameters.iter().zip(parameters::values(encoder)) {
        hasher.update(format!("{}\n{}\n{:?}\n", parameter.name, parameter.len, parameter.role).as_bytes());
        if parameter.role == Role::Frozen {
            let bytes: Vec<u8> = values.to_data().iter::<f32>().flat_map(f32::to_le_bytes).collect();
            hasher.update(&bytes);
        }
    }
    hasher.finalize().to_hex().to_string()
}

impl<B: AutodiffBackend> Run<'_, B> {
    /// Writes the checkpoint, where one is kept.
    pub(super) fn save<E: AutodiffModule<B>>(&self, encoder: &E) -> Result<(), TrainError> {
        let Some(file) = self.job.checkpoint else { return Ok(()) };
        let mut tensors = Vec::new();
        let weights = self.state.weights::<B, E>(encoder, &self.parameters);
        for (place, (parameter, weights)) in self.parameters.iter().zip(weights).enumerate() {
            let mut put = |group: Group, tensor: Option<Tensor<B::InnerBackend, 1>>| {
                tensors.extend(tensor.map(|tensor| (group.key(parameter), tensor)));
            };
            put(Group::Weights, weights);
            put(Group::Best, self.best.get(place).cloned().flatten());
            if let Some(slot) = &self.state.slots[place] {
                put(Group::First, Some(slot.moments.first.clone()));
                put(Group::Second, Some(slot.moments.second.clone()));
                put(Group::Average, slot.average.clone());
            }
        }
        checkpoint::write(&file.path, &self.progress, tensors).map_err(|source| TrainError::Checkpoint {
            action: "write",
            path: file.path.clone(),
            source,
        })
    }

    /// Takes up a checkpoint of this run, if there is one.
    pub(super) fn resume<E: AutodiffModule<B>>(&mut self, encoder: E) -> Result<E, TrainError> {
        let Some(file) = self.job.checkpoint else { return Ok(encoder) };
        let stage = match checkpoint::read::<B::InnerBackend>(&file.path, &self.device) {
            Ok(None) => return Ok(encoder),
            Ok(Some(stage)) => self.restored(stage),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(format!("it is damaged: {error}")),
            Err(source) => {
                return Err(TrainError::Checkpoint { action: "read", path: file.path.clone(), source });
            }
        };
        match stage {
            Ok(weights) => {
                (self.on_event)(TrainEvent::Resumed { step: self.progress.step });
                Ok(parameters::map::<B, E>(encoder, |place, tensor| weights[place].clone().unwrap_or(tensor)))
            }
            Err(reason) => {
                (self.on_event)(TrainEvent::CheckpointIgnored { reason });
                Ok(encoder)
            }
        }
    }

    /// Takes over the state of a checkpoint and returns the weights, or says why it does not fit.
    fn restored(&mut self, mut stage: Stage<B::InnerBackend>) -> Result<Values<B::InnerBackend>, String> {
        let (stored, own) = (&stage.progress, &self.progress);
        if stored.version != own.version {
            return Err(format!("it has version {}, expected {}", stored.version, own.version));
        }
        if stored.fingerprint != own.fingerprint || stored.encoder != own.encoder {
            return Err("it is of another configuration, library or model".to_owned());
        }
        let mut state = self.state.clone();
        let mut best = Vec::new();
        let mut weights = Vec::new();
        let validated = !stage.progress.history.is_empty();
        for (parameter, slot) in self.parameters.iter().zip(&mut state.slots) {
            let mut take = |group: Group| {
                let key = group.key(parameter);
                stage.take(&key, parameter.len).ok_or_else(|| format!("it is damaged: {key} is missing or misshapen"))
            };
            if parameter.role == Role::Frozen {
                weights.push(None);
                best.push(None);
                continue;
            }
            let value = take(Group::Weights)?;
            if let Some(slot) = slot {
                slot.moments.first = take(Group::First)?;
                slot.moments.second = take(Group::Second)?;
                slot.average = slot.average.is_some().then(|| take(Group::Average)).transpose()?;
                slot.master = slot.master.is_some().then(|| value.clone());
            }
            weights.push(Some(value));
            best.push(validated.then(|| take(Group::Best)).transpose()?);
        }
        self.state = state;
        self.best = best;
        self.progress = stage.progress;
        Ok(weights)
    }
}
