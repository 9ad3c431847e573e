//! A public site says nothing of the machine and the person it comes from, and making it takes no network.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use serde_json::json;

use crate::support::{Bench, pmsl, repository, snapshot, stderr, tagged_wav, tune};

/// Names that are found nowhere by chance.
const USER: &str = "qzowner";
const HOST: &str = "qzmachine";
const FILE: &str = "qzfilename";
const COMMENT: &str = "qzcomment";

/// A library in the home of a person, whose files hold more than is to be published.
fn bench() -> Bench {
    let bench = Bench::new(0);
    for (sub_genre, name) in ["Techno/Dark", "House/Chill"].into_iter().enumerate() {
        for number in 0..4 {
            let sound = tune(sub_genre, number, 3.0);
            let title = format!("Title {number}");
            // Half of them have no title, for which the name of the file would stand in.
            let frames: &[(&str, &str)] =
                &[("TIT2", &title), ("COMM", COMMENT), ("TENC", COMMENT), ("TXXX", COMMENT), ("TCMP", "1")];
            let frames = if number % 2 == 0 { frames } else { &frames[1..] };
            let path = home(&bench).join("Music").join(name).join(format!("{FILE} {number}.wav"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, tagged_wav(&sound, 16_000, frames)).unwrap();
        }
    }
    fs::write(home(&bench).join("Music/Techno/Dark").join(format!("{FILE} broken.mp3")), b"no music").unwrap();
    bench
}

fn home(bench: &Bench) -> PathBuf {
    bench.path("home").join(USER)
}

/// Runs the binary as that person on that machine, without a network where that can be had: `None` where it cannot.
fn cut_off(bench: &Bench, arguments: &[&str]) -> Option<Output> {
    let script = format!("hostname {HOST} 2>/dev/null || true; exec \"$0\" \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--net", "--uts", "sh", "-c", &script]).arg(pmsl().get_program());
    // The probe tells a machine that allows this from one that does not, and that nothing can be reached then.
    let probe = Command::new("unshare").args(["--net", "--uts", "sh", "-c", "cat /proc/net/route | wc -l"]).output();
    match probe {
        // At most the heading of a table without a route.
        Ok(probe) if probe.status.success() => {
            assert!(["0", "1"].contains(&String::from_utf8_lossy(&probe.stdout).trim()), "a route leads out");
        }
        _ => return None,
    }
    command.env("HOME", home(bench)).env("USER", USER).env("LOGNAME", USER).env("HOSTNAME", HOST);
    command.env("HF_HUB_CACHE", "/nonexistent").current_dir(home(bench)).args(arguments);
    Some(command.output().unwrap())
}

#[test]
fn a_run_needs_no_network_and_a_public_site_says_nothing_of_its_origin() {
    let bench = bench();
    bench.write_config(&json!({
        "library": { "path": "home/qzowner/Music" },
        "site": { "clips": { "seconds": 5 }, "single_file": true, "timings": true }
    }));
    let (config, site, work) = (bench.path("config.json"), bench.site(), home(&bench).join("work"));
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let arguments = ["--config", &text(&config), "--out", &text(&site), "--work", &text(&work)];
    let output = cut_off(&bench, &arguments).unwrap_or_else(|| {
        eprintln!("skipped in part: this machine lets nobody run without a network (unshare --net); run with one");
        pmsl().env("HOME", home(&bench)).env("USER", USER).current_dir(home(&bench)).args(arguments).output().unwrap()
    });
    assert!(output.status.success(), "{}", stderr(&output));
    // What finished runs are made into is public as well.
    let output = pmsl().current_dir(bench.path("")).args(["render", "site", "--out", "again"]).output().unwrap();
    assert!(output.status.success() && bench.path("again").is_dir(), "{}", stderr(&output));

    let repository = repository();
    // Not `/home/`, which the explorer's own hint at a folder begins with; the home of the run is looked for below.
    let mut secrets: Vec<String> =
        [USER, HOST, FILE, COMMENT, "/root/", "/Users/", ".cargo/registry"].map(str::to_owned).into();
    secrets.push(text(&bench.path("")).trim_end_matches('/').to_owned());
    secrets.push(text(&repository));
    secrets.push(text(&home(&bench)));
    secrets.extend(std::env::var("HOME").ok().filter(|home| home.len() > 4));
    let mut read = 0;
    for folder in [&site, &bench.path("again")] {
        let files = snapshot(folder);
        assert!(files.keys().any(|name| name.starts_with("clips")) || folder != &site);
        for (name, bytes) in files {
            let told = name.to_string_lossy().into_owned();
            for layer in layers(&bytes) {
                read += 1;
                for secret in &secrets {
                    let found = find(&layer, secret.as_bytes()).or_else(|| find(told.as_bytes(), secret.as_bytes()));
                    let around = |at: usize| {
                        String::from_utf8_lossy(&layer[at.saturating_sub(60)..(at + 60).min(layer.len())]).into_owned()
                    };
                    assert!(found.is_none(), "{told} holds {secret:?}: {}", found.map(around).unwrap_or_default());
                }
            }
            if name.extension().is_some_and(|extension| extension == "mp3") {
                let end = &bytes[bytes.len().saturating_sub(128)..];
                assert!(!bytes.starts_with(b"ID3") && !end.starts_with(b"TAG"), "{told} has tags");
            }
        }
    }
    // The index of the site is among what was looked through: its titles are found in it.
    let index = snapshot(&site).into_iter().filter(|(name, _)| name.to_string_lossy().contains("index-"));
    assert!(index.flat_map(|(_, bytes)| layers(&bytes)).any(|layer| find(&layer, b"Title 2").is_some()));
    eprintln!("{read} files and what is packed in them, {} names looked for", secrets.len());
}

/// The bytes of a file, what is in base64 in it, and what of that is deflated.
fn layers(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut layers = vec![bytes.to_vec()];
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    for run in bytes.split(|byte| !is_base64(byte)).filter(|run| run.len() >= 64) {
        let Ok(decoded) = base64::engine::general_purpose::STANDARD.decode(run) else { continue };
        let mut raw = Vec::new();
        let mut zlib = Vec::new();
        let limit = 64 << 20;
        if flate2::read::DeflateDecoder::new(&decoded[..]).take(limit).read_to_end(&mut raw).is_ok() {
            layers.push(raw);
        }
        if flate2::read::ZlibDecoder::new(&decoded[..]).take(limit).read_to_end(&mut zlib).is_ok() {
            layers.push(zlib);
        }
        layers.push(decoded);
    }
    layers
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
