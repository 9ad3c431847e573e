//! The report, its lists and a comparison in a real browser: axe-core finds nothing, tables sort, and nothing needs the
//! script.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::accessibility::{WIDTHS, assert_none, axe, resize};
use super::page::file_url;
use super::session::{Browser, Scheme, Session, run};
use crate::support::{Bench, pmsl, stderr};

#[test]
fn axe_finds_nothing_in_reports_in_light() {
    axe_finds_nothing(Scheme::Light);
}

#[test]
fn axe_finds_nothing_in_reports_in_dark() {
    axe_finds_nothing(Scheme::Dark);
}

fn axe_finds_nothing(scheme: Scheme) {
    let Some(axe) = axe() else { return };
    let bench = sites();
    run(Browser::Chromium, scheme, async |session| {
        for page in ["site/index.html", "long/index.html", "long/failures.html", "comparison/index.html"] {
            session.open(&file_url(&bench.path(""), page), "main").await;
            session.script::<Value>(&axe).await;
            session.script::<Value>("document.querySelectorAll('details').forEach((e) => { e.open = true; })").await;
            for width in WIDTHS {
                resize(&session, width).await;
                assert_none(&session, &format!("{page}, {width} wide")).await;
            }
        }
    });
}

#[test]
fn tables_sort_by_click_and_by_key() {
    let bench = sites();
    run(Browser::Chromium, Scheme::Light, async |session| {
        session.open(&file_url(&bench.path(""), "long/failures.html"), "table.sortable .sort").await;
        let names = async |session: &Session| -> Vec<String> {
            session.script("return [...document.querySelectorAll('tbody th')].map((e) => e.textContent)").await
        };
        let numbered = |order: &mut dyn Iterator<Item = usize>| order.map(|i| format!("file {i}")).collect::<Vec<_>>();
        assert_eq!(names(&session).await, numbered(&mut (0..25).rev()), "as written");
        session.click("thead th:first-child .sort").await;
        // By number, not by letter: 2 before 10.
        assert_eq!(names(&session).await, numbered(&mut (0..25)));
        assert_eq!(sorted(&session).await, ["ascending"]);
        session.script::<Value>("document.querySelector('thead th:first-child .sort').focus()").await;
        session.find("thead th:first-child .sort").await.send_keys(thirtyfour::Key::Enter + "").await.unwrap();
        assert_eq!(names(&session).await, numbered(&mut (0..25).rev()));
        assert_eq!(sorted(&session).await, ["descending"]);
        session.click("thead th:nth-child(2) .sort").await;
        assert_eq!(sorted(&session).await, ["ascending"], "one column at a time");

        session.open(&file_url(&bench.path(""), "site/index.html"), "#accuracy-numbers .sort").await;
        session.click("#accuracy-numbers thead th:nth-child(2) .sort").await;
        let shares: Vec<String> = session
            .script("return [...document.querySelectorAll('#accuracy-numbers tbody tr')].map((e) => e.classList.contains('total') ? 'total' : e.cells[1].firstChild.textContent)")
            .await;
        let parted = shares.iter().position(|share| share == "total").unwrap();
        assert!(parted > 1 && shares[parted..].iter().all(|share| share == "total"), "totals stay below: {shares:?}");
        let numbers: Vec<f64> = shares[..parted]
            .iter()
            .map(|share| share.trim_end_matches('%').trim().parse().unwrap_or(f64::NEG_INFINITY))
            .collect();
        assert!(numbers.is_sorted_by(|a, b| a >= b), "{shares:?}");
    });
}

/// The `aria-sort` of every column that has one.
async fn sorted(session: &Session) -> Vec<String> {
    session.script("return [...document.querySelectorAll('[aria-sort]')].map((e) => e.ariaSort)").await
}

/// A site, the same with long lists, and both side by side.
fn sites() -> Bench {
    let bench = Bench::new(6);
    bench.write_config(&json!({ "split": { "cross_validation": { "k": 3 } } }));
    bench.run();
    let mut report = bench.report();
    let failure = |i: usize| json!({ "file": format!("file {i}"), "stage": "decode", "reason": "no audio" });
    report["failures"] = (0..25).rev().map(failure).collect();
    report["warnings"] = json!(["Something to know."]);
    fs::write(bench.path("long.json"), report.to_string()).unwrap();
    make(&bench, &["render", "long.json", "--out", "long"]);
    make(&bench, &["compare", "site", "long.json", "--out", "comparison"]);
    assert!(Path::new(&bench.path("long/failures.html")).exists());
    bench
}

fn make(bench: &Bench, arguments: &[&str]) {
    let output = pmsl().current_dir(bench.path("")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}
