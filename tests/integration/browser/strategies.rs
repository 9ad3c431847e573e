//! Every kind of playlist that the form makes is the one that the core makes of the same wishes.

use pmsl_core::playlist::{self, Constraints, GrowOptions, MixOptions, Playlist, SetLength, SetOptions, Spacing, Wish};
use pmsl_core::search::TextIndex;
use serde_json::Value;
use thirtyfour::Key;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};
use super::site::{Built, TRACKS};

#[test]
fn chromium_makes_playlists() {
    everywhere(Browser::Chromium, makes_playlists);
}

#[test]
fn firefox_makes_playlists() {
    everywhere(Browser::Firefox, makes_playlists);
}

async fn makes_playlists(Place { session, site, .. }: Place<'_>) {
    session.unfold("#grow details").await;
    let constraints = similar(session, &site).await;
    leaves_out(session, &site, constraints).await;
    let liked = mix(session, &site).await;
    path(session, &site).await;
    set(session, &site, &liked).await;
}

async fn by(session: &Session, strategy: &str) {
    session.click(&format!("label:has([name=by][value={strategy}])")).await;
}

/// The form's playlist and the measures beside it are those of the core.
async fn assert_made(session: &Session, site: &Built, expected: &Playlist) {
    let clear = "document.querySelector('#playlist-clear').click(); document.querySelector('#note').textContent = ''";
    session.script::<Value>(clear).await;
    session.click("#grow [type=submit]").await;
    assert_shown(session, site, expected).await;
}

async fn assert_shown(session: &Session, site: &Built, expected: &Playlist) {
    session.wait_for_note("A playlist of").await;
    assert_eq!(session.tracks("#playlist").await, expected.tracks);
    assert!(expected.tracks.len() > 5, "{expected:?} tells little");
    let missed = expected.unmet.iter().any(|unmet| unmet.wish != Wish::Length);
    assert_eq!(session.note().await.contains("Not held everywhere"), missed, "{:?}", expected.unmet);
    assert_measures(session, site, &expected.tracks).await;
}

async fn assert_measures(session: &Session, site: &Built, tracks: &[usize]) {
    let measures = playlist::measures(site.library(), tracks);
    let steps: Vec<f32> = measures.steps.iter().map(|&step| step as f32).collect();
    let shown: Vec<String> = session
        .script("return [...document.querySelectorAll('#playlist .row-step')].slice(1).map((e) => e.textContent)")
        .await;
    assert_eq!(shown, steps.iter().map(|step| format!("{step:.2}")).collect::<Vec<_>>());
    let facts: Vec<[String; 3]> = session
        .script(
            "return [...document.querySelectorAll('#measures-facts div')].map((e) =>
                [e.querySelector('dt').textContent, e.querySelector('dd').firstChild.textContent, e.querySelector('small').textContent])",
        )
        .await;
    let percent = |share: f64| format!("{} %", (share * 100.0 + 0.5).floor());
    let mean = measures.mean_step.unwrap();
    let gain = 1.0 - mean / measures.shuffled_step.unwrap();
    let against = match gain {
        _ if gain.abs() < 0.005 => "as if shuffled".to_owned(),
        _ if gain > 0.0 => format!("{} smaller than shuffled", percent(gain)),
        _ => format!("{} larger than shuffled", percent(-gain)),
    };
    let largest = steps.iter().copied().fold(0.0, f32::max);
    let worst = steps.iter().position(|&step| step >= largest).unwrap() + 1;
    let mut expected = vec![
        ["Mean step".to_owned(), format!("{mean:.3}"), against],
        [
            "Largest step".to_owned(),
            format!("{:.3}", measures.largest_step.unwrap()),
            format!("from {worst} to {}", worst + 1),
        ],
    ];
    expected.extend(
        measures.tempo_agreement.map(|s| ["Tempo".to_owned(), percent(s), "of the steps are close".to_owned()]),
    );
    expected.extend(measures.key_agreement.map(|s| ["Keys".to_owned(), percent(s), "of the steps mix".to_owned()]));
    assert_eq!(facts, expected);
}

/// Course, length, spacing and surprise count; the same random seed makes the same list.
async fn similar(session: &Session, site: &Built) -> Constraints {
    assert_eq!(session.text("#make-hint").await, "Choose a track first.");
    session.click("#option-8").await;
    assert_eq!(session.text("#make-from").await, site.label(8));
    session.fill("#grow-length", "15").await;
    for (course, loyalty) in [("0.15", 0.15), ("0.5", 0.5), ("0.85", 0.85)] {
        session.choose("#grow-loyalty", course).await;
        let options = GrowOptions { length: 15, loyalty };
        assert_made(session, site, &playlist::grow(site.library(), 8, &options, &Constraints::default())).await;
    }
    session.fill("[name=apart-artist]", "5").await;
    for _ in 0..6 {
        session.find("#make-surprise").await.send_keys("" + Key::Right).await.unwrap();
    }
    session.fill("#make-seed", "7").await;
    let spacing = Spacing { artist: 5, ..Spacing::default() };
    let wished = Constraints { spacing, temperature: 0.6, seed: 7, ..Constraints::default() };
    let options = GrowOptions { length: 15, loyalty: 0.85 };
    let of_seven = playlist::grow(site.library(), 8, &options, &wished);
    assert_made(session, site, &of_seven).await;
    // Another roll of the dice makes another list at once.
    session.script::<Value>("document.querySelector('#note').textContent = ''").await;
    session.click("#dice").await;
    let seed: u64 = session.script("return Number(document.querySelector('#make-seed').value)").await;
    let of_dice = playlist::grow(site.library(), 8, &options, &Constraints { seed, ..wished.clone() });
    assert_shown(session, site, &of_dice).await;
    assert_ne!(of_dice.tracks, of_seven.tracks);
    session.fill("#make-seed", "7").await;
    assert_made(session, site, &of_seven).await;
    wished
}

