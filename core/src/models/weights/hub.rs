//! Finding pretrained weights on this machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::WeightsError;

/// The folder that holds the named weights: the folder itself, or for an id such as
/// `MIT/ast-finetuned-audioset-10-10-0.4593` the newest snapshot in the Hugging Face hub cache. Nothing is downloaded.
///
/// # Errors
/// When there is neither, with the command that downloads the model.
pub fn locate_pretrained(name: &str) -> Result<PathBuf, WeightsError> {
    let folder = Path::new(name);
    if folder.is_dir() {
        return Ok(folder.to_owned());
    }
    if !is_model_id(name) {
        return Err(WeightsError::UnknownSource(name.to_owned()));
    }
    locate_in_cache(name, &hub_cache())
}

/// Where the hub's tools keep what they download (`huggingface_hub.constants`): `$HF_HUB_CACHE`, `$HF_HOME/hub`,
/// `$XDG_CACHE_HOME/huggingface/hub`, `~/.cache/huggingface/hub`, the first that is set.
fn hub_cache() -> PathBuf {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("HF_HUB_CACHE")
        .or_else(|| variable("HF_HOME").map(|home| home.join("hub")))
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("huggingface/hub")))
        .or_else(|| env::home_dir().map(|home| home.join(".cache/huggingface/hub")))
        .unwrap_or_else(|| PathBuf::from(".cache/huggingface/hub"))
}

/// The snapshot that `refs/main` of the cached model names.
fn locate_in_cache(id: &str, cache: &Path) -> Result<PathBuf, WeightsError> {
    let missing = || WeightsError::NotDownloaded { id: id.to_owned(), cache: cache.to_owned() };
    let model = cache.join(format!("models--{}", id.replace('/', "--")));
    let commit = fs::read_to_string(model.join("refs/main")).map_err(|_| missing())?;
    let commit = commit.trim();
    if commit.is_empty() || !commit.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(missing());
    }
    let snapshot = model.join("snapshots").join(commit);
    if snapshot.join("model.safetensors").exists() { Ok(snapshot) } else { Err(missing()) }
}

/// `owner/name` of the characters that the hub allows, with no way out of the cache.
fn is_model_id(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    name.split_once('/').is_some_and(|(owner, name)| part(owner) && part(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snapshot_of_the_main_branch_is_found() {
        let cache = tempfile::tempdir().unwrap();
        let model = cache.path().join("models--MIT--ast");
        let snapshot = model.join("snapshots/0a1b");
        fs::create_dir_all(&snapshot).unwrap();
        fs::create_dir_all(model.join("refs")).unwrap();
        fs::write(model.join("refs/main"), "0a1b\n").unwrap();
        assert!(matches!(locate_in_cache("MIT/ast", cache.path()), Err(WeightsError::NotDownloaded { .. })));
        fs::write(snapshot.join("model.safetensors"), "").unwrap();
        assert_eq!(locate_in_cache("MIT/ast", cache.path()).unwrap(), snapshot);
        fs::write(model.join("refs/main"), "../../elsewhere").unwrap();
        assert!(locate_in_cache("MIT/ast", cache.path()).is_err());
    }

    #[test]
    fn what_was_not_downloaded_comes_with_the_command() {
        let message = locate_in_cache("MIT/ast", Path::new("/nowhere")).unwrap_err().to_string();
        assert!(message.contains("`hf download MIT/ast config.json model.safetensors`"), "{message}");
    }

    #[test]
    fn a_folder_is_taken_as_it_is_and_nonsense_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(locate_pretrained(folder.path().to_str().unwrap()).unwrap(), folder.path());
        for name in ["", "ast", "../ast", "a/b/c", "a/..", "/tmp/none"] {
            assert!(matches!(locate_pretrained(name), Err(WeightsError::UnknownSource(_))), "{name}");
        }
    }
}
