//! FLAC files with tags.

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, MetadataBlockData};
use flacenc::error::Verify;
use flacenc::source::MemSource;

use super::DemoError;
use super::sound::Frame;

/// The block type of tags (FLAC format, RFC 9639, section 8.1).
const VORBIS_COMMENT: u8 = 4;
const BITS_PER_SAMPLE: usize = 16;

/// Encodes stereo samples in -1..1 as 16-bit FLAC. `tags` are Vorbis comments, in the order given.
pub(super) fn flac(
    title: &str,
    samples: &[Frame],
    sample_rate_hz: u32,
    tags: &[(&str, String)],
) -> Result<Vec<u8>, DemoError> {
    let refused = |reason: String| DemoError::Encode { track: title.to_owned(), reason };
    let pcm: Vec<i32> = samples.iter().flatten().map(|sample| (sample * 32_767.0).round() as i32).collect();
    let mut config = flacenc::config::Encoder::default();
    config.multithread = false;
    let config = config.into_verified().map_err(|(_, error)| refused(error.to_string()))?;
    let source = MemSource::from_samples(&pcm, 2, BITS_PER_SAMPLE, sample_rate_hz as usize);
    let mut stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size)
        .map_err(|error| refused(error.to_string()))?;
    // The encoder counts the shorter last block as the smallest, though RFC 9639, section 8.2 excludes it; symphonia
    // would take the stream for one of variable block size and find no frame.
    let block = config.block_size;
    stream.stream_info_mut().set_block_sizes(block, block).map_err(|error| refused(error.to_string()))?;
    let comments = MetadataBlockData::new_unknown(VORBIS_COMMENT, &vorbis_comment(tags))
        .map_err(|error| refused(error.to_string()))?;
    stream.add_metadata_block(comments);
    let mut sink = ByteSink::with_capacity(stream.count_bits() / 8 + 1);
    stream.write(&mut sink).map_err(|error| refused(error.to_string()))?;
    Ok(sink.into_inner())
}

/// The body of a Vorbis comment block: lengths in 32-bit little endian, then UTF-8 (RFC 9639, section 8.6).
fn vorbis_comment(tags: &[(&str, String)]) -> Vec<u8> {
    let mut block = Vec::new();
    let mut push = |bytes: &[u8]| {
        block.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        block.extend_from_slice(bytes);
    };
    push(b"pmsl demo");
    let entries: Vec<String> = tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut list = (entries.len() as u32).to_le_bytes().to_vec();
    for entry in &entries {
        list.extend_from_slice(&(entry.len() as u32).to_le_bytes());
        list.extend_from_slice(entry.as_bytes());
    }
    block.extend_from_slice(&list);
    block
}
