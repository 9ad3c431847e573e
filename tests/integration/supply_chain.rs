//! What the product is built from: licences, sources, versions that come twice, and nothing that talks to a network.
//! `scripts/supply-chain` asks cargo-deny for the same and for known vulnerabilities.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::repository;

/// Names of crates that are there in more than one version, those for tests and for other systems included. It may only
/// fall, unless a change is worth it.
const TWICE_AT_MOST: usize = 39;

/// The packages of `Cargo.lock`, all features on.
fn packages() -> Vec<Value> {
    let mut metadata: Value = serde_json::from_slice(&cargo(&["metadata", "--format-version", "1"])).unwrap();
    metadata["packages"].as_array_mut().map(std::mem::take).unwrap()
}

/// Runs cargo without the network and without touching `Cargo.lock`, which therefore is complete.
fn cargo(arguments: &[&str]) -> Vec<u8> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).args(["--locked", "--offline"]).current_dir(repository()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn text<'a>(package: &'a Value, field: &str) -> &'a str {
    package[field].as_str().unwrap_or_default()
}

/// The licences that `deny.toml` allows.
fn allowed() -> BTreeSet<String> {
    let deny = fs::read_to_string(repository().join("deny.toml")).unwrap();
    let list = deny.split_once("allow = [").unwrap().1.split_once(']').unwrap().0;
    list.split(',').map(|name| name.trim().trim_matches('"').to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Whether an SPDX expression can be met with these licences.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    // An older notation writes a slash for OR.
    let expression = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    let words = words.join(" ");
    // `AND` binds more than `OR`; where brackets say otherwise, asking for every part of each choice is the harder test.
    if words.contains(" AND ") {
        return words.split(" AND ").all(|part| part.split(" OR ").any(|name| allowed.contains(name)));
    }
    words.split(" OR ").any(|name| allowed.contains(name))
}

#[test]
fn licences_are_those_that_are_allowed() {
    let allowed = allowed();
    assert!(allowed.contains("MIT") && allowed.len() > 10, "{allowed:?}");
    let packages = packages();
    let refused: Vec<_> = packages
        .iter()
        .filter(|package| !is_met(text(package, "license"), &allowed))
        .map(|package| format!("{} {}: {}", text(package, "name"), text(package, "version"), package["license"]))
        .collect();
    assert!(packages.len() > 300 && refused.is_empty(), "{} packages, refused: {refused:#?}", packages.len());
}

#[test]
fn expressions_are_understood() {
    let allowed: BTreeSet<String> = ["MIT", "BSD-3-Clause"].map(str::to_owned).into();
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("(Apache-2.0 OR MIT) AND BSD-3-Clause", true),
        ("MIT AND GPL-3.0", false),
        ("", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}

#[test]
fn everything_comes_from_the_registry_or_from_here() {
    for package in packages() {
        let source = package["source"].as_str();
        let known = source.is_none_or(|source| source == "registry+https://github.com/rust-lang/crates.io-index");
        assert!(known, "{} comes from {source:?}", text(&package, "name"));
    }
}

#[test]
fn few_crates_come_twice() {
    let mut versions = BTreeMap::<String, BTreeSet<String>>::new();
    for package in packages() {
        versions.entry(text(&package, "name").into()).or_default().insert(text(&package, "version").into());
    }
    versions.retain(|_, versions| versions.len() > 1);
    assert!(versions.len() <= TWICE_AT_MOST, "{} crates come in several versions: {versions:#?}", versions.len());
}

/// Crates that speak to the network.
const CLIENTS: [&str; 14] = [
    "attohttpc",
    "curl",
    "h2",
    "hf-hub",
    "hyper",
    "isahc",
    "minreq",
    "mio",
    "openssl",
    "reqwest",
    "rustls",
    "socket2",
    "tokio",
    "ureq",
];

#[test]
fn the_product_holds_no_network_client() {
    let tree = cargo(&["tree", "--edges", "normal", "--package", "pmsl-generator", "--prefix", "none"]);
    let tree = String::from_utf8(tree).unwrap();
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains("symphonia") && names.len() > 100, "{} crates", names.len());
    let found: Vec<_> = CLIENTS.into_iter().filter(|client| names.contains(client)).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_stated_compiler_is_the_one_that_is_used() {
    let read = |name: &str| fs::read_to_string(repository().join(name)).unwrap();
    let value = |text: &str, key: &str| -> String {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    let stated = value(&read("Cargo.toml"), "rust-version");
    let pinned = value(&read("rust-toolchain.toml"), "channel");
    assert_eq!(format!("{stated}.0"), pinned, "what is built and tested is the oldest compiler that is promised");
    for package in packages() {
        let Some(asked) = package["rust_version"].as_str() else { continue };
        let number = |version: &str| version.split('.').map(|part| part.parse().unwrap()).collect::<Vec<u32>>();
        assert!(number(asked) <= number(&pinned), "{} asks for Rust {asked}", text(&package, "name"));
    }
}

#[test]
fn the_lock_file_is_kept() {
    let output =
        Command::new("git").args(["ls-files", "--error-unmatch", "Cargo.lock"]).current_dir(repository()).output();
    match output {
        Ok(output) if output.status.success() => {}
        Ok(output) if String::from_utf8_lossy(&output.stderr).contains("not a git repository") => {
            eprintln!("skipped: this is no checkout of the repository");
        }
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => eprintln!("skipped: git cannot be run: {error}"),
    }
}
