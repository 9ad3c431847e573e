//! Where a playlist file says that a track is.

use super::text::{HEX, one_line, push_all};
use crate::TrackMeta;

/// What stands between the folders of a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathSeparator {
    /// `/`, which every player but a few on Windows reads.
    #[default]
    Slash,
    /// `\`
    Backslash,
}

/// How the tracks are named in a playlist file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportOptions {
    /// The folder that holds the library on the listener's machine, or a prefix such as `../`; put before every path.
    /// Empty: paths stay relative.
    pub root: String,
    /// What stands between the folders, where a format holds paths (`.m3u8`, CSV) and not URIs.
    pub separator: PathSeparator,
    /// Percent-encode paths, as URLs need it. Paths are then written with slashes. Formats that hold URIs always are.
    pub url_encode: bool,
    /// Ending of file names that have to be made up because no path was published, such as `mp3`.
    pub extension: String,
}

/// `Artist - Title`, or the title alone.
pub(in super::super) fn display_name(artist: Option<&str>, title: &str) -> String {
    let mut name = String::new();
    if let Some(artist) = artist {
        push_all(&mut name, &[artist, " - "]);
    }
    name.push_str(title);
    name
}

/// `name` and `extension` (with or without its dot, or none) without the characters that some file system refuses; `_`
/// stands for each.
pub fn file_name(name: &str, extension: &str) -> String {
    let safe = |c: char| if "/\\:*?\"<>|".contains(c) || c.is_control() { '_' } else { c };
    let extension = extension.trim().trim_start_matches('.');
    let mut file: String = name.chars().map(safe).collect();
    if !extension.is_empty() {
        file.push('.');
        file.extend(extension.chars().map(safe));
    }
    file
}

/// Where the track is, for formats that hold paths. One line, and never one that begins with `#`, which a playlist would
/// read as a comment.
#[inline(never)]
pub(super) fn path(track: &TrackMeta, options: &ExportOptions) -> String {
    let path = relative(track, options);
    let root = one_line(&options.root);
    let (root, separator, path) = if options.url_encode {
        (encode_root(&root), '/', percent_encode(&path, b"/"))
    } else {
        match options.separator {
            PathSeparator::Slash => (root.replace('\\', "/"), '/', path),
            PathSeparator::Backslash => (root.replace('/', "\\"), '\\', path.replace('/', "\\")),
        }
    };
    let joined = join(&root, separator, &path);
    if joined.starts_with('#') {
        return join(".", separator, &joined);
    }
    joined
}

/// Where the track is, for formats that hold URIs (RFC 3986): an absolute folder becomes a `file:` URI (RFC 8089),
/// without one the URI is relative to the playlist's file.
pub(super) fn uri(track: &TrackMeta, options: &ExportOptions) -> String {
    let root = encode_root(&one_line(&options.root));
    let scheme = if has_scheme(&root) {
        ""
    } else if root.starts_with("//") {
        // A share of a Windows network, whose server is the URI's authority.
        "file:"
    } else if root.starts_with('/') {
        "file://"
    } else if is_drive(&root) {
        "file:///"
    } else {
        ""
    };
    join_uri(&[scheme, &root], track, options)
}

/// Where the track is, as rekordbox writes it: `file://localhost/` and the absolute path.
pub(super) fn localhost_uri(track: &TrackMeta, options: &ExportOptions) -> String {
    let root = encode_root(&one_line(&options.root));
    if has_scheme(&root) {
        return join_uri(&[&root], track, options);
    }
    let slash = if root.starts_with('/') { "" } else { "/" };
    join_uri(&["file://localhost", slash, &root], track, options)
}

fn join_uri(root: &[&str], track: &TrackMeta, options: &ExportOptions) -> String {
    join(&root.concat(), '/', &percent_encode(&relative(track, options), b"/"))
}

/// The path under the root.
#[inline(never)]
fn relative(track: &TrackMeta, options: &ExportOptions) -> String {
    match track.path.as_ref().or(track.audio.as_ref()) {
        Some(published) => one_line(published),
        None => one_line(&file_name(&display_name(track.artist.as_deref(), &track.title), &options.extension)),
    }
}

#[inline(never)]
fn join(root: &str, separator: char, path: &str) -> String {
    let mut joined = root.to_owned();
    if !root.is_empty() && !root.ends_with(separator) {
        joined.push(separator);
    }
    joined.push_str(path);
    joined
}

fn has_scheme(root: &str) -> bool {
    root.contains("://")
}

