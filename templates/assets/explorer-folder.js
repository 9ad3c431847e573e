// The listener's own music: a folder or files chosen on this device, matched to tracks. Files are read where they
// lie, when they are played; the page has no way to send them anywhere.
"use strict";

pmsl.createFolder = ({ matchFiles, trackCount, trackDuration, onChange }) => {
  const element = (id) => document.getElementById(id);
  const [section, input, status, forget] = ["folder", "folder-input", "folder-status", "folder-forget"].map(element);
  const KINDS = /\.(aac|aif|aifc|aiff|caf|flac|m4a|m4b|mka|mp2|mp3|mp4|oga|ogg|opus|wav|wave|weba|webm|wma)$/i;
  let files = new Map(); // track -> the files that may be it, each with whether its name leaves no doubt
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
    const distances = await Promise.all(candidates.map(async ({ file }) => Math.abs(await durationOf(file) - expected)));
    const nearest = distances.reduce((best, distance, i) => distance < (distances[best] ?? Infinity) ? i : best, -1);
    return distances[nearest] <= Math.max(2, 0.02 * expected) ? candidates[nearest].file : null;
  }

  /** The listener's file for a track, or null. */
  async function fileOf(id) {
    const candidates = files.get(id) ?? [];
    if (!candidates.length) return null;
    if (candidates.length === 1 && candidates[0].sure) return candidates[0].file;
    if (!chosen.has(id)) chosen.set(id, byDuration(id, candidates));
    return chosen.get(id);
  }

  function say(text) {
    status.textContent = text;
  }

  /** Takes files with their paths within the folder: a folder in place of all before, single files as well as those. */
  async function take(entries, folder) {
    const music = entries.filter(({ path }) => KINDS.test(path));
    let matches = [];
    try {
      if (music.length) matches = await matchFiles(music.map(({ path }) => path));
    } catch (error) {
      return say(error.message ?? String(error));
    }
    const place = folder ? "your folder" : "your files";
    if (folder) files = new Map();
    chosen.clear();
    for (let i = 0; i < matches.length; i += 3) {
      const [at, track, sure] = matches.subarray(i, i + 3);
      files.set(track, [...files.get(track) ?? [], { file: music[at].file, sure }]);
    }
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

  /** Files only: from a double click Chromium does not let a page read a folder that was dropped. */
  function drop({ items, files: dropped }) {
    if ([...items].some((item) => item.webkitGetAsEntry?.()?.isDirectory)) return say("Choose a folder with the button.");
    take([...dropped].map(within), false);
  }

  input.addEventListener("change", () => {
    if (input.files.length) take([...input.files].map(within), input.webkitdirectory);
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
    take([], true);
    say("Your files are forgotten.");
    element(folders ? "folder-pick" : "folder-pick-files").focus();
  });
  section.addEventListener("dragover", (event) => event.preventDefault());
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    drop(event.dataTransfer);
  });

  return {
    fileOf,
    has: (id) => files.has(id),
    get count() { return files.size; },
  };
};
