//! Every shipped config parses and validates.

use std::fs;

use pmsl_generator::Config;

use crate::support::repository;

#[test]
fn every_shipped_config_parses() {
    let mut names = Vec::new();
    let folder = |name: &str| fs::read_dir(repository().join(name)).unwrap();
    let paths = folder("configs").chain(folder("configs/esc10")).map(|entry| entry.unwrap().path());
    for path in paths.filter(|path| path.is_file()) {
        let config = Config::read(&path).unwrap_or_else(|error| panic!("{error}"));
        config.validate().unwrap_or_else(|error| panic!("{}: {error:#}", path.display()));
        assert!(config.title.is_some(), "{} has no title", path.display());
        names.push(path.file_stem().unwrap().to_string_lossy().into_owned());
    }
    names.sort();
    for expected in ["a40", "cpu", "demo", "genreast", "musicnn", "siamese", "tile2vec"] {
        assert!(names.iter().any(|name| name == expected), "no configs/{expected}.json");
    }
}
