// The run's own encoder, which gives a file of the listener's the vector that the run would have given it. It is loaded
// when it is first asked for and hears in workers, several parts of the file at a time, so that the page stays free.
"use strict";

pmsl.createEncoder = ({ build, encoder: files }) => {
  // More workers than this gain little, and each holds a copy of the encoder.
  const WORKERS = Math.min(4, Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1));
  const LARGEST_MB = 512;
  let loading = null;

  /** Runs in each worker, of which it is the text: only a blob starts a worker on file://. */
  function work() {
    let encoder;
    const answers = {
      async load({ module, bundle, build }) {
        await pmsl_encoder({ module_or_path: module }); // declared by the glue before this text
        encoder = new pmsl_encoder.Encoder(bundle, build);
      },
      open({ bytes, extension }) {
        const count = encoder.open(bytes, extension);
        return Array.from({ length: count }, (_, i) => encoder.samples(i));
      },
      hear: ({ samples }) => encoder.hear(samples),
      pool: ({ vectors }) => encoder.pool(vectors),
    };
    onmessage = async ({ data }) => {
      try {
        const answer = await answers[data.ask](data);
        const moved = Array.isArray(answer) ? answer.map(({ buffer }) => buffer) : [];
        postMessage({ answer }, moved);
      } catch (error) {
        const crashed = error instanceof WebAssembly.RuntimeError;
        postMessage({ problem: crashed ? "The decoder gave up on this file; it is probably damaged." : error.message });
      }
    };
  }

  async function joined(parts) {
    const pieces = await Promise.all(parts.map(pmsl.loadChunk));
    const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  async function loadAll() {
    const [glue, wasm, bundle] = await Promise.all([files.glue, files.wasm, files.bundle].map(joined));
    // Compiled once; every worker gets the result.
    const module = await WebAssembly.compile(wasm);
    const text = [glue, `\n(${work})();`];
    return { module, bundle, script: URL.createObjectURL(new Blob(text, { type: "text/javascript" })) };
  }

  function load() {
    loading ??= loadAll().catch((error) => {
      loading = null; // so that it can be tried again
      throw error;
    });
    return loading;
  }

  function ask(worker, message, moved = []) {
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => data.problem === undefined ? resolve(data.answer) : reject(new Error(data.problem));
      worker.onerror = () => reject(new Error("The encoder could not be started in this browser."));
      worker.postMessage(message, moved);
    });
  }

  /** Hears a file with workers of its own, which it adds to `workers`. */
  async function hear(file, onProgress, workers) {
    onProgress("load", 0);
    const { module, bundle, script } = await load();
    const start = async () => {
      const worker = new Worker(script);
      workers.push(worker);
      await ask(worker, { ask: "load", module, bundle, build });
      return worker;
    };
    onProgress("open", 0);
    const first = await start();
    const bytes = new Uint8Array(await file.arrayBuffer());
    const extension = /\.([^.]+)$/.exec(file.name)?.[1];
    const chunks = await ask(first, { ask: "open", bytes, extension }, [bytes.buffer]).catch(({ message }) => {
      // After the semicolon comes advice for the owner of a library.
      throw new Error(`${message.split("; ")[0]}.`);
    });
    const vectors = [];
    let next = 0, heard = 0;
    const listen = async (worker) => {
      while (next < chunks.length) {
        const at = next++;
        vectors[at] = await ask(worker, { ask: "hear", samples: chunks[at] }, [chunks[at].buffer]);
        onProgress("hear", ++heard / chunks.length);
      }
    };
    onProgress("hear", 0);
    const others = Array.from({ length: Math.min(WORKERS, chunks.length) - 1 }, async () => listen(await start()));
    await Promise.all([listen(first), ...others]);
    const all = new Float32Array(vectors.length * vectors[0].length);
    vectors.forEach((vector, i) => all.set(vector, i * vector.length));
    return ask(first, { ask: "pool", vectors: all });
  }

  /**
   * The unit vector of a file. `onProgress(step, share)` is told of the steps "load", "open" and "hear"; `signal` ends
   * it. Rejects with a message for the listener.
   */
  async function embed(file, onProgress, signal) {
    if (file.size > LARGEST_MB * 1e6) throw new Error(`The file is larger than a page can hold (${LARGEST_MB} MB).`);
    const workers = [];
    const stopped = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    try {
      return await Promise.race([hear(file, onProgress, workers), stopped]);
    } finally {
      // A worker that has crashed is of no use, and one that waits holds much memory.
      for (const worker of workers) worker.terminate();
    }
  }

  return { embed };
};
