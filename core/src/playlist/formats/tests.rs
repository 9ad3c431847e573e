use proptest::prelude::*;
use roxmltree::{Document, Node};
use serde_json::Value;

use super::*;

/// What breaks files, and what only looks as if it did.
pub(in super::super) fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[ -~]{0,6}",
        prop::sample::select(vec![
            "\r\n#EXTINF:1,x",
            "]]>",
            "&amp;",
            "<a>",
            "\"",
            "'",
            "\\",
            "\0",
            "\u{1b}",
            "\u{7f}",
            "\u{85}",
            "\u{2028}",
            "\u{fffe}",
            "\u{ffff}",
            "\u{feff}",
            "\u{202e}",
            " - ",
            "%20",
            "/",
            "=1+1",
            "\t",
            "é",
            "e\u{301}",
            "ガ",
            "💿",
            ",",
            "#",
            "..",
            "://",
        ])
        .prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

prop_compose! {
    /// A track with any names and numbers.
    pub(in super::super) fn any_track()(
        title in nasty(), artist in prop::option::of(nasty()), album in prop::option::of(nasty()),
        path in prop::option::of(nasty()), audio in prop::option::of(nasty()), key in prop::option::of(nasty()),
        year in any::<Option<u32>>(), bpm in any::<Option<f32>>(), duration_s in any::<f32>(), sub_genre in 0..3u32,
    ) -> TrackMeta {
        TrackMeta { title, artist, album, year, bpm, key, duration_s, sub_genre, path, audio, ..TrackMeta::default() }
    }
}

prop_compose! {
    fn any_options()(
        root in prop_oneof![nasty(), Just("/a b".into()), Just("D:\\a".into())], backslash in any::<bool>(),
        url_encode in any::<bool>(), extension in nasty(),
    ) -> ExportOptions {
        let separator = if backslash { PathSeparator::Backslash } else { PathSeparator::Slash };
        ExportOptions { root, separator, url_encode, extension }
    }
}

fn track() -> TrackMeta {
    TrackMeta {
        title: "Käse: live?".into(),
        artist: Some("AC/DC".into()),
        album: Some("\"High\" <Voltage>".into()),
        year: Some(1975),
        bpm: Some(127.996),
        key: Some("A minor".into()),
        duration_s: 200.6,
        path: Some("Techno/a b.wav".into()),
        ..TrackMeta::default()
    }
}

fn sub_genres() -> Vec<SubGenre> {
    vec![SubGenre { genre: None, name: "Dub & Techno".into() }]
}

fn written(format: Format, title: &str, tracks: &[TrackMeta], options: &ExportOptions) -> String {
    export(format, Heading { title, sub_genres: &sub_genres() }, tracks, options)
}

fn under(root: &str) -> ExportOptions {
    ExportOptions { root: root.into(), extension: "mp3".into(), ..ExportOptions::default() }
}

#[test]
fn formats_are_named() {
    for format in Format::ALL {
        assert_eq!(Format::named(format.name()), Some(format));
    }
    assert_eq!(Format::named("xml"), None);
    assert_eq!(Format::Rekordbox.extension(), "xml");
}

#[test]
fn m3u8_is_what_players_read() {
    let unknown = TrackMeta { duration_s: f32::NAN, path: None, artist: None, ..track() };
    assert_eq!(
        written(Format::M3u8, "", &[track(), unknown], &under("")),
        "#EXTM3U\n#EXTINF:201,AC/DC - Käse: live?\nTechno/a b.wav\n#EXTINF:-1,Käse: live?\nKäse_ live_.mp3\n"
    );
    assert!(written(Format::M3u8, "A\nb", &[], &under("")).starts_with("#EXTM3U\n#PLAYLIST:A b\n"));
}

fn texts<'a>(node: Node<'a, 'a>) -> Vec<(&'a str, &'a str)> {
    node.children().filter(Node::is_element).map(|n| (n.tag_name().name(), n.text().unwrap_or_default())).collect()
}

#[test]
fn xspf_holds_what_its_elements_mean() {
    let text = written(Format::Xspf, "Set <1>", &[track()], &under("/my music"));
    let document = Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!((root.tag_name().namespace(), root.attribute("version")), (Some("http://xspf.org/ns/0/"), Some("1")));
    assert_eq!(texts(root)[0], ("title", "Set <1>"));
    let track = document.descendants().find(|node| node.has_tag_name(("http://xspf.org/ns/0/", "track"))).unwrap();
    assert_eq!(
        texts(track),
        [
            ("location", "file:///my%20music/Techno/a%20b.wav"),
            ("title", "Käse: live?"),
            ("creator", "AC/DC"),
            ("album", "\"High\" <Voltage>"),
            ("duration", "200600"),
        ]
    );
}

