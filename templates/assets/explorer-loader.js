// Brings the engine and the library into the page by one path that works from a double click as from any host:
// classic scripts that hand over their content with pmsl.chunk(id, base64). Modules and fetch fail on file://.
"use strict";

window.pmsl = (() => {
  const chunks = new Map();

  /** Called by the chunk files. */
  function chunk(id, base64) {
    chunks.set(id, base64);
  }

  function bytesOf(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  }

  function loadScript(path) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = path;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`The file ${path} is missing. Copy the whole folder of the site.`));
      document.head.append(script);
    });
  }

  /** The explorer as one file holds its chunks in the page; elsewhere each is a script, with a path. */
  async function loadChunk({ id, path, bytes: expected }) {
    if (path) await loadScript(path);
    else chunks.set(id, document.getElementById(`chunk-${id}`)?.textContent);
    let bytes;
    try {
      bytes = bytesOf(chunks.get(id));
    } catch {
      bytes = new Uint8Array();
    }
    chunks.delete(id);
    if (bytes.length !== expected) throw new Error(`The file ${path ?? "of this page"} is damaged. Copy the site again.`);
    return bytes;
  }

  /** Loads everything the manifest names and resolves to the viewer; rejects with a message for the listener. */
  async function load(manifest) {
    if (typeof WebAssembly !== "object") {
      throw new Error("WebAssembly is switched off in this browser (Lockdown Mode on an iPhone does so).");
    }
    const [wasm, index] = await Promise.all([
      loadChunk(manifest.wasm),
      Promise.all(manifest.index.map(loadChunk)),
      manifest.glue && loadScript(manifest.glue),
    ]);
    const engine = wasm_bindgen; // declared by the glue script
    try {
      await engine({ module_or_path: wasm });
    } catch (error) {
      if (error instanceof WebAssembly.CompileError) {
        throw new Error("This browser cannot run the engine: it needs WebAssembly with SIMD, as browsers have had it since 2023.");
      }
      throw error;
    }
    return new engine.Viewer(index, manifest.build);
  }

  return { chunk, load };
})();
