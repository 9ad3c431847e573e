//! Listening clips that the site carries.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Bench, pmsl, stderr};

/// A bench whose config asks for clips.
fn bench(tracks: usize, clips: &Value) -> Bench {
    let bench = Bench::new(tracks);
    bench.write_config(&json!({ "site": { "clips": clips } }));
    bench
}

/// Where the site plays every track from, where it does.
fn played(bench: &Bench) -> Vec<Option<String>> {
    let report = bench.report();
    let tracks = report["tracks"].as_array().unwrap().iter();
    tracks.map(|track| track["meta"]["audio"].as_str().map(str::to_owned)).collect()
}

/// The files of the site's folder of clips.
fn carried(bench: &Bench) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(bench.site().join("clips")) else { return BTreeSet::new() };
    entries.map(|entry| format!("clips/{}", entry.unwrap().file_name().into_string().unwrap())).collect()
}

/// Writes other bytes into a file whose size and time of modification stay.
fn damage(path: &Path) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    fs::write(path, vec![7; fs::metadata(path).unwrap().len() as usize]).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
}

#[test]
fn every_track_has_a_clip_that_is_made_once() {
    let bench = bench(3, &json!({ "seconds": 5 }));
    // The same content twice, which the config allows.
    fs::copy(bench.library().join("House/Chill/track 0.wav"), bench.library().join("House/Party/again.wav")).unwrap();
    bench.run();
    let first = played(&bench);
    assert_eq!(first.len(), 13);
    let named: BTreeSet<String> = first.iter().map(|path| path.clone().expect("every track is played")).collect();
    assert_eq!(named.len(), 12, "copies share a clip");
    assert_eq!(carried(&bench), named);
    for path in &named {
        let bytes = fs::read(bench.site().join(path)).unwrap();
        // Three seconds of sound at 96 kbit/s.
        assert!(bytes[0] == 0xff && bytes[1] >= 0xe0 && (30_000..45_000).contains(&bytes.len()), "{path}");
    }
    let again = bench.command().arg("-v").output().unwrap();
    assert!(again.status.success() && stderr(&again).contains("clips: 0 made"), "{}", stderr(&again));
    assert_eq!(played(&bench), first);

    bench.write_config(&json!({ "site": { "clips": { "seconds": 5, "kbps": 64 } } }));
    bench.run();
    let other: BTreeSet<String> = played(&bench).into_iter().flatten().collect();
    assert!(other.is_disjoint(&named), "no browser takes an old clip for a new one");
    assert_eq!(carried(&bench), other, "the old clips are gone");

    bench.write_config(&json!({}));
    bench.run();
    assert!(carried(&bench).is_empty() && played(&bench).iter().all(Option::is_none));
}

#[test]
fn a_clip_that_cannot_be_made_is_a_row_in_the_report() {
    let bench = Bench::new(3);
    bench.run();
    let damaged = bench.library().join("House/Chill/track 1.wav");
    let sound = fs::read(&damaged).unwrap();
    damage(&damaged);
    bench.write_config(&json!({ "site": { "clips": {} } }));
    bench.run();
    assert_eq!(played(&bench).iter().filter(|path| path.is_none()).count(), 1);
    assert_eq!(carried(&bench).len(), 11);
    let failures = bench.report()["failures"].clone();
    assert_eq!((failures.as_array().unwrap().len(), &failures[0]["stage"]), (1, &json!("clips")), "{failures}");
    assert!(failures[0]["reason"].as_str().unwrap().starts_with("no clip could be made: "), "{failures}");
    let strict = bench.command().arg("--strict").output().unwrap();
    assert_eq!(strict.status.code(), Some(3));
    assert!(stderr(&strict).contains("1 of 12 files"), "{}", stderr(&strict));
    // It is not tried at every run, and is tried again when asked for.
    fs::write(&damaged, sound).unwrap();
    assert!(bench.command().arg("--force").status().unwrap().success());
    assert_eq!(carried(&bench).len(), 12);
}

#[test]
fn clips_that_make_no_sense_are_refused() {
    let bench = Bench::new(1);
    for (site, words) in [
        (json!({ "clips": {}, "audio": "copy" }), "so keep one"),
        (json!({ "clips": { "seconds": 2 } }), "`seconds` must be from 5 to 120, found 2"),
        (json!({ "clips": { "length": 2 } }), "site.clips.length"),
    ] {
        bench.write_config(&json!({ "site": site }));
        let output = bench.command().output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
    fs::write(bench.path("vectors.npy"), "").unwrap();
    fs::write(bench.path("labels.csv"), "label\n").unwrap();
    bench.write_config(&json!({ "library": { "path": null }, "site": { "clips": {} } }));
    let embeddings = bench
        .command()
        .arg("--embeddings")
        .arg(bench.path("vectors.npy"))
        .arg("--labels")
        .arg(bench.path("labels.csv"))
        .output()
        .unwrap();
    assert!(stderr(&embeddings).contains("the library is embeddings alone"), "{}", stderr(&embeddings));
}

#[test]
fn clips_and_the_explorer_as_one_file_are_carried_over() {
    let bench = bench(2, &json!({}));
    assert!(bench.command().arg("--single-file").status().unwrap().success());
    let output = pmsl().arg("render").arg(bench.site()).arg("--out").arg(bench.path("again")).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    for path in carried(&bench).iter().map(String::as_str).chain(["explorer-single.html"]) {
        assert_eq!(fs::read(bench.site().join(path)).unwrap(), fs::read(bench.path("again").join(path)).unwrap());
    }
    assert!(fs::read_to_string(bench.path("again/index.html")).unwrap().contains("explorer-single.html"));
}
