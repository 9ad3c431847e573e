//! The explorer does what it says, by the same path from a double click as from a host.

use pmsl_core::playlist::{self, Constraints, ExportOptions, Format, GrowOptions, Heading, PathSeparator};
use serde_json::Value;
use thirtyfour::Key;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};
use super::site::{Built, TRACKS};

#[test]
fn chromium_explores() {
    everywhere(Browser::Chromium, explore);
}

#[test]
fn firefox_explores() {
    everywhere(Browser::Firefox, explore);
}

async fn explore(Place { session, site, url }: Place<'_>) {
    search(session).await;
    neighbours(session, &site).await;
    map(session).await;
    grow(session, &site).await;
    rearrange(session).await;
    export(session, &site).await;
    links(session, &url).await;
    play(session).await;
}

/// Results follow the typing, with and without the diacritics, and the keyboard chooses among them.
pub(super) async fn search(session: &Session) {
    assert_eq!(session.tracks("#results").await.len(), TRACKS);
    assert_eq!(session.text("#result-count").await, "120 tracks in 4 playlists");
    session.fill("#search", "cafe EMOTIONAL").await;
    let found = session.tracks("#results").await;
    // Among the first 30 tracks, without the one whose radio edit has another name.
    assert_eq!(found, [3, 11, 27]);
    let field = session.find("#search").await;
    field.send_keys(Key::Down + Key::Down + Key::Enter).await.unwrap();
    assert_eq!(session.text("#track-title").await, "Café Horizon 11");
    assert_eq!(session.text("#track-sub-genre").await, "Émotional Techno");
    // Tags are searched, shown, and lead to the other tracks that have them.
    session.fill("#search", "HARPSI").await;
    assert_eq!(session.tracks("#results").await, [5]);
    session.click("#option-5").await;
    session.click("#track-tags li:nth-child(2) button").await;
    assert_eq!(session.script::<String>("return document.querySelector('#search').value").await, "no vocal");
    assert_eq!(session.tracks("#results").await, [5]);
    session.fill("#search", "no such words").await;
    assert_eq!(session.tracks("#results").await, [] as [usize; 0]);
    assert_eq!(session.text("#result-count").await, "No track has all of these words.");
    field.send_keys(Key::Escape).await.unwrap();
    assert_eq!(session.tracks("#results").await.len(), TRACKS);
}

/// The ten nearest and their similarities are those that the generator computes.
pub(super) async fn neighbours(session: &Session, site: &Built) {
    for track in [0, 57, TRACKS - 1] {
        session.click(&format!("#option-{track}")).await;
        assert_eq!(session.text("#track-title").await, site.tracks[track].title);
        let expected = site.searcher.neighbours(track, 10);
        assert_eq!(session.tracks("#neighbours").await, expected.iter().map(|n| n.track).collect::<Vec<_>>());
        let shown: Vec<String> =
            session.script("return [...document.querySelectorAll('.score-value')].map((e) => e.textContent)").await;
        assert_eq!(shown, expected.iter().map(|n| format!("{:.3}", n.similarity)).collect::<Vec<_>>());
    }
    // On to a neighbour: the focus follows to its name.
    let next = site.searcher.neighbours(TRACKS - 1, 1)[0].track;
    session.click("#neighbours li:first-child .row-name").await;
    assert_eq!(session.text("#track-title").await, site.tracks[next].title);
    assert_eq!(session.script::<String>("return document.activeElement.id").await, "track-title");
}

/// The map shows points, and the keyboard moves it and chooses from it.
async fn map(session: &Session) {
    let colours = "const c = document.querySelector('#map'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        const seen = new Set(); for (let i = 0; i < d.length; i += 4) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); return seen.size";
    let fitted: usize = session.script(colours).await;
    assert!(fitted > 20, "{fitted} colours on the map");
    session.script::<Value>("document.querySelector('#map').focus()").await;
    let map = session.find("#map").await;
    map.send_keys("+++" + Key::Left + Key::Up + Key::Enter).await.unwrap();
    assert_ne!(session.text("#track-title").await, "");
    map.send_keys("" + Key::Home).await.unwrap();
    session.click("#legend li:nth-child(2) button").await;
    assert_eq!(
        session.find("#legend li:nth-child(2) button").await.attr("aria-pressed").await.unwrap().as_deref(),
        Some("true")
    );
    session.click("#legend li:nth-child(2) button").await;
}

/// A grown playlist is the one that the core grows.
async fn grow(session: &Session, site: &Built) {
    session.click("#option-8").await;
    session.fill("#grow-length", "12").await;
    session.click("#grow [type=submit]").await;
    let options = GrowOptions { length: 12, ..GrowOptions::default() };
    let list = playlist::grow(site.library(), 8, &options, &Constraints::default());
    assert_eq!(session.tracks("#playlist").await, list.tracks);
    assert!(session.text("#playlist-summary").await.starts_with("12 tracks, "));
}

async fn rearrange(session: &Session) {
    let before = session.tracks("#playlist").await;
    session.click("#playlist li:nth-child(3) .move-up").await;
    session.click("#playlist li:last-child [aria-label^=Remove]").await;
    let mut expected = before.clone();
    expected.swap(1, 2);
    expected.pop();
    assert_eq!(session.tracks("#playlist").await, expected);
    // A track is added once.
    session.click("#track-add").await;
    assert_eq!(session.tracks("#playlist").await, expected);
}

/// The saved file is byte for byte what the core writes.
async fn export(session: &Session, site: &Built) {
    session.click("#export summary").await;
    session.fill("#export-root", "D:\\My Music").await;
    session.fill("#export-extension", "flac").await;
    session.choose("#export-separator", "\\").await;
    session.click("#export [type=submit]").await;
    let (name, content) = session.download("m3u8").await;
    let options = ExportOptions {
        root: "D:\\My Music".into(),
        separator: PathSeparator::Backslash,
        url_encode: false,
        extension: "flac".into(),
    };
    let tracks = session.tracks("#playlist").await;
    let tracks = tracks.iter().map(|&track| &site.tracks[track]);
    let title = format!("From {}", site.tracks[8].title);
    let heading = Heading { title: &title, sub_genres: &site.sub_genres };
    assert_eq!(content, playlist::export(Format::M3u8, heading, tracks, &options));
    assert!(content.contains("\nD:\\My Music\\Techno\\008 Ä #1.wav\n"), "{content}");
    assert_eq!(name, format!("{title}.m3u8"));
}

/// The address brings back the track and the playlist, and that of another build is refused.
async fn links(session: &Session, url: &str) {
    let (title, playlist) = (session.text("#track-title").await, session.tracks("#playlist").await);
    session.reopen().await;
    assert_eq!((session.text("#track-title").await, session.tracks("#playlist").await), (title, playlist));
    session.open_anew(&format!("{url}#track=3&playlist=1.2&build=00000000")).await;
    assert_eq!(session.tracks("#playlist").await, [] as [usize; 0]);
    assert!(session.note().await.contains("another state of the library"));
}

/// The one track that the site holds is played from there.
async fn play(session: &Session) {
    session.click("#option-1").await;
    session.mute().await;
    session.click("#track-play").await;
    session
        .wait_until("the audio", async |session: &Session| {
            session.script("const a = document.querySelector('#audio'); return a.ended || a.currentTime > 0").await
        })
        .await;
    assert!((session.script::<f64>("return document.querySelector('#audio').duration").await - 1.0).abs() < 0.01);
    session.click("#player-close").await;
    session.click("#option-2").await;
    assert!(!session.find("#track-play").await.is_displayed().await.unwrap());
}
