//! What plays goes over into what comes next, shows its shape, and is shown by the system.

use std::fs;

use serde::Deserialize;
use serde_json::Value;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};
use crate::support::wav;

/// Two tracks that follow each other, each by its own tone.
const TRACKS: [usize; 2] = [8, 12];
const RATE_HZ: u32 = 8000;
const SECONDS: u32 = 12;

#[test]
fn chromium_crosses_over() {
    everywhere(Browser::Chromium, crosses_over);
}

#[test]
fn firefox_crosses_over() {
    everywhere(Browser::Firefox, crosses_over);
}

async fn crosses_over(Place { session, site, .. }: Place<'_>) {
    let paths: Vec<&str> = TRACKS.iter().map(|&track| site.tracks[track].path.as_deref().unwrap()).collect();
    let music = site.music(&paths);
    for (path, hz) in paths.iter().zip([220.0, 330.0]) {
        fs::write(music.join(path), wav(&half_loud(hz), RATE_HZ)).unwrap();
    }
    // As after a press of the button for single files, which every driver can do.
    session.script::<Value>("document.querySelector('#folder-input').webkitdirectory = false").await;
    let files: Vec<_> = paths.iter().map(|path| music.join(path).display().to_string()).collect();
    session.find("#folder-input").await.send_keys(files.join("\n")).await.unwrap();
    session
        .wait_until("the files", async |session: &Session| session.text("#folder-status").await.starts_with("2 of"))
        .await;
    for track in TRACKS {
        session.click(&format!("#option-{track}")).await;
        session.click("#track-add").await;
    }
    session.mute().await;
    session.click("#playlist-play").await;
    let first = site.label(TRACKS[0]);
    session.wait_until(&first, async |session: &Session| session.text("#player-title").await == first).await;
    shape(session).await;
    shown_by_the_system(session, &site.tracks[TRACKS[0]].title).await;
    fade(session, &site.label(TRACKS[1])).await;
    shown_by_the_system(session, &site.tracks[TRACKS[1]].title).await;
    session.click("#player-close").await;
}

/// A tone, loud in its first half and soft in its second.
fn half_loud(hz: f32) -> Vec<f32> {
    let samples = RATE_HZ * SECONDS;
    let loudness = |i: u32| if i < samples / 2 { 0.8 } else { 0.1 };
    (0..samples).map(|i| loudness(i) * (std::f32::consts::TAU * hz * i as f32 / RATE_HZ as f32).sin()).collect()
}

/// The first half of the picture is eight times as high as the second.
async fn shape(session: &Session) {
    session
        .wait_until("the waveform", async |session: &Session| {
            session.script("return document.querySelector('#player-wave').dataset.shape === 'waveform'").await
        })
        .await;
    // The highest column of each half, as a share of the canvas.
    let heights: [f64; 2] = session
        .script(
            "const canvas = document.querySelector('#player-wave');
            const { width, height } = canvas;
            const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
            const filled = (x) => {
              let count = 0;
              for (let y = 0; y < height; y++) count += data[4 * (y * width + x) + 3] > 0;
              return count / height;
            };
            const highest = (from, to) => Math.max(...Array.from({ length: to - from }, (_, i) => filled(from + i)));
            return [highest(0, Math.floor(width / 2) - 8), highest(Math.ceil(width / 2) + 8, width)];",
        )
        .await;
    assert!(heights[0] > 0.7 && heights[1] > 0.05 && heights[1] < 0.25 * heights[0], "{heights:?}");
}

/// Media keys and lock screens show what plays.
async fn shown_by_the_system(session: &Session, title: &str) {
    session
        .wait_until("the media session", async |session: &Session| {
            let shown: [Option<String>; 2] = session
                .script("const { metadata, playbackState } = navigator.mediaSession; return [metadata?.title ?? null, playbackState]")
                .await;
            shown == [Some(title.to_owned()), Some("playing".to_owned())]
        })
        .await;
}

/// The two players while a track goes over into the next, sampled as they play.
#[derive(Debug, Deserialize)]
struct Sample {
    /// Volumes of those that play.
    volumes: Vec<f64>,
}

/// Near its end a track fades out while the next fades in, with equal power.
async fn fade(session: &Session, next: &str) {
    session
        .script::<Value>(
            "const fade = document.querySelector('#player-crossfade');
            fade.value = 3;
            fade.dispatchEvent(new Event('input', { bubbles: true }));
            window.samples = [];
            window.sampling = setInterval(() => {
              const playing = [...document.querySelectorAll('audio')].filter((audio) => !audio.paused && audio.src);
              samples.push({ volumes: playing.map(({ volume }) => volume) });
            }, 30);
            const seek = document.querySelector('#player-seek');
            seek.value = 8.5;
            seek.dispatchEvent(new Event('input', { bubbles: true }));",
        )
        .await;
    session.wait_until(next, async |session: &Session| session.text("#player-title").await == next).await;
    session
        .wait_until("the end of the fade", async |session: &Session| {
            let script = "const { samples } = window; return samples.some(({ volumes }) => volumes.length === 2) && String(samples.at(-1).volumes) === '1'";
            session.script(script).await
        })
        .await;
    let samples: Vec<Sample> = session.script("clearInterval(sampling); return samples").await;
    let both: Vec<&Vec<f64>> = samples.iter().map(|sample| &sample.volumes).filter(|v| v.len() == 2).collect();
    let between = both.iter().filter(|v| v.iter().all(|&volume| volume > 0.1 && volume < 0.995)).count();
    assert!(between >= 5, "{between} of {} samples are amid the fade", both.len());
    for volumes in both {
        let power: f64 = volumes.iter().map(|volume| volume * volume).sum();
        // Both are set in one step of the page; a sample never falls between.
        assert!((power - 1.0).abs() < 1e-3, "{volumes:?}");
    }
}
