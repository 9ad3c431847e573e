//! What a browser loads until the explorer can be used.

use std::fs;
use std::io::{Read, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::GzEncoder};
use pmsl_core::index::Reader;
use serde_json::Value;

use super::site::Built;

/// Of a site of 500 tracks, until it can be searched.
const INTERACTIVE_BYTES_MAX: usize = 220_000;
/// Of the program that searches, with what binds it to JavaScript.
const VIEWER_BYTES_MAX: usize = 90_000;

#[test]
fn five_hundred_tracks_are_light() {
    let site = Built::sized(1, 500, 128);
    let page = fs::read_to_string(site.root.join("explorer.html")).unwrap().replace("&#x2f;", "/");
    let (_, rest) = page.split_once("id=\"pmsl-manifest\">").unwrap();
    let manifest: Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    let path = |part: &Value| part.as_str().unwrap().to_owned();

    let mut loaded = vec!["explorer.html".to_owned()];
    let named = page.split(['"']).filter(|text| text.starts_with("assets/") && !text.starts_with("assets/watcher."));
    let is_loaded = |text: &&str| text.contains(".css") || text.starts_with("assets/explorer.");
    loaded.extend(named.filter(is_loaded).map(str::to_owned));
    assert!(loaded.len() >= 6, "{loaded:?}");
    loaded.extend([path(&manifest["viewer"]["glue"]), path(&manifest["viewer"]["wasm"]["path"])]);
    // The chunks that name the tracks.
    let mut reader = Reader::default();
    let chunks = manifest["index"].as_array().unwrap();
    let mut names = 0;
    while reader.push(&content(&site, &path(&chunks[names]["path"]))).unwrap().is_none() {
        names += 1;
    }
    loaded.extend(chunks[..=names].iter().map(|chunk| path(&chunk["path"])));
    assert!(names + 1 < chunks.len(), "the vectors are loaded before the page can be used");

    let sizes: Vec<(String, usize)> =
        loaded.into_iter().map(|path| (path.clone(), gzipped(&fs::read(site.root.join(path)).unwrap()))).collect();
    let sum: usize = sizes.iter().map(|(_, size)| size).sum();
    assert!(sum <= INTERACTIVE_BYTES_MAX, "{sum} bytes: {sizes:#?}");

    let glue = fs::read(site.root.join(path(&manifest["viewer"]["glue"]))).unwrap();
    let viewer = gzipped(&glue) + gzipped(&content(&site, &path(&manifest["viewer"]["wasm"]["path"])));
    assert!(viewer <= VIEWER_BYTES_MAX, "{viewer} bytes");
}

/// What a chunk's script hands over.
fn content(site: &Built, path: &str) -> Vec<u8> {
    let script = fs::read_to_string(site.root.join(path)).unwrap();
    let (text, _) = script.rsplit_once('"').unwrap();
    let deflated = STANDARD.decode(text.rsplit_once('"').unwrap().1).unwrap();
    let mut bytes = Vec::new();
    ZlibDecoder::new(&deflated[..]).read_to_end(&mut bytes).unwrap();
    bytes
}

fn gzipped(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}
