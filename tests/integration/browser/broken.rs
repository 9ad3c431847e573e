//! What cannot work says so, and never shows a wrong answer.

use std::fs;
use std::path::Path;

use super::page::file_url;
use super::session::{Browser, Scheme, run};
use super::site::Built;

#[test]
fn chromium_tells_what_is_wrong() {
    tells_what_is_wrong(Browser::Chromium);
}

#[test]
fn firefox_tells_what_is_wrong() {
    tells_what_is_wrong(Browser::Firefox);
}

/// A way to break a site, and the words that the page has for it.
type Breakage = (fn(&Built), &'static [&'static str]);

const BREAKAGES: [Breakage; 7] = [
    (|site| fs::remove_file(site.file("assets/index-0.")).unwrap(), &["index-0.", "is missing"]),
    (|site| change(&site.file("assets/index-0."), |text| with_other_middle(&text)), &["is damaged"]),
    (|site| change(&site.file("assets/index-0."), |text| without_middle(&text)), &["index-0.", "is damaged"]),
    // After the names: the page was there, and goes.
    (|site| fs::remove_file(site.file("assets/index-1.")).unwrap(), &["index-1.", "is missing"]),
    (|site| change(&site.file("assets/index-1."), |text| with_other_middle(&text)), &["is damaged"]),
    (
        |site| fs::copy(Built::new(2).file("assets/index-0."), site.file("assets/index-0.")).map(drop).unwrap(),
        &["build 0101", "build 0202"],
    ),
    (
        |site| change(&site.file("assets/viewer-wasm."), |text| with_other_middle(&text)),
        &["cannot start", "viewer-wasm.", "is damaged"],
    ),
];

fn tells_what_is_wrong(browser: Browser) {
    run(browser, Scheme::Light, async |session| {
        for (breakage, words) in BREAKAGES {
            let site = Built::new(1);
            breakage(&site);
            session.open(&file_url(&site.root, "explorer.html"), "#problem").await;
            let told: String = session.script("return document.querySelector('#problem').innerText").await;
            assert!(words.iter().all(|word| told.contains(word)), "{words:?}: {told}");
            assert!(told.contains("The report works without it."), "{told}");
            assert!(!session.find("#explorer").await.is_displayed().await.unwrap());
        }
    });
}

/// One bit other in the data, and still base64.
fn with_other_middle(text: &str) -> String {
    let (before, after) = text.split_at(text.len() / 2);
    let other = if after.starts_with('A') { 'B' } else { 'A' };
    format!("{before}{other}{}", &after[1..])
}

/// Four characters less, and still base64.
fn without_middle(text: &str) -> String {
    let (before, after) = text.split_at(text.len() / 2);
    format!("{before}{}", &after[4..])
}

fn change(path: &Path, how: impl Fn(String) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let changed = how(text.clone());
    assert_ne!(changed, text, "{} was not changed", path.display());
    fs::write(path, changed).unwrap();
}
