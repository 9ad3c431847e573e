//! The explorer page: the viewer and the index that `core` wrote, packed so that they load from a double click.

mod chunk;
mod single;

use pmsl_core::index::{self, IndexError, IndexInput};
use serde::Serialize;

use super::Assets;

pub use single::{SINGLE_FILE, SINGLE_FILE_TEMPLATE, SINGLE_FILE_TRACKS_MAX, SingleFile, SingleFileError, check_size};

/// The template of the page, to be rendered as `explorer.html` with [`ExplorerFiles::context`].
pub const TEMPLATE: &str = include_str!("../../../../templates/explorer.html");

/// The scripts that the page starts with, in their order.
const SCRIPTS: [(&str, &str); 5] = [
    ("explorer-loader.js", include_str!("../../../../templates/assets/explorer-loader.js")),
    ("explorer-dom.js", include_str!("../../../../templates/assets/explorer-dom.js")),
    ("explorer-map.js", include_str!("../../../../templates/assets/explorer-map.js")),
    ("explorer-player.js", include_str!("../../../../templates/assets/explorer-player.js")),
    ("explorer.js", include_str!("../../../../templates/assets/explorer.js")),
];
const STYLE: (&str, &str) = ("explorer.css", include_str!("../../../../templates/assets/explorer.css"));

/// The viewer as `scripts/build-viewer` made it: what binds WebAssembly to JavaScript, and the WebAssembly.
const GLUE: (&str, &str) = ("viewer.js", include_str!("../../../../viewer-wasm/dist/pmsl_viewer.js"));
const WASM: (&str, &[u8]) = ("viewer-wasm", include_bytes!("../../../../viewer-wasm/dist/pmsl_viewer_bg.wasm"));

/// What an explorer is made from.
#[derive(Clone, Copy, Debug)]
pub struct ExplorerInput<'a> {
    /// The library.
    pub index: &'a IndexInput<'a>,
}

/// An explorer, ready to be placed in a site.
#[derive(Clone, Debug)]
pub struct ExplorerFiles {
    /// What the page loads when it runs, as (path relative to the site, bytes): the viewer and the index.
    pub files: Vec<(String, Vec<u8>)>,
    /// What [`TEMPLATE`] shows.
    pub context: ExplorerContext,
}

/// What [`TEMPLATE`] shows.
#[derive(Clone, Debug, Serialize)]
pub struct ExplorerContext {
    track_count: usize,
    /// Whether the page is the only one.
    alone: bool,
    scripts: [&'static str; SCRIPTS.len()],
    manifest: Manifest,
}

/// What the loader is told to load.
#[derive(Clone, Debug, Serialize)]
struct Manifest {
    build: String,
    /// The script that binds WebAssembly to JavaScript, where the page does not hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    glue: Option<String>,
    wasm: Part,
    index: Vec<Part>,
}

#[derive(Clone, Debug, Serialize)]
struct Part {
    id: String,
    /// The script that hands it over, where the page does not hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Length of the content, so that a file cut short is noticed.
    bytes: usize,
}

/// Packs a library and the viewer for the browser.
///
/// # Errors
/// As [`index::encode`].
pub fn files(input: &ExplorerInput<'_>) -> Result<ExplorerFiles, IndexError> {
    let mut assets = Assets::default();
    let glue = insert(&mut assets, GLUE.0, GLUE.1.as_bytes().to_vec());
    let wasm = part(&mut assets, WASM.0.to_owned(), WASM.1);
    let chunks = index::encode(input.index)?;
    let index = chunks.iter().map(|chunk| part(&mut assets, format!("index-{}", chunk.number), &chunk.bytes)).collect();
    let manifest = Manifest { build: input.index.build_id.to_string(), glue: Some(glue), wasm, index };
    let scripts = SCRIPTS.map(|(name, _)| name);
    let context = ExplorerContext { track_count: input.index.tracks.len(), alone: false, scripts, manifest };
    Ok(ExplorerFiles { files: assets.into_files().collect(), context })
}

impl ExplorerFiles {
    /// Adds the page's style sheet and scripts to those that templates can ask for.
    pub fn register(&self, assets: &mut Assets) {
        for (name, text) in SCRIPTS.into_iter().chain([STYLE]) {
            assets.insert(name, text.as_bytes().to_vec());
        }
    }
}

/// Wraps bytes in a script that hands them over under this id.
fn part(assets: &mut Assets, id: String, bytes: &[u8]) -> Part {
    let path = insert(assets, &format!("{id}.js"), chunk::script(&id, bytes));
    Part { path: Some(path), id, bytes: bytes.len() }
}

/// Adds an asset and says where it lies.
fn insert(assets: &mut Assets, name: &str, bytes: Vec<u8>) -> String {
    assets.insert(name, bytes);
    assets.path(name).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
