use proptest::prelude::*;

use super::super::formats::tests::{any_track, nasty};
use super::super::{ExportOptions, Format, Heading, Match, Matcher, PathSeparator, TrackKey, export};
use super::*;
use crate::TrackMeta;

/// An entry of a path, an artist, a title (empty: not stated) and a duration (0: not stated).
fn entry(path: &str, artist: &str, title: &str, duration_s: f32) -> PlaylistEntry {
    let duration_s = Some(duration_s).filter(|&duration_s| duration_s > 0.0);
    PlaylistEntry { path: text(path), artist: text(artist), title: text(title), duration_s, key: None }
}

fn entries(text: &str) -> Vec<PlaylistEntry> {
    import(text).unwrap().entries
}

fn title(text: &str) -> String {
    import(text).unwrap().title.unwrap()
}

#[test]
fn m3u_of_all_systems_is_read() {
    let text = "\u{feff}#EXTM3U\r\n#PLAYLIST: Late \r\n#EXTINF:123 tvg-id=\"1\",A, B - C - D\r\nD:\\My Music\\c.mp3\r\n\r\n\
                # note\r\n#EXTINF:-1,Only\r\nfile:///music/a%20b.mp3\r\nplain.mp3";
    assert_eq!(
        entries(text),
        [
            entry("D:\\My Music\\c.mp3", "A, B", "C - D", 123.0),
            entry("/music/a b.mp3", "", "Only", 0.0),
            entry("plain.mp3", "", "", 0.0),
        ]
    );
    assert_eq!(title(text), "Late");
    assert_eq!(entries("a.mp3\rb.mp3\r"), entries("a.mp3\nb.mp3\n"));
}

#[test]
fn xspf_of_others_is_read() {
    let text = "<?xml version='1.0'?><!-- a > b <track> -->\n<x:playlist xmlns:x='http://xspf.org/ns/0/' version='1'>\
        <x:title>Late &#x26; &unknown; night</x:title><x:extension application='a'><title>no</title></x:extension>\
        <x:trackList a='1>2'><x:track><x:location> http://a.org/1%20.mp3 </x:location><x:location>2.mp3</x:location>\
        <x:title><![CDATA[<b>&amp;]]> &lt;&#33;</x:title><x:creator/><x:duration>1500</x:duration>\
        <x:extension application='a'><x:title>no</x:title></x:extension></x:track><x:track/></x:trackList></x:playlist>";
    assert_eq!(entries(text), [entry("http://a.org/1 .mp3", "", "<b>&amp; <!", 1.5)]);
    assert_eq!(title(text), "Late & &unknown; night");
}

#[test]
fn json_of_others_is_read() {
    let text = r#" {"playlist": {"extension": {"x": [{"title": "no", "track": [{"title": "no"}]}]}, "track":
        [{"title": "\u00e9\ud83d\udcbf\ud800x\"\/", "location": ["file:///a%20b.mp3", "c"], "duration": 1500, "image": null},
        {}, 7, {"location": "d.mp3", "meta": [[], {}, [true]]}], "title": "Late"}}
        "#;
    assert_eq!(entries(text), [entry("/a b.mp3", "", "é💿\u{fffd}x\"/", 1.5), entry("d.mp3", "", "", 0.0)]);
    assert_eq!(title(text), "Late");
}

