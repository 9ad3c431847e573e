//! Seals: how the cache knows that a file is as it was written.
//!
//! A file that is cut off is found by its length. A flipped bit in the middle of one is not, and would end as a wrong
//! number in a report: memory, cables and disks flip them, and nothing below this reads twice.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::store::{read_if_present, write_atomic};

/// Length of a seal.
pub(super) const SEAL_BYTES: usize = 16;

/// The seal of bytes: the beginning of their BLAKE3 hash.
pub(super) fn seal(bytes: &[u8]) -> [u8; SEAL_BYTES] {
    shortened(&blake3::hash(bytes))
}

/// The bytes before a seal, where it is theirs.
pub(super) fn unsealed(bytes: &[u8]) -> Option<&[u8]> {
    let (bytes, own) = bytes.split_last_chunk::<SEAL_BYTES>()?;
    (seal(bytes) == *own).then_some(bytes)
}

/// Writes bytes with their seal behind them, atomically.
pub(crate) fn write_sealed(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_atomic(path, |out| {
        out.write_all(bytes)?;
        out.write_all(&seal(bytes))
    })
}

/// Reads what [`write_sealed`] wrote. `None` when there is no such file, or a damaged one: it is then made anew.
pub(crate) fn read_sealed(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    Ok(read_if_present(path)?.and_then(|bytes| unsealed(&bytes).map(<[u8]>::to_vec)))
}

/// Writes the seal of a file that others read too into a file beside it. To be called after the file was written.
pub(crate) fn seal_beside(path: &Path) -> anyhow::Result<()> {
    let seal = seal_of_file(path)?;
    write_atomic(&beside(path), |out| out.write_all(&seal))
}

/// Whether a file is there and has the seal beside it.
pub(crate) fn is_sealed_beside(path: &Path) -> bool {
    let stored = fs::read(beside(path));
    stored.is_ok_and(|stored| seal_of_file(path).is_ok_and(|found| stored == found))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".seal");
    name.into()
}

fn seal_of_file(path: &Path) -> io::Result<[u8; SEAL_BYTES]> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(shortened(&hasher.finalize()))
}

fn shortened(hash: &blake3::Hash) -> [u8; SEAL_BYTES] {
    let mut seal = [0; SEAL_BYTES];
    seal.copy_from_slice(&hash.as_bytes()[..SEAL_BYTES]);
    seal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_damage_breaks_the_seal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.bin");
        assert_eq!(read_sealed(&path).unwrap(), None);
        write_sealed(&path, b"content").unwrap();
        assert_eq!(read_sealed(&path).unwrap().as_deref(), Some(b"content".as_slice()));
        let whole = fs::read(&path).unwrap();
        for place in 0..whole.len() {
            fs::write(&path, &whole[..place]).unwrap();
            assert_eq!(read_sealed(&path).unwrap(), None, "cut at {place}");
            let mut flipped = whole.clone();
            flipped[place] ^= 1;
            fs::write(&path, &flipped).unwrap();
            assert_eq!(read_sealed(&path).unwrap(), None, "flipped at {place}");
        }
    }

    #[test]
    fn a_seal_beside_a_file_tells_of_its_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clip.mp3");
        assert!(!is_sealed_beside(&path));
        fs::write(&path, b"sound").unwrap();
        assert!(!is_sealed_beside(&path), "no seal yet");
        seal_beside(&path).unwrap();
        assert!(is_sealed_beside(&path));
        fs::write(&path, b"noise").unwrap();
        assert!(!is_sealed_beside(&path));
        fs::remove_file(&path).unwrap();
        assert!(!is_sealed_beside(&path));
    }
}
