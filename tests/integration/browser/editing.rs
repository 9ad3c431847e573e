//! A playlist is changed by hand and by keys, and every change can be taken back.

use pmsl_core::playlist::{self, Constraints, GrowOptions, Locked};
use serde_json::Value;
use thirtyfour::Key;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};
use super::site::Built;

#[test]
fn chromium_edits() {
    everywhere(Browser::Chromium, edits);
}

#[test]
fn firefox_edits() {
    everywhere(Browser::Firefox, edits);
}

async fn edits(Place { session, site, .. }: Place<'_>) {
    session.click("#option-8").await;
    session.click("#grow [type=submit]").await;
    let made = session.tracks("#playlist").await;
    assert_eq!(made.len(), 20);
    by_keys(session, &made).await;
    by_dragging(session, &made).await;
    takes_back(session, &made).await;
    locked_tracks_stay(session, &site, &made).await;
    more_from_here(session, &site).await;
    in_the_best_order(session, &site).await;
}

fn moved(tracks: &[usize], from: usize, to: usize) -> Vec<usize> {
    let mut tracks = tracks.to_vec();
    let track = tracks.remove(from);
    tracks.insert(to, track);
    tracks
}

/// The place of the row that has the focus, counted from 0.
async fn focused(session: &Session) -> i64 {
    session
        .script("return [...document.querySelectorAll('#playlist > li')].indexOf(document.activeElement.closest('li'))")
        .await
}

async fn by_keys(session: &Session, made: &[usize]) {
    let name = session.find("#playlist li:nth-child(3) .row-name").await;
    name.send_keys(Key::Alt + Key::Up).await.unwrap();
    assert_eq!(session.tracks("#playlist").await, moved(made, 2, 1));
    assert_eq!(focused(session).await, 1);
    let down = session.find("#playlist li:nth-child(2) .row-name").await;
    down.send_keys(Key::Alt + Key::Down).await.unwrap();
    assert_eq!(session.tracks("#playlist").await, made);
    // Without Alt the focus goes, and the tracks stay.
    let name = session.find("#playlist li:nth-child(3) .row-name").await;
    name.send_keys("" + Key::Down).await.unwrap();
    assert_eq!((session.tracks("#playlist").await, focused(session).await), (made.to_vec(), 3));
    let name = session.find("#playlist li:nth-child(4) .row-name").await;
    name.send_keys("" + Key::Delete).await.unwrap();
    let mut rest = made.to_vec();
    rest.remove(3);
    assert_eq!((session.tracks("#playlist").await, focused(session).await), (rest, 3));
    undo(session).await;
    undo(session).await;
    undo(session).await;
    assert_eq!(session.tracks("#playlist").await, made);
}

async fn undo(session: &Session) {
    session.click("#undo").await;
}

/// Scrolls so that the first rows are in the window.
async fn to_the_playlist(session: &Session) {
    let scroll = "document.querySelector('#playlist').scrollIntoView({ block: 'start', behavior: 'instant' });
        scrollBy({ top: -120, behavior: 'instant' })";
    session.script::<Value>(scroll).await;
}

async fn by_dragging(session: &Session, made: &[usize]) {
    to_the_playlist(session).await;
    let handle = session.find("#playlist li:nth-child(2) .row-drag").await;
    let target = session.find("#playlist li:nth-child(6)").await;
    let hand = session.driver.action_chain().move_to_element_center(&handle).click_and_hold();
    let hand = hand.move_by_offset(0, 30).move_to_element_with_offset(&target, 0, 6);
    hand.release().perform().await.unwrap();
    assert_eq!(session.tracks("#playlist").await, moved(made, 1, 5));
    undo(session).await;
    // Let go by Escape, it stays where it was.
    to_the_playlist(session).await;
    let handle = session.find("#playlist li:nth-child(2) .row-drag").await;
    let target = session.find("#playlist li:nth-child(6)").await;
    let hand = session.driver.action_chain().move_to_element_center(&handle).click_and_hold();
    let hand = hand.move_by_offset(0, 30).move_to_element_with_offset(&target, 0, 6).send_keys(Key::Escape);
    hand.release().perform().await.unwrap();
    assert_eq!(session.tracks("#playlist").await, made);
}

/// By button and by key, back to the empty list and forth again.
async fn takes_back(session: &Session, made: &[usize]) {
    session.click("#playlist li:nth-child(2) [data-do=remove]").await;
    session.click("#playlist-clear").await;
    assert_eq!(session.tracks("#playlist").await, [] as [usize; 0]);
    let body = session.find("body").await;
    body.send_keys(Key::Control + "z").await.unwrap();
    assert_eq!(session.tracks("#playlist").await.len(), 19);
    body.send_keys(Key::Control + "z").await.unwrap();
    assert_eq!(session.tracks("#playlist").await, made);
    undo(session).await;
    assert_eq!(session.tracks("#playlist").await, [] as [usize; 0]);
    assert!(!session.find("#undo").await.is_enabled().await.unwrap());
    session.click("#redo").await;
    session.find("body").await.send_keys(Key::Control + (Key::Shift + "z")).await.unwrap();
    assert_eq!(session.tracks("#playlist").await.len(), 19);
    undo(session).await;
    assert_eq!(session.tracks("#playlist").await, made);
}

/// Made anew from another track, the list keeps what is locked where it is.
async fn locked_tracks_stay(session: &Session, site: &Built, made: &[usize]) {
    session.click("#playlist li:nth-child(6) [data-do=lock]").await;
    assert!(session.text("#playlist-summary").await.ends_with(", 1 locked"));
    session.click("#option-30").await;
    session.click("#grow [type=submit]").await;
    let locked = vec![Locked { place: 5, track: made[5] }];
    let constraints = Constraints { locked, ..Constraints::default() };
    let expected = playlist::grow(site.library(), 30, &GrowOptions::default(), &constraints);
    assert_eq!(expected.tracks[5], made[5]);
    assert_eq!(session.tracks("#playlist").await, expected.tracks);
    assert!(session.note().await.contains("1 locked track kept."));
}

/// What stands before a track stays, and what follows becomes like it; the locked track stays as well.
async fn more_from_here(session: &Session, site: &Built) {
    let before = session.tracks("#playlist").await;
    session.click("#playlist li:nth-child(3) [data-do=from]").await;
    let place = |place: usize| Locked { place, track: before[place] };
    let constraints = Constraints { locked: [0, 1, 2, 5].map(place).into(), ..Constraints::default() };
    let expected = playlist::grow(site.library(), before[2], &GrowOptions::default(), &constraints);
    assert_eq!(session.tracks("#playlist").await, expected.tracks);
    assert_eq!(expected.tracks[..3], before[..3]);
    assert_ne!(expected.tracks, before);
}

/// Each stretch between fixed tracks is the core's shortest order of it.
async fn in_the_best_order(session: &Session, site: &Built) {
    // Out of order first, so that there is something to gain.
    session.find("#playlist li:nth-child(12) .row-name").await.send_keys(Key::Alt + Key::Up).await.unwrap();
    let before = session.tracks("#playlist").await;
    session.click("#playlist-order").await;
    let last = before.len() - 1;
    let mut expected = before.clone();
    for (start, end) in [(0, 5), (5, last)] {
        expected.splice(start..=end, playlist::order(site.library(), &before[start..=end], true));
    }
    assert_eq!(session.tracks("#playlist").await, expected);
    assert_eq!((expected[0], expected[5], expected[last]), (before[0], before[5], before[last]));
    undo(session).await;
    assert_eq!(session.tracks("#playlist").await, before);
}
