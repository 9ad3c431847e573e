//! Makes hashes and lengths right again, so that changed bytes reach the code behind them: whoever means harm can do so
//! too.

use xxhash_rust::xxh64::xxh64;

/// The XXH64 at the end of a file.
pub fn hash(bytes: &mut [u8]) {
    if let Some((content, hash)) = bytes.split_last_chunk_mut() {
        *hash = xxh64(content, 0).to_le_bytes();
    }
}

/// The length and the hash of a chunk of an index.
pub fn chunk(bytes: &mut [u8]) {
    const LENGTH: std::ops::Range<usize> = 36..40;
    let payload = bytes.len().saturating_sub(LENGTH.end + 8) as u32;
    if let Some(length) = bytes.get_mut(LENGTH) {
        length.copy_from_slice(&payload.to_le_bytes());
        hash(bytes);
    }
}

/// The checksums of the blocks of a sorted table, as far as they can be found.
pub fn table(bytes: &mut [u8]) {
    let Some(end) = bytes.len().checked_sub(48) else { return };
    let (blocks, footer) = bytes.split_at_mut(end);
    let mut footer = &*footer;
    let (Some(filter), Some(index)) = (handle(&mut footer), handle(&mut footer)) else { return };
    for place in data_blocks(blocks, index).into_iter().chain([filter, index]) {
        checksum(blocks, place);
    }
}

/// Offset and length.
type Handle = (usize, usize);

/// The places of the data, as the entries of the index tell them. Keys share beginnings: only values are looked at.
fn data_blocks(blocks: &[u8], (offset, length): Handle) -> Vec<Handle> {
    let mut entries = offset.checked_add(length).and_then(|end| blocks.get(offset..end)).unwrap_or_default();
    let mut found = Vec::new();
    let mut entry = || {
        let (_shared, unshared, value) = (varint(&mut entries)?, varint(&mut entries)?, varint(&mut entries)?);
        let (mut place, after) = entries.get(unshared..)?.split_at_checked(value)?;
        entries = after;
        handle(&mut place)
    };
    while let Some(place) = entry().filter(|_| found.len() < 64) {
        found.push(place);
    }
    found
}

/// CRC-32C of a block and its kind, as the format masks it.
fn checksum(blocks: &mut [u8], (offset, length): Handle) {
    let Some(end) = offset.checked_add(length).and_then(|end| end.checked_add(1)) else { return };
    let Some(content) = blocks.get(offset..end) else { return };
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(content);
    let masked = crc.rotate_right(15).wrapping_add(0xa282_ead8);
    if let Some(place) = blocks.get_mut(end..).and_then(|after| after.first_chunk_mut()) {
        *place = masked.to_le_bytes();
    }
}

fn handle(bytes: &mut &[u8]) -> Option<Handle> {
    Some((varint(bytes)?, varint(bytes)?))
}

/// A number of seven bits a byte, least first.
fn varint(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
