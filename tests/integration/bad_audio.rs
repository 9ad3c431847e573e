//! Files that are no good: each is a row that says why, the others make the site, and nobody sees a trace.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

use pmsl_core::demo::{DemoOptions, synthesize_library};
use serde_json::{Value, json};

use crate::movie::movie;
use crate::support::{Bench, snapshot, stderr, stdout, tune, wav};

/// Formats of a WAV file.
const INTEGER: u16 = 1;
const FLOAT: u16 = 3;

/// A WAV file of any header, whatever it says.
fn any_wav(format: u16, channels: u16, rate_hz: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels.wrapping_mul(bits / 8);
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0");
    file.extend([format.to_le_bytes(), channels.to_le_bytes()].concat());
    file.extend(rate_hz.to_le_bytes());
    file.extend(rate_hz.wrapping_mul(u32::from(frame)).to_le_bytes());
    file.extend([frame.to_le_bytes(), bits.to_le_bytes()].concat());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

fn pcm(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes()).collect()
}

/// Nine hours of 8-bit silence at 8 kHz that take no place on the disk.
fn nine_hours(path: &Path) {
    let mut file = any_wav(INTEGER, 1, 8_000, 8, &[]);
    let (header, data) = (file.len(), 8_000 * 9 * 3600_u32);
    file[4..8].copy_from_slice(&(36 + data).to_le_bytes());
    file[header - 4..].copy_from_slice(&data.to_le_bytes());
    fs::write(path, &file).unwrap();
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(header as u64 + u64::from(data)).unwrap();
}

/// The rows of a report's table of failures: stage and reason by file.
fn rows(report: &Value) -> BTreeMap<String, (String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = report["failures"].as_array().unwrap().iter();
    rows.map(|row| (text(&row["file"]), (text(&row["stage"]), text(&row["reason"])))).collect()
}

/// What is bad, the stage that finds it, and what its reason says.
fn put_bad_files(folder: &Path) -> Vec<(&'static str, &'static str, &'static str)> {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    let tone = pcm(&tune(2, 50, 3.0));
    write("empty.mp3", b"");
    write("text.mp3", &b"This is not music. ".repeat(200));
    write("pointer.flac", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
    write("header.wav", &any_wav(INTEGER, 1, 16_000, 16, &tone)[..44]);
    write("cut.wav", &any_wav(INTEGER, 1, 16_000, 16, &tone)[..30]);
    write("slow.wav", &any_wav(INTEGER, 1, 1, 16, &tone));
    write("fast.wav", &any_wav(INTEGER, 1, 700_000, 16, &tone));
    write("no channels.wav", &any_wav(INTEGER, 0, 16_000, 16, &tone));
    write("silent.wav", &any_wav(INTEGER, 1, 16_000, 16, &vec![0; 96_000]));
    write("one sample.wav", &any_wav(INTEGER, 1, 16_000, 16, &[0, 64]));
    let mut floats: Vec<u8> = tune(2, 51, 3.0).iter().flat_map(|sample| sample.to_le_bytes()).collect();
    floats[16_000..16_004].copy_from_slice(&f32::NAN.to_le_bytes());
    write("nan.wav", &any_wav(FLOAT, 1, 16_000, 32, &floats));
    // Half-way through the address space.
    write("crash.m4a", &movie(Some((1 << 63) + (1 << 32))));
    fs::create_dir(folder.join("folder.mp3")).unwrap();
    let bad = vec![
        ("empty.mp3", "audio", "not an audio file"),
        ("text.mp3", "audio", "not an audio file"),
        ("pointer.flac", "audio", "git lfs pull"),
        ("header.wav", "audio", "no samples"),
        ("cut.wav", "audio", ""),
        ("slow.wav", "audio", "found 1 Hz"),
        ("fast.wav", "audio", "found 700000 Hz"),
        ("no channels.wav", "audio", ""),
        ("silent.wav", "audio", "silent"),
        ("one sample.wav", "audio", "at least"),
        ("nan.wav", "audio", "NaN"),
        ("crash.m4a", "audio", "the decoder crashed on this file (assertion failed: "),
        ("folder.mp3", "library", "expected a file"),
    ];
    #[cfg(unix)]
    let bad = [bad, put_bad_files_of_unix(folder)].concat();
    bad
}

/// What only Unix has: pipes, links that lead nowhere, files that may not be read or fail while they are.
#[cfg(unix)]
fn put_bad_files_of_unix(folder: &Path) -> Vec<(&'static str, &'static str, &'static str)> {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let mut bad = vec![("pipe.mp3", "library", "a pipe"), ("nowhere.mp3", "library", "cannot be read")];
    assert!(Command::new("mkfifo").arg(folder.join("pipe.mp3")).status().unwrap().success());
    symlink(folder.join("gone"), folder.join("nowhere.mp3")).unwrap();
    let locked = folder.join("locked.wav");
    fs::write(&locked, wav(&tune(2, 52, 3.0), 16_000)).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&locked).is_err() {
        bad.push(("locked.wav", "library", "could not be read"));
    } else {
        eprintln!("skipped: root reads what nobody may");
        fs::remove_file(&locked).unwrap();
    }
    if cfg!(target_os = "linux") {
        // A process's first byte of memory: a file that opens and fails to be read, for root too.
        symlink("/proc/self/mem", folder.join("failing.wav")).unwrap();
        bad.push(("failing.wav", "library", "could not be read"));
    }
    bad
}

