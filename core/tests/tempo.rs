//! Estimated tempi against the true ones of real recordings.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use pmsl_core::analysis::analyse;

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "mp3") {
            out.push(path);
        }
    }
}

#[test]
fn tempi_of_real_recordings_are_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/styles");
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    if paths.is_empty() {
        eprintln!("skipped: no recordings in {}", folder.display());
        return;
    }
    let (mut exact, mut related) = (0, 0);
    for path in &paths {
        let name = path.file_name().unwrap().to_string_lossy();
        let truth: f32 = name.split("bpm").next().unwrap().parse().unwrap();
        let analysis = analyse(path, &AtomicBool::new(false)).unwrap();
        let tempo = analysis.descriptors.tempo;
        let is = |factor: f32| tempo.is_some_and(|t| (t.bpm - factor * truth).abs() <= 0.04 * factor * truth);
        exact += usize::from(is(1.0));
        related += usize::from([1.0, 2.0, 0.5, 3.0, 1.0 / 3.0, 1.5, 2.0 / 3.0].into_iter().any(is));
        if std::env::var_os("PMSL_VERBOSE").is_some() {
            println!("{name}: {:?}", analysis.descriptors);
        }
    }
    println!("exact {:.3}, related {:.3}", exact as f32 / paths.len() as f32, related as f32 / paths.len() as f32);
}
