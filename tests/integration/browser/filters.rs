//! Words and filters find what the core finds with them.

use pmsl_core::search::{Filter, TextIndex};
use serde_json::Value;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};
use super::site::{Built, TRACKS};

#[test]
fn chromium_filters() {
    everywhere(Browser::Chromium, filters);
}

#[test]
fn firefox_filters() {
    everywhere(Browser::Firefox, filters);
}

async fn filters(Place { session, site, .. }: Place<'_>) {
    session.unfold("#filters details").await;
    tempo(session, &site).await;
    key_and_length(session, &site).await;
    playlists_and_words(session, &site).await;
    mixes_with(session, &site).await;
    nothing_fits(session).await;
}

/// The list and the counts are those of the core's search.
async fn assert_found(session: &Session, site: &Built, words: &str, filter: &Filter, in_force: usize) -> Vec<usize> {
    let index = TextIndex::new(&site.tracks, &site.sub_genres);
    let keep = |track| filter.accepts(site.songs.get(track).unwrap());
    let expected = index.search(words, keep, 200);
    session
        .wait_until(&format!("{words:?} {filter:?}"), async |session: &Session| {
            session.tracks("#results").await == expected.tracks
        })
        .await;
    let plural = if expected.total == 1 { "" } else { "s" };
    assert_eq!(session.text("#result-count").await, format!("{} track{plural} found", expected.total));
    let count = if in_force > 0 { format!("({in_force} in force)") } else { String::new() };
    assert_eq!(session.text("#filters-count").await, count);
    assert!(!expected.tracks.is_empty() && expected.total < TRACKS, "{filter:?} tells nothing");
    expected.tracks
}

async fn clear(session: &Session) {
    session.click("#filters-clear").await;
    assert_eq!(session.tracks("#results").await.len(), TRACKS);
    assert_eq!(session.text("#filters-count").await, "");
    assert!(!session.find("#filters-clear").await.is_displayed().await.unwrap());
}

/// Half and double tempo fit where that is asked for, and one end is enough.
async fn tempo(session: &Session, site: &Built) {
    session.fill("[name=tempo-min]", "118").await;
    session.fill("[name=tempo-max]", "128").await;
    let filter = Filter { bpm: Some([118.0, 128.0]), ..Filter::default() };
    let plain = assert_found(session, site, "", &filter, 1).await;
    session.click("[name=octaves]").await;
    let octaves = Filter { any_octave: true, ..filter };
    let all = assert_found(session, site, "", &octaves, 1).await;
    assert!(all.len() > plain.len());
    session.fill("[name=tempo-min]", "").await;
    session.click("[name=octaves]").await;
    let filter = Filter { bpm: Some([0.0, 128.0]), ..Filter::default() };
    assert_found(session, site, "", &filter, 1).await;
    clear(session).await;
}

async fn key_and_length(session: &Session, site: &Built) {
    session.choose("#filter-key", "8A").await;
    let keys = Filter { key: "8A".parse().ok(), ..Filter::default() };
    assert_found(session, site, "", &keys, 1).await;
    session.fill("[name=long-min]", "3").await;
    session.fill("[name=long-max]", "4.5").await;
    let filter = Filter { duration_s: Some([180.0, 270.0]), ..keys };
    assert_found(session, site, "", &filter, 2).await;
    clear(session).await;
}

async fn playlists_and_words(session: &Session, site: &Built) {
    for playlist in [1, 3] {
        session.click(&format!("#filter-playlists [value='{playlist}']")).await;
    }
    let filter = Filter { sub_genres: Some(vec![1, 3]), ..Filter::default() };
    assert_found(session, site, "", &filter, 1).await;
    session.fill("#search", "NOVAK").await;
    let found = assert_found(session, site, "NOVAK", &filter, 1).await;
    assert!(found.iter().all(|&track| site.tracks[track].artist.as_deref() == Some("Marek Novák")));
    // The words stay when the filters go.
    session.click("#filters-clear").await;
    assert_found(session, site, "novak", &Filter::default(), 0).await;
    session.fill("#search", "").await;
}

/// From a track to what can be played after it.
async fn mixes_with(session: &Session, site: &Built) {
    session.click("#option-8").await;
    session.click("#track-mix").await;
    let bpm = f64::from(site.tracks[8].bpm.unwrap());
    let shown = |factor: f64| format!("{:.1}", bpm * factor).parse().unwrap();
    let filter = Filter {
        bpm: Some([shown(0.94), shown(1.06)]),
        any_octave: true,
        key: Some(site.tracks[8].key.as_ref().unwrap().parse().unwrap()),
        ..Filter::default()
    };
    let found = assert_found(session, site, "", &filter, 2).await;
    assert!(found.contains(&8));
    assert_eq!(session.script::<String>("return document.activeElement.id").await, "search");
    clear(session).await;
}

async fn nothing_fits(session: &Session) {
    session.fill("[name=tempo-min]", "390").await;
    assert_eq!(session.text("#result-count").await, "No track fits these words and filters.");
    assert_eq!(session.script::<Value>("return document.querySelector('#results').children.length").await, 0);
    clear(session).await;
}
