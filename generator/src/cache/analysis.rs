//! What was measured of a track: tempo, key, loudness, fingerprint. One file for the content of a track, whatever the
//! front end.
//!
//! Layout: magic, descriptors, the seal of both, fingerprint, the seal of all before it. Descriptors and fingerprint are
//! in postcard; the former have a seal of their own because every run reads them, and few the latter.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context;
use pmsl_core::analysis::TrackAnalysis;
use pmsl_core::descriptors::Descriptors;

use super::seal::{SEAL_BYTES, read_sealed, seal, write_sealed};

const MAGIC: &[u8; 8] = b"PMSLANA\x02";
/// More bytes than magic, descriptors and their seal ever take.
const DESCRIPTOR_BYTES_MAX: u64 = 256;

/// Stores what was measured of a track.
pub(crate) fn write_analysis(path: &Path, analysis: &TrackAnalysis) -> anyhow::Result<()> {
    let TrackAnalysis { descriptors, fingerprint } = analysis;
    let unwritable = "the analysis of a track could not be written";
    let mut bytes = postcard::to_extend(descriptors, MAGIC.to_vec()).context(unwritable)?;
    bytes.extend(seal(&bytes));
    write_sealed(path, &postcard::to_extend(fingerprint, bytes).context(unwritable)?)
}

/// Reads what was measured of a track. Nothing where there is no file, or one that is damaged or of another version: it
/// is then made anew.
pub(crate) fn read_analysis(path: &Path) -> anyhow::Result<Option<TrackAnalysis>> {
    let Some(bytes) = read_sealed(path)? else { return Ok(None) };
    let Some((descriptors, rest)) = descriptors(&bytes) else { return Ok(None) };
    // Bytes after the record mean that it is not what was written.
    let fingerprint = postcard::take_from_bytes(rest).ok().filter(|(_, rest)| rest.is_empty());
    Ok(fingerprint.map(|(fingerprint, _)| TrackAnalysis { descriptors, fingerprint }))
}

/// Reads what [`read_analysis`] does without the fingerprint, which is nearly all of the file. Nothing where that gives
/// nothing, but for a file that is damaged behind the descriptors.
pub(crate) fn read_descriptors(path: &Path) -> anyhow::Result<Option<Descriptors>> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(DESCRIPTOR_BYTES_MAX).read_to_end(&mut bytes)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("could not read {}", path.display()))?,
    };
    Ok(descriptors(&bytes).map(|(descriptors, _)| descriptors))
}

/// The descriptors at the beginning of a file, whose seal is right, and what follows them.
fn descriptors(bytes: &[u8]) -> Option<(Descriptors, &[u8])> {
    let (descriptors, rest) = postcard::take_from_bytes(bytes.strip_prefix(MAGIC)?).ok()?;
    let (own, rest) = rest.split_first_chunk::<SEAL_BYTES>()?;
    let sealed = bytes.len() - rest.len() - SEAL_BYTES;
    (seal(&bytes[..sealed]) == *own).then_some((descriptors, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pmsl_core::descriptors::{EstimatedKey, Tempo};
    use std::fs;
    use std::sync::atomic::AtomicBool;

    /// Descriptors of which nothing is left out.
    fn largest() -> Descriptors {
        Descriptors {
            tempo: Some(Tempo { bpm: 1.0, confidence: 1.0 }),
            key: Some(EstimatedKey { key: "G# minor".parse().unwrap(), confidence: 1.0 }),
            loudness_lufs: Some(1.0),
            loudness_range_lu: Some(1.0),
            true_peak_dbtp: Some(1.0),
            onset_density_hz: 1.0,
            spectral_centroid_hz: 1.0,
            energy: 1.0,
        }
    }

    #[test]
    fn an_analysis_comes_back_and_damage_makes_it_anew() {
        let folder = tempfile::tempdir().unwrap();
        let sound = folder.path().join("tone.wav");
        let samples: Vec<u8> = (0..32_000_u32).flat_map(|n| ((n * 37 % 2000) as i16 - 1000).to_le_bytes()).collect();
        let mut wav = b"RIFF\x24\xFA\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        wav.extend(16_000_u32.to_le_bytes());
        wav.extend(32_000_u32.to_le_bytes());
        wav.extend([2, 0, 16, 0]);
        wav.extend(b"data");
        wav.extend((samples.len() as u32).to_le_bytes());
        wav.extend(samples);
        fs::write(&sound, wav).unwrap();
        let analysis = pmsl_core::analysis::analyse(&sound, &AtomicBool::new(false)).unwrap();
        let path = folder.path().join("ab/track.analysis");
        assert_eq!(read_analysis(&path).unwrap(), None);
        write_analysis(&path, &analysis).unwrap();
        assert_eq!(read_analysis(&path).unwrap().as_ref(), Some(&analysis));
        assert_eq!(read_descriptors(&path).unwrap().as_ref(), Some(&analysis.descriptors));
        assert_eq!(read_descriptors(&folder.path().join("absent")).unwrap(), None);
        let largest = postcard::to_allocvec(&largest()).unwrap().len() + MAGIC.len() + SEAL_BYTES;
        assert!(largest as u64 <= DESCRIPTOR_BYTES_MAX, "{largest}");
        let bytes = fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            assert_eq!(read_analysis(&path).unwrap(), None, "{length} of {} bytes", bytes.len());
            let descriptors = read_descriptors(&path).unwrap();
            assert!(descriptors.is_none_or(|own| own == analysis.descriptors), "{length} of {} bytes", bytes.len());
        }
        fs::write(&path, [bytes.as_slice(), b"x"].concat()).unwrap();
        assert_eq!(read_analysis(&path).unwrap(), None);
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 0x10;
            fs::write(&path, &flipped).unwrap();
            assert_eq!(read_analysis(&path).unwrap(), None, "flipped at {place}");
            let descriptors = read_descriptors(&path).unwrap();
            assert!(descriptors.is_none_or(|own| own == analysis.descriptors), "flipped at {place}");
        }
    }
}
