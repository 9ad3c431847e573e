// Brings the engine and the library into the page by one path that works from a double click as from any host:
// classic scripts that hand over their content with pmsl.chunk(id, base64). Modules and fetch fail on file://.
// A site in one file holds the same texts in elements of its own.
"use strict";

window.pmsl = (() => {
  /** Chunks on their way at once: enough to keep a disk or a line busy, few enough to keep memory low. */
  const AHEAD = 6;
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

  /** Chunks are deflated before they become text: of base64 a host that compresses sees no repetition. */
  async function inflated(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  function loadScript(path) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = path;
      script.onload = () => { script.remove(); resolve(); };
      script.onerror = () => reject(new Error(`The file ${path} is missing. Copy the whole folder of the site.`));
      document.head.append(script);
    });
  }

  /** The bytes of a part that the manifest names: `{id, path, bytes}`. */
  async function loadChunk({ id, path, bytes: expected }) {
    const inline = document.getElementById(`chunk-${id}`);
    if (inline) {
      chunks.set(id, inline.textContent.trim());
    } else {
      await loadScript(path);
    }
    let bytes;
    try {
      bytes = await inflated(bytesOf(chunks.get(id)));
    } catch {
      bytes = new Uint8Array();
    }
    chunks.delete(id);
    if (bytes.length !== expected) throw new Error(`The file ${path ?? id} is damaged. Copy the site again.`);
    return bytes;
  }

  /** Loads one of the programs of the engine; its glue script declares it by a name that `find` knows. */
  async function loadProgram({ glue, wasm: chunk }, find) {
    if (typeof WebAssembly !== "object") {
      throw new Error("WebAssembly is switched off in this browser (Lockdown Mode on an iPhone does so).");
    }
    const [wasm] = await Promise.all([loadChunk(chunk), glue && loadScript(glue)]);
    const engine = find();
    try {
      await engine({ module_or_path: wasm });
    } catch (error) {
      if (error instanceof WebAssembly.CompileError) {
        throw new Error("This browser cannot run the engine: it needs WebAssembly with SIMD, as browsers have had it since 2023.");
      }
      throw error;
    }
    return engine;
  }

  /**
   * Loads everything the manifest names. `onNamed(viewer)` is called once the tracks are known, so that the page can
   * search and draw; the promise resolves to the viewer when it also answers by sound. Rejects with a message for the
   * listener.
   */
  async function load(manifest, onNamed) {
    const waiting = [];
    let begun = 0;
    const ahead = () => {
      while (waiting.length < AHEAD && begun < manifest.index.length) {
        const loading = loadChunk(manifest.index[begun++]);
        loading.catch(() => {}); // told when its turn comes
        waiting.push(loading);
      }
    };
    ahead();
    const { Viewer } = await loadProgram(manifest.viewer, () => pmsl_viewer);
    const viewer = new Viewer();
    while (waiting.length) {
      const bytes = await waiting.shift();
      ahead();
      if (viewer.push(bytes, manifest.build)) {
        onNamed(viewer);
        // The page is drawn before the rest keeps the thread busy.
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    viewer.finish();
    return viewer;
  }

  let files = null;

  /**
   * What reads and writes playlist files and knows the listener's own: loaded when it is first asked for, with the
   * names of the tracks once more. Rejects with a message for the listener.
   */
  function loadFiles(manifest) {
    const start = async () => {
      const { Files } = await loadProgram(manifest.files, () => pmsl_files);
      const loaded = new Files();
      for (const part of manifest.index) {
        if (loaded.push(await loadChunk(part), manifest.build)) break;
      }
      return loaded;
    };
    files ??= start().catch((error) => {
      files = null; // so that it can be tried again
      throw error;
    });
    return files;
  }

  return { chunk, load, loadFiles, loadScript, loadChunk };
})();
