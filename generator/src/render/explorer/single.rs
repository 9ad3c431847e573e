//! The explorer as one file: page, styles, scripts, viewer and index. Phones open local files one by one and let no page
//! see the files beside it.

use base64::{Engine, engine::general_purpose::STANDARD};
use pmsl_core::TrackMeta;
use pmsl_core::index::{self, IndexError, IndexInput};
use serde::Serialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{Compiled, ExplorerInput, FILES, Manifest, Part, Program, SCRIPT, STYLES, VIEWER, chunk};
use crate::render::Assets;

/// Where the file lies in a site.
pub const SINGLE_FILE: &str = "explorer-single.html";
/// Tracks that one file holds at most: about 8 MB, which a phone still opens at once.
pub const SINGLE_FILE_TRACKS_MAX: usize = 10_000;
/// The template of the file, to be rendered as [`SINGLE_FILE`] with a [`SingleFile`]. It extends
/// [`TEMPLATE`](super::TEMPLATE).
pub const SINGLE_FILE_TEMPLATE: &str = include_str!("../../../../templates/explorer-single.html");

/// The style sheets of all pages, which go before the explorer's.
const SHARED_STYLES: [&str; 2] = ["tokens.css", "site.css"];
const ICON: &str = "icon.svg";

/// Why an explorer does not fit into one file.
#[derive(Debug, Error)]
pub enum SingleFileError {
    /// The library is too large.
    #[error(
        "one file holds at most {SINGLE_FILE_TRACKS_MAX} tracks, and this library has {tracks}: leave out --single-file \
         (`site.single_file`), or use at most N tracks of each sub-genre with --limit N"
    )]
    Tracks {
        /// Tracks of the library.
        tracks: usize,
    },
    /// The library cannot be packed.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// What [`SINGLE_FILE_TEMPLATE`] shows.
#[derive(Clone, Debug, Serialize)]
pub struct SingleFile {
    track_count: usize,
    /// No page of a site lies beside the file.
    alone: bool,
    policy: String,
    icon: String,
    styles: Vec<String>,
    scripts: Vec<&'static str>,
    chunks: Vec<InlineChunk>,
    manifest: Manifest,
}

/// A part of the viewer or the index, in an element named after it.
#[derive(Clone, Debug, Serialize)]
struct InlineChunk {
    id: String,
    base64: String,
}

impl SingleFile {
    /// Packs a library and the viewer into one file. What the site itself could play is left out: none of it is in the
    /// file.
    ///
    /// # Errors
    /// [`SingleFileError::Tracks`] above [`SINGLE_FILE_TRACKS_MAX`] tracks, and those of [`index::encode`].
    pub fn new(input: &ExplorerInput<'_>) -> Result<Self, SingleFileError> {
        let tracks = input.index.tracks;
        check_size(tracks.len())?;
        let silent: Vec<TrackMeta> = tracks.iter().map(|track| TrackMeta { audio: None, ..track.clone() }).collect();
        let index = index::encode(&IndexInput { tracks: &silent, ..*input.index })?;
        let mut chunks = Vec::new();
        let (viewer, files) = (program(&mut chunks, VIEWER), program(&mut chunks, FILES));
        let index =
            index.iter().map(|chunk| inline(&mut chunks, format!("index-{}", chunk.number), &chunk.bytes)).collect();
        let shared = Assets::shared();
        let text = |name: &str| String::from_utf8_lossy(shared.content(name).unwrap_or_default()).into_owned();
        let own = STYLES.map(|(_, text)| text.to_owned());
        let styles: Vec<String> = SHARED_STYLES.map(text).into_iter().chain(own).collect();
        let scripts = vec![VIEWER.1, FILES.1, SCRIPT];
        Ok(Self {
            track_count: tracks.len(),
            alone: true,
            policy: policy(&styles, &scripts),
            icon: format!("data:image/svg+xml;base64,{}", STANDARD.encode(text(ICON))),
            styles,
            scripts,
            chunks,
            manifest: Manifest { build: input.index.build_id.to_string(), viewer, files, index, encoder: None },
        })
    }
}

/// Refuses a library that is too large for one file.
///
/// # Errors
/// [`SingleFileError::Tracks`].
pub fn check_size(tracks: usize) -> Result<(), SingleFileError> {
    if tracks > SINGLE_FILE_TRACKS_MAX { Err(SingleFileError::Tracks { tracks }) } else { Ok(()) }
}

/// Puts a program's WebAssembly into the page; its glue is among the scripts.
fn program(chunks: &mut Vec<InlineChunk>, (name, _, wasm): Compiled) -> Program {
    Program { glue: None, wasm: inline(chunks, format!("{name}-wasm"), wasm) }
}

/// Puts bytes into the page, and gives them as the manifest names them: without a path.
fn inline(chunks: &mut Vec<InlineChunk>, id: String, bytes: &[u8]) -> Part {
    chunks.push(InlineChunk { id: id.clone(), base64: chunk::text(bytes) });
    Part { id, path: None, bytes: bytes.len() }
}

