//! The explorer as one file, with nothing beside it.

use std::fs;

use super::explorer::{neighbours, search};
use super::page::file_url;
use super::session::{Browser, Scheme, run};
use super::site::Built;

#[test]
fn chromium_opens_one_file() {
    opens_one_file(Browser::Chromium);
}

#[test]
fn firefox_opens_one_file() {
    opens_one_file(Browser::Firefox);
}

fn opens_one_file(browser: Browser) {
    run(browser, Scheme::Light, async |session| {
        let site = Built::new(1);
        session.open_explorer(&file_url(&site.root, "alone/explorer-single.html")).await;
        search(&session).await;
        neighbours(&session, &site).await;
        let played: u32 = session.script("return document.querySelectorAll('[data-play]').length").await;
        assert_eq!(played, 0, "the file holds no sound");
        let asked: u32 = session.script("return performance.getEntriesByType('resource').length").await;
        assert_eq!(asked, 0, "the file asks for nothing");
        if browser == Browser::Chromium {
            let log = session.driver.browser_log().await.unwrap();
            assert!(log.is_empty(), "{log:?}");
        }
    });
}

#[test]
fn a_damaged_file_says_so() {
    run(Browser::Chromium, Scheme::Light, async |session| {
        let site = Built::new(1);
        let path = site.root.join("alone/explorer-single.html");
        let page = fs::read_to_string(&path).unwrap();
        let (before, chunk) = page.split_once("id=\"chunk-index-0\">").unwrap();
        fs::write(&path, format!("{before}id=\"chunk-index-0\">{}", &chunk[4..])).unwrap();
        session.open(&file_url(&site.root, "alone/explorer-single.html"), "#problem").await;
        let told: String = session.script("return document.querySelector('#problem').innerText").await;
        assert!(told.contains("damaged") && !told.contains("report"), "{told}");
    });
}
