//! The explorer's engine: a thin shell that gives JavaScript what `pmsl-core` computes.
//!
//! It owns no ranking, no reading and no file format; it only turns arguments and answers into JavaScript values.
//!
//! Two programs are made from it, so that a page starts with less: `viewer`, and `files`, which is loaded when the
//! listener saves or opens a playlist or picks a folder.

#[cfg(feature = "viewer")]
mod answers;
#[cfg(feature = "files")]
mod file_answers;
#[cfg(feature = "files")]
mod files;
#[cfg(feature = "viewer")]
mod options;
mod value;
#[cfg(feature = "viewer")]
mod viewer;

use pmsl_core::index::{Catalog, Reader};
use wasm_bindgen::prelude::*;

#[cfg(feature = "files")]
pub use files::Files;
#[cfg(feature = "viewer")]
pub use viewer::Viewer;

/// Reads the next chunk of the index that belongs to this build of the page.
fn push(reader: &mut Reader, chunk: &[u8], build: &str) -> Result<Option<Catalog>, JsError> {
    let Some(catalog) = reader.push(chunk)? else { return Ok(None) };
    let found = catalog.build_id.to_string();
    if found != build {
        let message = format!("the page belongs to build {build} and its data to build {found}; copy the site again");
        return Err(JsError::new(&message));
    }
    Ok(Some(catalog))
}