/// Tracks of a kept playlist, of other tempos and outside of what Find shows do not enter.
async fn leaves_out(session: &Session, site: &Built, wished: Constraints) {
    let options = GrowOptions { length: 15, loyalty: 0.85 };
    let kept = session.tracks("#playlist").await;
    session.click("#keep [type=submit]").await;
    session.wait_for_note("is kept in this browser").await;
    session.choose("#make-without", &format!("From {}", site.tracks[8].title)).await;
    let without = Constraints { excluded: kept.clone(), ..wished.clone() };
    let made = playlist::grow(site.library(), 8, &options, &without);
    assert_made(session, site, &made).await;
    assert!(made.tracks.iter().skip(1).all(|track| !kept.contains(track)));
    session.choose("#make-without", "").await;

    session.fill("[name=only-min]", "116").await;
    session.fill("[name=only-max]", "130").await;
    session.fill("#search", "techno").await;
    session.click("[name=only-found]").await;
    let found = TextIndex::new(&site.tracks, &site.sub_genres).search("techno", |_| true, TRACKS).mask;
    let fits = |track: usize| {
        let bpm = site.tracks[track].bpm.unwrap_or(f32::NAN);
        found[track] == 1 && [bpm, bpm * 2.0, bpm / 2.0].iter().any(|bpm| (116.0..=130.0).contains(bpm))
    };
    let excluded: Vec<usize> = (0..TRACKS).filter(|&track| !fits(track)).collect();
    let made = playlist::grow(site.library(), 8, &options, &Constraints { excluded, ..wished });
    assert_made(session, site, &made).await;
    // Back to how the page came.
    session.script::<Value>("document.querySelector('#grow').reset()").await;
    session.fill("#search", "").await;
    session.fill("#grow-length", "14").await;
}

async fn mix(session: &Session, site: &Built) -> Vec<usize> {
    by(session, "mix").await;
    assert_eq!(session.text("#make-hint").await, "Like at least one track first.");
    let (liked, disliked) = (vec![3, 40, 77], [50]);
    for (tracks, action) in [(&liked[..], "like"), (&disliked[..], "dislike")] {
        for track in tracks {
            session.click(&format!("#option-{track}")).await;
            session.click(&format!("#track-likes [data-do={action}]")).await;
        }
    }
    assert_eq!((session.tracks("#liked").await, session.tracks("#disliked").await), (liked.clone(), disliked.to_vec()));
    for (variety, diversity) in [("0.1", 0.1), ("0.6", 0.6)] {
        session.choose("[name=variety]", variety).await;
        let options = MixOptions { length: 14, diversity, ..MixOptions::default() };
        let made = playlist::mix(site.library(), &liked, &disliked, &options, &Constraints::default());
        assert_made(session, site, &made).await;
    }
    liked
}

async fn path(session: &Session, site: &Built) {
    by(session, "path").await;
    assert_eq!(session.text("#make-hint").await, "A path needs at least two tracks.");
    for track in [2, 110, 60] {
        session.click(&format!("#option-{track}")).await;
        session.click("#waypoint-add").await;
    }
    session.click("#waypoints li:nth-child(3) [aria-label^=Earlier]").await;
    let waypoints = session.tracks("#waypoints").await;
    assert_eq!(waypoints, [2, 60, 110]);
    let made = playlist::path(site.library(), &waypoints, 14, &Constraints::default());
    assert_made(session, site, &made).await;
    assert_eq!((made.tracks.first(), made.tracks.last()), (Some(&2), Some(&110)));
}

/// A set drifts in tempo, mixes keys and follows the energy that was drawn, for so many tracks or minutes.
async fn set(session: &Session, site: &Built, liked: &[usize]) {
    by(session, "set").await;
    let options = SetOptions { length: SetLength::Tracks(14), ..SetOptions::default() };
    let selected = [110];
    session.click("#option-110").await;
    assert_made(session, site, &playlist::set(site.library(), &selected, &options, &Constraints::default())).await;

    session.choose("[name=near]", "liked").await;
    session.choose("[name=unit]", "minutes").await;
    session.fill("#grow-length", "45").await;
    session.fill("[name=drift-from]", "118").await;
    session.fill("[name=drift-to]", "130").await;
    session.choose("[name=keys]", "off").await;
    session.click("#curve-presets button:nth-child(2)").await;
    // One point higher than the preset, by key.
    session.find("#curve [role=slider]").await.send_keys("" + Key::Up).await.unwrap();
    let mut energy: Vec<f32> =
        (0..8).map(|i| (((0.2 + 0.6 * f64::from(i) / 7.0) * 100.0).round() / 100.0) as f32).collect();
    energy[0] = 0.25;
    let options = SetOptions {
        length: SetLength::Minutes(45.0),
        bpm: Some([118.0, 130.0]),
        bpm_range: None,
        keys: false,
        energy: energy.clone(),
    };
    assert_made(session, site, &playlist::set(site.library(), liked, &options, &Constraints::default())).await;
    let drawn: Vec<f32> = session
        .script("return [...document.querySelectorAll('#curve [role=slider]')].map((e) => Number(e.getAttribute('aria-valuenow')) / 100)")
        .await;
    assert!(drawn.iter().zip(&energy).all(|(shown, asked)| (shown - asked).abs() < 1e-6), "{drawn:?} {energy:?}");
}
