//! The map shows what it is told to, and whatever is done on it by hand is done by keys as well.

use std::collections::BTreeSet;

use serde_json::Value;
use thirtyfour::Key;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};
use super::site::{Built, TRACKS};

#[test]
fn chromium_maps() {
    everywhere(Browser::Chromium, maps);
}

#[test]
fn firefox_maps() {
    everywhere(Browser::Firefox, maps);
}

async fn maps(Place { session, site, .. }: Place<'_>) {
    session
        .script::<Value>("document.querySelector('#map').scrollIntoView({ block: 'center', behavior: 'instant' })")
        .await;
    colours(session, &site).await;
    legend(session).await;
    hover_and_choose(session, &site).await;
    zoom(session).await;
    search_dims(session).await;
    lasso_by_hand(session, &site).await;
    lasso_by_keys(session).await;
    playing(session).await;
}

/// A number that stands for all pixels of the map, once what was asked for is drawn.
pub(super) async fn picture(session: &Session) -> u32 {
    let script = "const done = arguments[arguments.length - 1];
        requestAnimationFrame(() => requestAnimationFrame(() => {
            const map = document.querySelector('#map');
            const { data } = map.getContext('2d').getImageData(0, 0, map.width, map.height);
            let hash = 0x811c9dc5;
            for (const value of new Uint32Array(data.buffer)) hash = Math.imul(hash ^ value, 0x01000193);
            done(hash >>> 0);
        }))";
    session.driver.execute_async(script, Vec::new()).await.unwrap().convert().unwrap()
}

/// Waits until the map looks different, and returns what it looks like.
async fn other_picture(session: &Session, before: u32) -> u32 {
    session.wait_until("another map", async |session: &Session| picture(session).await != before).await;
    picture(session).await
}

/// Each colouring gives another picture, and its legend counts every track.
async fn colours(session: &Session, site: &Built) {
    let names: Vec<String> =
        session.script("return [...document.querySelector('#map-colour').options].map((e) => e.value)").await;
    assert_eq!(names, ["playlist", "genre", "bpm", "key", "energy", "decade"]);
    let mut seen = BTreeSet::new();
    for name in &names {
        session.choose("#map-colour", name).await;
        seen.insert(picture(session).await);
        let counts: Vec<usize> = session
            .script("return [...document.querySelectorAll('#legend .map-count')].map((e) => Number(e.textContent))")
            .await;
        let unknown = match name.as_str() {
            "bpm" => site.tracks.iter().filter(|track| track.bpm.is_none()).count(),
            "key" => site.tracks.iter().filter(|track| track.key.is_none()).count(),
            "energy" => site.tracks.iter().filter(|track| track.energy.is_none()).count(),
            "decade" => site.tracks.iter().filter(|track| track.year.is_none()).count(),
            _ => 0,
        };
        match name.as_str() {
            "playlist" => assert_eq!(counts, [TRACKS / 4; 4]),
            "genre" => assert_eq!(counts, [TRACKS / 2; 2]),
            "decade" => assert_eq!((counts.iter().sum(), *counts.last().unwrap()), (TRACKS, unknown)),
            _ => assert_eq!(counts, [unknown], "{name}"),
        }
    }
    assert_eq!(seen.len(), names.len(), "two colourings look alike");
    session.choose("#map-colour", "playlist").await;
}

async fn legend(session: &Session) {
    let before = picture(session).await;
    let second = "#legend li:nth-child(2) button";
    session.click(second).await;
    assert_eq!(session.find(second).await.attr("aria-pressed").await.unwrap().as_deref(), Some("true"));
    other_picture(session, before).await;
    session.click(second).await;
    assert_eq!(session.find(second).await.attr("aria-pressed").await.unwrap().as_deref(), Some("false"));
    assert_eq!(picture(session).await, before);
}

