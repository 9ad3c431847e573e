//! Runs that end before their end: killed, interrupted, out of disk, kept out. What is there stays whole, and the same
//! command goes on to the same site.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Bench, snapshot, stderr};

/// Moments of a run, as shares of its length: the next of a seeded sequence.
fn moment(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 40) as f64 / (1_u64 << 24) as f64
}

fn temporaries(folder: &Path) -> usize {
    let files = snapshot(folder);
    files.keys().filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".tmp-"))).count()
}

#[test]
fn a_run_killed_at_any_moment_goes_on_to_the_same_site() {
    let undisturbed = Bench::new(3);
    let started = Instant::now();
    undisturbed.run();
    let whole = started.elapsed();
    let expected = snapshot(&undisturbed.site());
    let (mut state, mut killed) = (6, 0);
    for number in 0..4 {
        let share = moment(&mut state);
        let bench = Bench::new(3);
        let mut child = bench.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(share));
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        bench.run();
        assert!(snapshot(&bench.site()) == expected, "the site differs after kill {number}, at {share:.2} of the run");
        assert_eq!(temporaries(&bench.path("work")), 0, "after kill {number}");
    }
    assert!(killed > 0, "every run was over before it could be killed");
}

#[test]
fn a_work_folder_serves_one_run_at_a_time() {
    let bench = Bench::new(3);
    bench.write_config(&json!({ "train": { "epochs": 5000, "validate_every": 1000 } }));
    let mut first = bench.command().arg("-v").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(first.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("training:")), "training never began");
    let second = bench.command().output().unwrap();
    assert_eq!(second.status.code(), Some(2), "{}", stderr(&second));
    assert!(stderr(&second).contains("another run is using the work folder"), "{}", stderr(&second));
    assert!(stderr(&second).contains("--work DIR"), "{}", stderr(&second));
    first.kill().unwrap();
    first.wait().unwrap();
    // A dead run holds nothing.
    bench.write_config(&json!({}));
    bench.run();
}

#[test]
fn a_folder_that_holds_something_else_is_refused_before_anything_is_done() {
    let bench = Bench::new(3);
    fs::create_dir(bench.site()).unwrap();
    fs::write(bench.site().join("thesis.txt"), "years of work").unwrap();
    let refused = bench.command().output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("thesis.txt") && stderr(&refused).contains("--force"), "{}", stderr(&refused));
    assert!(!bench.path("work").exists(), "hours would be spent before it is said");
    let forced = bench.command().arg("--force").output().unwrap();
    assert!(forced.status.success(), "{}", stderr(&forced));
    assert_eq!(fs::read_to_string(bench.site().join("thesis.txt")).unwrap(), "years of work");
    // From now on it is a site.
    bench.run();
}

#[test]
#[cfg(target_os = "linux")]
fn a_place_that_cannot_be_written_is_refused_before_anything_is_done() {
    let bench = Bench::new(3);
    fs::write(bench.path("file"), "no folder").unwrap();
    // The second is closed to root too.
    for place in [bench.path("file/site"), PathBuf::from("/proc/site")] {
        let mut command = crate::support::pmsl();
        command.arg("--config").arg(bench.path("config.json")).arg("--out").arg(&place);
        let output = command.arg("--work").arg(bench.path("work")).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("could not "), "{}", stderr(&output));
        assert!(!bench.path("work").exists(), "{}", stderr(&output));
    }
}

/// Where no file may grow beyond some kilobytes, as on a disk that is full: the run ends with the cause, no track is
/// blamed for it, and with room it goes on.
#[test]
#[cfg(unix)]
fn a_full_disk_ends_the_run_and_blames_no_track() {
    let undisturbed = Bench::new(3);
    undisturbed.run();
    let bench = Bench::new(3);
    let full = bench.command();
    // Sixteen kilobytes hold what is remembered of files and of failures, and no features.
    let output = Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"", "16"])
        .arg(full.get_program())
        .args(full.get_args())
        .env("HF_HUB_CACHE", "/nonexistent")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("could not write ") && stderr(&output).contains("too large"),
        "{}",
        stderr(&output)
    );
    assert!(!bench.site().exists());
    let files = snapshot(&bench.path("work"));
    assert!(!files.keys().any(|path| path.to_string_lossy().ends_with(".failed.json")), "a track is blamed");
    bench.run();
    assert!(snapshot(&bench.site()) == snapshot(&undisturbed.site()));
}

