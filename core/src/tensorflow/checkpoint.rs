//! A checkpoint of TensorFlow 2, or of 1 with its version 2 of checkpoints: a bundle of named tensors.
//!
//! Source: `tensorflow/core/util/tensor_bundle/tensor_bundle.h` and `tensorflow/core/protobuf/tensor_bundle.proto`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::CheckpointError;
use super::protobuf::Fields;
use super::sstable::{masked_crc, read_table};

/// Most bytes of an index: some hundred per tensor.
pub(super) const INDEX_LIMIT: u64 = 4 << 20;
/// Most bytes of data.
pub(super) const DATA_LIMIT: u64 = 1 << 30;
/// Most dimensions of a tensor.
const RANK_LIMIT: usize = 8;
/// TensorFlow's number of the type of 32-bit floats.
const FLOAT: u64 = 1;

/// A tensor as it was stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Lengths of the dimensions, in TensorFlow's order (kernels of convolutions: height, width, in, out). Empty for a
    /// scalar.
    pub shape: Vec<usize>,
    /// The values, row-major: as many as the product of `shape`.
    pub values: Vec<f32>,
}

/// A checkpoint of one shard, held whole in memory.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    entries: BTreeMap<String, Entry>,
    data: Vec<u8>,
}

/// Where a tensor lies.
#[derive(Clone, Debug, Default)]
struct Entry {
    kind: u64,
    shape: Vec<u64>,
    shard: u64,
    offset: u64,
    size: u64,
    masked_crc: u32,
    sliced: bool,
}

impl Checkpoint {
    /// Reads `{prefix}.index` and `{prefix}.data-00000-of-00001`. The prefix may end in a separator: some checkpoints
    /// are files without a stem in a folder of their own.
    ///
    /// # Errors
    /// Files that cannot be read, are too large or damaged. The data of a tensor is checked when it is asked for.
    pub fn open(prefix: &Path) -> Result<Self, CheckpointError> {
        let index = read_bounded(&with_suffix(prefix, INDEX_SUFFIX), "index", INDEX_LIMIT)?;
        let data = read_bounded(&with_suffix(prefix, DATA_SUFFIX), "data", DATA_LIMIT)?;
        Self::from_bytes(&index, data)
    }

    /// Reads a checkpoint from the contents of its two files.
    pub fn from_bytes(index: &[u8], data: Vec<u8>) -> Result<Self, CheckpointError> {
        if index.len() as u64 > INDEX_LIMIT {
            return Err(CheckpointError::TooLarge { part: "index", limit: INDEX_LIMIT, found: index.len() as u64 });
        }
        let mut table = read_table(index)?.into_iter();
        // The first key is empty, and its value says of what kind the bundle is.
        let Some((key, header)) = table.next() else { return Err(CheckpointError::Damaged { what: "it is empty" }) };
        if !key.is_empty() {
            return Err(CheckpointError::Damaged { what: "it has no header" });
        }
        check_header(header)?;
        let entries = table
            .map(|(key, value)| {
                let name =
                    String::from_utf8(key).map_err(|_| CheckpointError::Damaged { what: "a name is no text" })?;
                Ok((name, Entry::parse(value)?))
            })
            .collect::<Result<BTreeMap<_, Entry>, CheckpointError>>()?;
        // Tensors lie beside each other: many of the same large part would unfold to any size. One that lies elsewhere is
        // refused when it is asked for.
        let within = entries.values().filter(|entry| entry.bytes(&data).is_some());
        if within.map(|entry| entry.size).sum::<u64>() > data.len() as u64 {
            return Err(CheckpointError::Damaged { what: "its tensors overlap" });
        }
        Ok(Self { entries, data })
    }

