// Lengths and durations are exact.
#![allow(clippy::float_cmp)]

use std::path::PathBuf;

use super::super::fixtures::{WavFormat, ffmpeg, sine, wav, wav_header, write};
use super::super::{ChunkOptions, read_chunks};
use super::*;

fn decode(path: &Path) -> Result<(Vec<f32>, StreamInfo), AudioError> {
    let mut samples = Vec::new();
    let info = stream_mono(path, 16_000, &AtomicBool::new(false), &mut |block| samples.extend_from_slice(block))?;
    Ok((samples, info))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Frequency by counting the rising zero crossings, and amplitude from the power, of the middle of a sine.
fn frequency_and_amplitude(samples: &[f32]) -> (f64, f64) {
    let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
    let crossings: Vec<usize> = (1..middle.len()).filter(|&n| middle[n - 1] < 0.0 && middle[n] >= 0.0).collect();
    let (first, last) = (crossings[0], crossings[crossings.len() - 1]);
    let frequency = (crossings.len() - 1) as f64 / ((last - first) as f64 / 16_000.0);
    let whole = &middle[first..last];
    let power = whole.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / whole.len() as f64;
    (frequency, (2.0 * power).sqrt())
}

fn assert_is_sine(path: &Path, frequency_hz: f64, amplitude: f64, duration_s: f64, slack_s: f64) {
    let (samples, info) = decode(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (found_hz, found) = frequency_and_amplitude(&samples);
    assert!((found_hz - frequency_hz).abs() < 1.0, "{}: {found_hz} Hz", path.display());
    // LAME scales what it encodes, by up to 5 %.
    let slack = if path.extension().is_some_and(|e| e == "mp3") { 0.06 } else { 0.01 };
    assert!((found - amplitude).abs() < slack * amplitude, "{}: amplitude {found}", path.display());
    assert!((info.duration_s - duration_s).abs() <= slack_s, "{}: {} s", path.display(), info.duration_s);
    assert_eq!(samples.len(), (info.duration_s * 16_000.0 - 1e-6).ceil() as usize, "{}", path.display());
    assert_eq!(info.decode_errors, 0, "{}", path.display());
}

#[test]
fn wav_files_of_every_sample_format_and_rate_are_read() {
    let folder = folder();
    for format in [WavFormat::U8, WavFormat::I16, WavFormat::I24, WavFormat::I32, WavFormat::F32, WavFormat::F64] {
        for rate in [8_000, 16_000, 44_100, 48_000, 96_000] {
            let bytes = wav(format, rate, 1, &sine(440.0, 0.5, rate, 1.5));
            let path = write(folder.path(), &format!("{format:?}-{rate}.wav"), &bytes);
            assert_is_sine(&path, 440.0, 0.5, 1.5, 0.0);
        }
    }
}

#[test]
fn channels_are_averaged() {
    let folder = folder();
    let (left, right) = (sine(440.0, 0.8, 44_100, 1.0), sine(440.0, 0.2, 44_100, 1.0));
    let stereo: Vec<f64> = left.iter().zip(&right).flat_map(|(l, r)| [*l, *r]).collect();
    let path = write(folder.path(), "stereo.wav", &wav(WavFormat::I16, 44_100, 2, &stereo));
    assert_is_sine(&path, 440.0, 0.5, 1.0, 0.0);
    assert_eq!(decode(&path).unwrap().1.channels, 2);
    let six: Vec<f64> = left.iter().flat_map(|&l| [l, 0.0, l, 0.0, l, 0.0]).collect();
    let path = write(folder.path(), "six.wav", &wav(WavFormat::I16, 44_100, 6, &six));
    assert_is_sine(&path, 440.0, 0.4, 1.0, 0.0);
    let (samples, info) = decode(&path).unwrap();
    assert_eq!((info.channels, info.sample_rate_hz, samples.len()), (6, 44_100, 16_000));
}

#[test]
fn every_format_of_the_list_is_decoded() {
    let folder = folder();
    let source = write(folder.path(), "source.wav", &wav(WavFormat::I16, 44_100, 1, &sine(440.0, 0.5, 44_100, 4.0)));
    // Codecs without a record of their padding in the container come out longer by up to two frames.
    for (name, arguments, slack_s) in [
        ("flac.flac", &[][..], 0.0),
        ("flac24.flac", &["-sample_fmt", "s32"], 0.0),
        ("alac.m4a", &["-c:a", "alac"], 0.0),
        ("pcm.aiff", &[], 0.0),
        ("pcm.aifc", &["-c:a", "pcm_s16le", "-f", "aiff"], 0.0),
        ("pcm.caf", &[], 0.0),
        ("alac.caf", &["-c:a", "alac"], 0.1),
        ("adpcm.wav", &["-c:a", "adpcm_ms"], 0.05),
        ("mulaw.wav", &["-c:a", "pcm_mulaw"], 0.0),
        ("cbr.mp3", &["-b:a", "192k"], 0.0),
        ("vbr.mp3", &["-q:a", "4"], 0.0),
        ("low.mp3", &["-ar", "22050"], 0.002),
        ("layer2.mp2", &["-b:a", "192k"], 0.06),
        ("vorbis.ogg", &["-c:a", "libvorbis"], 0.0),
        ("flac.oga", &["-c:a", "flac", "-f", "ogg"], 0.0),
        ("aac.m4a", &["-c:a", "aac", "-b:a", "160k"], 0.1),
        ("aac.aac", &["-c:a", "aac", "-b:a", "160k", "-f", "adts"], 0.1),
        ("flac.mka", &["-c:a", "flac"], 0.0),
    ] {
        let path = folder.path().join(name);
        if ffmpeg(&source, &path, arguments) {
            assert_is_sine(&path, 440.0, 0.5, 4.0, slack_s);
        }
    }
}

#[test]
fn streams_chained_in_one_file_are_all_read() {
    let folder = folder();
    let mut chained = Vec::new();
    for (rate, name) in [(44_100, "a.ogg"), (48_000, "b.ogg")] {
        let tone = wav(WavFormat::I16, rate, 1, &sine(440.0, 0.5, rate, 2.0));
        let (source, ogg) = (write(folder.path(), "source.wav", &tone), folder.path().join(name));
        if !ffmpeg(&source, &ogg, &["-c:a", "libvorbis"]) {
            return;
        }
        chained.extend(std::fs::read(&ogg).unwrap());
    }
    assert_is_sine(&write(folder.path(), "chained.ogg", &chained), 440.0, 0.5, 4.0, 0.01);
}

#[test]
fn opus_is_decoded_or_named() {
    let folder = folder();
    let source = write(folder.path(), "source.wav", &wav(WavFormat::I16, 48_000, 1, &sine(440.0, 0.5, 48_000, 4.0)));
    let path = folder.path().join("opus.opus");
    if !ffmpeg(&source, &path, &["-c:a", "libopus", "-b:a", "128k"]) {
        return;
    }
    if cfg!(feature = "opus") {
        assert_is_sine(&path, 440.0, 0.5, 4.0, 0.03);
    } else {
        let error = decode(&path).unwrap_err();
        assert!(matches!(error, AudioError::OpusNotBuilt), "{error}");
    }
}

#[test]
fn the_content_decides_and_not_the_name() {
    let folder = folder();
    let bytes = wav(WavFormat::I16, 44_100, 1, &sine(440.0, 0.5, 44_100, 1.0));
    assert_is_sine(&write(folder.path(), "really-a-wav.mp3", &bytes), 440.0, 0.5, 1.0, 0.0);
    let text = write(folder.path(), "text.mp3", "This is not music. ".repeat(500).as_bytes());
    assert!(matches!(decode(&text), Err(AudioError::UnknownFormat(_))));
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n";
    assert!(matches!(decode(&write(folder.path(), "pointer.flac", pointer)), Err(AudioError::LfsPointer)));
}

#[test]
fn lengths_that_headers_claim_are_not_believed() {
    let folder = folder();
    let samples = sine(440.0, 0.5, 16_000, 2.0);
    let whole = wav(WavFormat::I16, 16_000, 1, &samples);
    for (name, claimed) in [("streamed.wav", u32::MAX), ("boastful.wav", 3_000_000)] {
        let mut bytes = wav_header(WavFormat::I16, 16_000, 1, claimed);
        bytes.extend(&whole[44..]);
        let (decoded, info) = decode(&write(folder.path(), name, &bytes)).unwrap();
        assert!((31_000..=32_000).contains(&decoded.len()), "{name}: {}", decoded.len());
        assert!((info.duration_s - decoded.len() as f64 / 16_000.0).abs() < 1e-9, "{name}");
    }
}

/// Decodes and expects an error; a panic that was caught is none.
fn error_of(path: &Path) -> AudioError {
    let error = decode(path).expect_err(&path.display().to_string());
    assert!(!matches!(error, AudioError::Panicked { .. }), "{}: {error}", path.display());
    error
}

#[test]
fn broken_files_are_errors() {
    let folder = folder();
    let folder = folder.path();
    let tone = sine(440.0, 0.5, 44_100, 1.0);
    let whole = wav(WavFormat::I16, 44_100, 1, &tone);

    assert!(matches!(error_of(&folder.join("missing.mp3")), AudioError::Open(_)));
    std::fs::create_dir(folder.join("folder.mp3")).unwrap();
    assert!(matches!(error_of(&folder.join("folder.mp3")), AudioError::NotAFile));
    assert!(matches!(error_of(&write(folder, "empty.mp3", b"")), AudioError::UnknownFormat(_)));
    for length in [1, 4, 11, 12, 20, 35, 43] {
        error_of(&write(folder, "cut.wav", &whole[..length]));
    }
    assert!(matches!(error_of(&write(folder, "header.wav", &whole[..44])), AudioError::Empty));
    error_of(&write(folder, "none.wav", &wav(WavFormat::I16, 44_100, 1, &[])));
    error_of(&write(folder, "channels.wav", &wav(WavFormat::I16, 44_100, 0, &tone)));
    for rate in [0, 7, u32::MAX] {
        error_of(&write(folder, "rate.wav", &wav(WavFormat::I16, rate, 1, &tone)));
    }
    for (name, bad) in [("nan.wav", f64::NAN), ("inf.wav", f64::INFINITY), ("huge.wav", 1e30)] {
        let mut samples = tone.clone();
        samples[22_050] = bad;
        let error = error_of(&write(folder, name, &wav(WavFormat::F32, 44_100, 1, &samples)));
        assert!(matches!(error, AudioError::BadSample { at_s } if (at_s - 0.5).abs() < 1e-3), "{name}: {error}");
    }
}

#[test]
fn broken_chunks_are_errors() {
    let folder = folder();
    let read = |path: &Path| read_chunks(path, &ChunkOptions::default(), 16_000, &AtomicBool::new(false));
    let one = write(folder.path(), "one.wav", &wav(WavFormat::I16, 44_100, 1, &[0.5]));
    assert!(matches!(read(&one), Err(AudioError::TooShort { .. })));
    let silent = write(folder.path(), "silent.wav", &wav(WavFormat::I16, 44_100, 1, &vec![0.0; 441_000]));
    assert!(matches!(read(&silent), Err(AudioError::Silent { .. })));
    let bad = ChunkOptions { max_chunks: 0, ..ChunkOptions::default() };
    assert!(matches!(
        read_chunks(&silent, &bad, 16_000, &AtomicBool::new(false)),
        Err(AudioError::Option { field: "max_chunks", .. })
    ));
    assert!(matches!(
        read_chunks(&silent, &ChunkOptions::default(), 16_000, &AtomicBool::new(true)),
        Err(AudioError::Cancelled)
    ));
}

/// Every kind of compressed file, cut and damaged in many places: an error or a shorter track, but no panic and no
/// endless loop.
#[test]
fn damage_anywhere_is_survived() {
    let folder = folder();
    let source = write(folder.path(), "source.wav", &wav(WavFormat::I16, 44_100, 2, &sine(440.0, 0.5, 44_100, 3.0)));
    let kinds: [(&str, &[&str]); 8] = [
        ("a.mp3", &[]),
        ("a.flac", &[]),
        ("a.ogg", &["-c:a", "libvorbis"]),
        ("a.m4a", &["-c:a", "aac"]),
        ("b.m4a", &["-c:a", "alac"]),
        ("a.aiff", &[]),
        ("a.caf", &[]),
        ("a.mka", &["-c:a", "flac"]),
    ];
    let made = kinds.iter().map(|(name, arguments)| (folder.path().join(name), *arguments));
    let mut files: Vec<PathBuf> = made.filter(|(to, arguments)| ffmpeg(&source, to, arguments)).map(|f| f.0).collect();
    files.push(source.clone());
    for file in files {
        let whole = std::fs::read(&file).unwrap();
        let name = format!("broken-{}", file.file_name().unwrap().to_string_lossy());
        let mut state = 1u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((u64::from(state) * below as u64) >> 32) as usize
        };
        for round in 0..60 {
            let mut bytes = whole.clone();
            match round % 3 {
                0 => bytes.truncate(random(whole.len())),
                1 => (0..20).for_each(|_| bytes[random(whole.len())] = random(256) as u8),
                // The headers are where sizes are believed.
                _ => (0..6).for_each(|_| bytes[random(whole.len().min(400))] = random(256) as u8),
            }
            let path = write(folder.path(), &name, &bytes);
            if let Err(AudioError::Panicked { message }) = decode(&path) {
                panic!("{name}, round {round}: {message}");
            }
        }
    }
}

#[test]
fn damage_in_the_middle_is_counted_and_skipped() {
    let folder = folder();
    let source = write(folder.path(), "source.wav", &wav(WavFormat::I16, 44_100, 1, &sine(440.0, 0.5, 44_100, 10.0)));
    let flac = folder.path().join("a.flac");
    if !ffmpeg(&source, &flac, &[]) {
        return;
    }
    let mut bytes = std::fs::read(&flac).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 3000].fill(0x55);
    let (samples, _) = decode(&write(folder.path(), "damaged.flac", &bytes)).unwrap();
    assert!((120_000..160_000).contains(&samples.len()), "{}", samples.len());
}