#[test]
fn what_cannot_be_read_is_refused_with_the_reason() {
    let own = |version| format!(r#"{{"tracks":[{{"title":"a"}}],"version":{version},"format":"pmsl-playlist"}}"#);
    assert_eq!(import(&own("1")).unwrap().entries.len(), 1);
    for (text, error) in [
        (own("2").as_str(), ImportError::LaterVersion),
        (&own("\"x\""), ImportError::LaterVersion),
        ("", ImportError::Empty),
        ("#EXTM3U\n", ImportError::Empty),
        ("<html><body></body></html>", ImportError::Empty),
        ("{}", ImportError::Empty),
        ("{\"playlist\":", ImportError::Malformed),
        ("{} x", ImportError::Malformed),
        ("{\"a\":\"\\ud8\"}", ImportError::Malformed),
        ("{\"tracks\":[{\"title\":\"a\"},]", ImportError::Malformed),
        ("<playlist><trackList><track>", ImportError::Malformed),
        ("<playlist></trackList>", ImportError::Malformed),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><playlist/>", ImportError::Malformed),
        ("<a", ImportError::Malformed),
        (&("{\"a\":".to_owned() + &"[".repeat(100)), ImportError::Malformed),
        (&"a\n".repeat(MOST_ENTRIES + 1), ImportError::TooMany),
        (&" ".repeat(MOST_BYTES + 1), ImportError::TooLong),
    ] {
        assert_eq!(import(text).unwrap_err(), error, "{text:.60}");
    }
}

#[test]
fn numbers_are_plain() {
    for (text, value) in [
        ("12", Some(12.0)),
        (" 0.25 ", Some(0.25)),
        ("-1", None),
        ("1e3", None),
        ("", None),
        (".5", None),
        ("1.", Some(1.0)),
        ("9999999999", None),
        ("1.x", None),
    ] {
        assert_eq!(decimal(text), value, "{text}");
    }
}

fn options(url_encode: bool, backslash: bool) -> ExportOptions {
    let separator = if backslash { PathSeparator::Backslash } else { PathSeparator::Slash };
    ExportOptions { root: "D:\\My Music".into(), separator, url_encode, extension: "mp3".into() }
}

const READ_BACK: [Format; 4] = [Format::M3u8, Format::Xspf, Format::Jspf, Format::Json];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Whatever else names hold, a word that only one title has is enough, and so is a file's name.
    #[test]
    fn every_track_is_found_again(
        mut library in prop::collection::vec(any_track(), 1..6), published in any::<bool>(),
        url_encode in any::<bool>(), backslash in any::<bool>(), title in nasty(),
    ) {
        for (i, track) in library.iter_mut().enumerate() {
            track.title = format!("{} nr{i}", track.title);
            track.audio = None;
            track.path = track.path.take().filter(|_| published).map(|path| format!("{path}/file {i}.wav"));
        }
        let matcher = Matcher::new(&library);
        for format in READ_BACK {
            let heading = Heading { title: &title, sub_genres: &[] };
            let text = export(format, heading, library.iter().rev(), &options(url_encode, backslash));
            let playlist = import(&text).unwrap();
            let found = matcher.match_entries(&playlist.entries);
            prop_assert_eq!(found.len(), library.len());
            for (found, track) in found.into_iter().rev().zip(0..) {
                prop_assert_eq!(found, Match::Track(track), "{}\n{:?}", text, playlist);
            }
        }
    }

    /// Our own format loses nothing, not even where names are empty or those of other tracks.
    #[test]
    fn our_own_format_finds_tracks_of_any_name(library in prop::collection::vec(any_track(), 1..6)) {
        let text = export(Format::Json, Heading::default(), &library, &ExportOptions::default());
        let read = match import(&text) {
            // Entries without any name are passed over, all of them here.
            Err(ImportError::Empty) => return Ok(()),
            read => read.unwrap(),
        };
        let named = |track: &TrackMeta| super::text(&track.title).or_else(|| super::text(track.path.as_deref()?)).is_some();
        let expected: Vec<_> = (0..library.len()).filter(|&i| named(&library[i])).collect();
        prop_assert_eq!(read.entries.len(), expected.len());
        for (entry, &track) in read.entries.iter().zip(&expected) {
            prop_assert_eq!(entry.key, Some(TrackKey::of(&library[track])));
        }
        for (found, track) in Matcher::new(&library).match_entries(&read.entries).iter().zip(expected) {
            let is_found = match found {
                Match::None => false,
                Match::Track(found) => *found == track as u32,
                Match::Unsure(found) => found.contains(&(track as u32)),
            };
            // Equal names and durations without a path cannot be told apart.
            let twins = library.iter().filter(|other| TrackKey::of(other) == TrackKey::of(&library[track])).count();
            prop_assert!(is_found || twins > 1, "{:?} is not {}", found, track);
        }
    }

    #[test]
    fn nothing_panics(text in any::<String>(), first in "[<{#]?", pieces in prop::collection::vec(nasty(), 0..9)) {
        for text in [&(first.clone() + &text), &(first + &pieces.concat())] {
            for entry in import(text).map(|playlist| playlist.entries).unwrap_or_default() {
                prop_assert!(entry.path.is_some() || entry.title.is_some());
                prop_assert!(entry.duration_s.is_none_or(|duration_s| duration_s > 0.0));
            }
        }
    }

    #[test]
    fn nothing_panics_on_damaged_files(
        library in prop::collection::vec(any_track(), 1..4),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..9usize, nasty()), 1..5),
    ) {
        for format in Format::ALL {
            let mut bytes = export(format, Heading::default(), &library, &options(false, false)).into_bytes();
            for (at, cut, put) in &edits {
                let at = at.index(bytes.len() + 1);
                let end = (at + cut).min(bytes.len());
                bytes.splice(at..end, put.bytes());
            }
            let text = String::from_utf8_lossy(&bytes);
            let _ = import(&text).map(|playlist| Matcher::new(&library).match_entries(&playlist.entries));
        }
    }
}
