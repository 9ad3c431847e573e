// Playlists as files: saved in the formats of other programs, and opened from a file button or by dropping one.
"use strict";

pmsl.createFiles = ({ files, state, rows, note, show }) => {
  const { make, element, counted } = pmsl;
  const KINDS = {
    m3u8: ["m3u8", "audio/x-mpegurl"], rekordbox: ["xml", "application/xml"], xspf: ["xspf", "application/xspf+xml"],
    jspf: ["jspf", "application/json"], csv: ["csv", "text/csv"], json: ["json", "application/json"],
  };
  // Far above any playlist; a song dropped by mistake is larger.
  const LARGEST = 8e6;
  const form = element("export");

  async function text(format, ids) {
    return (await files()).exportPlaylist(format, Uint32Array.from(ids), state.title(), {
      root: element("export-root").value.trim(), backslashes: element("export-separator").value === "\\",
      urlEncode: element("export-encode").checked, extension: element("export-extension").value,
    });
  }

  async function save(event) {
    event.preventDefault();
    const format = element("export-format").value, [extension, type] = KINDS[format];
    let written;
    try {
      written = await text(format, state.now.playlist);
    } catch (error) {
      return note(`The playlist cannot be saved: ${error.message ?? error}`);
    }
    const url = URL.createObjectURL(new Blob([written], { type }));
    const name = `${state.title().replace(/[\u0000-\u001f/\\:*?"<>|]/g, "_")}.${extension}`;
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    note(`Saved as ${name}.`);
  }

  /** The first entry, where the part that shows it is open. */
  async function showSample() {
    const { playlist } = state.now, format = element("export-format").value, line = element("export-sample-line");
    element("export-extension-label").hidden = playlist.every((id) => rows.track(id).path || rows.track(id).audio);
    line.hidden = format !== "m3u8" || !playlist.length;
    if (line.hidden || !line.closest("details").open) return;
    try {
      const written = await text("m3u8", playlist.slice(0, 1));
      element("export-sample").textContent = written.trimEnd().split("\n").pop();
    } catch {
      line.hidden = true; // saving tells why
    }
  }

  // Old .m3u files are not always UTF-8.
  function decode(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return new TextDecoder("windows-1252").decode(bytes);
    }
  }

  async function open(file) {
    if (!file) return;
    if (file.size > LARGEST) return note(`${file.name} is no playlist: it is too large.`);
    let found;
    try {
      found = (await files()).importPlaylist(decode(await file.arrayBuffer()));
    } catch (error) {
      return note(`${file.name} cannot be read: ${error.message ?? error}`);
    }
    const playlist = [...new Set(found.tracks)], { missing } = found;
    element("missing").hidden = missing.length === 0;
    element("missing-text").textContent = `${counted(missing.length, "entry").replace("entrys", "entries")} of ${file.name} not found in this library.`;
    element("missing-list").replaceChildren(...missing.slice(0, 500).map((line) => make("li", {}, line)));
    if (!playlist.length) return note(`No track of ${file.name} is in this library.`);
    state.edit({ playlist, locked: [], name: file.name.replace(/\.[^.]*$/, "") });
    show("playlist");
    note(`${counted(playlist.length, "track")} from ${file.name}${missing.length ? `, ${missing.length.toLocaleString("en")} not found` : ""}.`);
    element("playlist-label").focus();
  }

  async function copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      note("The link is copied. It opens this playlist, and how it was made.");
    } catch {
      note("Copy the address of this page: it holds this playlist, and how it was made.");
    }
  }

  const drop = element("playlist-drop"), picker = element("import");
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  drop.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    drop.classList.add("dropping");
  });
  drop.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!drop.contains(relatedTarget)) drop.classList.remove("dropping");
  });
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("dropping");
    if (!hasFiles(event)) return;
    event.preventDefault();
    open(event.dataTransfer.files[0]);
  });
  picker.addEventListener("change", () => {
    open(picker.files[0]);
    // The same file can be opened again.
    picker.value = "";
  });
  form.addEventListener("submit", save);
  for (const event of ["input", "change"]) form.addEventListener(event, showSample);
  element("export-sample-line").closest("details").addEventListener("toggle", showSample);
  element("playlist-link").addEventListener("click", copyLink);
  state.on(["playlist"], showSample);
  state.on(["playlist"], ({ playlist }) => { if (!playlist.length) element("missing").hidden = true; });
};