/// Where a point is, from the middle of the map in CSS pixels.
async fn some_point(session: &Session) -> [f64; 2] {
    let script = "const map = document.querySelector('#map'), card = document.querySelector('#map-hover');
        // Places are told from the middle of what is in the window: all of it.
        map.scrollIntoView({ block: 'center', behavior: 'instant' });
        const { left, top, width, height } = map.getBoundingClientRect();
        // From the middle of the left on, clear of what lies over the map.
        for (let y = Math.round(height * 0.4); y < height - 10; y += 3) {
            for (let x = Math.round(width * 0.2); x < width - 60; x += 3) {
                map.dispatchEvent(new PointerEvent('pointermove', { clientX: left + x, clientY: top + y, bubbles: true }));
                if (!card.hidden) return [Math.round(x + 2 - width / 2), Math.round(y + 2 - height / 2)];
            }
        }";
    session.script(script).await
}

/// The card over a point tells of the track that a click chooses.
async fn hover_and_choose(session: &Session, site: &Built) {
    let [x, y] = some_point(session).await;
    session.script::<Value>("document.querySelector('#map').dispatchEvent(new PointerEvent('pointerleave'))").await;
    let map = session.find("#map").await;
    let over = || session.driver.action_chain().move_to_element_with_offset(&map, x as i64, y as i64);
    over().perform().await.unwrap();
    session
        .wait_until("the card", async |session: &Session| {
            session.script("return !document.querySelector('#map-hover').hidden").await
        })
        .await;
    let lines: Vec<String> =
        session.script("return [...document.querySelector('#map-hover').children].map((e) => e.textContent)").await;
    let track = site.tracks.iter().position(|track| track.title == lines[0]).expect("a title of the library");
    let expected = &site.tracks[track];
    assert!(expected.artist.is_none() || expected.artist.as_ref() == Some(&lines[1]), "{lines:?}");
    assert_eq!(lines[lines.len() - 2], site.sub_genres[expected.sub_genre as usize].name);
    let minutes = format!("{}:{:02}", expected.duration_s.round() as u32 / 60, expected.duration_s.round() as u32 % 60);
    let facts = lines.last().unwrap();
    assert!(facts.starts_with(&minutes) && facts.contains("BPM") == expected.bpm.is_some(), "{lines:?}");
    over().click().perform().await.unwrap();
    session
        .wait_until("the track", async |session: &Session| session.text("#track-title").await == expected.title)
        .await;
}

/// Wheel and keys zoom; Home brings back what there was.
async fn zoom(session: &Session) {
    let leave =
        "const map = document.querySelector('#map'); map.blur(); map.dispatchEvent(new PointerEvent('pointerleave'))";
    session.click("#map-reset").await;
    session.script::<Value>(leave).await;
    let fitted = picture(session).await;
    let turned: bool = session
        .script(
            "const map = document.querySelector('#map'), box = map.getBoundingClientRect();
            const turn = new WheelEvent('wheel', { deltaY: -300, clientX: box.left + box.width / 2,
                clientY: box.top + box.height / 3, bubbles: true, cancelable: true });
            map.dispatchEvent(turn);
            return turn.defaultPrevented",
        )
        .await;
    assert!(turned, "the wheel zooms instead of scrolling");
    let zoomed = other_picture(session, fitted).await;
    session.script::<Value>("document.querySelector('#map').focus()").await;
    let map = session.find("#map").await;
    map.send_keys("" + Key::Left).await.unwrap();
    session.script::<Value>(leave).await;
    let moved = picture(session).await;
    assert!(moved != zoomed && moved != fitted);
    map.send_keys("+" + Key::Home).await.unwrap();
    session.script::<Value>(leave).await;
    session.wait_until("the whole map", async |session: &Session| picture(session).await == fitted).await;
    // The track nearest to the middle.
    map.send_keys("++" + Key::Enter).await.unwrap();
    assert_ne!(session.text("#track-title").await, "");
    map.send_keys("" + Key::Home).await.unwrap();
    session.script::<Value>(leave).await;
}

