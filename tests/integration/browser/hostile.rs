//! Names that are meant to do harm stay text on every page: they run nothing, break out of nothing, and fill no page.

use std::fs;
use std::path::Path;

use pmsl_core::{SubGenre, TrackMeta};
use serde_json::{Value, json};

use super::page::file_url;
use super::session::{Browser, Scheme, Session, run};
use super::site::Built;
use crate::support::{Bench, pmsl, stderr, tagged_wav, tune};

/// Ways out of markup, attributes, scripts, styles, comments, templates and spreadsheets. All would set `window.broken`.
const PAYLOADS: [&str; 16] = [
    "<script>window.broken=1</script>",
    "</script><script>window.broken=2</script>",
    "\"><img src=x onerror=window.broken=3>",
    "'><svg onload=window.broken=4>",
    "--><script>window.broken=5</script>",
    "]]><script>window.broken=6</script>",
    "</title></style></textarea><script>window.broken=7</script>",
    "\" onmouseover=\"window.broken=8\" autofocus onfocus=\"window.broken=8",
    "javascript:window.broken=9",
    "{{ 7*7 }}{% raw %}${window.broken=10}",
    "\";window.broken=11;//\\",
    "\u{2028}window.broken=12\u{2029}",
    "<iframe srcdoc=\"<script>parent.broken=13</script>\">",
    "=HYPERLINK(\"http://a.org\")",
    "<math><mi xlink:href=\"javascript:window.broken=14\">x",
    "&lt;script&gt;window.broken=15&lt;/script&gt;",
];

/// What is in the page that no page of ours has: nothing, whatever the names are.
const FOREIGN: &str = "return [
  ...(window.broken === undefined ? [] : [`window.broken is ${window.broken}`]),
  ...[...document.querySelectorAll('iframe, math, object, embed, base, img[src=x], a[href^=javascript], form[action^=javascript]')].map((e) => e.outerHTML),
  ...[...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => a.name.startsWith('on'))).map((e) => e.outerHTML),
  ...[...document.querySelectorAll('script')].filter((e) => /broken/.test(e.textContent) && e.type === '').map((e) => e.outerHTML),
].map((found) => found.slice(0, 200))";

/// What is wider than the page, and which lines of text are taller than a screen.
const LAYOUT: &str = "const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
return [
  ...(wide > 1 ? [`the page is ${wide} px too wide`] : []),
  ...[...document.querySelectorAll('li, tr, h1, h2, h3, dd, figcaption, .tag, .notice')].map((e) => [e, e.getBoundingClientRect().height])
    .filter(([e, height]) => height > 2500 && !e.querySelector('table, ol, ul, section')).map(([e, height]) => `${e.tagName} ${e.className} is ${height} px tall: ${e.textContent.slice(0, 60)}`),
]";

async fn assert_text(session: &Session, what: &str) {
    let foreign: Vec<String> = session.script(FOREIGN).await;
    assert!(foreign.is_empty(), "{what}: {foreign:#?}");
}

async fn assert_layout(session: &Session, what: &str) {
    let broken: Vec<String> = session.script(LAYOUT).await;
    assert!(broken.is_empty(), "{what}: {broken:#?}");
}

/// Nothing was refused by the policy or went wrong: Chromium tells of every page since it was started.
async fn assert_quiet(session: &Session) {
    if session.browser == Browser::Chromium {
        let log = session.driver.browser_log().await.unwrap();
        assert!(log.is_empty(), "{log:?}");
    }
}

/// Every page below a folder, in order.
fn pages(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    found.retain(|name| Path::new(name).extension().is_some_and(|extension| extension == "html"));
    found.sort();
    found
}

/// Names of files hold no slash, and are shorter.
fn as_file_name(payload: &str) -> String {
    payload.replace('/', "\u{2215}").chars().take(60).collect()
}

/// A library in which everything that can be named has such a name.
fn library() -> Bench {
    let bench = Bench::new(0);
    for (sub_genre, [genre, name]) in
        [[PAYLOADS[2], PAYLOADS[7]], [PAYLOADS[2], PAYLOADS[0]], [PAYLOADS[9], PAYLOADS[3]]].into_iter().enumerate()
    {
        for number in 0..6 {
            let payload = |n: usize| PAYLOADS[(6 * sub_genre + number + n) % PAYLOADS.len()];
            let title = format!("{} {number}", payload(0));
            let frames = [
                ("TIT2", title.as_str()),
                ("TPE1", payload(1)),
                ("TALB", payload(2)),
                ("TCON", payload(3)),
                ("TKEY", payload(4)),
                ("TBPM", payload(5)),
                ("TDRC", payload(6)),
            ];
            let folder = bench.library().join(as_file_name(genre)).join(as_file_name(name));
            fs::create_dir_all(&folder).unwrap();
            let file = folder.join(format!("{number} {}.wav", as_file_name(payload(8))));
            // Some have no tag, so that the name of the file stands in.
            let frames = if number == 5 { &[][..] } else { &frames };
            fs::write(file, tagged_wav(&tune(sub_genre, number, 3.0), 16_000, frames)).unwrap();
        }
        let broken = bench.library().join(as_file_name(genre)).join(as_file_name(name));
        fs::write(broken.join(format!("{}.mp3", as_file_name(PAYLOADS[sub_genre]))), b"no music").unwrap();
    }
    bench.write_config(&json!({
        "title": PAYLOADS[1],
        "site": { "share": "private", "single_file": true, "clips": { "seconds": 5 } },
        "split": { "cross_validation": { "k": 3 } }
    }));
    bench.run();
    bench
}

