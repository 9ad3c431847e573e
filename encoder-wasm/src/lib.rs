//! The run's encoder in the browser: a thin shell that lets a worker decode and hear a file of the listener's.
//!
//! It owns no arithmetic; everything is `pmsl-core`'s, so that the vector is the one that the generator would give.
//! A file is heard chunk by chunk, and by several workers at once where there are any: one opens it and hands out
//! samples, each hears what it is given, and one pools what all have heard.

use js_sys::Float32Array;
use pmsl_core::audio::AudioChunk;
use pmsl_core::inference::{Embedder, EncoderBundle};
use wasm_bindgen::prelude::*;

/// An encoder, loaded and ready to hear.
#[wasm_bindgen]
pub struct Encoder {
    embedder: Embedder,
    chunks: Vec<AudioChunk>,
}

#[wasm_bindgen]
impl Encoder {
    /// Reads a bundle. `build` is the build id of the page, as hexadecimal digits.
    ///
    /// # Errors
    /// Throws, with a message for the listener, when the bundle is damaged, of another version or of another build than
    /// the page.
    #[wasm_bindgen(constructor)]
    pub fn new(bundle: &[u8], build: &str) -> Result<Encoder, JsError> {
        let embedder = Embedder::new(EncoderBundle::decode(bundle, build)?)?;
        Ok(Self { embedder, chunks: Vec::new() })
    }

    /// Values of a vector.
    #[wasm_bindgen(getter)]
    pub fn dim(&self) -> u32 {
        self.embedder.dim() as u32
    }

    /// Decodes a file and gives the number of chunks to hear, at least one. `extension` is that of its name, without the
    /// dot.
    ///
    /// # Errors
    /// Throws, with a message for the listener, for a file that cannot be decoded, is silent or too short.
    #[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional texts by value only")]
    pub fn open(&mut self, bytes: Vec<u8>, extension: Option<String>) -> Result<u32, JsError> {
        self.chunks.clear();
        self.chunks = self.embedder.chunks(bytes, extension.as_deref())?;
        Ok(self.chunks.len() as u32)
    }

    /// The samples of a chunk of the open file; undefined where there is none.
    pub fn samples(&self, chunk: usize) -> Option<Float32Array> {
        Some(Float32Array::from(self.chunks.get(chunk)?.samples.as_slice()))
    }

    /// The vector of a chunk: `[dim]`. The file it comes from need not be open here.
    ///
    /// # Errors
    /// Throws for samples that are no sound.
    pub fn hear(&mut self, samples: &[f32]) -> Result<Vec<f32>, JsError> {
        Ok(self.embedder.hear(samples)?)
    }

    /// The unit vector of a file, `[dim]`, from the vectors of all its chunks one after another, `[chunks * dim]`.
    ///
    /// # Errors
    /// Throws when the chunks' vectors cancel each other.
    pub fn pool(&self, vectors: &[f32]) -> Result<Vec<f32>, JsError> {
        let chunks: Vec<Vec<f32>> = vectors.chunks_exact(self.embedder.dim()).map(<[f32]>::to_vec).collect();
        Ok(self.embedder.pool(&chunks)?)
    }
}