/// `D:` and what is on it.
fn is_drive(root: &str) -> bool {
    let root = root.as_bytes();
    root.first().is_some_and(u8::is_ascii_alphabetic) && root.get(1) == Some(&b':')
}

/// The root as a part of a URI. One that is a URI already is left as it is, but for what no URI may hold.
#[inline(never)]
fn encode_root(root: &str) -> String {
    let root = root.replace('\\', "/");
    let kept: &[u8] = if has_scheme(&root) { b"/:%?&=@+,;!$'()*" } else { b"/:" };
    percent_encode(&root, kept)
}

/// RFC 3986: everything but unreserved characters and `kept` as `%XX` of its UTF-8 bytes.
#[inline(never)]
fn percent_encode(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(byte as char);
        } else {
            encoded.push('%');
            encoded.push(HEX[usize::from(byte >> 4)] as char);
            encoded.push(HEX[usize::from(byte & 15)] as char);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{
        PathSeparator::{Backslash, Slash},
        *,
    };

    fn track(path: Option<&str>) -> TrackMeta {
        TrackMeta {
            title: "Käse: live?".into(),
            artist: Some("AC/DC".into()),
            path: path.map(Into::into),
            ..TrackMeta::default()
        }
    }

    fn under(root: &str) -> ExportOptions {
        ExportOptions { root: root.into(), extension: ".mp3".into(), ..ExportOptions::default() }
    }

    #[test]
    fn roots_and_separators_make_one_path() {
        let case = |root: &str, separator, url_encode| {
            path(&track(Some("T/a ö.wav")), &ExportOptions { separator, url_encode, ..under(root) })
        };
        assert_eq!(case("/music/", Slash, false), "/music/T/a ö.wav");
        assert_eq!(case("/", Slash, false), "/T/a ö.wav");
        assert_eq!(case("../", Slash, false), "../T/a ö.wav");
        assert_eq!(case("D:\\My Music", Backslash, false), "D:\\My Music\\T\\a ö.wav");
        assert_eq!(case("D:\\My Music\\", Slash, false), "D:/My Music/T/a ö.wav");
        assert_eq!(case("D:/My Music", Backslash, false), "D:\\My Music\\T\\a ö.wav");
        assert_eq!(case("https://nas:80/My%20Music", Backslash, true), "https://nas:80/My%20Music/T/a%20%C3%B6.wav");
        // Not a URL: the percent sign is the folder's own.
        assert_eq!(case("/100%", Slash, true), "/100%25/T/a%20%C3%B6.wav");
        assert_eq!(case("#1", Backslash, false), ".\\#1\\T\\a ö.wav");
    }

    #[test]
    fn roots_make_uris() {
        let case = |root: &str| uri(&track(Some("T/a #ö.wav")), &under(root));
        assert_eq!(case(""), "T/a%20%23%C3%B6.wav");
        assert_eq!(case("../My Music"), "../My%20Music/T/a%20%23%C3%B6.wav");
        assert_eq!(case("/my music"), "file:///my%20music/T/a%20%23%C3%B6.wav");
        assert_eq!(case("D:\\"), "file:///D:/T/a%20%23%C3%B6.wav");
        assert_eq!(case("\\\\nas\\music"), "file://nas/music/T/a%20%23%C3%B6.wav");
        assert_eq!(case("https://a.org/b%20c"), "https://a.org/b%20c/T/a%20%23%C3%B6.wav");
    }

    #[test]
    fn rekordbox_wants_a_host() {
        let case = |root: &str| localhost_uri(&track(Some("T/a+b.wav")), &under(root));
        assert_eq!(case("/Users/me/Music"), "file://localhost/Users/me/Music/T/a%2Bb.wav");
        assert_eq!(case("D:\\My Music"), "file://localhost/D:/My%20Music/T/a%2Bb.wav");
        assert_eq!(case(""), "file://localhost/T/a%2Bb.wav");
        assert_eq!(case("file://localhost/D:"), "file://localhost/D:/T/a%2Bb.wav");
    }

    #[test]
    fn without_a_path_the_sites_audio_or_a_made_up_name_stands_in() {
        assert_eq!(path(&track(None), &under("/m")), "/m/AC_DC - Käse_ live_.mp3");
        assert_eq!(path(&track(None), &ExportOptions::default()), "AC_DC - Käse_ live_");
        let with_audio = TrackMeta { audio: Some("audio/1.ogg".into()), ..track(None) };
        assert_eq!(path(&with_audio, &under("")), "audio/1.ogg");
    }
}