/// Puts valid files of odd kinds, which have to be analysed.
fn put_odd_files(folder: &Path) -> Vec<&'static str> {
    let eight: Vec<f32> = tune(2, 60, 3.0).iter().flat_map(|&sample| [sample; 8]).collect();
    fs::write(folder.join("eight channels.wav"), any_wav(INTEGER, 8, 16_000, 16, &pcm(&eight))).unwrap();
    fs::write(folder.join("constant.wav"), any_wav(INTEGER, 1, 16_000, 16, &pcm(&vec![0.5; 48_000]))).unwrap();
    let flac = folder.join("demo");
    let options =
        DemoOptions { tracks_per_sub_genre: 1, seconds: 8.0, sample_rate_hz: 16_000, ..DemoOptions::default() };
    synthesize_library(&flac, &options, &mut |_| {}, &AtomicBool::new(false)).unwrap();
    let made = snapshot(&flac).into_iter().find(|(path, _)| path.extension().is_some_and(|e| e == "flac")).unwrap();
    fs::remove_dir_all(&flac).unwrap();
    fs::write(folder.join("flac inside.wav"), made.1).unwrap();
    fs::write(folder.join("movie.m4a"), movie(None)).unwrap();
    vec!["eight channels.wav", "constant.wav", "flac inside.wav", "movie.m4a"]
}