#[test]
fn a_panic_costs_one_file_only() {
    let folder = folder();
    let path = write(folder.path(), "a.wav", &wav(WavFormat::I16, 16_000, 1, &sine(440.0, 0.5, 16_000, 1.0)));
    let result = stream_mono(&path, 16_000, &AtomicBool::new(false), &mut |_| panic!("a test of {}", "panics"));
    assert!(matches!(result, Err(AudioError::Panicked { message }) if message == "a test of panics"));
}

/// Three hours in a sparse file: the memory is bounded by the picker, whose bound has a test of its own, and by
/// blocks, which this counts.
#[test]
fn three_hours_stream_in_small_blocks() {
    let folder = folder();
    let (rate, hours) = (8_000u32, 3);
    let data = rate * 3600 * hours;
    let path = write(folder.path(), "mix.wav", &wav_header(WavFormat::U8, rate, 1, data));
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(44 + u64::from(data)).unwrap();
    let (mut largest, mut total) = (0, 0u64);
    let info = stream_mono(&path, 16_000, &AtomicBool::new(false), &mut |block| {
        largest = largest.max(block.len());
        total += block.len() as u64;
    });
    assert_eq!(info.unwrap().duration_s, 10_800.0);
    assert_eq!(total, 10_800 * 16_000);
    assert!(largest <= 16_000, "{largest} samples at once");
}
