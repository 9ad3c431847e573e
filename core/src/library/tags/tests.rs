use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::*;
use crate::library::Overrides;

/// A WAV file of a tenth of a second with a RIFF INFO list.
fn wav_with_info(info: &[(&[u8; 4], &str)]) -> Vec<u8> {
    let data = vec![0u8; 1600];
    let mut list = b"INFO".to_vec();
    for (id, text) in info {
        list.extend(*id);
        list.extend((text.len() as u32 + 1).to_le_bytes());
        list.extend(text.as_bytes());
        list.extend(if text.len() % 2 == 0 { &[0, 0][..] } else { &[0] });
    }
    let mut out = b"RIFF".to_vec();
    out.extend((4 + 24 + 8 + list.len() as u32 + 8 + data.len() as u32).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    out.extend(8000u32.to_le_bytes());
    out.extend(16_000u32.to_le_bytes());
    out.extend([2, 0, 16, 0]);
    out.extend(b"data");
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out.extend(b"LIST");
    out.extend((list.len() as u32).to_le_bytes());
    out.extend(list);
    out
}

fn write(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn track(path: &str, overrides: Overrides, name_hint: Option<&str>) -> LibraryTrack {
    LibraryTrack {
        path: path.into(),
        relative_path: path.into(),
        sub_genre: 3,
        overrides,
        name_hint: name_hint.map(str::to_string),
        display_name: None,
        split: None,
        fold: None,
    }
}

#[test]
fn texts_are_cleaned_and_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(5000);
    let info: &[(&[u8; 4], &str)] = &[
        (b"INAM", " A\u{7}\n Title\u{202e} "),
        (b"IART", "Ünïcode"),
        (b"IGNR", "House; Techno;House"),
        (b"IPRD", &long),
    ];
    let tags = read_tags(&write(&folder, "a.wav", &wav_with_info(info))).unwrap();
    assert_eq!(tags.title.as_deref(), Some("A  Title"));
    assert_eq!(tags.artist.as_deref(), Some("Ünïcode"));
    assert_eq!(tags.genres, ["House", "Techno"]);
    assert_eq!(tags.album, None, "too long to be a title");
    assert!((tags.duration_s.unwrap() - 0.1).abs() < 1e-3);
}

#[test]
fn missing_tags_are_no_error_and_damage_is() {
    let folder = tempfile::tempdir().unwrap();
    let none = read_tags(&write(&folder, "none.wav", &wav_with_info(&[]))).unwrap();
    assert_eq!(Tags { duration_s: None, ..none }, Tags::default());
    // The content decides, not the name.
    assert!(read_tags(&write(&folder, "wav.mp3", &wav_with_info(&[]))).is_ok());
    assert!(read_tags(&write(&folder, "empty.mp3", b"")).is_err());
    assert!(read_tags(&write(&folder, "text.flac", b"not a FLAC file at all, but text")).is_err());
    assert!(matches!(read_tags(&folder.path().join("missing.mp3")), Err(TagError::Read(_))));
    assert!(matches!(read_tags(folder.path()), Err(TagError::Read(_))));
    let whole = wav_with_info(&[(b"INAM", "A Title")]);
    for length in 0..whole.len() {
        let cut = read_tags(&write(&folder, "cut.wav", &whole[..length]));
        assert!(!matches!(cut, Err(TagError::Panicked { .. })), "{length} bytes: {cut:?}");
    }
}

#[test]
fn every_container_tells_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let source = write(&folder, "source.wav", &wav_with_info(&[]));
    for name in ["a.mp3", "a.flac", "a.ogg", "a.m4a"] {
        let path = folder.path().join(name);
        let key = if name == "a.mp3" { "TKEY" } else { "INITIALKEY" };
        let bpm = if name == "a.mp3" { "TBPM" } else { "BPM" };
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-y", "-i"]).arg(&source).args(["-metadata", "title=Tïtle"]);
        for pair in ["artist=Artist", "album_artist=Various", "album=Album", "date=1998-05-04", "genre=Goa"] {
            command.args(["-metadata", pair]);
        }
        command.args(["-metadata", &format!("{key}=8A"), "-metadata", &format!("{bpm}=142.5")]).arg(&path);
        if !command.stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            #[expect(clippy::print_stderr, reason = "a skipped case has to be seen")]
            {
                eprintln!("skipped {name}: ffmpeg or its encoder is missing");
            }
            continue;
        }
        let tags = read_tags(&path).unwrap();
        let texts = [&tags.title, &tags.artist, &tags.album_artist, &tags.album].map(|text| text.as_deref().unwrap());
        assert_eq!(texts, ["Tïtle", "Artist", "Various", "Album"], "{name}");
        assert_eq!((tags.year, &tags.genres[..]), (Some(1998), &["Goa".to_string()][..]), "{name}");
        // ffmpeg writes neither into MP4.
        if name != "a.m4a" {
            assert_eq!((tags.key.as_deref(), tags.bpm), (Some("8A"), Some(142.5)), "{name}");
        }
    }
}

#[test]
fn what_a_listener_sees_has_a_title_always() {
    let tags = || Tags { title: Some("Tag".into()), album_artist: Some("Various".into()), ..Tags::default() };
    let overrides = Overrides { title: Some("Manifest".into()), ..Overrides::default() };
    let meta = tags().into_meta(&track("x/stem.mp3", overrides, None), 12.5);
    assert_eq!((meta.title.as_str(), meta.artist.as_deref()), ("Manifest", Some("Various")));
    assert_eq!((meta.sub_genre, meta.path, meta.audio), (3, None, None));
    assert!((meta.duration_s - 12.5).abs() < f32::EPSILON);
    let meta = tags().into_meta(&track("x/stem.mp3", Overrides::default(), Some("A - B")), 1.0);
    assert_eq!((meta.title.as_str(), meta.artist.as_deref()), ("Tag", Some("Various")), "tags before the playlist");
    let meta = Tags::default().into_meta(&track("x/stem.mp3", Overrides::default(), Some("A - B - C")), 1.0);
    assert_eq!((meta.title.as_str(), meta.artist.as_deref()), ("B - C", Some("A")));
    let meta = Tags::default().into_meta(&track("x/01 stem.mp3", Overrides::default(), None), 1.0);
    assert_eq!((meta.title.as_str(), meta.artist), ("01 stem", None));
    let stripped =
        LibraryTrack { display_name: Some("stem".into()), ..track("x/01 stem.mp3", Overrides::default(), None) };
    assert_eq!(Tags::default().into_meta(&stripped, 1.0).title, "stem");
}

#[test]
fn years_and_tempi_are_read_as_people_write_them() {
    for (text, year) in [
        ("1998", Some(1998)),
        ("1998-05-04", Some(1998)),
        ("04.05.1998", Some(1998)),
        ("19980504", Some(1998)),
        ("98", None),
        ("0000", None),
    ] {
        assert_eq!(parse_year(text), year, "{text}");
    }
    for (text, bpm) in [
        ("128", Some(128.0)),
        ("127,5", Some(127.5)),
        (" 90.00 ", Some(90.0)),
        ("0", None),
        ("fast", None),
        ("1e9", None),
        ("NaN", None),
    ] {
        assert_eq!(parse_bpm(text), bpm, "{text}");
    }
}
