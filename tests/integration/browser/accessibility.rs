//! axe-core finds nothing, in light and dark, on a desk and on a phone, in every state of the page.

use std::{env, fs};

use serde_json::{Value, json};
use thirtyfour::Key;

use super::page::file_url;
use super::session::{Browser, Scheme, Session, run};
use super::site::Built;

/// Widths of a desk, a tablet and a phone, in CSS pixels.
pub(super) const WIDTHS: [i64; 3] = [1440, 768, 360];

/// From `npm ci` in `tests/`.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/node_modules/axe-core/axe.min.js");

#[test]
fn axe_finds_nothing_in_light() {
    axe_finds_nothing(Scheme::Light);
}

#[test]
fn axe_finds_nothing_in_dark() {
    axe_finds_nothing(Scheme::Dark);
}

fn axe_finds_nothing(scheme: Scheme) {
    let Some(axe) = axe() else { return };
    let site = Built::new(1);
    run(Browser::Chromium, scheme, async |session| {
        session.open_explorer(&file_url(&site.root, "explorer.html")).await;
        let dark: bool = session.script("return matchMedia('(prefers-color-scheme: dark)').matches").await;
        assert_eq!(dark, scheme == Scheme::Dark);
        session.script::<Value>(&axe).await;
        at_each_width(&session, "as it opens", scheme).await;
        as_the_window(&session).await;
        everything_open(&session, &site).await;
        at_each_width(&session, "everything open", scheme).await;
        for panel in ["find", "track", "map", "playlist"] {
            session.click(&format!("#tabs [data-panel={panel}]")).await;
            assert_none(&session, &format!("{panel} on a phone")).await;
        }
        as_the_window(&session).await;
        on_a_path(&session).await;
        at_each_width(&session, "a path, a selection, keys", scheme).await;
        as_the_window(&session).await;
        a_set(&session).await;
        at_each_width(&session, "a set, a scale", scheme).await;
        session.script::<Value>("document.querySelector('#help').click()").await;
        at_each_width(&session, "shortcuts", scheme).await;
    });
}

#[test]
fn axe_finds_nothing_in_one_file() {
    let Some(axe) = axe() else { return };
    let site = Built::new(1);
    run(Browser::Chromium, Scheme::Light, async |session| {
        session.open_explorer(&file_url(&site.root, "alone/explorer-single.html")).await;
        session.script::<Value>(&axe).await;
        session.click("#option-1").await;
        session.click("#grow [type=submit]").await;
        at_each_width(&session, "one file", Scheme::Light).await;
    });
}

/// A track, filters, likes, a playlist with a file half found, playlists kept and deleted, and the folder.
async fn everything_open(session: &Session, site: &Built) {
    session.unfold("#explorer details, #player details").await;
    for (track, action) in [(30, "like"), (60, "like"), (90, "dislike")] {
        session.click(&format!("#option-{track}")).await;
        session.click(&format!("#track-likes [data-do={action}]")).await;
    }
    session.click("label:has([name=by][value=mix])").await;
    session.click("#grow [type=submit]").await;
    for name in ["One", "Two"] {
        session.fill("#keep-name", name).await;
        session.click("#keep [type=submit]").await;
        session.wait_for_note(&format!("{name} is kept")).await;
    }
    session.click("#kept li:nth-child(2) [aria-label^=Delete]").await;
    let list = session.downloads.with_file_name("partly.m3u8");
    fs::write(&list, format!("{}\nnothing.mp3\n{}\n", path(site, 8), path(site, 12))).unwrap();
    session.find("#import").await.send_keys(list.to_str().unwrap()).await.unwrap();
    session.wait_for_note("1 not found").await;
    session.click("#playlist li:nth-child(2) [data-do=lock]").await;
    let music = site.music(&[site.tracks[8].path.as_deref().unwrap()]);
    session.find("#folder-input").await.send_keys(music.to_str().unwrap()).await.unwrap();
    session
        .wait_until("the folder", async |session: &Session| session.text("#folder-status").await.starts_with("1 of"))
        .await;
    session.mute().await;
    // By script, as the row and the button may lie outside of what is scrolled to.
    session.script::<Value>("document.querySelector('#option-8').click()").await;
    session.script::<Value>("document.querySelector('#track-play').click()").await;
    session
        .wait_until("the player", async |session: &Session| {
            session.script("return document.querySelector('#player').checkVisibility()").await
        })
        .await;
    session.script::<Value>("document.querySelector('#player-more').open = true").await;
    session.fill("#search", "e").await;
    session.fill("[name=long-min]", "1").await;
}

