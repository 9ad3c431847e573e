//! Writing a bundle.

use half::f16;
use serde::{Deserialize, Serialize};

use super::EncoderBundle;
use super::format::{BUNDLE_FORMAT_VERSION, Entry, HASH_BYTES, Header, MAGIC, START_BYTES, check_size, hash};
use crate::features::FEATURE_VERSION;
use crate::inference::BundleError;
use crate::named_tensor::NamedTensor;

/// How weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightPrecision {
    /// 16 bits a weight; biases, norms and scalings in 32 nevertheless.
    Half,
    /// 32 bits: nothing is lost.
    Full,
}

impl WeightPrecision {
    /// Bytes of a value.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Half => 2,
            Self::Full => 4,
        }
    }

    /// How a tensor is stored where this is wished for: vectors are few values that move whole channels, and what half
    /// precision cannot hold needs full.
    fn of(self, tensor: &NamedTensor) -> Self {
        let fits = tensor.shape.len() > 1 && tensor.values.iter().all(|&value| f16::from_f32(value).is_finite());
        if fits { self } else { Self::Full }
    }
}

impl EncoderBundle {
    /// Serializes the encoder for the build of a site. The same input always gives the same bytes.
    ///
    /// # Errors
    /// Weights that are not finite, and more of them than a page is meant to load.
    pub fn encode(&self, build: &str, precision: WeightPrecision) -> Result<Vec<u8>, BundleError> {
        let entry = |(name, tensor): (&String, &NamedTensor)| {
            if !tensor.values.iter().all(|value| value.is_finite()) {
                return Err(BundleError::NotFinite { name: name.clone() });
            }
            Ok(Entry { name: name.clone(), shape: tensor.shape.clone(), precision: precision.of(tensor) })
        };
        let entries = self.tensors.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let sizes = entries.iter().zip(self.tensors.values());
        let values: usize = sizes.map(|(entry, tensor)| entry.precision.bytes() * tensor.values.len()).sum();
        let header = Header {
            build: build.to_owned(),
            feature_version: FEATURE_VERSION,
            options: self.options.clone(),
            scaling: self.scaling.clone(),
            tensors: entries,
        };
        let json = serde_json::to_vec(&header).map_err(|error| BundleError::Options(error.to_string()))?;
        let total = START_BYTES + json.len() + values + HASH_BYTES;
        check_size(total)?;
        let mut bytes = Vec::with_capacity(total);
        bytes.extend(MAGIC);
        bytes.extend(BUNDLE_FORMAT_VERSION.to_le_bytes());
        bytes.extend((json.len() as u32).to_le_bytes());
        bytes.extend(json);
        for (entry, tensor) in header.tensors.iter().zip(self.tensors.values()) {
            match entry.precision {
                WeightPrecision::Half => {
                    bytes.extend(tensor.values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()));
                }
                WeightPrecision::Full => bytes.extend(tensor.values.iter().flat_map(|value| value.to_le_bytes())),
            }
        }
        let hash = hash(&bytes);
        bytes.extend(hash.to_le_bytes());
        Ok(bytes)
    }
}
