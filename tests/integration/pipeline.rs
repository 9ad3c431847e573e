//! Whole runs on a small library: what is reused, what is reproduced, what survives.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::support::{Bench, shared_data, snapshot, stderr, stdout};

fn modification_times(bench: &Bench) -> Vec<(std::path::PathBuf, SystemTime)> {
    let site = bench.site();
    snapshot(&site)
        .into_keys()
        .map(|name| {
            let modified = fs::metadata(site.join(&name)).unwrap().modified().unwrap();
            (name, modified)
        })
        .collect()
}

#[test]
fn a_run_makes_a_site_with_every_track() {
    let bench = Bench::new(5);
    let output = bench.run();
    let report = bench.report();
    assert_eq!(report["tracks"].as_array().unwrap().len(), 20);
    let sub_genres = report["sub_genres"].as_array().unwrap();
    let names: Vec<_> = sub_genres.iter().map(|s| s["sub_genre"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Chill", "Party", "Dark", "Bright"], "genres in order, prefixes stripped");
    for page in ["index.html", "explorer.html"] {
        assert!(bench.site().join(page).is_file(), "no {page}");
    }
    assert!(stdout(&output).contains("index.html"), "{}", stdout(&output));
    let home = bench.path("");
    for (name, bytes) in snapshot(&bench.site()) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains(home.to_str().unwrap()), "{} names the machine's folders", name.display());
    }
}

#[test]
fn real_recordings_go_through() {
    let Some(styles) = shared_data("styles") else { return };
    let bench = Bench::new(0);
    let output = bench.command().arg("--library").arg(styles).args(["--limit", "2"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let report = bench.report();
    assert_eq!(report["tracks"].as_array().unwrap().len(), 20, "two tracks of each of the ten styles");
    assert_eq!(report["failures"].as_array().unwrap().len(), 0);
    let metas: Vec<_> = report["tracks"].as_array().unwrap().iter().map(|track| &track["meta"]).collect();
    assert!(metas[0]["duration_s"].as_f64().unwrap() > 5.0, "{}", metas[0]);
    // No file has a tag for it, so that what was heard stands in.
    let heard = |field: &str| metas.iter().filter(|meta| meta[format!("{field}_heard")] == true).count();
    assert!(heard("bpm") >= 16 && heard("key") >= 10, "{} tempi, {} keys", heard("bpm"), heard("key"));
    let mut energies: Vec<f64> = metas.iter().map(|meta| meta["energy"].as_f64().unwrap()).collect();
    energies.sort_by(f64::total_cmp);
    assert_eq!((energies[0], energies[19]), (0.0, 1.0), "{energies:?}");
}

#[test]
fn nothing_changed_means_nothing_done() {
    let bench = Bench::new(3);
    bench.run();
    let before = modification_times(&bench);
    let again = bench.command().arg("-v").output().unwrap();
    assert!(again.status.success());
    assert_eq!(modification_times(&bench), before);
    assert!(stderr(&again).contains("0 of 12 tracks decoded"), "{}", stderr(&again));
    assert!(stderr(&again).contains("training: nothing to do"), "{}", stderr(&again));
}

#[test]
fn an_added_track_is_the_only_one_decoded() {
    let bench = Bench::new(3);
    bench.run();
    bench.add_track("House/Chill", 2, 3);
    let again = bench.command().arg("-v").output().unwrap();
    assert!(again.status.success(), "{}", stderr(&again));
    assert!(stderr(&again).contains("1 of 13 tracks decoded"), "{}", stderr(&again));
    assert_eq!(bench.report()["tracks"].as_array().unwrap().len(), 13);
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_number_of_threads() {
    let bench = Bench::new(3);
    bench.run();
    let first = snapshot(&bench.site());
    for threads in ["1", "3"] {
        fs::remove_dir_all(bench.path("work")).unwrap();
        fs::remove_dir_all(bench.site()).unwrap();
        let output = bench.command().args(["--threads", threads]).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let second = snapshot(&bench.site());
        assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
        for (name, bytes) in &first {
            assert!(second[name] == *bytes, "{} differs with {threads} threads", name.display());
        }
    }
}

#[test]
fn a_killed_run_goes_on_to_the_same_site() {
    let undisturbed = Bench::new(3);
    undisturbed.run();
    let expected = snapshot(&undisturbed.site());
    let bench = Bench::new(3);
    // Killed ever later, so that each stage is hit; the last attempt is let through.
    let mut delay = Duration::from_millis(30);
    let mut kills = 0;
    loop {
        let mut child = bench.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(delay);
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        delay = delay.mul_f32(1.2);
    }
    assert!(kills > 0, "the run was over before it could be killed");
    assert!(snapshot(&bench.site()) == expected, "the site differs after {kills} kills");
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_the_run_cleanly() {
    let bench = Bench::new(3);
    bench.write_config(&json!({ "train": { "epochs": 5000, "validate_every": 1000 } }));
    let mut child = bench.command().arg("-v").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("training:")), "training never began");
    let sent = std::process::Command::new("kill").arg("-INT").arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("run the same command again")), "{rest:?}");
    assert!(!bench.site().exists(), "no half a site");
}

#[test]
fn bad_files_become_rows_and_are_not_tried_again() {
    let bench = Bench::new(3);
    let folder = bench.library().join("House/Chill");
    fs::write(folder.join("empty.mp3"), b"").unwrap();
    fs::write(folder.join("text.flac"), b"this is no flac file").unwrap();
    fs::create_dir(folder.join("folder.mp3")).unwrap();
    fs::write(folder.join("notes.txt"), b"not audio").unwrap();
    let output = bench.run();
    let report = bench.report();
    assert_eq!(report["failures"].as_array().unwrap().len(), 3, "{}", report["failures"]);
    assert_eq!(report["tracks"].as_array().unwrap().len(), 12);
    assert!(stdout(&output).contains("3 files skipped"), "{}", stdout(&output));
    let again = bench.command().arg("-v").output().unwrap();
    assert!(stderr(&again).contains("0 of 12 tracks decoded"), "{}", stderr(&again));
    let strict = bench.command().arg("--strict").output().unwrap();
    assert_eq!(strict.status.code(), Some(3), "{}", stderr(&strict));
}

#[test]
fn a_library_of_bad_files_only_fails() {
    let bench = Bench::new(0);
    fs::create_dir_all(bench.library().join("Bad")).unwrap();
    fs::write(bench.library().join("Bad/empty.mp3"), b"").unwrap();
    let output = bench.command().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("none of the library's 1 tracks could be used"), "{}", stderr(&output));
}

#[test]
fn a_foreign_folder_is_not_overwritten() {
    let bench = Bench::new(2);
    fs::create_dir_all(bench.site()).unwrap();
    fs::write(bench.site().join("thesis.txt"), b"years of work").unwrap();
    let output = bench.command().output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(fs::read(bench.site().join("thesis.txt")).unwrap(), b"years of work");
}

#[test]
fn a_private_site_holds_relative_paths_and_a_public_one_none() {
    let bench = Bench::new(2);
    bench.run();
    let public =
        String::from_utf8_lossy(&snapshot(&bench.site()).into_values().flatten().collect::<Vec<_>>()).into_owned();
    assert!(!public.contains("1_Dark"), "a public site names a folder");
    bench.write_config(&json!({ "site": { "share": "private" } }));
    bench.run();
    let report = bench.report();
    assert_eq!(report["tracks"][0]["meta"]["path"], "House/Chill/track 0.wav");
}
