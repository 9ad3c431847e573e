//! From the bytes of an audio file to the vector of its track.

use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::head::Head;
use super::network::Network;
use super::weights::Weights;
use super::{BundleError, EncoderBundle, HearingError, NetworkOptions};
use crate::Vectors;
use crate::audio::{AudioChunk, ChunkOptions, read_chunks_of_bytes};
use crate::features::{FrontEnd, FrontEndOptions, decode_f16, encode_f16};
use crate::probes::Standardizer;
use crate::unit_mean::{add_unit, scale_to_unit};

/// How the vectors of chunks become that of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The mean of their directions, as with a trained head or encoder.
    UnitMean,
    /// Their mean, as where nothing is trained.
    Mean,
}

/// All that decides an embedding besides the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbedderOptions {
    /// Which parts of a track are listened to.
    pub audio: ChunkOptions,
    /// How sound is turned into the network's input.
    pub front_end: FrontEndOptions,
    /// Frames in the middle of a chunk's features that the network sees; `None` for all.
    pub crop_frames: Option<usize>,
    /// The network.
    pub network: NetworkOptions,
    /// How chunks become a track.
    pub pooling: Pooling,
}

/// An encoder with everything before and after it.
pub struct Embedder {
    audio: ChunkOptions,
    sample_rate_hz: u32,
    front_end: Box<dyn FrontEnd>,
    /// Frames that the network sees, and where they begin among those of the front end.
    frames: usize,
    first_frame: usize,
    network: Network,
    scaling: Option<Standardizer>,
    head: Head,
    pooling: Pooling,
    features: Vec<f32>,
    half: Vec<u8>,
}

impl Embedder {
    /// Builds the encoder of a bundle.
    ///
    /// # Errors
    /// Options that are impossible, and tensors that are missing, misshapen or too many.
    pub fn new(bundle: EncoderBundle) -> Result<Self, BundleError> {
        let EncoderBundle { options, tensors, scaling } = bundle;
        let EmbedderOptions { audio, front_end, crop_frames, network, pooling } = options;
        audio.validate()?;
        front_end.validate()?;
        let plan = front_end.plan(audio.chunk_s)?;
        let (planned, bands) = (plan.frames(), plan.bands());
        let frames = crop_frames.unwrap_or(planned).min(planned);
        if frames == 0 {
            return Err(BundleError::Options("`crop_frames` must be at least 1, found 0".to_owned()));
        }
        let mut weights = Weights::new(tensors);
        let network = Network::read(&mut weights, network, bands)?;
        check_scaling(scaling.as_ref(), network.dim())?;
        let head = Head::read(&mut weights, network.dim())?;
        weights.finish()?;
        Ok(Self {
            audio,
            sample_rate_hz: front_end.sample_rate_hz(),
            front_end: plan,
            frames,
            first_frame: (planned - frames) / 2,
            network,
            scaling,
            head,
            pooling,
            features: Vec::new(),
            half: Vec::new(),
        })
    }

    /// Values of a vector.
    pub fn dim(&self) -> usize {
        self.head.dim()
    }

    /// Decodes a file that is in memory and picks the chunks that are listened to, at least one. The extension of its
    /// name, without a dot, says what format to try first.
    ///
    /// # Errors
    /// A file that cannot be decoded, is silent or too short.
    pub fn chunks(&self, bytes: Vec<u8>, extension: Option<&str>) -> Result<Vec<AudioChunk>, HearingError> {
        let never = AtomicBool::new(false);
        Ok(read_chunks_of_bytes(bytes, extension, &self.audio, self.sample_rate_hz, &never)?.chunks)
    }

    /// The vector of one chunk, of any length: `[dim]`.
    ///
    /// # Errors
    /// Samples that are not finite, and a vector that is not.
    pub fn hear(&mut self, samples: &[f32]) -> Result<Vec<f32>, HearingError> {
        self.front_end.compute(samples, &mut self.features)?;
        // A run keeps its features in half precision.
        self.half.clear();
        encode_f16(&self.features, &mut self.half);
        decode_f16(&self.half, &mut self.features)?;
        let bands = self.front_end.bands();
        let seen = &self.features[self.first_frame * bands..][..self.frames * bands];
        let mut output = self.network.forward(seen, bands);
        if let Some(scaling) = &self.scaling {
            output = scaling.transform(&output).map_err(|_| HearingError::NoDirection)?;
        }
        let vector = self.head.forward(output);
        if vector.iter().all(|value| value.is_finite()) { Ok(vector) } else { Err(HearingError::NoDirection) }
    }

    /// The vector of a track from those of all its chunks, in their order: `[dim]`, of unit length.
    ///
    /// # Errors
    /// Vectors that cancel each other or have no direction, and none at all.
    pub fn pool(&self, chunks: &[Vec<f32>]) -> Result<Vec<f32>, HearingError> {
        let mut sum = vec![0.0; self.dim()];
        let has_direction = match self.pooling {
            Pooling::UnitMean => chunks.iter().all(|chunk| add_unit(&mut sum, chunk)) && scale_to_unit(&mut sum),
            Pooling::Mean => {
                for chunk in chunks {
                    sum.iter_mut().zip(chunk).for_each(|(sum, &value)| *sum += f64::from(value));
                }
                for value in &mut sum {
                    *value /= chunks.len().max(1) as f64;
                }
                true
            }
        };
        let values = sum.into_iter().map(|value| value as f32).collect();
        match Vectors::normalized(values, self.dim()) {
            Ok(unit) if has_direction => Ok(unit.as_slice().to_vec()),
            _ => Err(HearingError::NoDirection),
        }
    }

    /// The vector of a file that is in memory: `[dim]`, of unit length.
    ///
    /// # Errors
    /// As [`Embedder::chunks`], [`Embedder::hear`] and [`Embedder::pool`].
    pub fn embed(&mut self, bytes: Vec<u8>, extension: Option<&str>) -> Result<Vec<f32>, HearingError> {
        let chunks = self.chunks(bytes, extension)?;
        let vectors = chunks.iter().map(|chunk| self.hear(&chunk.samples)).collect::<Result<Vec<_>, _>>()?;
        self.pool(&vectors)
    }
}

/// Refuses a scaling that was not measured on outputs of `dim` values.
fn check_scaling(scaling: Option<&Standardizer>, dim: usize) -> Result<(), BundleError> {
    let fits = scaling.is_none_or(|scaling| {
        let lengths = [scaling.means().len(), scaling.deviations().len()];
        let finite = scaling.means().iter().chain(scaling.deviations()).all(|value| value.is_finite());
        lengths == [dim; 2] && finite && scaling.deviations().iter().all(|&deviation| deviation > 0.0)
    });
    if fits { Ok(()) } else { Err(BundleError::Options(format!("the scaling does not fit {dim} values"))) }
}
