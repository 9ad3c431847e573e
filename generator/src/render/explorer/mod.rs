//! The explorer page: the viewer and the index that `core` wrote, packed so that they load from a double click.

mod chunk;
mod single;

use pmsl_core::index::{self, IndexError, IndexInput};
use serde::Serialize;

use super::Assets;

pub use single::{SINGLE_FILE, SINGLE_FILE_TEMPLATE, SINGLE_FILE_TRACKS_MAX, SingleFile, SingleFileError, check_size};

/// The template of the page, to be rendered as `explorer.html` with [`ExplorerFiles::context`].
pub const TEMPLATE: &str = include_str!("../../../../templates/explorer.html");

/// What the page starts with, in this order, as one script: a page of thirty would wait for each.
const SCRIPT: &str = concat!(
    include_str!("../../../../templates/assets/explorer-loader.js"),
    include_str!("../../../../templates/assets/explorer-dom.js"),
    include_str!("../../../../templates/assets/explorer-state.js"),
    include_str!("../../../../templates/assets/explorer-forms.js"),
    include_str!("../../../../templates/assets/explorer-map-grid.js"),
    include_str!("../../../../templates/assets/explorer-map-view.js"),
    include_str!("../../../../templates/assets/explorer-map-colours.js"),
    include_str!("../../../../templates/assets/explorer-map-density.js"),
    include_str!("../../../../templates/assets/explorer-map-points.js"),
    include_str!("../../../../templates/assets/explorer-map-labels.js"),
    include_str!("../../../../templates/assets/explorer-map-legend.js"),
    include_str!("../../../../templates/assets/explorer-map-input.js"),
    include_str!("../../../../templates/assets/explorer-map.js"),
    include_str!("../../../../templates/assets/explorer-folder.js"),
    include_str!("../../../../templates/assets/explorer-waveform.js"),
    include_str!("../../../../templates/assets/explorer-player-decks.js"),
    include_str!("../../../../templates/assets/explorer-player-remote.js"),
    include_str!("../../../../templates/assets/explorer-player.js"),
    include_str!("../../../../templates/assets/explorer-rows.js"),
    include_str!("../../../../templates/assets/explorer-filters.js"),
    include_str!("../../../../templates/assets/explorer-search.js"),
    include_str!("../../../../templates/assets/explorer-track.js"),
    include_str!("../../../../templates/assets/explorer-curve.js"),
    include_str!("../../../../templates/assets/explorer-saved.js"),
    include_str!("../../../../templates/assets/explorer-seeds.js"),
    include_str!("../../../../templates/assets/explorer-measures.js"),
    include_str!("../../../../templates/assets/explorer-drag.js"),
    include_str!("../../../../templates/assets/explorer-playlist.js"),
    include_str!("../../../../templates/assets/explorer-make.js"),
    include_str!("../../../../templates/assets/explorer-files.js"),
    include_str!("../../../../templates/assets/explorer-link.js"),
    include_str!("../../../../templates/assets/explorer-shortcuts.js"),
    include_str!("../../../../templates/assets/explorer.js"),
);
const SCRIPT_NAME: &str = "explorer.js";
/// The style sheets of the page, in their order.
const STYLES: [(&str, &str); 3] = [
    ("explorer.css", include_str!("../../../../templates/assets/explorer.css")),
    ("explorer-map.css", include_str!("../../../../templates/assets/explorer-map.css")),
    ("explorer-player.css", include_str!("../../../../templates/assets/explorer-player.css")),
];

