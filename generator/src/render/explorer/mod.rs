//! The explorer page: the viewer and the index that `core` wrote, packed so that they load from a double click.

mod chunk;

use pmsl_core::index::{self, IndexError, IndexInput};
use serde::Serialize;

use super::Assets;

/// The template of the page, to be rendered as `explorer.html` with [`ExplorerFiles::context`].
pub const TEMPLATE: &str = include_str!("../../../../templates/explorer.html");

/// The scripts that the page starts with, in their order.
const SCRIPTS: [(&str, &str); 33] = [
    ("explorer-loader.js", include_str!("../../../../templates/assets/explorer-loader.js")),
    ("explorer-dom.js", include_str!("../../../../templates/assets/explorer-dom.js")),
    ("explorer-state.js", include_str!("../../../../templates/assets/explorer-state.js")),
    ("explorer-forms.js", include_str!("../../../../templates/assets/explorer-forms.js")),
    ("explorer-map-grid.js", include_str!("../../../../templates/assets/explorer-map-grid.js")),
    ("explorer-map-view.js", include_str!("../../../../templates/assets/explorer-map-view.js")),
    ("explorer-map-colours.js", include_str!("../../../../templates/assets/explorer-map-colours.js")),
    ("explorer-map-density.js", include_str!("../../../../templates/assets/explorer-map-density.js")),
    ("explorer-map-points.js", include_str!("../../../../templates/assets/explorer-map-points.js")),
    ("explorer-map-labels.js", include_str!("../../../../templates/assets/explorer-map-labels.js")),
    ("explorer-map-legend.js", include_str!("../../../../templates/assets/explorer-map-legend.js")),
    ("explorer-map-input.js", include_str!("../../../../templates/assets/explorer-map-input.js")),
    ("explorer-map.js", include_str!("../../../../templates/assets/explorer-map.js")),
    ("explorer-folder.js", include_str!("../../../../templates/assets/explorer-folder.js")),
    ("explorer-waveform.js", include_str!("../../../../templates/assets/explorer-waveform.js")),
    ("explorer-player-decks.js", include_str!("../../../../templates/assets/explorer-player-decks.js")),
    ("explorer-player-remote.js", include_str!("../../../../templates/assets/explorer-player-remote.js")),
    ("explorer-player.js", include_str!("../../../../templates/assets/explorer-player.js")),
    ("explorer-rows.js", include_str!("../../../../templates/assets/explorer-rows.js")),
    ("explorer-filters.js", include_str!("../../../../templates/assets/explorer-filters.js")),
    ("explorer-search.js", include_str!("../../../../templates/assets/explorer-search.js")),
    ("explorer-track.js", include_str!("../../../../templates/assets/explorer-track.js")),
    ("explorer-curve.js", include_str!("../../../../templates/assets/explorer-curve.js")),
    ("explorer-saved.js", include_str!("../../../../templates/assets/explorer-saved.js")),
    ("explorer-seeds.js", include_str!("../../../../templates/assets/explorer-seeds.js")),
    ("explorer-measures.js", include_str!("../../../../templates/assets/explorer-measures.js")),
    ("explorer-drag.js", include_str!("../../../../templates/assets/explorer-drag.js")),
    ("explorer-playlist.js", include_str!("../../../../templates/assets/explorer-playlist.js")),
    ("explorer-make.js", include_str!("../../../../templates/assets/explorer-make.js")),
    ("explorer-files.js", include_str!("../../../../templates/assets/explorer-files.js")),
    ("explorer-link.js", include_str!("../../../../templates/assets/explorer-link.js")),
    ("explorer-shortcuts.js", include_str!("../../../../templates/assets/explorer-shortcuts.js")),
    ("explorer.js", include_str!("../../../../templates/assets/explorer.js")),
];
/// The style sheets of the page, in their order.
const STYLES: [(&str, &str); 3] = [
    ("explorer.css", include_str!("../../../../templates/assets/explorer.css")),
    ("explorer-map.css", include_str!("../../../../templates/assets/explorer-map.css")),
    ("explorer-player.css", include_str!("../../../../templates/assets/explorer-player.css")),
];

/// The viewer as `scripts/build-viewer` made it: what binds WebAssembly to JavaScript, and the WebAssembly.
const GLUE: (&str, &str) = ("viewer.js", include_str!("../../../../viewer-wasm/dist/pmsl_viewer.js"));
const WASM: (&str, &[u8]) = ("viewer-wasm", include_bytes!("../../../../viewer-wasm/dist/pmsl_viewer_bg.wasm"));

