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
        assert!(name != "style" && name != "script" && name != "b", "<{tag}>");
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
    for reference in page.split("aria-labelledby=\"").skip(1) {
        for id in reference.split('"').next().unwrap().split(' ') {
            assert!(ids.contains(id), "{id}");
        }
    }
    assert!(!page.contains("http://") && !page.contains("https://"), "a remote address");
}