/// The same on a file system that is full, which takes root to make.
#[test]
#[cfg(target_os = "linux")]
fn a_full_file_system_ends_the_run_and_leaves_the_old_site() {
    let bench = Bench::new(3);
    let mount = bench.path("mount");
    fs::create_dir(&mount).unwrap();
    let mounted = |options: &str| {
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(&mount).output();
        status.is_ok_and(|output| output.status.success())
    };
    if !mounted("size=64k") {
        eprintln!("skipped: no file system may be mounted");
        return;
    }
    let run = |work: &Path, out: &Path| {
        let mut command = crate::support::pmsl();
        command.arg("--config").arg(bench.path("config.json")).arg("--work").arg(work).arg("--out").arg(out);
        command.output().unwrap()
    };
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // First the work folder is on it, then the site.
        let output = run(&mount.join("work"), &bench.site());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
        assert!(!bench.site().exists());
        fs::remove_dir_all(mount.join("work")).unwrap();

        let output = run(&bench.path("work"), &mount.join("site"));
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
        assert!(!mount.join("site/index.html").exists(), "half a site");
        assert!(mounted("remount,size=16m"), "no room could be made");
        let output = run(&bench.path("work"), &mount.join("site"));
        assert!(output.status.success(), "{}", stderr(&output));
        let before = snapshot(&mount.join("site"));

        // No room for the next version: the old one stays to the byte.
        bench.write_config(&json!({ "title": "Another title" }));
        let used: usize = before.values().map(Vec::len).sum();
        let filler = vec![0; (16 << 20) - used - used / 4];
        let _ = fs::write(mount.join("filler"), filler);
        let output = run(&bench.path("work"), &mount.join("site"));
        assert_eq!(output.status.code(), Some(1), "the file system was not full: {used} bytes of site");
        assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
        assert!(snapshot(&mount.join("site")) == before, "the old site was touched");
        fs::remove_file(mount.join("filler")).unwrap();
        let output = run(&bench.path("work"), &mount.join("site"));
        assert!(output.status.success(), "{}", stderr(&output));
    }));
    assert!(Command::new("umount").arg(&mount).status().unwrap().success());
    outcome.unwrap();
}

/// The files of its site that a page names in attributes.
fn named_files(page: &str) -> BTreeSet<String> {
    let page = page.replace("&#x2f;", "/");
    let values = ["href=\"", "src=\""].into_iter().flat_map(|attribute| page.split(attribute).skip(1));
    let paths = values.filter_map(|rest| rest.split(['"', '#', '?']).next());
    paths.filter(|path| !path.is_empty() && !path.contains(':')).map(str::to_owned).collect()
}

/// Looks at a site as fast as it can while it is replaced, twice by runs to their end and once by one that is killed.
#[test]
fn a_visitor_never_sees_half_a_site() {
    let bench = Bench::new(3);
    bench.run();
    let site = bench.site();
    let done = AtomicBool::new(false);
    let visit = || {
        let (mut visits, mut titles) = (0_u32, BTreeSet::new());
        while !done.load(Ordering::Relaxed) {
            for name in ["index.html", "explorer.html"] {
                let path = site.join(name);
                let page = fs::read_to_string(&path).unwrap();
                assert!(page.trim_end().ends_with("</html>"), "{name} is cut off");
                titles.extend(page.split("<title>").nth(1).map(|rest| rest.split('<').next().unwrap().to_owned()));
                for named in named_files(&page) {
                    let is_there = site.join(&named).exists();
                    // What a page no longer names may go.
                    let is_current = || fs::read_to_string(&path).unwrap() == page;
                    assert!(is_there || !is_current(), "{name} names {named}, which is not there");
                }
            }
            visits += 1;
        }
        (visits, titles)
    };
    let (visits, titles) = std::thread::scope(|scope| {
        let visitor = scope.spawn(visit);
        for (round, title) in ["First", "Second", "Third"].into_iter().enumerate() {
            bench.write_config(&json!({ "title": title, "seed": round }));
            if title == "Second" {
                let mut child = bench.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                std::thread::sleep(Duration::from_millis(300));
                child.kill().unwrap();
                child.wait().unwrap();
            }
            bench.run();
        }
        done.store(true, Ordering::Relaxed);
        visitor.join()
    })
    .unwrap();
    assert!(visits > 3, "{visits} visits");
    assert!(titles.len() > 2, "the visitor saw one version only: {titles:?}");
}
