//! Sound: decoding, resampling, chunks.