#[test]
fn jspf_holds_the_same() {
    let value: Value = serde_json::from_str(&written(Format::Jspf, "Set", &[track(), track()], &under(""))).unwrap();
    assert_eq!(value["playlist"]["title"], "Set");
    let tracks = value["playlist"]["track"].as_array().unwrap();
    assert_eq!(tracks.len(), 2);
    assert_eq!(
        tracks[0],
        serde_json::json!({
            "title": "Käse: live?", "creator": "AC/DC", "album": "\"High\" <Voltage>", "duration": 200_600,
            "location": ["Techno/a%20b.wav"],
        })
    );
}

#[test]
fn rekordbox_has_each_file_once_and_the_list_in_order() {
    let other = TrackMeta { path: Some("b.wav".into()), bpm: None, key: Some("o".into()), sub_genre: 9, ..track() };
    let text = written(Format::Rekordbox, " ", &[track(), other, track()], &under("D:\\"));
    let document = Document::parse(&text).unwrap();
    let all = |name: &'static str| document.descendants().filter(move |node| node.has_tag_name(name));
    let tracks: Vec<_> = all("TRACK").filter(|node| node.has_attribute("TrackID")).collect();
    let attributes: Vec<_> = tracks[0].attributes().map(|a| (a.name(), a.value())).collect();
    assert_eq!(
        attributes,
        [
            ("TrackID", "1"),
            ("Name", "Käse: live?"),
            ("Artist", "AC/DC"),
            ("Album", "\"High\" <Voltage>"),
            ("Genre", "Dub & Techno"),
            ("TotalTime", "201"),
            ("Year", "1975"),
            ("AverageBpm", "128.00"),
            ("Tonality", "Am"),
            ("Location", "file://localhost/D:/Techno/a%20b.wav"),
        ]
    );
    assert_eq!((tracks[1].attribute("Tonality"), tracks[1].attribute("AverageBpm")), (Some("o"), None));
    assert_eq!(all("COLLECTION").next().unwrap().attribute("Entries"), Some("2"));
    let list = all("NODE").nth(1).unwrap();
    assert_eq!((list.attribute("Name"), list.attribute("Entries")), (Some("Playlist"), Some("3")));
    assert_eq!(all("TRACK").filter_map(|node| node.attribute("Key")).collect::<Vec<_>>(), ["1", "2", "1"]);
}

#[test]
fn csv_cells_are_quoted_and_no_formula() {
    let evil = TrackMeta {
        title: "=HYPERLINK(\"x\")".into(),
        artist: Some("＋1".into()),
        album: Some("\t@a,b\r\nc".into()),
        bpm: None,
        year: None,
        ..track()
    };
    let text = written(Format::Csv, "", &[track(), evil], &under(""));
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!(lines[0], "\u{feff}position,title,artist,album,sub_genre,year,bpm,key,duration_s,path");
    assert_eq!(
        lines[1],
        "1,\"Käse: live?\",\"AC/DC\",\"\"\"High\"\" <Voltage>\",\"Dub & Techno\",1975,128.00,\"A minor\",200.600,\
         \"Techno/a b.wav\""
    );
    assert_eq!(
        lines[2],
        "2,\"'=HYPERLINK(\"\"x\"\")\",\"'＋1\",\"' @a,b  c\",\"Dub & Techno\",,,\"A minor\",200.600,\"Techno/a b.wav\""
    );
    assert_eq!(lines[3..], [""]);
}

#[test]
fn our_own_json_holds_all_names_and_numbers() {
    let value: Value = serde_json::from_str(&written(Format::Json, "Set", &[track()], &under("/ignored"))).unwrap();
    let expected = serde_json::json!({
        "format": "pmsl-playlist", "version": 1, "title": "Set",
        "tracks": [{
            "title": "Käse: live?", "artist": "AC/DC", "album": "\"High\" <Voltage>", "sub_genre": "Dub & Techno",
            "year": 1975, "bpm": 128.00, "key": "A minor", "duration_s": 200.6, "path": "Techno/a b.wav",
            "id": super::super::TrackKey::of(&track()).to_string(),
        }],
    });
    assert_eq!(value, expected);
}

