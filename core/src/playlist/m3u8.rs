//! Playlists as `.m3u8` files.

use std::fmt::Write as _;

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

/// How the tracks are named in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct M3u8Options {
    /// The folder that holds the library on the listener's machine, or a prefix such as `../`; put before every path.
    /// Empty: paths stay relative.
    pub root: String,
    /// What stands between the folders.
    pub separator: PathSeparator,
    /// Percent-encode paths, as URLs need it. Paths are then written with slashes.
    pub url_encode: bool,
    /// Ending of file names that have to be made up because no path was published, such as `mp3`.
    pub extension: String,
}

/// The text of an extended M3U file in UTF-8: `#EXTM3U`, and for each track `#EXTINF:seconds,Artist - Title` and where
/// its file is. That is the track's published path, else the audio that the site itself holds, else a name made up as
/// `Artist - Title`. Whatever the tags hold, a track takes exactly two lines.
pub fn m3u8<'a>(tracks: impl IntoIterator<Item = &'a TrackMeta>, options: &M3u8Options) -> String {
    let mut text = String::from("#EXTM3U\n");
    for track in tracks {
        let name = one_line(&display_name(track));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "#EXTINF:{},{name}", seconds(track.duration_s));
        text.push_str(&location(track, options));
        text.push('\n');
    }
    text
}

/// `Artist - Title`, or the title alone.
fn display_name(track: &TrackMeta) -> String {
    match &track.artist {
        Some(artist) => format!("{artist} - {}", track.title),
        None => track.title.clone(),
    }
}

/// Whole seconds, -1 where unknown, as the format has it.
fn seconds(duration_s: f32) -> i64 {
    if duration_s.is_finite() && duration_s > 0.0 { duration_s.round() as i64 } else { -1 }
}

fn location(track: &TrackMeta, options: &M3u8Options) -> String {
    let made_up;
    let path = if let Some(published) = track.path.as_ref().or(track.audio.as_ref()) {
        published
    } else {
        made_up = file_name(&display_name(track), &options.extension);
        &made_up
    };
    let path = one_line(path);
    let root = one_line(&options.root);
    if options.url_encode {
        let root = root.replace('\\', "/");
        return begin(&percent_encode(&root, b"/:%"), '/', &percent_encode(&path, b"/"));
    }
    match options.separator {
        PathSeparator::Slash => begin(&root.replace('\\', "/"), '/', &path),
        PathSeparator::Backslash => begin(&root.replace('/', "\\"), '\\', &path.replace('/', "\\")),
    }
}

/// Joins root and path. A relative path that begins with `#` would be read as a comment, and gets a `./`.
fn begin(root: &str, separator: char, path: &str) -> String {
    if !root.is_empty() {
        let gap = if root.ends_with(separator) { String::new() } else { separator.to_string() };
        let dot = if root.starts_with('#') { "./" } else { "" };
        return format!("{dot}{root}{gap}{path}");
    }
    if path.starts_with('#') { format!(".{separator}{path}") } else { path.to_owned() }
}

/// `name` and `extension` (with or without its dot, or none) without the characters that some file system refuses; `_`
/// stands for each.
pub fn file_name(name: &str, extension: &str) -> String {
    let safe = |c: char| if "/\\:*?\"<>|".contains(c) || c.is_control() { '_' } else { c };
    let extension = extension.trim().trim_start_matches('.');
    let name: String = name.chars().map(safe).collect();
    if extension.is_empty() { name } else { format!("{name}.{}", extension.chars().map(safe).collect::<String>()) }
}

/// Control characters and line separators become spaces: no tag can add a line to the file.
fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}';
    text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

/// RFC 3986: everything but unreserved characters and `kept` as `%XX` of its UTF-8 bytes.
fn percent_encode(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(byte as char);
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        PathSeparator::{Backslash, Slash},
        *,
    };

    fn track(path: Option<&str>) -> TrackMeta {
        TrackMeta {
            title: "Käse: live?".into(),
            artist: Some("AC/DC".into()),
            duration_s: 200.6,
            path: path.map(Into::into),
            ..TrackMeta::default()
        }
    }

    fn last_line(track: &TrackMeta, options: &M3u8Options) -> String {
        m3u8([track], options).lines().last().unwrap().to_owned()
    }

    #[test]
    fn the_whole_file_is_what_players_read() {
        let options = M3u8Options { extension: ".mp3".into(), ..M3u8Options::default() };
        assert_eq!(
            m3u8([&track(Some("Techno/a b.wav")), &track(None)], &options),
            "#EXTM3U\n#EXTINF:201,AC/DC - Käse: live?\nTechno/a b.wav\n\
             #EXTINF:201,AC/DC - Käse: live?\nAC_DC - Käse_ live_.mp3\n"
        );
    }

    #[test]
    fn roots_and_separators_make_one_path() {
        let case = |root: &str, separator, url_encode| {
            let options = M3u8Options { root: root.into(), separator, url_encode, extension: String::new() };
            last_line(&track(Some("T/a ö.wav")), &options)
        };
        assert_eq!(case("/music/", Slash, false), "/music/T/a ö.wav");
        assert_eq!(case("/", Slash, false), "/T/a ö.wav");
        assert_eq!(case("../", Slash, false), "../T/a ö.wav");
        assert_eq!(case("D:\\My Music", Backslash, false), "D:\\My Music\\T\\a ö.wav");
        assert_eq!(case("D:\\My Music\\", Slash, false), "D:/My Music/T/a ö.wav");
        assert_eq!(case("D:/My Music", Backslash, false), "D:\\My Music\\T\\a ö.wav");
        assert_eq!(case("https://nas:80/My%20Music", Backslash, true), "https://nas:80/My%20Music/T/a%20%C3%B6.wav");
    }

    #[test]
    fn audio_of_the_site_stands_in_for_a_path() {
        let with_audio = TrackMeta { audio: Some("audio/1.ogg".into()), ..track(None) };
        assert_eq!(last_line(&with_audio, &M3u8Options::default()), "audio/1.ogg");
    }

    #[test]
    fn a_path_is_never_read_as_a_comment_and_a_missing_duration_is_minus_one() {
        let unknown = TrackMeta { duration_s: f32::NAN, ..track(Some("#1.mp3")) };
        let text = m3u8([&unknown], &M3u8Options::default());
        assert_eq!(text, "#EXTM3U\n#EXTINF:-1,AC/DC - Käse: live?\n./#1.mp3\n");
    }

    proptest! {
        #[test]
        fn nothing_adds_a_line(
            title in any::<String>(), artist in any::<Option<String>>(), path in any::<Option<String>>(),
            root in any::<String>(), url_encode in any::<bool>(), backslash in any::<bool>(),
        ) {
            let track = TrackMeta { title: title + "\r\n#EXTINF", artist, path, ..TrackMeta::default() };
            let separator = if backslash { PathSeparator::Backslash } else { PathSeparator::Slash };
            let options = M3u8Options { root, separator, url_encode, extension: "\nmp3".into() };
            let text = m3u8([&track, &track], &options);
            prop_assert_eq!(text.matches(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']).count(), 5);
            for (i, line) in text.lines().enumerate() {
                prop_assert_eq!(line.starts_with('#'), i % 2 == 1 || i == 0);
            }
        }
    }
}
