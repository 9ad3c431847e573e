//! axe-core finds nothing, in light and dark, on a desk and on a phone, in every state of the page.

use std::{env, fs};

use serde_json::{Value, json};

use super::page::file_url;
use super::session::{Browser, Scheme, Session, run};
use super::site::Built;

/// Widths of a desk, a tablet and a phone, in CSS pixels.
pub(super) const WIDTHS: [i64; 3] = [1440, 768, 360];

/// From `npm ci` in `tests/`.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/node_modules/axe-core/axe.min.js");

#[test]
fn axe_finds_nothing_in_light() {
    axe_finds_nothing(Scheme::Light);
}

#[test]
fn axe_finds_nothing_in_dark() {
    axe_finds_nothing(Scheme::Dark);
}

fn axe_finds_nothing(scheme: Scheme) {
    let Some(axe) = axe() else { return };
    let site = Built::new(1);
    run(Browser::Chromium, scheme, async |session| {
        session.open_explorer(&file_url(&site.root, "explorer.html")).await;
        let dark: bool = session.script("return matchMedia('(prefers-color-scheme: dark)').matches").await;
        assert_eq!(dark, scheme == Scheme::Dark);
        session.script::<Value>(&axe).await;
        assert_none(&session, "without a choice").await;
        session.click("#option-1").await;
        session.click("#track-play").await;
        session.click("#grow [type=submit]").await;
        session.click("#export summary").await;
        for width in WIDTHS {
            resize(&session, width).await;
            assert_none(&session, &format!("{width} wide")).await;
            // To look at: a folder for pictures of the page.
            if let Some(folder) = env::var_os("PMSL_SCREENSHOTS") {
                let picture = std::path::Path::new(&folder).join(format!("explorer-{width}-{scheme:?}.png"));
                session.driver.screenshot(&picture).await.unwrap();
            }
        }
    });
}

/// The text of axe-core; where it is not installed the test is skipped with a message.
pub(super) fn axe() -> Option<String> {
    let found = fs::read_to_string(AXE).ok();
    if found.is_none() {
        assert!(env::var("PMSL_REQUIRE_BROWSERS").as_deref() != Ok("1"), "{AXE} is absent; run npm ci in tests/");
        eprintln!("skipped: {AXE} is absent");
    }
    found
}

/// Makes the page as wide as a screen. A window cannot be as narrow as a phone, but its page can.
pub(super) async fn resize(session: &Session, width: i64) {
    let metrics = json!({ "width": width, "height": 1900, "deviceScaleFactor": 1, "mobile": false });
    session.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
    assert_eq!(session.script::<i64>("return innerWidth").await, width);
}

/// axe-core, which must be in the page, finds nothing, and the page is no wider than the window.
pub(super) async fn assert_none(session: &Session, state: &str) {
    let script = "const done = arguments[arguments.length - 1];
        axe.run().then((r) => done(r.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html + n.failureSummary).join('; ')}`)), (e) => done([String(e)]))";
    let violations: Vec<String> = session.driver.execute_async(script, Vec::new()).await.unwrap().convert().unwrap();
    assert!(violations.is_empty(), "{state}: {violations:#?}");
    let overflow: i64 =
        session.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
    assert!(overflow <= 0, "{state}: the page is {overflow} px wider than the window");
    let below: f64 = session
        .script("return document.documentElement.scrollHeight - scrollY - document.querySelector('.footer').getBoundingClientRect().bottom")
        .await;
    assert!(below < 100.0, "{state}: {below} px of nothing follow the footer");
}
