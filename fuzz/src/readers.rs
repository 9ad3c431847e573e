//! The readers, each as a function from bytes to whether they were taken. None may panic, run for long, or take much more
//! memory than it was given bytes.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use pmsl_core::audio::{AudioError, stream_bytes};
use pmsl_core::index::{Reader as IndexReader, decode};
use pmsl_core::inference::{Embedder, EncoderBundle};
use pmsl_core::library::{LibraryOptions, TagError, read_tags, scan};
use pmsl_core::models::Checkpoint;
use pmsl_core::npy::Array;
use pmsl_core::playlist::{Matcher, import};
use pmsl_core::tensorflow;
use pmsl_generator::Config;
use pmsl_generator::render::Report;

use super::{reseal, seeds};

/// A reader under test.
pub struct Reader {
    /// Its name, and that of its fuzz target.
    pub name: &'static str,
    /// Reads, and tells whether the bytes made sense.
    pub read: fn(&[u8]) -> bool,
    /// Inputs that make sense, to begin with. Takes the folder of the repository.
    pub seeds: fn(&Path) -> Vec<Vec<u8>>,
    /// Bytes of memory that reading may take for every byte of input.
    pub per_byte: usize,
    /// Bytes that it may take besides.
    pub besides: usize,
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// All of them.
pub const READERS: &[Reader] = &[
    Reader { name: "npy", read: npy, seeds: seeds::npy, per_byte: 16, besides: 16 * KIB },
    Reader { name: "safetensors", read: safetensors, seeds: seeds::safetensors, per_byte: 32, besides: 64 * KIB },
    Reader {
        name: "tf_checkpoint",
        read: tf_checkpoint,
        seeds: seeds::tf_checkpoint,
        per_byte: 512,
        besides: 64 * KIB,
    },
    Reader {
        name: "encoder_bundle",
        read: encoder_bundle,
        seeds: seeds::encoder_bundle,
        per_byte: 32,
        besides: 32 * MIB,
    },
    Reader { name: "index", read: index, seeds: seeds::index, per_byte: 64, besides: 64 * KIB },
    Reader { name: "playlist", read: playlist, seeds: seeds::playlist, per_byte: 256, besides: 256 * KIB },
    Reader { name: "library", read: library, seeds: seeds::library, per_byte: 256, besides: 256 * KIB },
    Reader { name: "config", read: config, seeds: seeds::config, per_byte: 64, besides: 256 * KIB },
    Reader { name: "report", read: report, seeds: seeds::report, per_byte: 64, besides: 256 * KIB },
    Reader { name: "tags", read: tags, seeds: seeds::audio, per_byte: 16, besides: 32 * MIB },
    Reader { name: "audio", read: audio, seeds: seeds::audio, per_byte: 16, besides: 32 * MIB },
];

/// The reader of this name.
pub fn named(name: &str) -> &'static Reader {
    READERS.iter().find(|reader| reader.name == name).expect("a reader of this name")
}

/// A NumPy array, as `--embeddings` and `--labels` take it.
fn npy(bytes: &[u8]) -> bool {
    let Ok(array) = Array::from_bytes(bytes) else { return false };
    _ = array.clone().into_matrix();
    _ = array.into_labels();
    true
}

/// A safetensors file: pretrained weights, and a run's own.
fn safetensors(bytes: &[u8]) -> bool {
    in_a_file("safetensors", bytes, |path| Checkpoint::read(path).is_ok())
}

/// The two files of a TensorFlow checkpoint: the length of the index, the index, the data. With checksums made right, so
/// that what they guard is reached.
fn tf_checkpoint(bytes: &[u8]) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk() else { return false };
    let (index, data) = rest.split_at((u32::from_le_bytes(*length) as usize).min(rest.len()));
    let read = |index: &[u8]| {
        let Ok(checkpoint) = tensorflow::Checkpoint::from_bytes(index, data.to_vec()) else { return false };
        // All at once, as those of a network are read.
        let tensors: Vec<_> = checkpoint.names().filter_map(|name| checkpoint.tensor(name).ok()).collect();
        !tensors.is_empty()
    };
    let mut resealed = index.to_vec();
    reseal::table(&mut resealed);
    read(index) | read(&resealed)
}

