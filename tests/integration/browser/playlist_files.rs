//! Playlists leave the page as files byte for byte as the core writes them, and come back.

use std::fs;

use pmsl_core::playlist::{self, ExportOptions, Format, Heading, PathSeparator};
use serde_json::Value;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};
use super::site::Built;

#[test]
fn chromium_saves_and_opens_files() {
    everywhere(Browser::Chromium, saves_and_opens_files);
}

#[test]
fn firefox_saves_and_opens_files() {
    everywhere(Browser::Firefox, saves_and_opens_files);
}

async fn saves_and_opens_files(Place { session, site, .. }: Place<'_>) {
    session.click("#option-8").await;
    session.click("#grow [type=submit]").await;
    session.fill("#keep-name", "Für später: 1/2").await;
    let plain = ExportOptions::default();
    for format in Format::ALL {
        let content = saved(session, &site, format, &plain).await;
        if matches!(format, Format::M3u8 | Format::Xspf | Format::Jspf | Format::Json) {
            comes_back(session, &content, format.extension()).await;
        }
    }
    names_as_asked(session, &site).await;
    tells_what_is_missing(session, &site).await;
    by_dropping(session, &site).await;
}

/// Saves the playlist and compares it with what the core writes.
async fn saved(session: &Session, site: &Built, format: Format, options: &ExportOptions) -> String {
    session.choose("#export-format", format.name()).await;
    session.click("#export [type=submit]").await;
    let (name, content) = session.download(format.extension()).await;
    assert_eq!(name, format!("Für später_ 1_2.{}", format.extension()));
    let heading = Heading { title: "Für später: 1/2", sub_genres: &site.sub_genres };
    let tracks = session.tracks("#playlist").await;
    let listed = tracks.iter().map(|&track| &site.tracks[track]);
    assert_eq!(content, playlist::export(format, heading, listed, options), "{format:?}");
    assert!(!tracks.is_empty());
    content
}

/// Gives a file to the button that opens playlists.
async fn open(session: &Session, name: &str, content: &str) {
    let file = session.downloads.with_file_name(name);
    fs::write(&file, content).unwrap();
    session.script::<Value>("document.querySelector('#note').textContent = ''").await;
    session.find("#import").await.send_keys(file.to_str().unwrap()).await.unwrap();
    session.wait_for_note(name).await;
}

/// What was saved is opened as the same tracks, under the file's name.
async fn comes_back(session: &Session, content: &str, extension: &str) {
    let tracks = session.tracks("#playlist").await;
    session.click("#playlist-clear").await;
    open(session, &format!("again.{extension}"), content).await;
    assert_eq!(session.tracks("#playlist").await, tracks, "{extension}");
    assert!(!session.find("#missing").await.is_displayed().await.unwrap());
    assert_eq!(session.script::<String>("return document.querySelector('#keep-name').value").await, "again");
    session.fill("#keep-name", "Für später: 1/2").await;
}

async fn names_as_asked(session: &Session, site: &Built) {
    session.choose("#export-format", "m3u8").await;
    session.click("#export summary").await;
    session.fill("#export-root", "E:\\Music & more\\").await;
    session.fill("#export-extension", "flac").await;
    session.choose("#export-separator", "\\").await;
    let mut options = ExportOptions {
        root: "E:\\Music & more\\".into(),
        separator: PathSeparator::Backslash,
        url_encode: false,
        extension: "flac".into(),
    };
    let content = saved(session, site, Format::M3u8, &options).await;
    let first = content.lines().find(|line| !line.starts_with('#')).unwrap().to_owned();
    session.wait_until("the sample", async |session: &Session| session.text("#export-sample").await == first).await;
    session.click("#export-encode").await;
    options.url_encode = true;
    let encoded = saved(session, site, Format::M3u8, &options).await;
    assert_ne!(encoded, content);
    // Another player's folders lead back to the same tracks.
    comes_back(session, &content, "m3u").await;
}

/// What the library does not hold is named, as the text that it is.
async fn tells_what_is_missing(session: &Session, site: &Built) {
    let title = &site.tracks[8].path.as_ref().unwrap();
    let content = format!("#EXTM3U\n{title}\n#EXTINF:100,Nobody - <b>Nothing</b>\n../elsewhere/nothing.mp3\n");
    open(session, "partly.m3u8", &content).await;
    assert_eq!(session.tracks("#playlist").await, [8]);
    assert_eq!(session.text("#missing-text").await, "1 entry of partly.m3u8 not found in this library.");
    assert_eq!(session.text("#missing-list").await, "Nobody - <b>Nothing</b>");
    open(session, "none.m3u8", "nothing/here.mp3\n").await;
    assert_eq!(session.note().await, "No track of none.m3u8 is in this library.");
    assert_eq!(session.tracks("#playlist").await, [8]);
    open(session, "broken.json", "{\"playlist\": [").await;
    assert!(session.note().await.starts_with("broken.json cannot be read: "), "{}", session.note().await);
    assert_eq!(session.tracks("#playlist").await, [8]);
}

/// A file that is dropped on the playlist is opened as well.
async fn by_dropping(session: &Session, site: &Built) {
    let paths: Vec<&String> = [12, 4].iter().map(|&track: &usize| site.tracks[track].path.as_ref().unwrap()).collect();
    let content = serde_json::to_string(&format!("{}\n{}\n", paths[0], paths[1])).unwrap();
    session
        .script::<Value>(&format!(
            "const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([{content}], 'dropped.m3u8'));
            const part = document.querySelector('#playlist-label');
            for (const kind of ['dragover', 'drop']) part.dispatchEvent(new DragEvent(kind, {{ dataTransfer, bubbles: true, cancelable: true }}))"
        ))
        .await;
    session.wait_for_note("dropped.m3u8").await;
    assert_eq!(session.tracks("#playlist").await, [12, 4]);
}
