//! A link brings back the playlist and how it was made, and whatever else an address may hold does no harm.

use serde_json::Value;
use thirtyfour::Key;

use super::everywhere::{Place, everywhere};
use super::session::{Browser, Session};

#[test]
fn chromium_follows_links() {
    everywhere(Browser::Chromium, follows_links);
}

#[test]
fn firefox_follows_links() {
    everywhere(Browser::Firefox, follows_links);
}

/// Addresses that nobody was given, after what every one begins with.
const HOSTILE: [&str; 9] = [
    "track=NaN&playlist=NaN.Infinity.-1.1e3&n=NaN&seed=NaN&energy=NaN.NaN",
    "track=99999999999999999999&playlist=999999999.120.121&n=999999999&seed=1e99&like=4294967296",
    "track=-3&playlist=-1.-2.-3&n=-5&apart-artist=-1&surprise=-9&long-min=-4&tempo-min=-1",
    "name=</script><script>window.pwned=1</script>&q=</script><img src=x onerror=window.pwned=1>&playlist=1.2",
    "name=%22%3E%3Csvg%20onload%3Dwindow.pwned%3D1%3E&playlist=1.2&by=</script>",
    "playlist=1.1.1.2.2&lock=7.8&like=3.3&dislike=3&way=..5..&by=evil&course=9&keys=maybe&key=99Z&in=77",
    "track=%00&playlist=%E0%A4%A&build=",
    "__proto__=1&constructor=2&toString=3&playlist=1.2&elements=x",
    "energy=1.2&near=nobody&unit=years&octaves=9&only-found=2",
];

async fn follows_links(Place { session, url, .. }: Place<'_>) {
    brings_back(session).await;
    let build: String = session
        .script("return JSON.parse(document.querySelector('#pmsl-manifest').textContent).build.slice(0, 8)")
        .await;
    for hash in HOSTILE {
        session.open_anew(&format!("{url}#build={build}&{hash}")).await;
        withstands(session, hash).await;
    }
    session.open_anew(&format!("{url}#%%%&=&&build")).await;
    withstands(session, "no pairs at all").await;
    session.open_anew(&format!("{url}#track=3&playlist=1.2&build=ffffffff")).await;
    assert_eq!(session.tracks("#playlist").await, [] as [usize; 0]);
    assert!(session.note().await.contains("another state of the library"));
}

/// What a link holds: settings as the form tells them, and the lists.
async fn state(session: &Session) -> Value {
    session
        .script(
            "const list = (id) => [...document.querySelectorAll(`${id} > li`)].map((e) => e.dataset.track ?? e.id);
            const forms = ['#grow', '#filters'].map((id) => [...document.querySelectorAll(`${id} [name]`)]
                .map((e) => [e.name, e.type === 'checkbox' || e.type === 'radio' ? e.checked : e.value]));
            return [forms, ['#playlist', '#liked', '#disliked', '#waypoints', '#results'].map(list),
                ['#track-title', '#playlist-summary', '#result-count'].map((id) => document.querySelector(id).textContent),
                [...document.querySelectorAll('#curve [role=slider]')].map((e) => e.getAttribute('aria-valuetext')),
                document.querySelector('#search').value, document.querySelector('#keep-name').value]",
        )
        .await
}

async fn brings_back(session: &Session) {
    session.unfold("#grow details, #filters details").await;
    for (track, action) in [(30, "like"), (60, "like"), (90, "dislike")] {
        session.click(&format!("#option-{track}")).await;
        session.click(&format!("#track-likes [data-do={action}]")).await;
    }
    session.click("label:has([name=by][value=set])").await;
    session.click("#curve-presets button:nth-child(3)").await;
    session.fill("#grow-length", "11").await;
    session.fill("[name=drift-from]", "118.5").await;
    session.choose("[name=near]", "liked").await;
    session.find("#make-surprise").await.send_keys(Key::Right + Key::Right).await.unwrap();
    session.fill("#make-seed", "4711").await;
    session.click("#grow [type=submit]").await;
    session.click("#playlist li:nth-child(2) [data-do=lock]").await;
    // Around the locked track, which the link holds as well.
    session.click("#grow [type=submit]").await;
    session.fill("#search", "e").await;
    session.fill("[name=tempo-min]", "100").await;
    session.click("#filter-playlists [value='0']").await;
    session.click("#filter-playlists [value='2']").await;
    session.fill("#keep-name", "A <b>name</b> & more").await;
    let before = state(session).await;
    session.reopen().await;
    assert_eq!(state(session).await, before);
    assert_eq!(session.script::<usize>("return document.querySelectorAll('#playlist .locked').length").await, 1);
    // Made once more, it is the same: the address holds all that counts.
    let made = session.tracks("#playlist").await;
    assert_eq!(made.len(), 11);
    session.script::<Value>("document.querySelector('#note').textContent = ''").await;
    session.click("#grow [type=submit]").await;
    session.wait_for_note("A playlist of").await;
    assert_eq!(session.tracks("#playlist").await, made);
    // The address follows back and forth as well.
    session.script::<Value>("location.hash = '#' + new URLSearchParams({ playlist: '5.6', build: new URLSearchParams(location.hash).get('build') })").await;
    session.wait_until("the other list", async |session: &Session| session.tracks("#playlist").await == [5, 6]).await;
}

/// The page works as ever, with nothing in it that does not exist or is not allowed.
async fn withstands(session: &Session, hash: &str) {
    assert_eq!(session.script::<Value>("return window.pwned ?? null").await, Value::Null, "{hash}");
    let tracks = session.tracks("#playlist").await;
    assert!(tracks.is_empty() || tracks == [1, 2], "{hash}: {tracks:?}");
    let invalid: Vec<String> = session
        .script("return [...document.querySelectorAll('#grow [name], #filters [name]')].filter((e) => !e.checkValidity()).map((e) => e.name)")
        .await;
    assert!(invalid.is_empty(), "{hash}: {invalid:?}");
    let settings: Vec<String> = session
        .script("return ['#grow-length', '#grow-loyalty', '#make-surprise', '#make-seed', '#filter-key'].map((id) => document.querySelector(id).value)")
        .await;
    assert_eq!(settings, ["20", "0.5", "0", "1", ""], "{hash}");
    let likes = (session.tracks("#liked").await, session.tracks("#disliked").await);
    assert!(likes.0.iter().chain(&likes.1).all(|&track| track == 3), "{hash}: {likes:?}");
    assert!(likes.1.iter().all(|track| !likes.0.contains(track)), "{hash}: {likes:?}");
    session.script::<Value>("document.querySelector('#search').value = ''; document.querySelector('#search').dispatchEvent(new Event('input'))").await;
    session.click("#option-8").await;
    session.click("label:has([name=by][value=similar])").await;
    session.click("#grow [type=submit]").await;
    assert_eq!(session.tracks("#playlist").await.len(), 20, "{hash}");
}
