//! Playlists are kept in the browser, beyond this build of the site; without storage the page says so and works.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};
use super::site::TRACKS;

#[test]
fn chromium_keeps_playlists() {
    everywhere(Browser::Chromium, keeps_playlists);
}

#[test]
fn firefox_keeps_playlists() {
    everywhere(Browser::Firefox, keeps_playlists);
}

async fn keeps_playlists(Place { session, site, url }: Place<'_>) {
    session.click("#option-8").await;
    session.click("#grow [type=submit]").await;
    session.click("#playlist li:nth-child(6) [data-do=lock]").await;
    let tracks = session.tracks("#playlist").await;
    session.fill("#keep-name", "Mine </script>").await;
    session.click("#keep [type=submit]").await;
    session.wait_for_note("Mine </script> is kept in this browser").await;

    // The page opened afresh, without an address that holds anything.
    session.open_anew(&url).await;
    assert_eq!(session.tracks("#playlist").await, [] as [usize; 0]);
    load(session, "Mine </script>", &tracks).await;
    assert_eq!(locked(session).await, [tracks[5]]);
    rename_and_delete(session, &tracks).await;

    // A later build has the same tracks elsewhere.
    let _later = site.rebuild();
    session.open_anew(&url).await;
    let elsewhere: Vec<usize> = tracks.iter().map(|track| TRACKS - 1 - track).collect();
    load(session, "Ours", &elsewhere).await;
    assert_eq!(locked(session).await, [elsewhere[5]]);

    whatever_lies_in_the_store(session, &url).await;
    without_storage(session, &url).await;
    session.open_anew(&url).await;
}

async fn load(session: &Session, name: &str, tracks: &[usize]) {
    assert!(session.text("#kept .kept-name").await.starts_with(name));
    session.click("#kept .kept-name").await;
    session.wait_for_note(&format!("{name}: {} tracks.", tracks.len())).await;
    assert_eq!(session.note().await, format!("{name}: {} tracks.", tracks.len()));
    assert_eq!(session.tracks("#playlist").await, tracks);
}

async fn locked(session: &Session) -> Vec<usize> {
    session
        .script("return [...document.querySelectorAll('#playlist .locked')].map((e) => Number(e.dataset.track))")
        .await
}

async fn rename_and_delete(session: &Session, tracks: &[usize]) {
    session.click("#kept [aria-label^=Rename]").await;
    session.fill("#kept input", "Ours").await;
    session.find("#kept input").await.send_keys("" + Key::Enter).await.unwrap();
    load(session, "Ours", tracks).await;
    session.click("#kept [aria-label^=Delete]").await;
    assert_eq!(session.script::<String>("return localStorage.getItem('pmsl.playlists')").await, "[]");
    session.click("#kept-back").await;
    load(session, "Ours", tracks).await;
}

/// Anything may have been written there; what is no playlist is passed over.
async fn whatever_lies_in_the_store(session: &Session, url: &str) {
    let hostile = [
        json!("{"),
        json!("null"),
        json!("{\"name\":1}"),
        json!("[null,1,{\"name\":5},{\"name\":\"x\",\"keys\":7,\"locked\":[]}]"),
        json!("[{\"name\":\"<img src=x onerror=window.pwned=1>\",\"keys\":[\"no key\",\"\"],\"locked\":[\"\"]}]"),
    ];
    for text in hostile {
        session.script::<Value>(&format!("localStorage.setItem('pmsl.playlists', {text})")).await;
        session.script::<Value>("localStorage.setItem('pmsl-player', '[1e9, NaN')").await;
        session.open_anew(url).await;
        assert_eq!(session.tracks("#results").await.len(), TRACKS);
    }
    // The last is a playlist of tracks that no library has.
    session.click("#kept .kept-name").await;
    session.wait_for_note("no longer in this library").await;
    assert_eq!(session.script::<Value>("return window.pwned ?? null").await, Value::Null);
    session.script::<Value>("localStorage.clear()").await;
}

async fn without_storage(session: &Session, url: &str) {
    session.open_anew(&format!("{url}?without-storage")).await;
    let refused = "try { return localStorage.length < 0 } catch { return true }";
    assert!(session.script::<bool>(refused).await);
    session.click("#option-8").await;
    session.click("#grow [type=submit]").await;
    assert_eq!(session.tracks("#playlist").await.len(), 20);
    session.click("#keep [type=submit]").await;
    session.wait_for_note("does not let the page keep anything").await;
}
