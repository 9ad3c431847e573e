//! Whatever happens to the files of the work folder between two runs, the second one gives the same site, or says which
//! file it cannot use. It never gives another one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::{Bench, snapshot, stderr};

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Emptied,
    CutInHalf,
    LastByteLost,
    /// A bit at this share of the file.
    Flipped(f64),
    Nonsense,
}

const ALL: [Damage; 9] = [
    Damage::Emptied,
    Damage::CutInHalf,
    Damage::LastByteLost,
    Damage::Flipped(0.03),
    Damage::Flipped(0.2),
    Damage::Flipped(0.5),
    Damage::Flipped(0.75),
    Damage::Flipped(0.99),
    Damage::Nonsense,
];

impl Damage {
    fn to(self, path: &Path) {
        let mut bytes = fs::read(path).unwrap();
        match self {
            Self::Emptied => bytes.clear(),
            Self::CutInHalf => bytes.truncate(bytes.len() / 2),
            Self::LastByteLost => _ = bytes.pop(),
            Self::Flipped(share) => {
                let place = (bytes.len() as f64 * share) as usize;
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 0x10;
                }
            }
            Self::Nonsense => bytes = b"{\"version\":1}\n".repeat(1 + bytes.len() / 14),
        }
        fs::write(path, bytes).unwrap();
    }
}

/// Files of the work folder by kind: the folder they lie in and their extension.
fn kinds(work: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let mut kinds = BTreeMap::<String, Vec<PathBuf>>::new();
    for file in snapshot(work).into_keys().filter(|file| file != Path::new("lock")) {
        let folder = file.iter().next().unwrap().to_string_lossy().into_owned();
        let extension = file.extension().map_or_else(String::new, |extension| extension.to_string_lossy().into_owned());
        kinds.entry(format!("{folder}, {extension}")).or_default().push(work.join(file));
    }
    kinds
}

#[test]
fn no_damage_of_the_work_folder_changes_a_site() {
    let bench = Bench::new(3);
    // A broken file, so that a remembered failure is among the caches, and two copies of one recording.
    fs::write(bench.library().join("House/Chill/broken.wav"), b"RIFF no more").unwrap();
    fs::copy(bench.library().join("House/Chill/track 0.wav"), bench.library().join("House/Chill/copy.wav")).unwrap();
    bench.write_config(&json!({ "site": { "timings": false, "clips": { "seconds": 5 }, "encoder": false } }));
    bench.run();
    let expected = snapshot(&bench.site());
    let work = bench.path("work");
    let (mut tried, mut refused) = (0, BTreeSet::new());
    let found = kinds(&work);
    for kind in
        ["features, f16", "analysis, bin", "clips, mp3", "embeddings, bin", "evaluation, json", "stamps.json, json"]
    {
        assert!(found.contains_key(kind), "{kind} is none of {:?}", found.keys());
    }
    for (kind, files) in found {
        for damage in ALL {
            // All of a kind at once; what follows from them is forgotten, so that they are read again.
            let files: Vec<_> = files.iter().filter(|file| file.is_file()).collect();
            for file in &files {
                damage.to(file);
            }
            for later in ["embeddings", "evaluation", "models", "copies"] {
                if !kind.starts_with(later) {
                    let _ = fs::remove_dir_all(work.join(later));
                }
            }
            tried += 1;
            for attempt in 0.. {
                let output = bench.command().output().unwrap();
                let told = stderr(&output);
                assert!(!told.contains("panicked"), "{kind}, {damage:?}: {told}");
                if output.status.success() {
                    break;
                }
                // Refused: with the file's name, and mended by what the message says, which is to run again.
                let named = files.iter().any(|file| told.contains(&*file.file_name().unwrap().to_string_lossy()));
                assert!(named && told.contains("run again") && attempt < 30, "{kind}, {damage:?}: {told}");
                refused.insert(kind.clone());
            }
            let site = snapshot(&bench.site());
            let differing: Vec<_> = expected.iter().filter(|(name, bytes)| site.get(*name) != Some(bytes)).collect();
            let differing: Vec<_> = differing.into_iter().map(|(name, _)| name).collect();
            assert!(site.len() == expected.len() && differing.is_empty(), "{kind}, {damage:?}: {differing:?} differ");
        }
    }
    eprintln!("{tried} damages of all files of a kind; refused before they were made anew: {refused:?}");
}
