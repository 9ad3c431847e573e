//! A printed explorer is its playlist, as a table.

use serde_json::{Value, json};

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};

/// The tracks that are printed.
const TRACKS: [usize; 3] = [5, 40, 22];
/// What has no use on paper.
const TOOLS: &str = "#search, #map, #grow, #tabs, #export, #folder, #player, #playlist-empty, .row-actions, button";

#[test]
fn chromium_prints_the_playlist() {
    everywhere(Browser::Chromium, prints_the_playlist);
}

#[test]
fn firefox_prints_the_playlist() {
    everywhere(Browser::Firefox, prints_the_playlist);
}

async fn prints_the_playlist(Place { session, site, .. }: Place<'_>) {
    for track in TRACKS {
        session.click(&format!("#option-{track}")).await;
        session.click("#track-add").await;
    }
    // The browser lays the page out for paper itself, and the page gets its table ready for that.
    let pages = session.driver.print_page(thirtyfour::common::print::PrintParameters::default()).await.unwrap();
    assert!(pages.starts_with(b"%PDF-"));
    // Firefox packs its pages away, where they cannot be counted.
    if session.browser == Browser::Chromium {
        let counted = pages.windows(12).filter(|part| part.starts_with(b"/Type /Page") && part[11] != b's').count();
        assert_eq!(counted, 1, "three tracks fit on a page");
    }
    let printed: Vec<Vec<String>> = session
        .script("return [...document.querySelectorAll('#print tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))")
        .await;
    assert_eq!(printed.len(), TRACKS.len());
    for (line, (cells, track)) in printed.iter().zip(TRACKS).enumerate() {
        let meta = &site.tracks[track];
        assert_eq!(cells[..3], [(line + 1).to_string(), meta.title.clone(), meta.artist.clone().unwrap_or_default()]);
    }
    if session.browser == Browser::Chromium {
        as_on_paper(session).await;
    }
}

/// What is seen when the screen is laid out as paper.
async fn as_on_paper(session: &Session) {
    let media = |media: &str| json!({ "media": media });
    session.driver.cdp().send_raw("Emulation.setEmulatedMedia", media("print")).await.unwrap();
    let seen: Vec<String> = session
        .script(&format!(
            "return [...document.querySelectorAll({TOOLS:?})].filter((e) => e.checkVisibility()).map((e) => e.id || e.className)"
        ))
        .await;
    assert!(seen.is_empty(), "on paper there is no use for {seen:?}");
    let table: Value = session
        .script("const { width, right } = document.querySelector('#print').getBoundingClientRect(); return { width, inside: right <= innerWidth }")
        .await;
    assert!(table["width"].as_f64().unwrap() > 100.0 && table["inside"] == true, "{table}");
    session.driver.cdp().send_raw("Emulation.setEmulatedMedia", media("")).await.unwrap();
}