/// The encoder of a site.
fn encoder_bundle(bytes: &[u8]) -> bool {
    let read =
        |bytes: &[u8]| EncoderBundle::decode(bytes, seeds::BUILD).is_ok_and(|bundle| Embedder::new(bundle).is_ok());
    let mut resealed = bytes.to_vec();
    reseal::hash(&mut resealed);
    read(bytes) | read(&resealed)
}

/// The index of a site: chunks, each after its length.
fn index(bytes: &[u8]) -> bool {
    let mut chunks = Vec::new();
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk() {
        let (chunk, after) = after.split_at((u32::from_le_bytes(*length) as usize).min(after.len()));
        chunks.push(chunk.to_vec());
        rest = after;
    }
    let read = |chunks: &[Vec<u8>]| {
        let mut reader = IndexReader::default();
        let mut named = 0;
        for chunk in chunks {
            match reader.push(chunk) {
                Ok(Some(catalog)) => named += catalog.tracks().count(),
                Ok(None) => {}
                Err(_) => break,
            }
        }
        let whole = decode(chunks.iter().map(Vec::as_slice));
        assert!(whole.as_ref().is_ok_and(|whole| whole.catalog.len() == named) || whole.is_err());
        whole.is_ok()
    };
    let taken = read(&chunks);
    for chunk in &mut chunks {
        reseal::chunk(chunk);
    }
    taken | read(&chunks)
}

/// A listener's playlist, and the search for its tracks.
fn playlist(bytes: &[u8]) -> bool {
    let Ok(playlist) = import(&String::from_utf8_lossy(bytes)) else { return false };
    let (tracks, _) = seeds::tracks();
    let found = Matcher::new(&tracks).match_entries(&playlist.entries);
    assert_eq!(found.len(), playlist.entries.len());
    true
}

/// An owner's playlist and manifest.
fn library(bytes: &[u8]) -> bool {
    let root = tempfile::tempdir().expect("a temporary folder");
    fs::write(root.path().join("a.mp3"), b"").expect("a temporary file");
    let mut taken = false;
    for name in ["Dark.m3u8", "library.csv"] {
        fs::write(root.path().join(name), bytes).expect("a temporary file");
        if let Ok(library) = scan(root.path(), &LibraryOptions::default()) {
            taken = true;
            // No entry leads out of the folder.
            assert!(library.tracks.iter().all(|track| track.path.starts_with(root.path())));
            let plain = |text: &str| !text.chars().any(char::is_control);
            assert!(library.sub_genres.iter().all(|sub_genre| plain(&sub_genre.name)));
            assert!(library.tracks.iter().all(|track| track.overrides.title.as_deref().is_none_or(plain)));
        }
    }
    taken
}

/// A config.
fn config(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    Config::parse(&text, Path::new("config.json")).is_ok_and(|config| config.validate().is_ok())
}

/// The report of a run that `render`, `diff` and `compare` are given.
fn report(bytes: &[u8]) -> bool {
    Report::from_json(bytes).is_ok()
}

/// The tags of an audio file. A panic of the parser that was contained is no failure of ours.
fn tags(bytes: &[u8]) -> bool {
    in_a_file("audio", bytes, |path| match read_tags(path) {
        Ok(tags) => {
            let texts = [&tags.title, &tags.artist, &tags.album, &tags.album_artist, &tags.key];
            assert!(
                texts.into_iter().flatten().all(|text| text.len() <= 4096 && !text.contains(|c: char| c.is_control()))
            );
            true
        }
        Err(TagError::Panicked { message }) => {
            eprintln!("contained: {message}");
            false
        }
        Err(_) => false,
    })
}

/// The sound of an audio file. A panic of a decoder that was contained is no failure of ours.
fn audio(bytes: &[u8]) -> bool {
    let mut samples = 0;
    let read = stream_bytes(bytes.to_vec(), None, &AtomicBool::new(false), &mut |block| {
        samples += block.mono.len();
        assert!(block.interleaved.iter().all(|sample| sample.is_finite()));
        // What can be heard of some kilobytes of any codec in minutes.
        if samples > 100_000_000 { Err(AudioError::Cancelled) } else { Ok(()) }
    });
    if let Err(AudioError::Panicked { message }) = &read {
        eprintln!("contained: {message}");
    }
    read.is_ok()
}

fn in_a_file(name: &str, bytes: &[u8], read: impl FnOnce(&Path) -> bool) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a temporary file");
    read(&path)
}