#[test]
fn every_bad_file_is_a_row_and_the_others_make_the_site() {
    let bench = Bench::new(3);
    bench.write_config(&json!({ "site": { "share": "private" } }));
    let folder = bench.library().join("House/Chill");
    let (bad, odd) = (put_bad_files(&folder), put_odd_files(&folder));
    let output = bench.run();
    let (told, report) = (stderr(&output), bench.report());
    let found = rows(&report);
    for (name, stage, reason) in &bad {
        let path = format!("House/Chill/{name}");
        let (found_stage, found_reason) = found.get(&path).unwrap_or_else(|| panic!("no row for {path}: {found:?}"));
        assert_eq!(found_stage, stage, "{path}: {found_reason}");
        assert!(found_reason.contains(reason) && !found_reason.is_empty(), "{path}: {found_reason}");
        assert!(told.contains(&format!("skipped: {path}: ")), "the console is silent on {path}:\n{told}");
    }
    assert_eq!(found.len(), bad.len(), "{found:?}");
    let tracks = report["tracks"].as_array().unwrap();
    let paths: Vec<&str> = tracks.iter().map(|track| track["meta"]["path"].as_str().unwrap()).collect();
    for name in &odd {
        assert!(paths.contains(&format!("House/Chill/{name}").as_str()), "{name} was not analysed: {found:?}");
    }
    assert_eq!(tracks.len(), 12 + odd.len());
    assert!(!told.contains("panicked") && !told.contains("RUST_BACKTRACE"), "{told}");

    let table = fs::read_to_string(bench.path("work/failures.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + bad.len(), "{table}");
    assert!(table.starts_with("path,stage,reason\n") && table.contains("House/Chill/pointer.flac,audio,"), "{table}");
    assert!(stdout(&output).contains("failures.csv lists them"), "{}", stdout(&output));

    // Nothing is tried again, and every row stands.
    let again = bench.command().arg("-v").output().unwrap();
    assert!(stderr(&again).contains("features: 0 of 16 tracks decoded"), "{}", stderr(&again));
    assert_eq!(rows(&bench.report()), found);
    // A file that changes is.
    fs::write(folder.join("empty.mp3"), wav(&tune(2, 53, 3.0), 16_000)).unwrap();
    let mended = bench.command().arg("-v").output().unwrap();
    assert!(stderr(&mended).contains("features: 1 of 17 tracks decoded"), "{}", stderr(&mended));
    assert_eq!(rows(&bench.report()).len(), found.len() - 1);
}

#[test]
fn without_a_good_file_the_run_fails_with_a_sentence() {
    let bench = Bench::new(0);
    let folder = bench.library().join("Bad");
    fs::create_dir_all(&folder).unwrap();
    let bad = put_bad_files(&folder);
    for attempt in ["fresh", "remembered"] {
        let output = bench.command().output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{attempt}: {}", stderr(&output));
        let told = stderr(&output);
        let expected = format!("none of the library's {} tracks could be used; the first of {0}: ", bad.len());
        assert!(told.lines().last().unwrap().contains(&expected), "{attempt}: {told}");
        assert!(!told.contains("panicked") && !bench.site().exists(), "{attempt}: {told}");
    }
}

#[test]
fn a_file_that_vanishes_is_a_row_and_comes_back() {
    let bench = Bench::new(3);
    bench.write_config(&json!({ "site": { "share": "private" } }));
    // Heard first, and long enough for the other one to vanish meanwhile.
    let long = bench.library().join("House/Chill/0 long.wav");
    fs::write(&long, wav(&tune(2, 70, 240.0), 16_000)).unwrap();
    let last = bench.library().join("Techno/2_Bright/track 2.wav");
    let bytes = fs::read(&last).unwrap();
    let mut child =
        bench.command().args(["-vv", "--threads", "1"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("0 long.wav: 240.0 s")), "the long track was never heard");
    fs::remove_file(&last).unwrap();
    let rest: Vec<String> = lines.collect();
    assert!(child.wait().unwrap().success(), "{rest:?}");
    let found = rows(&bench.report());
    let (stage, reason) = &found["Techno/2_Bright/track 2.wav"];
    assert!(stage == "audio" && reason.contains("cannot be opened"), "{found:?}");
    assert_eq!(found.len(), 1);
    // The same file again: its content is not to blame, so that it is heard without being asked to.
    fs::write(&last, bytes).unwrap();
    bench.run();
    assert_eq!(rows(&bench.report()).len(), 0);
}

#[test]
fn a_file_that_takes_too_long_is_a_row_until_it_is_granted_more() {
    let bench = Bench::new(3);
    let limited = |limit_s: f64| {
        bench.write_config(&json!({ "site": { "share": "private" }, "file_time_limit_s": limit_s }));
        let output = bench.command().arg("-v").output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        (stderr(&output), rows(&bench.report()))
    };
    nine_hours(&bench.library().join("House/Chill/endless.wav"));
    let row = |limit: &str| format!("not decoded within {limit} s");
    let (_, found) = limited(3.0);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found["House/Chill/endless.wav"].1.starts_with(&row("3")), "{found:?}");
    let (told, _) = limited(3.0);
    assert!(told.contains("features: 0 of 12 tracks decoded"), "{told}");
    let (told, found) = limited(3.5);
    assert!(told.contains("features: 1 of 12 tracks decoded"), "{told}");
    assert!(found["House/Chill/endless.wav"].1.starts_with(&row("3.5")), "{found:?}");
}

#[test]
fn a_run_over_its_memory_limit_ends_with_a_sentence_and_goes_on_with_more() {
    let bench = Bench::new(3);
    bench.write_config(&json!({ "memory_limit": "8 MiB" }));
    let output = bench.command().output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("more than `memory_limit` = 8 MiB allows"), "{}", stderr(&output));
    assert!(!bench.site().exists(), "no half a site");
    bench.write_config(&json!({ "memory_limit": "8 GiB" }));
    bench.run();
    let bounded = snapshot(&bench.site());
    bench.write_config(&json!({}));
    bench.run();
    assert!(snapshot(&bench.site()) == bounded, "the limit changes the site");
    bench.write_config(&json!({ "memory_limit": "much" }));
    let output = bench.command().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("memory_limit") && stderr(&output).contains("like \"4 GiB\""),
        "{}",
        stderr(&output)
    );
}
