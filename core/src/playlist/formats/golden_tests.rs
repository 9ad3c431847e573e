//! The files in `tests/parity/playlist_formats` are what is written now. That they are what the formats' publishers say,
//! `check.py` there tells.

use std::fs;
use std::path::Path;

use super::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/parity/playlist_formats");

fn tracks() -> Vec<TrackMeta> {
    let full = TrackMeta {
        title: "Night Drive (Ána Remix)".into(),
        artist: Some("Rosén & Söhne".into()),
        album: Some("\"Late\" <Early>".into()),
        year: Some(2024),
        bpm: Some(127.996),
        key: Some("A minor".into()),
        duration_s: 372.25,
        sub_genre: 0,
        path: Some("Dub & Techno/01 Night Drive #1 (100% Ána).flac".into()),
        ..TrackMeta::default()
    };
    vec![
        full.clone(),
        TrackMeta {
            title: "=SUM(1;2)\r\n#EXTINF:1,]]>".into(),
            artist: Some("AC/DC: \u{202e}live\u{0}\u{ffff}".into()),
            album: None,
            year: None,
            bpm: None,
            key: Some("8A".into()),
            duration_s: 59.5,
            sub_genre: 1,
            path: None,
            ..full.clone()
        },
        TrackMeta {
            title: "東京, \\ 💿".into(),
            artist: None,
            duration_s: f32::NAN,
            path: Some("#/ガラス.mp3".into()),
            ..full.clone()
        },
        full,
    ]
}

#[test]
fn goldens_are_what_is_written() {
    let genre = |name: &str| SubGenre { genre: None, name: name.into() };
    let heading = Heading { title: "Late & <early>", sub_genres: &[genre("Dub & Techno"), genre("House")] };
    let options = ExportOptions { root: "D:\\My Music".into(), extension: "mp3".into(), ..ExportOptions::default() };
    for format in Format::ALL {
        // The goldens do not change with the version of this crate.
        let product = concat!("Name=\"pmsl\" Version=\"", env!("CARGO_PKG_VERSION"), "\"");
        let text = export(format, heading, tracks(), &options).replace(product, "Name=\"pmsl\" Version=\"0.1.0\"");
        let path = Path::new(FOLDER).join(format!("sample.{}", format.extension()));
        if std::env::var_os("PMSL_WRITE_GOLDENS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap();
        assert!(golden == text, "{} differs; PMSL_WRITE_GOLDENS=1 writes it again, check.py judges it", path.display());
    }
}
