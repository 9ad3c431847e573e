//! Inputs that make sense, from which hostile ones are made.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use pmsl_core::audio::ChunkOptions;
use pmsl_core::features::{FrontEndOptions, LogMelOptions};
use pmsl_core::index::{BuildId, IndexInput, encode};
use pmsl_core::inference::{EmbedderOptions, EncoderBundle, NamedTensor, NetworkOptions, Pooling, WeightPrecision};
use pmsl_core::npy::write_matrix;
use pmsl_core::playlist::{ExportOptions, Format, Heading, export};
use pmsl_core::{SubGenre, TrackMeta, Vectors};
use pmsl_generator::run_from_arguments;

/// The build of the site that the encoder of [`encoder_bundle`] belongs to.
pub const BUILD: &str = "ab";

/// Files of the parity tests of this folder.
fn parity(repository: &Path, folder: &str, extensions: &[&str]) -> Vec<Vec<u8>> {
    let files = fs::read_dir(repository.join("tests/parity").join(folder)).expect("the parity tests are there");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|own| extensions.iter().any(|wanted| own == *wanted)));
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a file that can be read")).collect()
}

pub fn npy(repository: &Path) -> Vec<Vec<u8>> {
    parity(repository, "npy", &["npy"])
}

pub fn safetensors(_: &Path) -> Vec<Vec<u8>> {
    let header =
        br#"{"__metadata__":{"pmsl":"{\"a\":\"b\"}"},"x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"#;
    let rest = br#""y":{"dtype":"F16","shape":[2],"data_offsets":[16,20]},"z":{"dtype":"BF16","shape":[],"data_offsets":[20,22]}}"#;
    let header = [header.as_slice(), rest].concat();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend([1.0_f32, -2.0, 0.5, 3.0].iter().flat_map(|value| value.to_le_bytes()));
    file.extend([0, 60, 0, 188, 128, 63]);
    vec![file]
}

pub fn tf_checkpoint(repository: &Path) -> Vec<Vec<u8>> {
    let files = parity(repository, "tf_checkpoint", &["index", "data-00000-of-00001"]);
    let [data, index] = files.as_slice() else { panic!("expected an index and its data, found {} files", files.len()) };
    vec![[(index.len() as u32).to_le_bytes().as_slice(), index, data].concat()]
}

/// A residual network of width 1 with a head, in both precisions.
pub fn encoder_bundle(_: &Path) -> Vec<Vec<u8>> {
    let mut tensors = BTreeMap::new();
    let mut add = |name: String, shape: &[usize]| {
        let values = vec![0.5; shape.iter().product()];
        tensors.insert(name, NamedTensor { shape: shape.to_vec(), values });
    };
    let mut conv = |conv: &str, norm: &str, shape: [usize; 4]| {
        add(format!("backbone.Resnet18.{conv}.weight"), &shape);
        for part in ["gamma", "beta", "running_mean", "running_variance"] {
            add(format!("backbone.Resnet18.{norm}.{part}"), &shape[..1]);
        }
    };
    conv("stem", "stem_norm", [1, 1, 7, 7]);
    for block in 0..8 {
        let (output, first) = (1 << (block / 2), block > 0 && block % 2 == 0);
        let input = if first { output / 2 } else { output };
        conv(&format!("blocks.{block}.conv_1"), &format!("blocks.{block}.norm_1"), [output, input, 3, 3]);
        conv(&format!("blocks.{block}.conv_2"), &format!("blocks.{block}.norm_2"), [output, output, 3, 3]);
        if first {
            let name = format!("blocks.{block}.shortcut");
            conv(&format!("{name}.conv"), &format!("{name}.norm"), [output, input, 1, 1]);
        }
    }
    add("head.layers.0.weight".into(), &[8, 3]);
    add("head.layers.0.bias".into(), &[3]);
    let options = EmbedderOptions {
        audio: ChunkOptions { chunk_s: 1.0, ..ChunkOptions::default() },
        front_end: FrontEndOptions::LogMel(LogMelOptions { mean: -4.0, std: 3.0 }),
        crop_frames: None,
        network: NetworkOptions::Resnet18 { width: 1 },
        pooling: Pooling::UnitMean,
    };
    let bundle = EncoderBundle { options, tensors, scaling: None };
    [WeightPrecision::Half, WeightPrecision::Full].map(|kind| bundle.encode(BUILD, kind).expect("a bundle")).into()
}