fn make(bench: &Bench, arguments: &[&str]) {
    let output = pmsl().current_dir(bench.path("")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn chromium_runs_no_name() {
    runs_no_name(Browser::Chromium);
}

#[test]
fn firefox_runs_no_name() {
    runs_no_name(Browser::Firefox);
}

fn runs_no_name(browser: Browser) {
    let bench = library();
    // Reports of others, whose texts nobody has cleaned.
    let mut report = bench.report();
    report["warnings"] = json!(PAYLOADS);
    report["failures"] =
        PAYLOADS.iter().map(|text| json!({ "file": text, "stage": text, "reason": text })).cycle().take(40).collect();
    fs::write(bench.path("other.json"), report.to_string()).unwrap();
    make(&bench, &["render", "other.json", "--out", "other"]);
    make(&bench, &["compare", "site", "other.json", "--out", "comparison"]);
    run(browser, Scheme::Light, async |session| {
        let mut seen = 0;
        for folder in ["site", "other", "comparison"] {
            for page in pages(&bench.path(folder)) {
                let is_explorer = page.starts_with("explorer");
                let url = file_url(&bench.path(folder), &page);
                if is_explorer {
                    session.open_explorer(&url).await;
                } else {
                    session.open(&url, "main").await;
                }
                session
                    .script::<Value>("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
                    .await;
                assert_text(&session, &page).await;
                assert_layout(&session, &page).await;
                if is_explorer {
                    explore(&session, &page).await;
                }
                seen += 1;
            }
        }
        assert_quiet(&session).await;
        eprintln!("{seen} pages of names that are scripts");
    });
}

/// Shows names wherever the explorer shows some.
async fn explore(session: &Session, page: &str) {
    let tracks = session.tracks("#results").await;
    assert!(tracks.len() > 3, "{page}: {tracks:?}");
    for &track in &tracks[..4] {
        session.click(&format!("#option-{track}")).await;
        assert_text(session, page).await;
    }
    session.click("#grow [type=submit]").await;
    session.fill("#keep-name", PAYLOADS[1]).await;
    session.click("#keep [type=submit]").await;
    assert!(!session.tracks("#playlist").await.is_empty());
    for payload in PAYLOADS {
        session.fill("#search", &payload.replace(['\u{2028}', '\u{2029}'], "")).await;
        assert_text(session, page).await;
    }
    session.fill("#search", "").await;
    assert_text(session, page).await;
}

/// Names that no tag reader would let through, for an index comes from a folder that anybody may have touched.
fn raw_names() -> Built {
    let mut names: Vec<String> = PAYLOADS.map(str::to_owned).into();
    names.push("x".repeat(1 << 20));
    names.push("\u{202e}drow \u{2066}\u{2067}\u{200f}left to right\u{202d}".into());
    names.push("\u{5d0}\u{5d1}\u{5d2} \u{627}\u{644}".into());
    names.push("a\u{0}b\u{7}\u{1b}[31m\r\n\tc".into());
    names.push("Z\u{300}\u{301}\u{302}".repeat(2000));
    names.push("\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}".repeat(500));
    let at = |n: usize| Some(names[n % names.len()].clone());
    let track = |i: usize| TrackMeta {
        title: names[i % names.len()].clone(),
        artist: at(i + 1),
        album: at(i + 2),
        key: at(i + 3),
        path: at(i + 4),
        tags: vec![names[i % PAYLOADS.len()].clone()],
        bpm: Some(120.0),
        year: Some(1999),
        duration_s: 100.0 + i as f32,
        sub_genre: i as u32 % 6,
        ..TrackMeta::default()
    };
    let sub_genres = (0..6).map(|i| SubGenre { genre: at(i), name: names[names.len() - 1 - i].clone() }).collect();
    Built::of((0..names.len() * 2).map(track).collect(), sub_genres)
}

#[test]
fn chromium_shows_names_of_every_kind() {
    shows_names_of_every_kind(Browser::Chromium);
}

#[test]
fn firefox_shows_names_of_every_kind() {
    shows_names_of_every_kind(Browser::Firefox);
}

fn shows_names_of_every_kind(browser: Browser) {
    let site = raw_names();
    run(browser, Scheme::Light, async |session| {
        // Each shows all names; browsers take seconds to lay out a name of a million letters.
        for (page, chosen) in [("explorer.html", &[0, 15, 19][..]), ("alone/explorer-single.html", &[17])] {
            session.open_explorer(&file_url(&site.root, page)).await;
            assert_layout(&session, page).await;
            let build: String = session
                .script("return JSON.parse(document.querySelector('#pmsl-manifest').textContent).build.slice(0, 8)")
                .await;
            for track in chosen {
                let playlist = "0.1.2.14.15.16.17.18.19.20.21";
                let hash =
                    format!("#build={build}&track={track}&playlist={playlist}&like=16.17&dislike=18.19&way=16.20");
                session.open_anew(&format!("{}{hash}", file_url(&site.root, page))).await;
                assert_eq!(session.tracks("#playlist").await.len(), 11);
                assert_text(&session, page).await;
                assert_layout(&session, &format!("{page}, track {track}")).await;
            }
        }
        assert_quiet(&session).await;
    });
}
