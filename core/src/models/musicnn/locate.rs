//! Finding the weights of MusiCNN on this machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::models::WeightsError;

/// The environment variable that names the wheel or its folder.
const VARIABLE: &str = "PMSL_MUSICNN";

/// Where the weights of MusiCNN are: `name` itself where it is a file or a folder, relative to the current folder or to
/// that of the config; for the name `musicnn` the first of these places that has them:
///
/// - what the environment variable `PMSL_MUSICNN` names
/// - a wheel `musicnn-*.whl` in the current folder, in the config's, or in `pmsl` in the user's cache folder
///   (`$XDG_CACHE_HOME`, `~/.cache`)
/// - the installed package, in the active virtual environment, the user's or the system's Python
///
/// Nothing is downloaded and no Python is run.
///
/// # Errors
/// When there are none, with the command that downloads them.
pub fn locate_musicnn(name: &str, config_folder: Option<&Path>) -> Result<PathBuf, WeightsError> {
    let named = [Some(PathBuf::from(name)), config_folder.map(|folder| folder.join(name))];
    if let Some(path) = named.into_iter().flatten().find(|path| path.exists()) {
        return Ok(path);
    }
    if name != "musicnn" {
        return Err(WeightsError::MusicnnNotFound { name: name.to_owned() });
    }
    if let Some(path) = variable(VARIABLE) {
        return Ok(path);
    }
    let home = env::home_dir();
    let cache = variable("XDG_CACHE_HOME").or_else(|| home.as_ref().map(|home| home.join(".cache")));
    let folders = [Some(PathBuf::from(".")), config_folder.map(Path::to_owned), cache.map(|cache| cache.join("pmsl"))];
    let wheel = folders.iter().flatten().find_map(|folder| wheel(folder));
    let prefixes = [
        variable("VIRTUAL_ENV"),
        variable("CONDA_PREFIX"),
        home.map(|home| home.join(".local")),
        Some("/usr/local".into()),
        Some("/usr".into()),
    ];
    wheel
        .or_else(|| prefixes.iter().flatten().find_map(|prefix| installed(prefix)))
        .ok_or_else(|| WeightsError::MusicnnNotFound { name: name.to_owned() })
}

fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The last wheel by name in a folder.
fn wheel(folder: &Path) -> Option<PathBuf> {
    entries(folder).into_iter().rfind(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("musicnn-") && path.extension().is_some_and(|extension| extension == "whl")
    })
}

/// The package under a prefix of Python: `lib/python3.*/site-packages/musicnn`.
fn installed(prefix: &Path) -> Option<PathBuf> {
    let pythons = entries(&prefix.join("lib")).into_iter().rev();
    pythons
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python3")))
        .flat_map(|python| ["site-packages", "dist-packages"].map(|folder| python.join(folder).join("musicnn")))
        .find(|package| package.join("MSD_musicnn").is_dir())
}

/// What is in a folder, by name; nothing where it cannot be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort_unstable();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_as_it_is_also_beside_the_config() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("weights.whl");
        fs::write(&wheel, "").unwrap();
        assert_eq!(locate_musicnn(wheel.to_str().unwrap(), None).unwrap(), wheel);
        assert_eq!(locate_musicnn("weights.whl", Some(folder.path())).unwrap(), wheel);
        let message = locate_musicnn("weights.whl", None).unwrap_err().to_string();
        assert!(message.contains("`weights.whl`") && message.contains("pip download"), "{message}");
    }

    #[test]
    fn wheels_and_installed_packages_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(wheel(folder.path()), None);
        for name in ["musicnn-0.1.0-py3-none-any.whl", "musicnn-0.0.9-py3-none-any.whl", "music-9.whl", "x.whl"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(wheel(folder.path()), Some(folder.path().join("musicnn-0.1.0-py3-none-any.whl")));
        assert_eq!(installed(folder.path()), None);
        let package = folder.path().join("lib/python3.12/site-packages/musicnn");
        fs::create_dir_all(package.join("MSD_musicnn")).unwrap();
        fs::create_dir_all(folder.path().join("lib/python3.9/site-packages/musicnn")).unwrap();
        assert_eq!(installed(folder.path()), Some(package));
    }
}