/// Allows the scripts and styles of the page by their hashes, and nothing else: neither other scripts nor any request.
fn policy(styles: &[String], scripts: &[&str]) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let styles: Vec<String> = styles.iter().map(|style| hash(style)).collect();
    let scripts: Vec<String> = scripts.iter().map(|script| hash(script)).collect();
    format!(
        "default-src 'none'; script-src {} 'wasm-unsafe-eval'; worker-src blob:; style-src {}; img-src data: blob:; \
         media-src blob:; connect-src 'none'",
        scripts.join(" "),
        styles.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use pmsl_core::index::BuildId;
    use pmsl_core::{SubGenre, Vectors};

    use super::*;
    use crate::render::explorer::{TEMPLATE, tests};
    use crate::render::{Renderer, Site};

    fn page(tracks: usize) -> Result<String, SingleFileError> {
        let metas = tests::metas(tracks);
        let vectors = Vectors::normalized((0..3 * tracks).map(|i| 1.0 + (i as f32).sin()).collect(), 3).unwrap();
        let index = IndexInput {
            build_id: BuildId([7; 16]),
            tracks: &metas,
            sub_genres: &[SubGenre { genre: None, name: "</script>".into() }],
            vectors: &vectors,
            positions: &vec![[0.0, 0.0]; tracks],
        };
        let single = SingleFile::new(&ExplorerInput { index: &index, encoder: None })?;
        let site = Site { title: "</script><b>".into(), single_file: true, ..Site::default() };
        let mut renderer = Renderer::new(Assets::shared(), site).unwrap();
        renderer.add_template("explorer.html", TEMPLATE).unwrap();
        renderer.add_template(SINGLE_FILE, SINGLE_FILE_TEMPLATE).unwrap();
        Ok(renderer.render(SINGLE_FILE, "explorer", &single).unwrap())
    }

    /// The contents of elements of one kind, with their attributes.
    fn elements<'a>(page: &'a str, tag: &str) -> Vec<(&'a str, &'a str)> {
        let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
        let inside = page.split(open.as_str()).skip(1).map(|rest| rest.split(close.as_str()).next().unwrap());
        inside.map(|element| element.split_once('>').unwrap()).collect()
    }

    #[test]
    fn every_script_and_style_is_allowed_by_its_hash_and_no_other() {
        let page = page(2).unwrap().replace("&#x27;", "'").replace("&#x2f;", "/");
        let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut hashes = 0;
        for (attributes, text) in elements(&page, "script").into_iter().chain(elements(&page, "style")) {
            if attributes.contains("type=") {
                continue;
            }
            assert_eq!(attributes, "", "nothing is loaded");
            let hash = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
            assert!(policy.contains(&hash), "{hash} of {} is not in {policy}", &text[..text.len().min(80)]);
            hashes += 1;
        }
        assert_eq!(policy.matches("'sha256-").count(), hashes);
        assert!(hashes >= 6 && !policy.contains("'self'") && !policy.contains("unsafe-inline"), "{policy}");
    }

    #[test]
    fn it_names_no_other_file() {
        let page = page(2).unwrap();
        let markup = elements(&page, "script").into_iter().chain(elements(&page, "style"));
        let markup = markup.fold(page.clone(), |page, (_, text)| page.replacen(text, "", 1));
        for forbidden in ["assets/", ".html\"", " src=", "<link rel=\"stylesheet\"", "http://", "https://", "<b>"] {
            assert!(!markup.contains(forbidden), "{forbidden} in the page");
        }
        let links: Vec<&str> = markup.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(links.iter().all(|link| link.starts_with('#') || link.starts_with("data:")), "{links:?}");
        assert!(markup.contains("It holds no sound"));
    }

    #[test]
    fn texts_of_the_page_end_no_element_and_keep_their_bytes() {
        let scripts = [("viewer", VIEWER.1), ("files", FILES.1), ("the page's script", SCRIPT)];
        for (name, text) in scripts.into_iter().chain(STYLES) {
            let lower = text.to_lowercase();
            for ending in ["</script", "</style", "<!--", "\r", "\0"] {
                assert!(!lower.contains(ending), "{ending:?} in {name}");
            }
        }
    }

    #[test]
    fn the_manifest_leads_to_every_chunk() {
        let page = page(1500).unwrap();
        let elements = elements(&page, "script");
        let of_id = |id: &str| {
            let own = elements.iter().find(|(attributes, _)| attributes.contains(&format!("id=\"{id}\"")));
            own.unwrap_or_else(|| panic!("no {id}")).1
        };
        let manifest: serde_json::Value = serde_json::from_str(of_id("pmsl-manifest")).unwrap();
        assert_eq!(manifest["build"], "07".repeat(16));
        for program in ["viewer", "files"] {
            assert!(manifest[program].get("glue").is_none());
        }
        let mut index = Vec::new();
        for part in manifest["index"].as_array().unwrap().iter().chain([&manifest["viewer"]["wasm"]]) {
            assert!(part.get("path").is_none(), "{part}");
            let bytes = tests::bytes(of_id(&format!("chunk-{}", part["id"].as_str().unwrap())));
            assert_eq!(part["bytes"], bytes.len());
            index.push(bytes);
        }
        assert_eq!(index.pop().unwrap(), VIEWER.2);
        let decoded = index::decode(index.iter().map(Vec::as_slice)).unwrap();
        let tracks: Vec<TrackMeta> = decoded.catalog.tracks().collect();
        assert_eq!(tracks.len(), 1500);
        assert!(tracks.iter().all(|track| track.audio.is_none() && track.path.is_some()));
    }

    #[test]
    fn large_libraries_are_refused_with_what_to_do() {
        check_size(SINGLE_FILE_TRACKS_MAX).unwrap();
        let message = check_size(SINGLE_FILE_TRACKS_MAX + 1).unwrap_err().to_string();
        assert!(message.contains("at most 10000 tracks") && message.contains("--limit"), "{message}");
    }
}