/// Tracks of all kinds, and their sub-genres.
pub fn tracks() -> (Vec<TrackMeta>, Vec<SubGenre>) {
    let sub_genres = ["Dark", "</script>"].map(|name| SubGenre { genre: Some("Techno".into()), name: name.into() });
    let track = |number: usize| TrackMeta {
        title: format!("Títle {number} - Live"),
        artist: (number != 1).then(|| "A & B".into()),
        album: (number == 2).then(|| "=1+1".into()),
        year: Some(1999),
        bpm: Some(128.5),
        key: Some("8A".into()),
        energy: Some(0.5),
        duration_s: 61.5 + number as f32,
        sub_genre: number as u32 % 2,
        path: (number == 0).then(|| "Dark/a #1.mp3".into()),
        audio: (number == 1).then(|| "audio/0123.mp3".into()),
        tags: vec!["warm".into(); number],
        ..TrackMeta::default()
    };
    ((0..5).map(track).collect(), sub_genres.into())
}

pub fn index(_: &Path) -> Vec<Vec<u8>> {
    let (tracks, sub_genres) = tracks();
    let vectors = Vectors::normalized((1..=20).map(|value| value as f32).collect(), 4).expect("vectors");
    let positions = vec![[0.5, -1.0]; tracks.len()];
    let (tracks, sub_genres) = (tracks.as_slice(), sub_genres.as_slice());
    let input = IndexInput { build_id: BuildId([7; 16]), tracks, sub_genres, vectors: &vectors, positions: &positions };
    let chunks = encode(&input).expect("an index");
    vec![
        chunks
            .iter()
            .flat_map(|chunk| [(chunk.bytes.len() as u32).to_le_bytes().as_slice(), &chunk.bytes].concat())
            .collect(),
    ]
}

pub fn playlist(_: &Path) -> Vec<Vec<u8>> {
    let (tracks, _) = tracks();
    let heading = Heading { title: "Late & loud", sub_genres: &[] };
    Format::ALL.map(|format| export(format, heading, &tracks, &ExportOptions::default()).into_bytes()).into()
}

pub fn library(_: &Path) -> Vec<Vec<u8>> {
    let manifest = "\u{feff}path,sub_genre,genre,artist,title,album,split,fold\r\na.mp3,Dark,Techno,A,\"B, \"\"C\"\"\",D,train,1\r\n\
        ../a.mp3,Dark,,,,,,\r\n";
    let playlist =
        "#EXTM3U\n#EXTINF:1,A - B\na.mp3\n./a.mp3\nfile:///etc/passwd.mp3\n../../x.mp3\nhttp://a.org/b.mp3\n%61.mp3\n";
    let utf_16 = playlist.encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
        bytes.extend(unit.to_le_bytes());
        bytes
    });
    vec![manifest.into(), playlist.into(), utf_16]
}

pub fn config(repository: &Path) -> Vec<Vec<u8>> {
    let files = fs::read_dir(repository.join("configs")).expect("the configs are there");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a file that can be read")).collect()
}

/// The report of a run on a few made-up embeddings.
pub fn report(_: &Path) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let values: Vec<f32> = (0..40 * 6).map(|i| (i as f32 * 1.7).sin() + if i < 120 { 2.0 } else { -1.0 }).collect();
    let mut array = Vec::new();
    write_matrix(&mut array, &values, 6).expect("an array");
    fs::write(path("vectors.npy"), array).expect("a temporary file");
    let labels =
        (0..40).fold("label,title,artist\n".to_owned(), |labels, i| labels + &format!("{},T {i},A {i}\n", i / 20));
    fs::write(path("labels.csv"), labels).expect("a temporary file");
    let mut arguments = vec![OsString::from("pmsl-generate"), "--quiet".into()];
    for (option, name) in
        [("--embeddings", "vectors.npy"), ("--labels", "labels.csv"), ("--work", "work"), ("--out", "site")]
    {
        arguments.extend([option.into(), path(name).into_os_string()]);
    }
    assert!(run_from_arguments(arguments) == ExitCode::SUCCESS, "the run failed");
    vec![fs::read(path("site/report.json")).expect("a report")]
}

