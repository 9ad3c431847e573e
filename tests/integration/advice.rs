//! What the report says to the owner of a library: planted mistakes are found, and new tracks find their place.

use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use crate::support::{Bench, pmsl, shared_data, snapshot, stderr, stdout, tune, wav};

/// A config that hears the tunes as cepstral coefficients, and trains nothing.
fn untrained() -> Value {
    json!({
        "title": "Bench",
        "seed": 3,
        "library": { "path": "music" },
        "audio": { "chunk_s": 1.0, "max_chunks": 3, "skip_intro_s": 0, "skip_outro_s": 0 },
        "features": { "kind": "mfcc" },
        "model": {
            "encoder": { "kind": "dense", "hidden": 2000 }, "standardize": true, "projection": { "kind": "none" }
        },
        "train": { "epochs": 0 },
        "device": "cpu",
        "site": { "timings": false, "share": "private" }
    })
}

/// Index of the report's track whose file has this name; of a private site, which holds paths.
fn track(report: &Value, name: &str) -> u64 {
    let tracks = report["tracks"].as_array().unwrap();
    tracks.iter().position(|track| track["meta"]["path"].as_str().unwrap().ends_with(name)).unwrap() as u64
}

#[test]
fn a_track_in_the_wrong_playlist_is_found() {
    let bench = Bench::new(0);
    // Three clouds around the axes; the fifth track of the first is filed under the last.
    let value = |track: usize, axis: usize| {
        let noise = ((track * 37 + axis * 101 + track * track * axis) % 19) as f32 / 19.0 - 0.5;
        f32::from(u8::from(track / 20 == axis)) + 0.5 * noise
    };
    let rows: Vec<f32> = (0..60).flat_map(|track| (0..6).map(move |axis| value(track, axis))).collect();
    let mut file = Vec::new();
    pmsl_core::npy::write_matrix(&mut file, &rows, 6).unwrap();
    fs::write(bench.path("vectors.npy"), file).unwrap();
    let mut labels = String::from("sub_genre,title\n");
    for track in 0..60 {
        let filed = if track == 4 { 2 } else { track / 20 };
        writeln!(labels, "{},Track {track}", ["Dark", "Chill", "Party"][filed]).unwrap();
    }
    fs::write(bench.path("labels.csv"), labels).unwrap();
    let mut command = pmsl();
    command.arg("--embeddings").arg(bench.path("vectors.npy")).arg("--labels").arg(bench.path("labels.csv"));
    let output = command.arg("--out").arg(bench.site()).arg("--work").arg(bench.path("work")).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let report = bench.report();
    let misfiled = report["advice"]["misfiled"].as_array().unwrap();
    assert_eq!(misfiled.len(), 1, "{misfiled:?}");
    let (track, suggested) = (&misfiled[0]["track"], &misfiled[0]["suggested"]);
    assert_eq!(report["tracks"][track.as_u64().unwrap() as usize]["meta"]["title"], "Track 4");
    assert_eq!(report["sub_genres"][suggested.as_u64().unwrap() as usize]["sub_genre"]["name"], "Dark");
    assert_eq!(report["advice"]["judged"], 60);
}

