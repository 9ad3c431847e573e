//! The sorted table of strings that the index of a checkpoint is.
//!
//! Source: `LevelDB`, `doc/table_format.md`; TensorFlow writes the same format (`tensorflow/core/lib/io/format.cc`). The
//! ready readers are made for databases on disk that they trust; this one is for a file of some kilobytes from
//! anywhere.

use super::CheckpointError;
use super::protobuf::take_varint;

const FOOTER_LENGTH: usize = 48;
const MAGIC: u64 = 0xdb47_7524_8b80_fb57;
/// Longest key: names of variables are paths of scopes.
const KEY_LIMIT: usize = 1024;
/// Most entries. With the limit of the keys it bounds what a table may unfold to, because keys share beginnings.
const ENTRIES_LIMIT: usize = 65_536;
/// Bytes behind the contents of a block: the kind of compression, and the checksum.
const TRAILER_LENGTH: usize = 5;

/// The entries of a table: keys in strictly ascending order, with values that borrow from it.
pub(super) type Entries<'a> = Vec<(Vec<u8>, &'a [u8])>;

/// Reads all entries of a table.
pub(super) fn read_table(table: &[u8]) -> Result<Entries<'_>, CheckpointError> {
    let footer_start = table.len().checked_sub(FOOTER_LENGTH).ok_or(damaged("it is shorter than its footer"))?;
    let (blocks, footer) = table.split_at(footer_start);
    let (mut handles, magic) = footer.split_at(FOOTER_LENGTH - size_of::<u64>());
    if magic != MAGIC.to_le_bytes() {
        return Err(damaged("it does not end as a table does"));
    }
    // The first block tells of filters, of which bundles have none.
    block(blocks, take_handle(&mut handles)?)?;
    let index = block(blocks, take_handle(&mut handles)?)?;
    let mut entries = Entries::new();
    // Blocks lie beside each other: many handles of one large block would cost its length each.
    let mut left = blocks.len() as u64;
    for (_, mut handle) in read_block(index)? {
        let handle = take_handle(&mut handle)?;
        left = left.checked_sub(handle.1.saturating_add(TRAILER_LENGTH as u64)).ok_or(damaged("its blocks overlap"))?;
        entries.extend(read_block(block(blocks, handle)?)?);
        if entries.len() > ENTRIES_LIMIT {
            return Err(damaged("it holds too many entries"));
        }
    }
    if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
        return Err(damaged("its keys are not in order"));
    }
    Ok(entries)
}

/// The checksum that tables and bundles store: CRC-32C, rotated and offset so that it may itself be summed.
pub(super) fn masked_crc(parts: &[&[u8]]) -> u32 {
    static CRC: crc::Crc<u32, crc::Table<16>> = crc::Crc::<u32, crc::Table<16>>::new(&crc::CRC_32_ISCSI);
    let mut digest = CRC.digest();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().rotate_right(15).wrapping_add(0xa282_ead8)
}

const fn damaged(what: &'static str) -> CheckpointError {
    CheckpointError::Damaged { what }
}

/// Takes the offset and the length of a block.
fn take_handle(bytes: &mut &[u8]) -> Result<(u64, u64), CheckpointError> {
    let error = || damaged("the place of a block is cut off");
    Ok((take_varint(bytes).ok_or_else(error)?, take_varint(bytes).ok_or_else(error)?))
}

/// The contents of a block, whose checksum is right.
fn block(blocks: &[u8], (offset, length): (u64, u64)) -> Result<&[u8], CheckpointError> {
    let error = || damaged("a block lies outside it");
    let offset = usize::try_from(offset).map_err(|_| error())?;
    let length = usize::try_from(length).map_err(|_| error())?;
    let from = blocks.get(offset..).ok_or_else(error)?;
    let (contents, trailer) = from.split_at_checked(length).ok_or_else(error)?;
    let (kind, checksum) = trailer.get(..TRAILER_LENGTH).ok_or_else(error)?.split_at(1);
    if masked_crc(&[contents, kind]).to_le_bytes() != checksum {
        return Err(CheckpointError::Checksum { what: "a block of the index".into() });
    }
    match kind {
        [0] => Ok(contents),
        _ => Err(CheckpointError::Unsupported { what: "a compressed index" }),
    }
}