/// Short files of every container that can be written here: WAV with tags of two kinds, AIFF, FLAC, MP3 and Ogg heads.
pub fn audio(_: &Path) -> Vec<Vec<u8>> {
    vec![wav(), id3_before(&mpeg()), aiff(), flac()]
}

fn wav() -> Vec<u8> {
    let chunk = |id: &[u8; 4], data: &[u8]| [id.as_slice(), &(data.len() as u32).to_le_bytes(), data].concat();
    let info =
        [b"INFO".as_slice(), &chunk(b"INAM", b"Title\0"), &chunk(b"IART", b"Some One"), &chunk(b"IGNR", b"House\0")]
            .concat();
    let format = [1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0];
    let data: Vec<u8> = (0..800_u32).flat_map(|i| ((i * 37 % 2000) as i16).to_le_bytes()).collect();
    let chunks =
        [chunk(b"fmt ", &format), chunk(b"data", &data), chunk(b"LIST", &info), chunk(b"id3 ", &id3())].concat();
    chunk(b"RIFF", &[b"WAVE".as_slice(), &chunks].concat())
}

fn aiff() -> Vec<u8> {
    let chunk = |id: &[u8; 4], data: &[u8]| [id.as_slice(), &(data.len() as u32).to_be_bytes(), data].concat();
    // One channel, 400 frames of 16 bits, 8,000 Hz as an 80-bit float.
    let common = [0, 1, 0, 0, 1, 0x90, 0, 16, 0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0];
    let sound: Vec<u8> = [0; 8].into_iter().chain((0..400_u16).flat_map(|i| (i * 37 % 2000).to_be_bytes())).collect();
    let chunks = [chunk(b"COMM", &common), chunk(b"NAME", b"Title!"), chunk(b"SSND", &sound)].concat();
    chunk(b"FORM", &[b"AIFF".as_slice(), &chunks].concat())
}

/// An ID3v2.4 tag with a title, a tempo and a picture of four bytes.
fn id3() -> Vec<u8> {
    let frame = |id: &[u8; 4], data: &[u8]| [id.as_slice(), &[0, 0, 0, data.len() as u8, 0, 0], data].concat();
    let frames =
        [frame(b"TIT2", b"\x03Title"), frame(b"TBPM", b"\x03128"), frame(b"APIC", b"\x03image/png\0\x03\0\x89PNG")]
            .concat();
    [b"ID3\x04\0\0\0\0\0".as_slice(), &[frames.len() as u8], &frames].concat()
}

fn id3_before(sound: &[u8]) -> Vec<u8> {
    [&id3(), sound].concat()
}

/// Ten silent frames of MPEG-1 layer III: 32 kbit/s, 44.1 kHz, mono.
fn mpeg() -> Vec<u8> {
    let mut frame = vec![0xff, 0xfb, 0x10, 0xc4];
    frame.resize(104, 0);
    frame.repeat(10)
}

/// A FLAC file of 192 samples in one constant block.
fn flac() -> Vec<u8> {
    let mut file = b"fLaC\x80\0\0\x22\0\xc0\0\xc0".to_vec();
    // 8,000 Hz, one channel, 16 bits, 192 samples, no hash.
    file.extend([0, 0, 0, 0, 0, 0, 0x01, 0xf4, 0, 0xf0, 0, 0, 0, 0xc0]);
    file.extend([0; 16]);
    let mut frame = vec![0xff, 0xf8, 0x14, 0x08, 0];
    frame.push(crc::Crc::<u8>::new(&crc::CRC_8_SMBUS).checksum(&frame));
    frame.extend([0, 0x01, 0x23]);
    let footer = crc::Crc::<u16>::new(&crc::CRC_16_UMTS).checksum(&frame);
    frame.extend(footer.to_be_bytes());
    file.extend(frame);
    file
}