#[test]
fn the_same_recording_in_another_codec_stays_on_one_side() {
    let Some(styles) = shared_data("styles") else { return };
    let bench = Bench::new(0);
    let mut original = None;
    for (source, name) in [("Acoustic/Ragtime Piano", "Ragtime"), ("Hip Hop/Trap", "Trap"), ("World/Samba", "Samba")] {
        let folder = bench.library().join(name);
        fs::create_dir_all(&folder).unwrap();
        let mut files: Vec<_> = fs::read_dir(styles.join(source)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        for (number, file) in files.iter().take(6).enumerate() {
            fs::copy(file, folder.join(format!("{name} {number}.mp3"))).unwrap();
        }
        original.get_or_insert(files[2].clone());
    }
    // From stereo MP3 to mono PCM at another rate, 6 dB softer, and in another playlist.
    let mut sound = Vec::new();
    pmsl_core::audio::stream_mono(&original.unwrap(), 32_000, &AtomicBool::new(false), &mut |block| {
        sound.extend(block.iter().map(|sample| 0.5 * sample));
    })
    .unwrap();
    fs::write(bench.library().join("Samba/again.wav"), wav(&sound, 32_000)).unwrap();
    bench.write_config(&json!({ "site": { "share": "private" } }));
    bench.run();
    let report = bench.report();
    let (a, b) = (track(&report, "Ragtime 2.mp3"), track(&report, "again.wav"));
    let copies = report["advice"]["copies"].as_array().unwrap();
    assert!(copies.contains(&json!({ "kind": "recording", "tracks": [a.min(b), a.max(b)] })), "{copies:?}");
    let split = |track: u64| report["tracks"][track as usize]["split"].clone();
    assert_eq!(split(a), split(b), "one recording is on two sides");
    assert_eq!(report["grouping"]["recordings"], copies.len());
    // A run with nothing changed asks for no fingerprint, and so does as well without.
    let analyses = bench.path("work/analysis");
    for (path, bytes) in snapshot(&analyses) {
        fs::write(analyses.join(path), &bytes[..256]).unwrap();
    }
    bench.run();
    assert_eq!(bench.report(), report);
}

#[test]
fn an_artist_on_both_sides_fails_the_run() {
    let bench = Bench::new(4);
    let mut manifest = String::from("path,sub_genre,artist,split\n");
    for folder in ["Techno/1_Dark", "Techno/2_Bright", "House/Chill", "House/Party"] {
        for track in 0..4 {
            let part = if track == 0 { "test" } else { "train" };
            let artist =
                if folder == "House/Chill" && track < 2 { "Both Sides".into() } else { format!("{folder}{track}") };
            writeln!(manifest, "{folder}/track {track}.wav,{folder},{artist},{part}").unwrap();
        }
    }
    let path = bench.library().join("library.csv");
    fs::write(&path, manifest).unwrap();
    bench.write_config(&json!({ "library": { "scan": { "layout": "manifest" } } }));
    let refused = bench.command().output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    for words in
        ["the split leaks", "House/Chill/track 0.wav in test", "House/Chill/track 1.wav in train", "same artist"]
    {
        assert!(stderr(&refused).contains(words), "{words}: {}", stderr(&refused));
    }
    assert!(!bench.site().exists());
    // Who knows what they do may go on, and the report says it.
    let mut config = json!({ "library": { "scan": { "layout": "manifest" } } });
    config["split"] = json!({ "on_leak": "warn" });
    bench.write_config(&config);
    bench.run();
    let report = bench.report();
    assert!(report["warnings"].to_string().contains("share an artist"), "{}", report["warnings"]);
    assert_eq!(report["grouping"]["divided"], 2);
}

#[test]
fn an_inbox_is_sorted_into_proposed_playlists() {
    let bench = Bench::new(12);
    bench.write_whole_config(&untrained());
    let inbox = bench.path("inbox");
    fs::create_dir_all(inbox.join("deep")).unwrap();
    for (name, sub_genre) in [("dark.wav", 0), ("deep/chill.wav", 2)] {
        let made = bench.add_track("spare", sub_genre, 13);
        fs::rename(made, inbox.join(name)).unwrap();
    }
    fs::remove_dir_all(bench.library().join("spare")).unwrap();
    fs::write(inbox.join("broken.mp3"), b"no sound").unwrap();
    let output = bench.command().arg("--inbox").arg(&inbox).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("broken.mp3: not sorted"), "{}", stderr(&output));
    let folder = bench.path("work/inbox");
    assert!(stdout(&output).contains("inbox: 2 of 3 tracks sorted, 0 unsure"), "{}", stdout(&output));
    let playlist = |name: &str| fs::read_to_string(folder.join(format!("{name}.m3u8"))).unwrap();
    let path = |name: &str| inbox.join(name).to_str().unwrap().to_owned();
    assert!(playlist("Techno - Dark").contains(&path("dark.wav")), "{}", playlist("Techno - Dark"));
    assert!(playlist("House - Chill").contains(&path("deep/chill.wav")));
    assert_eq!(playlist("House - Party"), "#EXTM3U\n");
    assert_eq!(playlist("Unsure"), "#EXTM3U\n");
    let table = fs::read_to_string(folder.join("inbox.csv")).unwrap();
    assert_eq!(table.lines().count(), 3, "{table}");
    // Nothing of the inbox reaches the site.
    for (name, bytes) in crate::support::snapshot(&bench.site()) {
        assert!(!String::from_utf8_lossy(&bytes).contains("inbox/"), "{}", name.display());
    }
}

