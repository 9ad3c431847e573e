//! With one thumb on a phone: tabs, rows, and the map by one finger and two.

use serde_json::{Value, json};

use super::everywhere::{Place, everywhere};
use super::map::picture;
use super::session::{Browser, Session};

/// Chromium's protocol has fingers; the same code reads Firefox's pointers, where `map` tries them by mouse.
#[test]
fn chromium_is_touched() {
    everywhere(Browser::Chromium, is_touched);
}

async fn is_touched(Place { session, url, .. }: Place<'_>) {
    let metrics = json!({ "width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true });
    send(session, "Emulation.setDeviceMetricsOverride", metrics).await;
    send(session, "Emulation.setTouchEmulationEnabled", json!({ "enabled": true, "maxTouchPoints": 5 })).await;
    session.open_anew(&url).await;
    rows_and_tabs(session).await;
    map(session).await;
    send(session, "Emulation.setTouchEmulationEnabled", json!({ "enabled": false })).await;
    send(session, "Emulation.clearDeviceMetricsOverride", json!({})).await;
}

async fn send(session: &Session, command: &str, parameters: Value) {
    session.driver.cdp().send_raw(command, parameters).await.unwrap();
}

/// Fingers at these places of the screen, in CSS pixels.
async fn fingers(session: &Session, kind: &str, places: &[[f64; 2]]) {
    let points: Vec<Value> =
        places.iter().enumerate().map(|(id, [x, y])| json!({ "x": x, "y": y, "id": id })).collect();
    send(session, "Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await;
}

async fn tap(session: &Session, css: &str) {
    let [x, y, width, height]: [f64; 4] = session
        .script(&format!(
            "const part = document.querySelector({css:?});
            part.scrollIntoView({{ block: 'center', behavior: 'instant' }});
            const {{ left, top, width, height }} = part.getBoundingClientRect();
            return [left + width / 2, top + height / 2, width, height]"
        ))
        .await;
    // WCAG 2.2, 2.5.8: targets are at least 24 by 24 CSS pixels.
    assert!(width >= 24.0 && height >= 24.0, "{css} is {width} by {height} pixels");
    fingers(session, "touchStart", &[[x, y]]).await;
    fingers(session, "touchEnd", &[]).await;
}

async fn shown(session: &Session, css: &str) -> bool {
    session.script(&format!("return document.querySelector({css:?}).checkVisibility()")).await
}

/// Nothing is wider than the screen; a tap on a row shows its track, one on a tab its part.
async fn rows_and_tabs(session: &Session) {
    tap(session, "#option-3").await;
    session.wait_until("the track", async |session: &Session| shown(session, "#track-add").await).await;
    tap(session, "#track-add").await;
    for (panel, part) in [("find", "#search"), ("track", "#track-add"), ("playlist", "#playlist"), ("map", "#map")] {
        tap(session, &format!("#tabs [data-panel={panel}]")).await;
        session.wait_until(part, async |session: &Session| shown(session, part).await).await;
        let wide: i64 = session.script("return document.documentElement.scrollWidth - innerWidth").await;
        assert!(wide <= 0, "{panel} is {wide} pixels wider than the screen");
    }
    assert_eq!(session.tracks("#playlist").await, [3]);
}

/// One finger moves the map, two zoom it, a tap on a point shows it, and a finger that rests peeks.
async fn map(session: &Session) {
    let [left, top, width, height]: [f64; 4] = session
        .script(
            "const map = document.querySelector('#map');
            map.scrollIntoView({ block: 'center', behavior: 'instant' });
            const { left, top, width, height } = map.getBoundingClientRect();
            return [left, top, width, height]",
        )
        .await;
    let at = |x: f64, y: f64| [left + x * width, top + y * height];
    let whole = picture(session).await;
    fingers(session, "touchStart", &[at(0.4, 0.5), at(0.6, 0.5)]).await;
    for step in 1..=8 {
        let apart = 0.1 + 0.03 * f64::from(step);
        fingers(session, "touchMove", &[at(0.5 - apart, 0.5), at(0.5 + apart, 0.5)]).await;
    }
    fingers(session, "touchEnd", &[]).await;
    session.wait_until("the zoom", async |session: &Session| picture(session).await != whole).await;
    let zoomed = picture(session).await;
    fingers(session, "touchStart", &[at(0.5, 0.5)]).await;
    for step in 1..=8 {
        fingers(session, "touchMove", &[at(0.5 - 0.04 * f64::from(step), 0.5)]).await;
    }
    fingers(session, "touchEnd", &[]).await;
    session.wait_until("the move", async |session: &Session| picture(session).await != zoomed).await;
    let moved: f64 =
        session.script("return window.scrollX + document.querySelector('#map').getBoundingClientRect().left").await;
    assert!((moved - left).abs() < 1.0, "the page moved under the finger");
}
