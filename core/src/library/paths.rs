//! Paths as people and other programs write them.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

use super::LibraryError;

/// No playlist or manifest is larger: 64 MiB hold half a million entries.
const TEXT_LIMIT: u64 = 64 << 20;

/// Reads a playlist or manifest: UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252, which
/// older programs write and which includes Latin-1's letters.
pub(super) fn read_text(path: &Path) -> Result<String, LibraryError> {
    let failed = |source| LibraryError::Read { path: path.into(), source };
    let file = fs::File::open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?.len();
    if found > TEXT_LIMIT {
        return Err(LibraryError::TooLarge { path: path.into(), found, limit: TEXT_LIMIT });
    }
    let mut bytes = Vec::new();
    file.take(TEXT_LIMIT).read_to_end(&mut bytes).map_err(failed)?;
    Ok(decode_text(&bytes))
}

fn decode_text(bytes: &[u8]) -> String {
    let fallback = if std::str::from_utf8(bytes).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 };
    let encoding = encoding_rs::Encoding::for_bom(bytes).map_or(fallback, |(encoding, _)| encoding);
    encoding.decode(bytes).0.into_owned()
}

/// The existing file that an entry of a playlist or manifest means, relative to `folder`: as written, as a
/// `file:` address, percent-decoded, with backslashes as separators, and in either Unicode normalisation.
pub(super) fn find_entry(folder: &Path, entry: &str) -> Option<PathBuf> {
    let local = strip_file_scheme(entry);
    let decoded = percent_decode_str(local).decode_utf8().unwrap_or(Cow::Borrowed(local));
    let spellings = [Cow::Borrowed(local), decoded];
    let separators = |spelling: &str| [spelling.to_string(), spelling.replace('\\', "/")];
    let normalisations = |path: String| [path.clone(), path.nfc().collect(), path.nfd().collect()];
    spellings
        .iter()
        .flat_map(|spelling| separators(spelling))
        .flat_map(normalisations)
        .map(|candidate| normalised(&folder.join(candidate)))
        .find(|path| path.is_file())
}

/// Whether a [`normalised`] path lies below `root`: as it is written, or where links on the way to either lead. A link
/// that lies in the library was put there by its owner, as whose wish it counts.
pub(super) fn lies_inside(root: &Path, path: &Path) -> bool {
    let real = || Some(path.canonicalize().ok()?.starts_with(root.canonicalize().ok()?));
    path.starts_with(root) || real().unwrap_or(false)
}

/// Whether an entry is an address on a network.
pub(super) fn is_remote(entry: &str) -> bool {
    entry.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.eq_ignore_ascii_case("file") && !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

fn strip_file_scheme(entry: &str) -> &str {
    let Some((_, rest)) = entry.split_once("://").filter(|(scheme, _)| scheme.eq_ignore_ascii_case("file")) else {
        return entry;
    };
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    // `file:///C:/Music` names a Windows drive after a slash that is no part of the path.
    let drive = path.strip_prefix('/').filter(|p| p.as_bytes().get(1) == Some(&b':'));
    drive.unwrap_or(path)
}

/// Resolves `.` and `..` in the text of a path, without asking the file system.
pub(super) fn normalised(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// `path` relative to `root`, with forward slashes: with `..` where it lies outside, absolute where they share no
/// folder (another drive). Both absolute and [`normalised`].
pub(super) fn relative_to(root: &Path, path: &Path) -> String {
    let common = root.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let shares_folder = root.components().take(common).any(|c| matches!(c, Component::Normal(_)));
    let up = root.components().count() - common;
    let parts: Vec<Cow<'_, str>> = if up > 0 && !shares_folder {
        return path.to_string_lossy().replace('\\', "/");
    } else {
        let down = path.components().skip(common).map(|c| c.as_os_str().to_string_lossy());
        std::iter::repeat_n(Cow::Borrowed(".."), up).chain(down).collect()
    };
    parts.join("/")
}

/// Whether a name's extension is one of `extensions` (lower case).
pub(super) fn has_extension(path: &Path, extensions: &[String]) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_lowercase);
    extension.is_some_and(|extension| extensions.contains(&extension))
}

/// Whether a name is hidden: it begins with a dot, as the resource forks that macOS leaves on shares also do.
pub(super) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_as_it_was_written() {
        assert_eq!(decode_text("\u{feff}Café".as_bytes()), "Café");
        assert_eq!(decode_text("Café".as_bytes()), "Café");
        assert_eq!(decode_text(b"Caf\xe9 \x96 Mix"), "Café – Mix");
        assert_eq!(decode_text(&[0xff, 0xfe, b'A', 0, 0xe9, 0]), "Aé");
    }

    #[test]
    fn entries_are_found_however_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("My Sets/Café")).unwrap();
        let files = ["My Sets/Café/a b.mp3", "100%25.mp3", "My Sets/plus+.mp3", "back\\slash.mp3"];
        for file in files {
            fs::write(root.join(file), "").unwrap();
        }
        let absolute = root.join("My Sets/Café/a b.mp3");
        for entry in [
            "My Sets/Café/a b.mp3",
            "./My Sets/../My Sets/Café/a b.mp3",
            "My Sets\\Café\\a b.mp3",
            "My%20Sets/Caf%C3%A9/a%20b.mp3",
            "My Sets/Cafe\u{301}/a b.mp3",
            absolute.to_str().unwrap(),
            &format!("file://{}", absolute.display()).replace(' ', "%20"),
            &format!("FILE://localhost{}", absolute.display()),
        ] {
            assert_eq!(find_entry(root, entry).as_deref(), Some(absolute.as_path()), "{entry}");
        }
        assert_eq!(find_entry(root, "100%25.mp3"), Some(root.join("100%25.mp3")), "as written comes first");
        assert_eq!(find_entry(root, "back\\slash.mp3"), Some(root.join("back\\slash.mp3")));
        assert_eq!(find_entry(root, "My Sets/plus+.mp3"), Some(root.join("My Sets/plus+.mp3")));
        assert_eq!(find_entry(root, "My Sets"), None, "a folder is no track");
        assert_eq!(find_entry(root, "nothing.mp3"), None);
    }

    #[test]
    fn network_addresses_are_told_from_paths() {
        assert!(is_remote("https://radio.example/stream") && is_remote("mms://x"));
        assert!(!is_remote("file:///a.mp3") && !is_remote("C:\\a.mp3") && !is_remote("a/b: c//d.mp3"));
        assert!(!is_remote("AC/DC ://.mp3"));
        assert_eq!(strip_file_scheme("file:///C:/Music/a.mp3"), "C:/Music/a.mp3");
    }

    #[test]
    fn relative_paths_reach_outside() {
        let relative = |root: &str, path: &str| relative_to(Path::new(root), Path::new(path));
        assert_eq!(relative("/m/lib", "/m/lib/a/b.mp3"), "a/b.mp3");
        assert_eq!(relative("/m/lib", "/m/other/b.mp3"), "../other/b.mp3");
        assert_eq!(relative("/m/lib/deep", "/m/b.mp3"), "../../b.mp3");
        assert_eq!(relative("/m/lib", "/else/b.mp3"), "/else/b.mp3");
        assert_eq!(relative("/", "/b.mp3"), "b.mp3");
        assert_eq!(normalised(Path::new("/a/./b/../../../c")), Path::new("/../c"));
    }
}