/// RFC 4180, read strictly: quotes only around cells, doubled inside.
fn cells(line: &str) -> Option<Vec<String>> {
    let (mut cells, mut rest) = (Vec::new(), line);
    loop {
        let cell = if let Some(quoted) = rest.strip_prefix('"') {
            let mut cell = String::new();
            rest = quoted;
            loop {
                let (before, after) = rest.split_once('"')?;
                cell += before;
                rest = after;
                let Some(after) = rest.strip_prefix('"') else { break cell };
                cell.push('"');
                rest = after;
            }
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let cell = rest[..end].to_owned();
            rest = &rest[end..];
            if cell.contains('"') {
                return None;
            }
            cell
        };
        cells.push(cell);
        if rest.is_empty() {
            return Some(cells);
        }
        rest = rest.strip_prefix(',')?;
    }
}

fn is_uri(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => digit(at + 1) && digit(at + 2),
        byte => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte),
    })
}

proptest! {
    #[test]
    fn m3u8_has_two_lines_for_every_track(
        title in nasty(), tracks in prop::collection::vec(any_track(), 0..4), options in any_options(),
    ) {
        let text = written(Format::M3u8, &title, &tracks, &options);
        let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
        let head = 1 + usize::from(!title.is_empty());
        prop_assert_eq!(text.matches(breaks).count(), head + 2 * tracks.len());
        for (i, line) in text.lines().skip(head).enumerate() {
            prop_assert_eq!(line.starts_with('#'), i % 2 == 0, "{}", line);
        }
    }

    #[test]
    fn xml_is_well_formed_and_holds_every_name(
        title in nasty(), tracks in prop::collection::vec(any_track(), 0..4), options in any_options(),
    ) {
        let legible = |text: &str| text::one_line(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        let text = written(Format::Xspf, &title, &tracks, &options);
        let document = Document::parse(&text).unwrap();
        let found: Vec<_> = document.descendants().filter(|node| node.tag_name().name() == "track").collect();
        prop_assert_eq!(found.len(), tracks.len());
        for (node, track) in found.iter().zip(&tracks) {
            let values = texts(*node);
            prop_assert_eq!(values[1], ("title", &*legible(&track.title)));
            prop_assert_eq!(values.iter().any(|value| value.0 == "creator"), track.artist.is_some());
            prop_assert!(options.root.contains("://") || is_uri(values[0].1), "{}", values[0].1);
        }

        let text = written(Format::Rekordbox, &title, &tracks, &options);
        let document = Document::parse(&text).unwrap();
        let known: Vec<_> = document.descendants().filter(|node| node.has_attribute("TrackID")).collect();
        let keys: Vec<_> = document.descendants().filter_map(|node| node.attribute("Key")).collect();
        prop_assert_eq!(keys.len(), tracks.len());
        for (key, track) in keys.iter().zip(&tracks) {
            let node = known[key.parse::<usize>().unwrap() - 1];
            prop_assert_eq!(node.attribute("TrackID").unwrap(), *key);
            let location = location::localhost_uri(track, &options);
            prop_assert_eq!(node.attribute("Location").unwrap(), &location);
        }
    }

    #[test]
    fn json_loses_nothing(
        title in nasty(), tracks in prop::collection::vec(any_track(), 0..4), options in any_options(),
    ) {
        let value: Value = serde_json::from_str(&written(Format::Json, &title, &tracks, &options)).unwrap();
        prop_assert_eq!(value["title"].as_str().unwrap(), &title);
        let found = value["tracks"].as_array().unwrap();
        prop_assert_eq!(found.len(), tracks.len());
        for (found, track) in found.iter().zip(&tracks) {
            prop_assert_eq!(found["title"].as_str().unwrap(), &track.title);
            prop_assert_eq!(found["artist"].as_str(), track.artist.as_deref());
            prop_assert_eq!(found["path"].as_str(), track.path.as_deref());
        }
        let value: Value = serde_json::from_str(&written(Format::Jspf, &title, &tracks, &options)).unwrap();
        for (found, track) in value["playlist"]["track"].as_array().unwrap().iter().zip(&tracks) {
            prop_assert_eq!(found["title"].as_str().unwrap(), &track.title);
        }
    }

    #[test]
    fn csv_has_ten_cells_in_every_row_and_no_formula(
        tracks in prop::collection::vec(any_track(), 0..4), options in any_options(),
    ) {
        let text = written(Format::Csv, "", &tracks, &options);
        let rows: Vec<_> = text.trim_start_matches('\u{feff}').split_terminator("\r\n").collect();
        prop_assert_eq!(rows.len(), tracks.len() + 1);
        for row in rows {
            let cells = cells(row).unwrap();
            prop_assert_eq!(cells.len(), 10);
            prop_assert!(!cells.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])));
        }
    }
}
