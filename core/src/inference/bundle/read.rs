//! Reading a bundle.

use std::collections::BTreeMap;

use half::f16;

use super::EncoderBundle;
use super::format::{
    BUNDLE_FORMAT_VERSION, Entry, HASH_BYTES, HEADER_BYTES_MAX, Header, MAGIC, START_BYTES, check_size, hash,
};
use crate::features::FEATURE_VERSION;
use crate::inference::{BundleError, WeightPrecision};
use crate::named_tensor::NamedTensor;

impl EncoderBundle {
    /// Reads an encoder for the build of a site.
    ///
    /// # Errors
    /// Bytes of something else, of another version or build, damaged or too many, and content that contradicts itself.
    /// Nothing is read before its hash was found right, and memory is taken only for bytes that are there.
    pub fn decode(bytes: &[u8], build: &str) -> Result<Self, BundleError> {
        let Some((start, rest)) = bytes.split_first_chunk::<START_BYTES>() else { return Err(BundleError::NotABundle) };
        if start[..8] != MAGIC {
            return Err(BundleError::NotABundle);
        }
        let number = |at: usize| u32::from_le_bytes([start[at], start[at + 1], start[at + 2], start[at + 3]]);
        // Before the hash, for another version may place it elsewhere.
        let found = number(8);
        if found != BUNDLE_FORMAT_VERSION {
            return Err(BundleError::Version { found });
        }
        check_size(bytes.len())?;
        let hashed = bytes.split_last_chunk::<HASH_BYTES>();
        let intact = hashed.is_some_and(|(hashed, stored)| hash(hashed) == u64::from_le_bytes(*stored));
        let length = number(12) as usize;
        if !intact || length > HEADER_BYTES_MAX || length + HASH_BYTES > rest.len() {
            return Err(BundleError::Damaged);
        }
        let (json, values) = rest[..rest.len() - HASH_BYTES].split_at(length);
        let options = |error: serde_json::Error| BundleError::Options(error.to_string());
        let header: Header = serde_json::from_slice(json).map_err(options)?;
        if header.build != build {
            return Err(BundleError::Build { expected: build.to_owned(), found: header.build });
        }
        if header.feature_version != FEATURE_VERSION {
            return Err(BundleError::FeatureVersion { found: header.feature_version });
        }
        let tensors = tensors(header.tensors, values)?;
        Ok(Self { options: header.options, tensors, scaling: header.scaling })
    }
}

fn tensors(entries: Vec<Entry>, mut values: &[u8]) -> Result<BTreeMap<String, NamedTensor>, BundleError> {
    let mut tensors = BTreeMap::new();
    for Entry { name, shape, precision } in entries {
        let count = shape.iter().try_fold(1_usize, |count, &length| count.checked_mul(length));
        let bytes = count.and_then(|count| values.split_at_checked(count.checked_mul(precision.bytes())?));
        let Some((own, rest)) = bytes else {
            return Err(BundleError::Options(format!("the tensor `{name}` is larger than the file")));
        };
        values = rest;
        let read: Vec<f32> = match precision {
            WeightPrecision::Half => own.as_chunks().0.iter().map(|&pair| f16::from_le_bytes(pair).to_f32()).collect(),
            WeightPrecision::Full => own.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
        };
        if !read.iter().all(|value| value.is_finite()) {
            return Err(BundleError::NotFinite { name });
        }
        if tensors.insert(name.clone(), NamedTensor { shape, values: read }).is_some() {
            return Err(BundleError::Options(format!("the tensor `{name}` is there twice")));
        }
    }
    if values.is_empty() { Ok(tensors) } else { Err(BundleError::Options("bytes follow the last tensor".to_owned())) }
}