/// The entries of a block: each key is given by what it shares with the one before. The restart points at the end,
/// which are for binary search, are not needed.
fn read_block(block: &[u8]) -> Result<Entries<'_>, CheckpointError> {
    let error = || damaged("a block is cut off");
    let (rest, restarts) = block.split_last_chunk().ok_or_else(error)?;
    let restarts = u32::from_le_bytes(*restarts) as usize;
    let end = restarts.checked_mul(size_of::<u32>()).and_then(|bytes| rest.len().checked_sub(bytes));
    let mut rest = &rest[..end.ok_or_else(error)?];
    let mut entries = Entries::new();
    let mut key = Vec::new();
    while !rest.is_empty() {
        let mut length = || take_varint(&mut rest).and_then(|n| usize::try_from(n).ok()).ok_or_else(error);
        let (shared, unshared, value) = (length()?, length()?, length()?);
        let (tail, after) = rest.split_at_checked(unshared).ok_or_else(error)?;
        let (value, after) = after.split_at_checked(value).ok_or_else(error)?;
        rest = after;
        if shared > key.len() || shared + tail.len() > KEY_LIMIT {
            return Err(damaged("a key is longer than names are, or shares more than there is"));
        }
        key.truncate(shared);
        key.extend_from_slice(tail);
        entries.push((key.clone(), value));
        if entries.len() > ENTRIES_LIMIT {
            return Err(damaged("it holds too many entries"));
        }
    }
    Ok(entries)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn varint(mut value: usize, out: &mut Vec<u8>) {
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    /// Appends a block of entries that share what they can, and returns its handle.
    fn push_block(table: &mut Vec<u8>, entries: &[(&[u8], &[u8])], kind: u8) -> Vec<u8> {
        let mut block = Vec::new();
        let mut last: &[u8] = b"";
        for &(key, value) in entries {
            let shared = key.iter().zip(last).take_while(|(a, b)| a == b).count();
            for length in [shared, key.len() - shared, value.len()] {
                varint(length, &mut block);
            }
            block.extend_from_slice(&key[shared..]);
            block.extend_from_slice(value);
            last = key;
        }
        block.extend([0, 0, 0, 0, 1, 0, 0, 0]);
        let mut handle = Vec::new();
        varint(table.len(), &mut handle);
        varint(block.len(), &mut handle);
        let checksum = masked_crc(&[&block, &[kind]]);
        table.extend(block);
        table.push(kind);
        table.extend(checksum.to_le_bytes());
        handle
    }

    /// A table with one block for each of the slices of entries.
    pub(in super::super) fn table(blocks: &[&[(&[u8], &[u8])]], kind: u8) -> Vec<u8> {
        let mut table = Vec::new();
        let handles: Vec<Vec<u8>> = blocks.iter().map(|entries| push_block(&mut table, entries, kind)).collect();
        let index: Vec<(&[u8], &[u8])> =
            blocks.iter().zip(&handles).map(|(entries, handle)| (entries[entries.len() - 1].0, &handle[..])).collect();
        let mut footer = push_block(&mut table, &[], 0);
        footer.extend(push_block(&mut table, &index, 0));
        footer.resize(FOOTER_LENGTH - 8, 0);
        footer.extend(MAGIC.to_le_bytes());
        table.extend(footer);
        table
    }

    #[test]
    fn entries_of_several_blocks_are_read_in_order() {
        let first: &[(&[u8], &[u8])] = &[(b"", b"header"), (b"conv/bias", b"1"), (b"conv/kernel", b"")];
        let second: &[(&[u8], &[u8])] = &[(b"dense/bias", b"3"), (b"dense/kernel", b"4")];
        let bytes = table(&[first, second], 0);
        let entries = read_table(&bytes).unwrap();
        let expected: Vec<(Vec<u8>, &[u8])> = [first, second].concat().iter().map(|&(k, v)| (k.to_vec(), v)).collect();
        assert_eq!(entries, expected);
        assert!(matches!(read_table(&table(&[second, first], 0)), Err(CheckpointError::Damaged { .. })), "order");
        assert!(matches!(read_table(&table(&[first, first], 0)), Err(CheckpointError::Damaged { .. })), "twice");
        assert!(matches!(read_table(&table(&[first], 1)), Err(CheckpointError::Unsupported { .. })), "snappy");
    }

    #[test]
    fn a_block_is_read_once() {
        let mut table = Vec::new();
        let large = push_block(&mut table, &[(b"", &[0; 1000])], 0);
        let handles: Vec<(&[u8], &[u8])> = vec![(b"", &large), (b"", &large)];
        for (count, fits) in [(1, true), (2, false)] {
            let mut table = table.clone();
            let mut footer = push_block(&mut table, &[], 0);
            footer.extend(push_block(&mut table, &handles[..count], 0));
            footer.resize(FOOTER_LENGTH - 8, 0);
            footer.extend(MAGIC.to_le_bytes());
            table.extend(footer);
            assert_eq!(read_table(&table).is_ok(), fits, "{count}");
            let overlap = matches!(read_table(&table), Err(CheckpointError::Damaged { what: "its blocks overlap" }));
            assert_eq!(overlap, !fits);
        }
    }

    #[test]
    fn keys_cannot_unfold_without_bound() {
        let long = vec![b'x'; KEY_LIMIT + 1];
        assert!(matches!(read_table(&table(&[&[(&long, b"")]], 0)), Err(CheckpointError::Damaged { .. })));
        let keys: Vec<[u8; 4]> = (0..=ENTRIES_LIMIT as u32).map(u32::to_be_bytes).collect();
        let many: Vec<(&[u8], &[u8])> = keys.iter().map(|key| (&key[..], &b""[..])).collect();
        assert!(read_table(&table(&[&many[1..]], 0)).is_ok());
        assert!(matches!(read_table(&table(&[&many], 0)), Err(CheckpointError::Damaged { .. })), "one too many");
    }

    #[test]
    fn the_checksum_is_that_of_the_format() {
        // RFC 3720, B.4: 32 bytes of zeros have the CRC-32C 0x8a9136aa; rotated by 15 and offset it is this.
        assert_eq!(masked_crc(&[&[0; 20], &[0; 12]]), 0x0fd7_fffa);
    }
}
