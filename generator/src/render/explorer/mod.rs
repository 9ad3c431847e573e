//! The explorer page: the viewer and the index that `core` wrote, packed so that they load from a double click.

mod chunk;

use pmsl_core::index::{self, BuildId, Chunk, IndexError, IndexInput};
use serde::Serialize;

use super::{Assets, RenderError, Renderer};

/// The page.
const TEMPLATE: (&str, &str) = ("explorer.html", include_str!("../../../../templates/explorer.html"));

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

/// An explorer page and all it loads.
///
/// Made in two steps, since pages name their assets by hash: [`Explorer::insert_assets`], then, with the renderer that
/// knows all assets, [`Explorer::render`].
#[derive(Clone, Debug)]
pub struct Explorer {
    build_id: BuildId,
    track_count: usize,
    chunks: Vec<Chunk>,
}

impl Explorer {
    /// Packs a library for the browser.
    ///
    /// # Errors
    /// As [`index::encode`].
    pub fn new(input: &IndexInput<'_>) -> Result<Self, IndexError> {
        let chunks = index::encode(input)?;
        Ok(Self { build_id: input.build_id, track_count: input.tracks.len(), chunks })
    }

    /// Adds the page's style sheet, scripts, viewer and index.
    pub fn insert_assets(&self, assets: &mut Assets) {
        for (name, text) in SCRIPTS.into_iter().chain([STYLE, GLUE]) {
            assets.insert(name, text.as_bytes().to_vec());
        }
        assets.insert(&chunk::file_name(WASM.0), chunk::script(WASM.0, WASM.1));
        for chunk in &self.chunks {
            let id = chunk_id(chunk);
            assets.insert(&chunk::file_name(&id), chunk::script(&id, &chunk.bytes));
        }
    }

    /// Makes the page `explorer.html`.
    ///
    /// # Errors
    /// [`RenderError`] where the renderer was not given this explorer's assets.
    pub fn render(&self, renderer: &mut Renderer) -> Result<String, RenderError> {
        renderer.add_template(TEMPLATE.0, TEMPLATE.1)?;
        let manifest = Manifest {
            build: self.build_id.to_string(),
            glue: path(renderer.assets(), GLUE.0),
            wasm: Part::new(renderer.assets(), WASM.0, WASM.1),
            index: self.chunks.iter().map(|c| Part::new(renderer.assets(), &chunk_id(c), &c.bytes)).collect(),
        };
        let scripts = SCRIPTS.map(|(name, _)| name);
        renderer.render(TEMPLATE.0, "explorer", Page { track_count: self.track_count, scripts, manifest })
    }
}

fn chunk_id(chunk: &Chunk) -> String {
    format!("index-{}", chunk.number)
}

#[derive(Serialize)]
struct Page {
    track_count: usize,
    scripts: [&'static str; SCRIPTS.len()],
    manifest: Manifest,
}

/// What the loader is told to load.
#[derive(Serialize)]
struct Manifest {
    build: String,
    glue: String,
    wasm: Part,
    index: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    id: String,
    path: String,
    /// Length of the content, so that a file cut short is noticed.
    bytes: usize,
}

impl Part {
    fn new(assets: &Assets, id: &str, content: &[u8]) -> Self {
        Self { id: id.to_owned(), path: path(assets, &chunk::file_name(id)), bytes: content.len() }
    }
}

/// Empty where the asset is missing: the template, which asks for the same assets, then fails with its name.
fn path(assets: &Assets, name: &str) -> String {
    assets.path(name).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
