//! Checks that any page must pass.

use std::collections::BTreeSet;

/// Walks the tags of a page: every element closed in its turn, ids unique, nothing that the policy forbids.
pub(super) fn check(page: &str) {
    const VOID: [&str; 3] = ["meta", "link", "br"];
    let mut open = Vec::new();
    let mut ids = BTreeSet::new();
    let mut rest = page.strip_prefix("<!doctype html>").unwrap();
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()), "<{tag}>");
        // One script from the page's own folder sorts tables; nothing needs it.
        let is_sorting = tag.starts_with("script src=\"assets&#x2f;tables.");
        assert!(name != "style" && (name != "script" || is_sorting || tag == "/script") && name != "b", "<{tag}>");
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "</{closed}>");
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        for (key, value) in tag.split("\" ").filter_map(|part| part.split_once("=\"")) {
            let key = key.rsplit(' ').next().unwrap();
            assert!(key != "style" && !key.starts_with("on"), "<{tag}>");
            assert!(key != "id" || ids.insert(value.trim_end_matches('"').to_owned()), "{value} twice");
        }
        if !(VOID.contains(&name) || tag.ends_with('/')) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    for key in ["aria-labelledby", "aria-details"] {
        for reference in page.split(&format!("{key}=\"")).skip(1) {
            for id in reference.split('"').next().unwrap().split(' ') {
                assert!(ids.contains(id), "{key}: {id}");
            }
        }
    }
    every_chart_has_its_numbers(page);
    assert!(!page.contains("http://") && !page.contains("https://"), "a remote address");
}

/// Every figure names an element of the page that holds a table, and every drawing but a bar in a table is in a figure.
fn every_chart_has_its_numbers(page: &str) {
    let mut charts = 0;
    for figure in page.split("<figure").skip(1) {
        let figure = figure.split("</figure>").next().unwrap();
        let id = figure.split("aria-details=\"").nth(1).expect("numbers").split('"').next().unwrap();
        let numbers = page.split(&format!("id=\"{id}\"")).nth(1).unwrap();
        let table = numbers.find("<table").expect("a table");
        let end = numbers.find("</details>").unwrap_or(usize::MAX).min(numbers.find("</table>").unwrap());
        assert!(table < end, "{id} holds no table");
        assert!(figure.contains("class=\"figure-title\""), "{id} has no title");
        charts += figure.matches("<svg class=\"chart").count();
    }
    assert_eq!(charts, page.matches("<svg class=\"chart").count(), "a chart outside of a figure");
}