/// The encoder in the browser as `scripts/build-viewer` made it, and the scripts and the style of what it is for: in
/// sites that carry an encoder.
const ENCODER_GLUE: &[u8] = include_bytes!("../../../../encoder-wasm/dist/pmsl_encoder.js");
const ENCODER_WASM: &[u8] = include_bytes!("../../../../encoder-wasm/dist/pmsl_encoder_bg.wasm");
const ENCODER_SCRIPTS: [(&str, &str); 3] = [
    ("explorer-encoder.js", include_str!("../../../../templates/assets/explorer-encoder.js")),
    ("explorer-drop.js", include_str!("../../../../templates/assets/explorer-drop.js")),
    ("explorer-found.js", include_str!("../../../../templates/assets/explorer-found.js")),
];
const ENCODER_STYLE: (&str, &str) =
    ("explorer-drop.css", include_str!("../../../../templates/assets/explorer-drop.css"));

/// What an explorer is made from.
#[derive(Clone, Copy, Debug)]
pub struct ExplorerInput<'a> {
    /// The library.
    pub index: &'a IndexInput<'a>,
    /// The encoder of the run, as a bundle for this build.
    pub encoder: Option<&'a [u8]>,
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
    scripts: Vec<&'static str>,
    styles: Vec<&'static str>,
    manifest: Manifest,
}

/// What the loader is told to load.
#[derive(Clone, Debug, Serialize)]
struct Manifest {
    build: String,
    glue: String,
    wasm: Part,
    index: Vec<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoder: Option<EncoderParts>,
}

/// What hears a listener's own file, loaded when it is asked for. Workers get the glue as text, so that it comes as
/// bytes too.
#[derive(Clone, Debug, Serialize)]
struct EncoderParts {
    glue: Vec<Part>,
    wasm: Vec<Part>,
    bundle: Vec<Part>,
}

#[derive(Clone, Debug, Serialize)]
struct Part {
    id: String,
    path: String,
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
    let encoder = input.encoder.map(|bundle| EncoderParts {
        glue: parts(&mut assets, "encoder-glue", ENCODER_GLUE),
        wasm: parts(&mut assets, "encoder-wasm", ENCODER_WASM),
        bundle: parts(&mut assets, "encoder", bundle),
    });
    let (scripts, styles) = (scripts(encoder.is_some()), styles(encoder.is_some()));
    let (scripts, styles) = (scripts.map(|(name, _)| name).collect(), styles.map(|(name, _)| name).collect());
    let manifest = Manifest { build: input.index.build_id.to_string(), glue, wasm, index, encoder };
    let context = ExplorerContext { track_count: input.index.tracks.len(), scripts, styles, manifest };
    Ok(ExplorerFiles { files: assets.into_files().collect(), context })
}

impl ExplorerFiles {
    /// Adds the page's style sheets and scripts to those that templates can ask for.
    pub fn register(&self, assets: &mut Assets) {
        let encoder = self.context.manifest.encoder.is_some();
        for (name, text) in scripts(encoder).chain(styles(encoder)) {
            assets.insert(name, text.as_bytes().to_vec());
        }
    }
}

/// The scripts of the page. The last one starts it, and needs all others.
fn scripts(encoder: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    let (parts, start) = SCRIPTS.split_at(SCRIPTS.len() - 1);
    let of_encoder = ENCODER_SCRIPTS.iter().filter(move |_| encoder);
    parts.iter().chain(of_encoder).chain(start).copied()
}

/// The style sheets of the page.
fn styles(encoder: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    STYLES.into_iter().chain(encoder.then_some(ENCODER_STYLE))
}

/// Cuts bytes into scripts of the size that sites are made of.
fn parts(assets: &mut Assets, id: &str, bytes: &[u8]) -> Vec<Part> {
    let pieces = bytes.chunks(index::CHUNK_BYTES_MAX).enumerate();
    pieces.map(|(number, piece)| part(assets, format!("{id}-{number}"), piece)).collect()
}

/// Wraps bytes in a script that hands them over under this id.
fn part(assets: &mut Assets, id: String, bytes: &[u8]) -> Part {
    let path = insert(assets, &format!("{id}.js"), chunk::script(&id, bytes));
    Part { path, id, bytes: bytes.len() }
}

/// Adds an asset and says where it lies.
fn insert(assets: &mut Assets, name: &str, bytes: Vec<u8>) -> String {
    assets.insert(name, bytes);
    assets.path(name).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