fn path(site: &Built, track: usize) -> &str {
    site.tracks[track].path.as_deref().unwrap()
}

async fn on_a_path(session: &Session) {
    session.click("label:has([name=by][value=path])").await;
    for track in [2, 60] {
        // Where the list is scrolled to does not matter here.
        session.script::<Value>(&format!("document.querySelector('#option-{track}').click()")).await;
        session.script::<Value>("document.querySelector('#waypoint-add').click()").await;
    }
    session.choose("#map-colour", "key").await;
    session.find("#map").await.send_keys("l+++" + Key::Enter).await.unwrap();
    session
        .wait_until("the offer", async |session: &Session| {
            session.script("return !document.querySelector('#offer').hidden").await
        })
        .await;
    session.find("#map").await.send_keys("l").await.unwrap();
}

async fn a_set(session: &Session) {
    session.script::<Value>("document.querySelector('#offer-close').click()").await;
    session.click("label:has([name=by][value=set])").await;
    session.click("#curve-presets button:nth-child(3)").await;
    session.choose("#map-colour", "bpm").await;
    session.fill("#search", "no such words").await;
    session.click("#grow [type=submit]").await;
}

async fn at_each_width(session: &Session, state: &str, scheme: Scheme) {
    for width in WIDTHS {
        resize(session, width).await;
        assert_none(session, &format!("{state}, {width} wide")).await;
        // To look at: a folder for pictures of the page.
        if let Some(folder) = env::var_os("PMSL_SCREENSHOTS") {
            let picture = std::path::Path::new(&folder).join(format!("{state} {width} {scheme:?}.png"));
            session.driver.screenshot(&picture).await.unwrap();
        }
    }
}

/// The text of axe-core; where it is not installed the test is skipped with a message.
pub(super) fn axe() -> Option<String> {
    let found = fs::read_to_string(AXE).ok();
    if found.is_none() {
        assert!(env::var("PMSL_REQUIRE_BROWSERS").as_deref() != Ok("1"), "{AXE} is absent; run npm ci in tests/");
        eprintln!("skipped: {AXE} is absent");
    }
    found
}

/// Gives the page the size of its window again: clicks do not reach what lies beyond it.
async fn as_the_window(session: &Session) {
    session.driver.cdp().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await.unwrap();
}

/// Makes the page as wide as a screen. A window cannot be as narrow as a phone, but its page can.
pub(super) async fn resize(session: &Session, width: i64) {
    let metrics = json!({ "width": width, "height": 1900, "deviceScaleFactor": 1, "mobile": false });
    session.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
    assert_eq!(session.script::<i64>("return innerWidth").await, width);
}

/// axe-core, which must be in the page, finds nothing, and the page is no wider than the window.
pub(super) async fn assert_none(session: &Session, state: &str) {
    let script = "const done = arguments[arguments.length - 1];
        axe.run().then((r) => done(r.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html + n.failureSummary).join('; ')}`)), (e) => done([String(e)]))";
    let violations: Vec<String> = session.driver.execute_async(script, Vec::new()).await.unwrap().convert().unwrap();
    assert!(violations.is_empty(), "{state}: {violations:#?}");
    let overflow: i64 =
        session.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
    assert!(overflow <= 0, "{state}: the page is {overflow} px wider than the window");
    let below: f64 = session
        .script("return document.documentElement.scrollHeight - scrollY - document.querySelector('.footer').getBoundingClientRect().bottom")
        .await;
    assert!(below < 100.0, "{state}: {below} px of nothing follow the footer");
}
