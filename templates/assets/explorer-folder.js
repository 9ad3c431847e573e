// The listener's own music: a folder or files chosen on this device, matched to tracks. Files are read where they
// lie, when they are played; the page has no way to send them anywhere.
"use strict";

pmsl.createFolder = ({ matchFiles, trackCount, trackDuration, onChange }) => {
  const element = (id) => document.getElementById(id);
  const [section, input, status, forget] = ["folder", "folder-input", "folder-status", "folder-forget"].map(element);
  const KINDS = /\.(aac|aif|aifc|aiff|caf|flac|m4a|m4b|mka|mp2|mp3|mp4|oga|ogg|opus|wav|wave|weba|webm|wma)$/i;
  let files = new Map(); // track -> the files that may be it
  const chosen = new Map(); // track -> the one that is, where durations had to tell

  /** Seconds, or NaN where the browser cannot say. */
  function durationOf(file) {
    const audio = new Audio();
    const url = URL.createObjectURL(file);
    return new Promise((resolve) => {
      audio.preload = "metadata";
      audio.onloadedmetadata = () => resolve(audio.duration);
      audio.onerror = () => resolve(NaN);
      setTimeout(resolve, 5000, NaN);
      audio.src = url;
    }).finally(() => {
      audio.onloadedmetadata = audio.onerror = null;
      audio.removeAttribute("src");
      audio.load();
      URL.revokeObjectURL(url);
    });
  }

  /** Of files of one name the one whose length is the track's, or null. */
  async function byDuration(id, candidates) {
    const expected = trackDuration(id);
    const distances = await Promise.all(candidates.map(async (file) => Math.abs(await durationOf(file) - expected)));
    const nearest = distances.reduce((best, distance, i) => distance < (distances[best] ?? Infinity) ? i : best, -1);
    return distances[nearest] <= Math.max(2, 0.02 * expected) ? candidates[nearest] : null;
  }

  /** The listener's file for a track, or null. */
  async function fileOf(id) {
    const candidates = files.get(id) ?? [];
    if (candidates.length < 2) return candidates[0] ?? null;
    if (!chosen.has(id)) chosen.set(id, byDuration(id, candidates));
    return chosen.get(id);
  }

  function say(text) {
    status.textContent = text;
  }

  /** Takes files with their paths within the folder; these replace those of before. */
  function take(entries, place) {
    const music = entries.filter(({ path }) => KINDS.test(path));
    const tracks = matchFiles(music.map(({ path }) => path));
    files = new Map();
    chosen.clear();
    music.forEach(({ file }, i) => {
      if (tracks[i] >= 0) files.set(tracks[i], [...files.get(tracks[i]) ?? [], file]);
    });
    const [found, total] = [files.size, trackCount].map((count) => count.toLocaleString("en"));
    if (!music.length) say(`No music was found in ${place}.`);
    else if (!files.size) say(`None of the ${total} tracks was found in ${place}. Choose the folder that holds the whole library.`);
    else say(`${found} of ${total} tracks found in ${place}.`);
    forget.hidden = !files.size;
    onChange({ found: files.size, total: trackCount });
  }

  /** Paths within the folder: its own name says nothing about where a track lies in it. */
  const within = (file) => ({ file, path: file.webkitRelativePath.replace(/^[^/]*\//, "") || file.name });

  function pick(folder) {
    input.webkitdirectory = folder;
    input.accept = folder ? "" : "audio/*,.aif,.aiff,.flac,.m4a,.mka,.oga,.ogg,.opus";
    input.click();
  }

  /** All files under what was dropped, as deep as it goes. */
  async function walk(entry, path, found) {
    if (entry.isFile) {
      found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const inner of some) await walk(inner, path ? `${path}/${inner.name}` : inner.name, found);
    }
  }

  async function drop(transfer) {
    // Both before the first wait: what was dropped can be read only while the event lasts.
    const loose = [...transfer.files].map(within);
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const folders = entries.filter((entry) => entry.isDirectory);
    if (!folders.length) return take(loose, "the files you dropped");
    const found = [];
    try {
      for (const entry of entries) await walk(entry, entry.isDirectory && entries.length === 1 ? "" : entry.name, found);
      take(found, "your folder");
    } catch {
      say("This browser does not let a page opened by double click read a dropped folder. Use the button.");
    }
  }

  function reset() {
    files = new Map();
    chosen.clear();
    input.value = "";
    forget.hidden = true;
    say("Your files are forgotten.");
    onChange({ found: 0, total: trackCount });
  }

  input.addEventListener("change", () => {
    if (input.files.length) take([...input.files].map(within), input.webkitdirectory ? "your folder" : "the files you chose");
    input.value = ""; // so that the same choice can be made again
  });
  const folders = "webkitdirectory" in input;
  section.hidden = false;
  for (const button of document.querySelectorAll("#folder-pick, [data-folder-pick]")) {
    button.hidden = !folders;
    button.addEventListener("click", () => pick(true));
  }
  element("folder-pick-files").addEventListener("click", () => pick(false));
  forget.addEventListener("click", () => {
    reset();
    element(folders ? "folder-pick" : "folder-pick-files").focus();
  });
  section.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    section.classList.add("folder-over");
  });
  section.addEventListener("dragleave", (event) => {
    if (!section.contains(event.relatedTarget)) section.classList.remove("folder-over");
  });
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    section.classList.remove("folder-over");
    drop(event.dataTransfer);
  });

  return {
    fileOf,
    has: (id) => files.has(id),
    get count() { return files.size; },
  };
};
