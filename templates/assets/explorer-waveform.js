// The shape of a track's loudness, from the bytes of the listener's file, with a plain bar where there is none.
"use strict";

pmsl.createWaveform = (canvas) => {
  const RATE_HZ = 11025; // enough for a picture, and a fraction of the memory
  const COLUMNS = 800;
  const MOST_BYTES = 60e6;
  const MOST_SECONDS = 20 * 60;
  const MOST_KEPT = 20;
  const kept = new Map(); // shapes of the last tracks, by what tells their files apart
  let shape = null;
  let played = 0;
  let wanted = null;
  let working = null;
  let outline = null; // { peaks, body } for the present size

  /** Peak and root mean square of each column, both channels, as shares of the highest peak. */
  async function reduce(buffer) {
    const channels = Array.from({ length: Math.min(buffer.numberOfChannels, 2) }, (_, i) => buffer.getChannelData(i));
    const result = { peaks: new Float32Array(COLUMNS), body: new Float32Array(COLUMNS) };
    let highest = 1e-4;
    for (let column = 0; column < COLUMNS; column++) {
      if (column % 50 === 49) await new Promise((resolve) => setTimeout(resolve)); // the page stays quick
      const from = Math.floor(column * buffer.length / COLUMNS);
      const to = Math.max(Math.floor((column + 1) * buffer.length / COLUMNS), from + 1);
      let [peak, squares] = [0, 0];
      for (const samples of channels) {
        for (let i = from; i < to; i++) {
          const value = Math.abs(samples[i] || 0);
          if (value > peak) peak = value;
          squares += value * value;
        }
      }
      result.peaks[column] = peak;
      result.body[column] = Math.sqrt(squares / (to - from) / channels.length);
      highest = Math.max(highest, peak);
    }
    for (const values of [result.peaks, result.body]) values.forEach((value, i) => { values[i] = value / highest; });
    return result;
  }

  /** The shape of a file, or null where it cannot be decoded: whether it plays, the player tells. */
  async function decode(file) {
    try {
      return await reduce(await new OfflineAudioContext(1, 1, RATE_HZ).decodeAudioData(await file.arrayBuffer()));
    } catch {
      return null;
    }
  }

  /** Shows a file of this length; null: the plain bar. */
  async function show(file, seconds) {
    const mine = wanted = {};
    shape = null;
    redraw();
    if (!file || file.size > MOST_BYTES || !seconds || seconds > MOST_SECONDS || !window.OfflineAudioContext) return;
    const key = [file.webkitRelativePath || file.name, file.size, file.lastModified].join("/");
    if (!kept.has(key)) {
      await working; // one at a time, and of those that wait only the last
      if (mine !== wanted) return;
      working = decode(file);
    }
    const made = kept.has(key) ? kept.get(key) : await working;
    kept.delete(key); // and in again, as the latest
    kept.set(key, made);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
    if (mine !== wanted) return;
    shape = made;
    redraw();
  }

  function trace(width, height) {
    const path = (values) => {
      const result = new Path2D();
      if (!values) result.rect(0, height / 2 - 2, width, 4);
      const bars = values ? Math.max(Math.floor(width / 3), 1) : 0;
      for (let bar = 0; bar < bars; bar++) {
        const [from, to] = [bar, bar + 1].map((i) => Math.floor(i * COLUMNS / bars));
        let value = 0;
        for (let i = from; i < Math.max(to, from + 1); i++) value = Math.max(value, values[i]);
        const half = Math.max(value * (height / 2 - 2), 0.5);
        result.rect(bar * width / bars, height / 2 - half, 2, 2 * half);
      }
      return result;
    };
    return { peaks: path(shape?.peaks), body: path(shape?.body) };
  }

  function draw() {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    if (!outline || outline.width !== width) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      const style = getComputedStyle(canvas);
      const colour = (name) => style.getPropertyValue(name).trim();
      outline = { ...trace(width, height), width, done: colour("--accent"), rest: colour("--line-strong") };
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const edge = width * played;
    for (const [from, to, colour] of [[0, edge, outline.done], [edge, width, outline.rest]]) {
      context.save();
      context.beginPath();
      context.rect(from, 0, to - from, height);
      context.clip();
      context.fillStyle = colour;
      context.globalAlpha = 0.45;
      context.fill(outline.peaks);
      context.globalAlpha = 1;
      context.fill(outline.body);
      context.restore();
    }
    canvas.dataset.shape = shape ? "waveform" : "bar";
  }

  function redraw() {
    outline = null;
    draw();
  }

  new ResizeObserver(redraw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  return {
    show,
    /** How much has been played, 0 to 1. */
    setPlayed: (share) => {
      played = share;
      draw();
    },
  };
};
