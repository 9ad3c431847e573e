use base64::Engine;
use pmsl_core::{SubGenre, TrackMeta, Vectors, index::BuildId};

use super::*;
use crate::render::{Renderer, Site};

/// Tracks whose names try to leave their place.
pub(super) fn metas(tracks: usize) -> Vec<TrackMeta> {
    let meta = |i| TrackMeta {
        title: format!("</script><b>{i}"),
        path: Some("/".into()),
        audio: Some("audio/tone.wav".into()),
        ..TrackMeta::default()
    };
    (0..tracks).map(meta).collect()
}

fn pages(tracks: usize, dim: usize) -> (String, Vec<(String, Vec<u8>)>) {
    pages_with(tracks, dim, None)
}

fn pages_with(tracks: usize, dim: usize, encoder: Option<&[u8]>) -> (String, Vec<(String, Vec<u8>)>) {
    let meta = metas(tracks);
    let sub_genres = [SubGenre { genre: None, name: "</script>".into() }];
    let vectors = Vectors::normalized((0..tracks * dim).map(|i| 1.0 + (i as f32).sin()).collect(), dim).unwrap();
    let explorer = files(&ExplorerInput {
        index: &IndexInput {
            build_id: BuildId([0xab; 16]),
            tracks: &meta,
            sub_genres: &sub_genres,
            vectors: &vectors,
            positions: &vec![[0.0, 0.0]; tracks],
        },
        encoder,
    })
    .unwrap();
    let mut assets = Assets::shared();
    explorer.register(&mut assets);
    let mut renderer = Renderer::new(assets, Site::default()).unwrap();
    renderer.add_template("explorer.html", TEMPLATE).unwrap();
    let html = renderer.render("explorer.html", "explorer", &explorer.context).unwrap();
    (html, explorer.files.into_iter().chain(renderer.assets().clone().into_files()).collect())
}

#[test]
fn the_page_names_every_file_it_loads_and_no_other() {
    // An encoder is not loaded with the page, but named in it; where there is none, nothing of it is in the site.
    let bundle = vec![7; 2 * index::CHUNK_BYTES_MAX + 1];
    let (html, files) = pages_with(3, 4, Some(&bundle));
    let parts = files.iter().filter(|(path, _)| path.starts_with("assets/encoder-bundle-"));
    assert_eq!(parts.count(), 3);
    for (path, bytes) in files.iter().filter(|(path, _)| !path.starts_with("assets/tables.")) {
        assert!(html.replace("&#x2f;", "/").contains(path), "{path} is not in the page");
        assert!(bytes.len() <= 1_000_000, "{path} has {} bytes", bytes.len());
    }
    let (html, files) = pages(3000, 128);
    assert!(files.iter().all(|(path, _)| !path.contains("encoder") && !path.contains("drop")));
    let index_files = files.iter().filter(|(path, _)| path.starts_with("assets/index-")).count();
    assert_eq!(index_files, 3);
    // The explorer has no table to sort.
    for (path, bytes) in files.iter().filter(|(path, _)| !path.starts_with("assets/tables.")) {
        assert!(html.replace("&#x2f;", "/").contains(path), "{path} is not in the page");
        assert!(bytes.len() <= 1_000_000, "{path} has {} bytes", bytes.len());
    }
    assert!(html.contains(r#""build": "abababababababababababababababab""#), "{html}");
}

#[test]
fn nothing_is_inline_that_the_policy_forbids() {
    let (html, _) = pages(2, 3);
    for forbidden in ["<style", " style=", " onclick=", " onload=", "javascript:", "http://", "https://"] {
        assert!(!html.contains(forbidden), "{forbidden} in the page");
    }
    for script in html.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(" src=") || tag.contains("application/json"), "inline script{tag}");
    }
    // Data is in the chunks, never in the page.
    assert!(!html.contains("<b>"));
}

#[test]
fn a_chunk_script_decodes_to_its_bytes() {
    let bytes: Vec<u8> = (0..=255).collect();
    let text = String::from_utf8(chunk::script("wasm", &bytes)).unwrap();
    let data = text.strip_prefix("pmsl.chunk(\"wasm\",\"").and_then(|rest| rest.strip_suffix("\");\n")).unwrap();
    assert_eq!(self::bytes(data), bytes);
}

/// What the text of a chunk holds.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let deflated = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    miniz_oxide::inflate::decompress_to_vec_zlib(&deflated).unwrap()
}
