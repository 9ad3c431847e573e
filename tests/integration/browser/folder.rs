//! The listener's own files are matched to tracks and played from where they lie.

use std::fs;

use serde_json::Value;
use thirtyfour::Key;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};
use super::site::Built;

/// Tracks whose files there are; the third is damaged.
const TRACKS: [usize; 4] = [8, 12, 16, 20];

#[test]
fn chromium_plays_from_the_folder() {
    everywhere(Browser::Chromium, plays_own_files);
}

#[test]
fn firefox_plays_from_files() {
    everywhere(Browser::Firefox, plays_own_files);
}

async fn plays_own_files(Place { session, site, .. }: Place<'_>) {
    pick(session, &site).await;
    for track in TRACKS {
        session.click(&format!("#option-{track}")).await;
        assert!(session.find("#track-play").await.is_displayed().await.unwrap());
        session.click("#track-add").await;
    }
    session.mute().await;
    by_keys(session, &site).await;
    one_after_the_other(session, &site).await;
    forgets(session).await;
    by_duration(session, &site).await;
    // The damaged file is no problem of the page.
    session
        .script::<Value>("window.problems = window.problems.filter((problem) => !problem.startsWith('error: blob:'))")
        .await;
}

/// Picks the folder where the driver can do that, elsewhere its files under other names.
async fn pick(session: &Session, site: &Built) {
    let paths: Vec<&str> = TRACKS.iter().map(|&track| site.tracks[track].path.as_deref().unwrap()).collect();
    let names: Vec<String> = TRACKS.iter().map(|&track| site.label(track).replace('–', "-") + ".wav").collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (listed, place) = if session.browser == Browser::Chromium { (&paths, "folder") } else { (&names, "files") };
    let music = site.music(listed);
    fs::write(music.join(listed[2]), "no sound").unwrap();
    if session.browser == Browser::Chromium {
        fs::write(music.join("cover.jpg"), "no music").unwrap();
        session.find("#folder-input").await.send_keys(music.to_str().unwrap()).await.unwrap();
    } else {
        give_files(session, &listed.iter().map(|name| music.join(name).display().to_string()).collect::<Vec<_>>())
            .await;
    }
    wait_for_status(session, &format!("4 of 120 tracks found in your {place}.")).await;
}

/// As after a press of the button for single files.
async fn give_files(session: &Session, files: &[String]) {
    session.script::<Value>("document.querySelector('#folder-input').webkitdirectory = false").await;
    session.find("#folder-input").await.send_keys(files.join("\n")).await.unwrap();
}

async fn wait_for_status(session: &Session, words: &str) {
    session.wait_until(words, async |session: &Session| session.text("#folder-status").await == words).await;
}

async fn wait_for_title(session: &Session, title: &str) {
    session
        .wait_until(title, async |session: &Session| {
            let playing = "return !document.querySelector('.map-here').hidden";
            session.text("#player-title").await == title && session.script::<bool>(playing).await
        })
        .await;
}

/// Held at its end, a track changes only by keys.
async fn by_keys(session: &Session, site: &Built) {
    session
        .script::<Value>(
            "const fade = document.querySelector('#player-crossfade');
            fade.value = 0;
            fade.dispatchEvent(new Event('input', { bubbles: true }));
            for (const audio of document.querySelectorAll('audio')) audio.loop = true",
        )
        .await;
    session.click("#playlist-play").await;
    wait_for_title(session, &site.label(TRACKS[0])).await;
    let source = "return [...document.querySelectorAll('audio')].find((audio) => !audio.paused).src.slice(0, 5)";
    assert_eq!(session.script::<String>(source).await, "blob:");
    session.script::<Value>("document.activeElement.blur()").await;
    let body = session.find("body").await;
    body.send_keys("n").await.unwrap();
    wait_for_title(session, &site.label(TRACKS[1])).await;
    body.send_keys("p").await.unwrap();
    wait_for_title(session, &site.label(TRACKS[0])).await;
    body.send_keys("" + Key::Space).await.unwrap();
    session
        .wait_until("the pause", async |session: &Session| {
            session.script("return [...document.querySelectorAll('audio')].every((audio) => audio.paused)").await
        })
        .await;
}

/// On its own the player goes through the playlist, tells which file is damaged, and passes it over.
async fn one_after_the_other(session: &Session, site: &Built) {
    session.script::<Value>("for (const audio of document.querySelectorAll('audio')) audio.loop = false").await;
    session.script::<Value>("window.heard = []; new MutationObserver(() => heard.push(document.querySelector('#player-title').textContent)).observe(document.querySelector('#player-title'), { childList: true })").await;
    session.find("body").await.send_keys("" + Key::Space).await.unwrap();
    let damaged = format!("{} cannot be played: its file is damaged", site.label(TRACKS[2]));
    session.wait_for_note(&damaged).await;
    let last = site.label(TRACKS[3]);
    session.wait_until("the last track", async |session: &Session| session.text("#player-title").await == last).await;
    let heard: Vec<String> = session.script("return window.heard").await;
    assert_eq!(heard, TRACKS[1..].iter().map(|&track| site.label(track)).collect::<Vec<_>>());
    session.click("#player-close").await;
}

async fn forgets(session: &Session) {
    session.click("#folder-forget").await;
    wait_for_status(session, "Your files are forgotten.").await;
    assert!(!session.find("#track-play").await.is_displayed().await.unwrap());
    assert!(!session.find("#playlist-play").await.is_displayed().await.unwrap());
}

/// A name that leaves a doubt, and a length that is another track's: such a file is not played.
async fn by_duration(session: &Session, site: &Built) {
    let name = format!("{}.wav", site.tracks[25].title);
    let file = site.music(&[&name]).join(&name);
    give_files(session, &[file.display().to_string()]).await;
    wait_for_status(session, "1 of 120 tracks found in your files.").await;
    session.click("#option-25").await;
    session.click("#track-play").await;
    session.wait_for_note("none of your files fits it in name and length").await;
    assert!(!session.find("#player").await.is_displayed().await.unwrap());
    let cover = site.root.with_file_name("cover.jpg");
    fs::write(&cover, "no music").unwrap();
    give_files(session, &[cover.display().to_string()]).await;
    wait_for_status(session, "No music was found in your files.").await;
}
