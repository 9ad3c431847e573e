//! The files of a site and where each belongs.

use std::cmp::Ordering;
use std::path::PathBuf;

/// A file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFile {
    /// Relative to the site, with forward slashes.
    pub path: String,
    /// What it holds.
    pub source: Source,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The content of another file, copied with its time of modification, by which a later run knows it again.
    Copy(PathBuf),
}

impl From<(String, Vec<u8>)> for SiteFile {
    fn from((path, bytes): (String, Vec<u8>)) -> Self {
        Self { path, source: Source::Bytes(bytes) }
    }
}

impl SiteFile {
    /// A file that is copied from elsewhere.
    pub fn copy(path: impl Into<String>, from: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), source: Source::Copy(from.into()) }
    }
}

/// Why a path cannot be one of the site, or nothing.
pub(super) fn fault(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("it is empty");
    }
    if path.contains(['\\', ':', '\0']) {
        return Some("it holds a character that some systems read as a separator");
    }
    let wrong = path.split('/').any(|part| part.is_empty() || part == "." || part == "..");
    if wrong {
        return Some("every part must be a name");
    }
    if path.split('/').next().is_some_and(|first| first.starts_with(super::MARKER)) {
        return Some("the name is reserved");
    }
    None
}

/// The order in which files are put in place: what pages name, then pages, then the landing page; by path within.
pub(super) fn order(a: &str, b: &str) -> Ordering {
    let rank = |path: &str| match path {
        "index.html" => 2,
        path => u8::from(path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("html"))),
    };
    rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for path in ["index.html", "assets/site.0f.css", "audio/Röyksopp.mp3", "a/...b"] {
            assert_eq!(fault(path), None, "{path}");
        }
        for path in
            ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".", "c:\\x", "a\\b", ".pmsl-site", ".pmsl-site.new/x"]
        {
            assert!(fault(path).is_some(), "{path}");
        }
    }

    #[test]
    fn pages_come_after_what_they_name() {
        let mut paths = ["index.html", "z.js", "timings.html", "report.json", "assets/a.css"];
        paths.sort_by(|a, b| order(a, b));
        assert_eq!(paths, ["assets/a.css", "report.json", "z.js", "timings.html", "index.html"]);
    }
}