#[test]
fn a_mix_is_told_apart_into_its_stretches() {
    let bench = Bench::new(10);
    let mut config = untrained();
    config["audio"]["mix_s"] = json!(60.0);
    bench.write_whole_config(&config);
    let sound = [tune(0, 20, 70.0), tune(3, 21, 70.0)].concat();
    fs::write(bench.library().join("House/Party/mix.wav"), wav(&sound, 16_000)).unwrap();
    bench.run();
    let report = bench.report();
    let mixes = report["advice"]["mixes"].as_array().unwrap();
    assert_eq!(mixes.len(), 1, "{mixes:?}");
    assert_eq!(mixes[0]["track"], track(&report, "mix.wav"));
    let segments = mixes[0]["segments"].as_array().unwrap();
    let names: Vec<&str> = segments
        .iter()
        .map(|segment| segment["sub_genre"].as_u64().unwrap() as usize)
        .map(|class| report["sub_genres"][class]["sub_genre"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Dark", "Party"], "{segments:?}");
    // Nine chunks of 140 s: the change is known to half the distance of two.
    let change_s = segments[0]["end_s"].as_f64().unwrap();
    assert!((change_s - 70.0).abs() < 16.0 && segments[1]["end_s"].as_f64().unwrap() > 139.0, "{segments:?}");
}

#[test]
fn a_run_is_held_against_what_needs_no_training() {
    let bench = Bench::new(10);
    bench.write_config(&json!({ "split": { "cross_validation": { "k": 3 } } }));
    bench.run();
    let report = bench.report();
    let baselines = &report["measures"]["baselines"];
    let names: Vec<&str> =
        baselines["systems"].as_array().unwrap().iter().map(|system| system["name"].as_str().unwrap()).collect();
    let expected =
        ["This run", "Random encoder", "Random encoder, standardised", "Random encoder, LDA", "MFCC statistics"];
    assert_eq!(names, expected);
    assert_eq!(baselines["systems"][0]["centroid"], report["test"]["overall"], "the run's own system is the headline");
    assert_eq!(baselines["gains"].as_array().unwrap().len(), 4);
    for (system, gain) in
        baselines["systems"].as_array().unwrap().iter().skip(1).zip(baselines["gains"].as_array().unwrap())
    {
        let difference = baselines["systems"][0]["centroid"]["accuracy"].as_f64().unwrap()
            - system["centroid"]["accuracy"].as_f64().unwrap();
        assert!((gain["accuracy"]["difference"].as_f64().unwrap() - difference).abs() < 1e-12);
    }
    let hubness = &report["measures"]["hubness"];
    assert_eq!(hubness["corrections"].as_array().unwrap().len(), 4);
    assert!(report["map"]["trustworthiness"].as_f64().unwrap() > 0.5);
    assert_eq!(report["measures"]["sub_genres"].as_array().unwrap().len(), 4);
    let heard = &report["tracks"][0]["descriptors"];
    assert!(heard["loudness_lufs"].as_f64().unwrap() < 0.0, "{heard}");
}