/// A program as `scripts/build-viewer` made it: its name, what binds it to JavaScript, and the WebAssembly.
type Compiled = (&'static str, &'static str, &'static [u8]);
/// What every page starts with.
const VIEWER: Compiled = (
    "viewer",
    include_str!("../../../../viewer-wasm/dist/pmsl_viewer.js"),
    include_bytes!("../../../../viewer-wasm/dist/pmsl_viewer_bg.wasm"),
);
/// What is loaded when the listener saves or opens a playlist or picks a folder.
const FILES: Compiled = (
    "files",
    include_str!("../../../../viewer-wasm/dist/pmsl_files.js"),
    include_bytes!("../../../../viewer-wasm/dist/pmsl_files_bg.wasm"),
);

/// What hears a listener's own file, in sites that carry the run's encoder: the program as `scripts/build-viewer` made
/// it, and what the page does with it, as one script and a style sheet.
const ENCODER: Compiled = (
    "encoder",
    include_str!("../../../../encoder-wasm/dist/pmsl_encoder.js"),
    include_bytes!("../../../../encoder-wasm/dist/pmsl_encoder_bg.wasm"),
);
const ENCODER_SCRIPT: &str = concat!(
    include_str!("../../../../templates/assets/explorer-encoder.js"),
    include_str!("../../../../templates/assets/explorer-drop.js"),
    include_str!("../../../../templates/assets/explorer-found.js"),
);
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
    /// Whether the page is the only one.
    alone: bool,
    scripts: [&'static str; 1],
    styles: Vec<&'static str>,
    manifest: Manifest,
}

/// What the loader is told to load.
#[derive(Clone, Debug, Serialize)]
struct Manifest {
    build: String,
    viewer: Program,
    files: Program,
    index: Vec<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoder: Option<EncoderParts>,
}

/// What hears a listener's own file, loaded when it is asked for.
#[derive(Clone, Debug, Serialize)]
struct EncoderParts {
    /// The page's side of it.
    script: String,
    /// What binds WebAssembly to JavaScript: its text is given to workers, so it comes as bytes too.
    glue: Vec<Part>,
    wasm: Vec<Part>,
    bundle: Vec<Part>,
}

/// A program and the script that binds it to JavaScript.
#[derive(Clone, Debug, Serialize)]
struct Program {
    /// Absent where the page holds the script.
    #[serde(skip_serializing_if = "Option::is_none")]
    glue: Option<String>,
    wasm: Part,
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
    let (viewer, files) = (program(&mut assets, VIEWER), program(&mut assets, FILES));
    let chunks = index::encode(input.index)?;
    let index = chunks.iter().map(|chunk| part(&mut assets, format!("index-{}", chunk.number), &chunk.bytes)).collect();
    let encoder = input.encoder.map(|bundle| encoder(&mut assets, bundle));
    let styles = styles(encoder.is_some()).map(|(name, _)| name).collect();
    let manifest = Manifest { build: input.index.build_id.to_string(), viewer, files, index, encoder };
    let scripts = [SCRIPT_NAME];
    let context = ExplorerContext { track_count: input.index.tracks.len(), alone: false, scripts, styles, manifest };
    Ok(ExplorerFiles { files: assets.into_files().collect(), context })
}

impl ExplorerFiles {
    /// Adds the page's style sheets and scripts to those that templates can ask for.
    pub fn register(&self, assets: &mut Assets) {
        let styles = styles(self.context.manifest.encoder.is_some());
        for (name, text) in styles.chain([(SCRIPT_NAME, SCRIPT)]) {
            assets.insert(name, text.as_bytes().to_vec());
        }
    }
}

/// The style sheets of the page.
fn styles(encoder: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    STYLES.into_iter().chain(encoder.then_some(ENCODER_STYLE))
}

fn encoder(assets: &mut Assets, bundle: &[u8]) -> EncoderParts {
    let (name, glue, wasm) = ENCODER;
    EncoderParts {
        script: insert(assets, "explorer-encoder.js", ENCODER_SCRIPT.as_bytes().to_vec()),
        glue: parts(assets, &format!("{name}-glue"), glue.as_bytes()),
        wasm: parts(assets, &format!("{name}-wasm"), wasm),
        bundle: parts(assets, &format!("{name}-bundle"), bundle),
    }
}

/// Cuts bytes into scripts of the size that sites are made of.
fn parts(assets: &mut Assets, id: &str, bytes: &[u8]) -> Vec<Part> {
    let pieces = bytes.chunks(index::CHUNK_BYTES_MAX).enumerate();
    pieces.map(|(number, piece)| part(assets, format!("{id}-{number}"), piece)).collect()
}

fn program(assets: &mut Assets, (name, glue, wasm): Compiled) -> Program {
    let glue = insert(assets, &format!("{name}.js"), glue.as_bytes().to_vec());
    Program { glue: Some(glue), wasm: part(assets, format!("{name}-wasm"), wasm) }
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