    /// The names of all tensors, those of other types than floats and those of the optimizer included, sorted.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// A tensor of 32-bit floats.
    ///
    /// # Errors
    /// No tensor of that name, one of another type, and one whose bytes are missing or whose checksum does not match.
    pub fn tensor(&self, name: &str) -> Result<Tensor, CheckpointError> {
        let missing = || CheckpointError::Missing { name: name.into(), count: self.entries.len() };
        let entry = self.entries.get(name).ok_or_else(missing)?;
        if entry.kind != FLOAT {
            return Err(CheckpointError::Type { name: name.into(), found: entry.kind });
        }
        if entry.sliced {
            return Err(CheckpointError::Unsupported { what: "a tensor stored in slices" });
        }
        let (shape, bytes) = entry.locate(&self.data).ok_or_else(|| CheckpointError::Size { name: name.into() })?;
        if masked_crc(&[bytes]) != entry.masked_crc {
            return Err(CheckpointError::Checksum { what: format!("`{name}`") });
        }
        let values = bytes.as_chunks::<4>().0.iter().map(|&value| f32::from_le_bytes(value)).collect();
        Ok(Tensor { shape, values })
    }
}

/// What follows the prefix in the name of the index.
pub(super) const INDEX_SUFFIX: &str = ".index";
/// What follows the prefix in the name of the only data file.
pub(super) const DATA_SUFFIX: &str = ".data-00000-of-00001";

fn with_suffix(prefix: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(prefix);
    path.push(suffix);
    path.into()
}

fn read_bounded(path: &Path, part: &'static str, limit: u64) -> Result<Vec<u8>, CheckpointError> {
    let failed = |source| CheckpointError::Read { path: path.into(), source };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    let found = bytes.len() as u64;
    if found > limit { Err(CheckpointError::TooLarge { part, limit, found }) } else { Ok(bytes) }
}

/// Checks `BundleHeaderProto`: one shard, little-endian.
fn check_header(message: &[u8]) -> Result<(), CheckpointError> {
    let mut fields = Fields::new(message);
    let (mut shards, mut big_endian) = (0, 0);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => shards = value.varint()?,
            2 => big_endian = value.varint()?,
            _ => {}
        }
    }
    match (shards, big_endian) {
        (1, 0) => Ok(()),
        (1, _) => Err(CheckpointError::Unsupported { what: "a big-endian checkpoint" }),
        _ => Err(CheckpointError::Unsupported { what: "a checkpoint of several shards" }),
    }
}

impl Entry {
    /// Reads `BundleEntryProto`.
    fn parse(message: &[u8]) -> Result<Self, CheckpointError> {
        let mut entry = Self::default();
        let mut fields = Fields::new(message);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => entry.kind = value.varint()?,
                2 => entry.shape = parse_shape(value.bytes()?)?,
                3 => entry.shard = value.varint()?,
                4 => entry.offset = value.varint()?,
                5 => entry.size = value.varint()?,
                6 => entry.masked_crc = value.fixed32()?,
                7 => entry.sliced = true,
                _ => {}
            }
        }
        Ok(entry)
    }

    /// The shape and the bytes of the tensor, where both are within `data` and agree.
    fn locate<'a>(&self, data: &'a [u8]) -> Option<(Vec<usize>, &'a [u8])> {
        let shape: Vec<usize> = self.shape.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<_>>()?;
        let values = shape.iter().try_fold(1usize, |product, &n| product.checked_mul(n))?;
        let bytes = self.bytes(data)?;
        (self.shard == 0 && values.checked_mul(size_of::<f32>())? == bytes.len()).then_some((shape, bytes))
    }

    /// The bytes of the tensor, where they are within `data`.
    fn bytes<'a>(&self, data: &'a [u8]) -> Option<&'a [u8]> {
        let start = usize::try_from(self.offset).ok()?;
        data.get(start..start.checked_add(usize::try_from(self.size).ok()?)?)
    }
}

/// Reads `TensorShapeProto`.
fn parse_shape(message: &[u8]) -> Result<Vec<u64>, CheckpointError> {
    let mut shape = Vec::new();
    let mut fields = Fields::new(message);
    while let Some((number, value)) = fields.next()? {
        if number != 2 {
            continue;
        }
        let mut dimension = Fields::new(value.bytes()?);
        let mut length = 0;
        while let Some((number, value)) = dimension.next()? {
            if number == 1 {
                length = value.varint()?;
            }
        }
        shape.push(length);
        if shape.len() > RANK_LIMIT {
            return Err(CheckpointError::Damaged { what: "a tensor has more dimensions than networks use" });
        }
    }
    Ok(shape)
}

#[cfg(test)]
mod tests;