/// What the map looks like once nothing moves on it any more.
async fn settled(session: &Session) -> u32 {
    loop {
        let seen = picture(session).await;
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        if picture(session).await == seen {
            return seen;
        }
    }
}

async fn search_dims(session: &Session) {
    // The field has the focus before and after, so that nothing else changes on the map.
    session.click("#search").await;
    let before = settled(session).await;
    session.fill("#search", "dark").await;
    other_picture(session, before).await;
    session.fill("#search", "").await;
    session.wait_until("the whole library", async |session: &Session| picture(session).await == before).await;
}

/// A line drawn with Shift around the left half chooses what lies there and nothing else.
async fn lasso_by_hand(session: &Session, site: &Built) {
    session.click("#map-reset").await;
    let [width, height]: [f64; 2] = session
        .script(
            "const { width, height } = document.querySelector('#map').getBoundingClientRect(); return [width, height]",
        )
        .await;
    let (right, down) = ((width / 2.0 - 3.0) as i64, (height / 2.0 - 3.0) as i64);
    let map = session.find("#map").await;
    let mut hand = session.driver.action_chain();
    hand = hand.key_down(Key::Shift).move_to_element_with_offset(&map, 0, -down).click_and_hold();
    for (x, y) in [(-right, -down), (-right, down), (0, down)] {
        hand = hand.move_to_element_with_offset(&map, x, y);
    }
    hand.release().key_up(Key::Shift).perform().await.unwrap();
    offered(session).await;
    let offer = session.text("#offer-text").await;
    session.click("#offer-add").await;
    let chosen = session.tracks("#playlist").await;
    assert_eq!(offer, format!("{} tracks selected", chosen.len()));
    let place = |track: usize| f64::from(site.searcher.rows().value(track, 0));
    let inside = chosen.iter().map(|&track| place(track)).fold(f64::MIN, f64::max);
    let outside = (0..TRACKS).filter(|track| !chosen.contains(track)).map(place).fold(f64::MAX, f64::min);
    assert!(!chosen.is_empty() && chosen.len() < TRACKS && inside < outside + 1e-3, "{inside} {outside} {chosen:?}");
    session.click("#playlist-clear").await;
}

async fn offered(session: &Session) {
    session
        .wait_until("the offer", async |session: &Session| {
            session.script("return !document.querySelector('#offer').hidden").await
        })
        .await;
}

async fn lasso_by_keys(session: &Session) {
    session.script::<Value>("document.querySelector('#map').focus()").await;
    let map = session.find("#map").await;
    map.send_keys("l").await.unwrap();
    assert_eq!(session.find("#map-lasso").await.attr("aria-pressed").await.unwrap().as_deref(), Some("true"));
    map.send_keys("" + Key::Escape).await.unwrap();
    assert_eq!(session.find("#map-lasso").await.attr("aria-pressed").await.unwrap().as_deref(), Some("false"));
    map.send_keys("l+++" + Key::Enter).await.unwrap();
    offered(session).await;
    let count: usize = session.text("#offer-text").await.split(' ').next().unwrap().parse().unwrap();
    session.click("#offer-like").await;
    assert_eq!(session.tracks("#liked").await.len(), count);
    assert!(!session.find("#offer").await.is_displayed().await.unwrap());
}

/// A ring marks the track that plays.
async fn playing(session: &Session) {
    let ring =
        "return !document.querySelector('.map-here').hidden && document.querySelector('.map-here').style.transform";
    assert_eq!(session.script::<Value>(ring).await, Value::Bool(false));
    session.mute().await;
    session.click("#option-1").await;
    let marked = async |session: &Session| session.script::<Value>(ring).await.is_string();
    // The tone lasts a second: it is held where it starts.
    session.script::<Value>("document.querySelector('#audio').loop = true").await;
    session.click("#track-play").await;
    session.wait_until("the ring", marked).await;
    session.click("#player-close").await;
    session.wait_until("the ring to go", async |session: &Session| !marked(session).await).await;
}
