// The explorer: search, a track and its neighbours, the map, and a playlist. It shows; all ranking is the engine's.
"use strict";

(() => {
  const { make, icon, clock } = pmsl;
  const element = (id) => document.getElementById(id);
  const manifest = JSON.parse(element("pmsl-manifest").textContent);
  const RESULTS_SHOWN = 200;
  const NEIGHBOURS_SHOWN = 10;

  let viewer, subGenres, map, player;
  const tracks = new Map();
  const state = { selected: null, playlist: [], results: [], active: -1, playing: null };

  // ---- what is known of tracks ----

  function track(id) {
    if (!tracks.has(id)) tracks.set(id, viewer.track(id));
    return tracks.get(id);
  }
  const label = (id) => [track(id).artist, track(id).title].filter(Boolean).join(" – ");
  /** The lines of the card over a point of the map. */
  function card(id) {
    const { title, artist, bpm, key, year, subGenre } = track(id);
    const facts = [bpm && `${Math.round(bpm)} BPM`, key, year].filter(Boolean).join(" · ");
    return [title, artist, subGenres[subGenre].name, facts].filter(Boolean);
  }

  const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

  function subGenreTag(id) {
    return make("span", { className: `tag sub-${track(id).subGenre % 20}` }, make("span", {}, subGenres[track(id).subGenre].name));
  }

  // ---- telling ----

  function announce(text) {
    element("live").textContent = text;
  }

  let noteTimer = 0;
  function note(text) {
    element("note").textContent = text;
    clearTimeout(noteTimer);
    noteTimer = setTimeout(() => { element("note").textContent = ""; }, 8000);
  }

  function fail(error) {
    element("loading").hidden = true;
    element("explorer").hidden = true;
    element("problem-text").textContent = error.message || String(error);
    element("problem").hidden = false;
  }

  // ---- rows of tracks ----

  function actionButton(name, text, action) {
    const button = make("button", { type: "button", className: "row-action", "aria-label": text, title: text }, icon(name));
    button.addEventListener("click", action);
    return button;
  }

  function playButton(id) {
    if (!track(id).audio) return null;
    const button = actionButton("play", `Play ${label(id)}`, () => player.play(id));
    button.dataset.play = id;
    return button;
  }

  function row(id, middle, actions) {
    const { title, artist, subGenre } = track(id);
    const name = make("button", { type: "button", className: "row-name" },
      make("span", { className: `dot sub-${subGenre % 20}`, "aria-hidden": "true" }),
      make("span", { className: "row-text" },
        make("span", { className: "row-title" }, title),
        make("span", { className: "row-sub" }, artist ?? subGenres[subGenre].name)));
    name.addEventListener("click", () => select(id, { focus: true }));
    return make("li", { className: "row", "data-track": id }, name, middle, make("span", { className: "row-actions" }, ...actions));
  }

  function showPlaying(id) {
    state.playing = id;
    for (const button of document.querySelectorAll("[data-play]")) {
      const playing = Number(button.dataset.play) === id;
      button.replaceChildren(icon(playing ? "pause" : "play"));
      button.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${label(Number(button.dataset.play))}`);
    }
  }

  // ---- search ----

  function search() {
    const text = element("search").value;
    const { tracks: found, total } = viewer.search(text, RESULTS_SHOWN);
    state.results = found;
    state.active = -1;
    const more = total > found.length ? `, the first ${found.length} shown` : "";
    element("result-count").textContent = text.trim()
      ? (total ? `${counted(total, "track")} found${more}` : "No track has all of these words.")
      : `${counted(total, "track")} in ${counted(subGenres.length, "playlist")}${more}`;
    element("results").replaceChildren(...found.map(option));
    element("results").scrollTop = 0;
    element("search").removeAttribute("aria-activedescendant");
    if (text.trim()) announce(element("result-count").textContent);
  }

  function option(id) {
    const { title, artist, subGenre } = track(id);
    const item = make("li", { id: `option-${id}`, role: "option", className: "result", "aria-selected": String(id === state.selected) },
      make("span", { className: `dot sub-${subGenre % 20}`, "aria-hidden": "true" }),
      make("span", { className: "row-text" },
        make("span", { className: "row-title" }, title),
        make("span", { className: "row-sub" }, artist ?? ""),
        make("span", { className: "visually-hidden" }, `, ${subGenres[subGenre].name}`)));
    item.addEventListener("click", () => select(id));
    return item;
  }

  function setActive(place) {
    const options = element("results").children;
    options[state.active]?.classList.remove("active");
    state.active = Math.min(Math.max(place, 0), options.length - 1);
    const item = options[state.active];
    if (!item) return;
    item.classList.add("active");
    item.scrollIntoView({ block: "nearest" });
    element("search").setAttribute("aria-activedescendant", item.id);
  }

  function onSearchKey(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in moves) {
      event.preventDefault();
      setActive(state.active < 0 && moves[event.key] > 0 ? 0 : state.active + moves[event.key]);
    } else if (event.key === "Enter" && state.results.length) {
      event.preventDefault();
      select(state.results[Math.max(state.active, 0)]);
    } else if (event.key === "Escape" && element("search").value) {
      event.preventDefault();
      element("search").value = "";
      search();
    }
  }

  // ---- the chosen track ----

  function select(id, { focus = false, quiet = false } = {}) {
    state.selected = id;
    const chosen = track(id);
    element("track-empty").hidden = true;
    element("track").hidden = false;
    element("track-sub-genre").replaceChildren(subGenreTag(id));
    element("track-title").textContent = chosen.title;
    element("track-artist").textContent = [chosen.artist, chosen.album].filter(Boolean).join(" · ");
    const facts = [clock(chosen.duration), chosen.bpm && `${Math.round(chosen.bpm)} BPM`, chosen.key, chosen.year];
    element("track-meta").textContent = facts.filter(Boolean).join(" · ");
    element("track-tags").hidden = chosen.tags.length === 0;
    element("track-tags").replaceChildren(...chosen.tags.map((tag) => make("li", {}, tagButton(tag))));
    element("track-play").hidden = !chosen.audio;
    element("track-play").dataset.play = id;
    const neighbours = viewer.neighbours(id, NEIGHBOURS_SHOWN);
    element("neighbours").replaceChildren(...neighbours.map(neighbourRow));
    for (const item of element("results").children) {
      item.setAttribute("aria-selected", String(item.id === `option-${id}`));
    }
    map.show({ selected: id, neighbours: neighbours.map((neighbour) => neighbour.track) });
    showPlaying(state.playing);
    remember();
    if (focus) element("track-title").focus();
    if (!quiet && neighbours.length) announce(`${label(id)}. Most similar: ${label(neighbours[0].track)}.`);
  }

  /** Looks for the other tracks of a tag. */
  function tagButton(tag) {
    const button = make("button", { type: "button", title: `Search for ${tag}` }, tag);
    button.addEventListener("click", () => {
      element("search").value = tag;
      search();
      element("search").focus();
    });
    return button;
  }

  function neighbourRow({ track: id, similarity, percentile }) {
    // Nothing short of all pairs reads as 100.
    const share = percentile < 100 ? Math.min(percentile, 99.9) : 100;
    const score = make("span", { className: "score" },
      make("span", { className: "visually-hidden" }, "Similarity "),
      make("span", { className: "score-value" }, similarity.toFixed(3)),
      make("span", { className: "visually-hidden" }, ", closer than "),
      make("span", { className: "score-share" }, `${share.toFixed(1)} %`),
      make("span", { className: "visually-hidden" }, " of pairs"));
    return row(id, score, [
      playButton(id),
      actionButton("add", `Add ${label(id)} to the playlist`, () => add(id)),
    ]);
  }

  // ---- the playlist ----

  function setPlaylist(ids) {
    state.playlist = ids;
    const total = ids.reduce((sum, id) => sum + track(id).duration, 0);
    element("playlist-summary").textContent = ids.length ? `${counted(ids.length, "track")}, ${clock(total)}` : "";
    element("playlist-empty").hidden = ids.length > 0;
    element("playlist-full").hidden = ids.length === 0;
    element("playlist").replaceChildren(...ids.map(playlistRow));
    element("playlist-play").hidden = !ids.some((id) => track(id).audio);
    element("export-extension-label").hidden = ids.every((id) => track(id).path || track(id).audio);
    map.show({ playlist: ids });
    showPlaying(state.playing);
    showSample();
    remember();
  }

  function playlistRow(id, place) {
    const last = state.playlist.length - 1;
    const up = actionButton("up", `Move ${label(id)} up`, () => move(place, place - 1, ".move-up"));
    const down = actionButton("down", `Move ${label(id)} down`, () => move(place, place + 1, ".move-down"));
    up.classList.add("move-up");
    down.classList.add("move-down");
    up.disabled = place === 0;
    down.disabled = place === last;
    return row(id, make("span", { className: "row-time" }, clock(track(id).duration)), [
      playButton(id), up, down, actionButton("remove", `Remove ${label(id)}`, () => remove(place)),
    ]);
  }

  function move(from, to, control) {
    const ids = [...state.playlist];
    ids.splice(to, 0, ...ids.splice(from, 1));
    setPlaylist(ids);
    const buttons = [...element("playlist").children[to].querySelectorAll(`${control}, .move-up, .move-down`)];
    (buttons.find((button) => button.matches(control) && !button.disabled) ?? buttons.find((button) => !button.disabled))?.focus();
    announce(`${label(ids[to])} is now number ${to + 1}.`);
  }

  function remove(place) {
    const [removed] = state.playlist.slice(place, place + 1);
    setPlaylist(state.playlist.filter((_, i) => i !== place));
    const rows = element("playlist").children;
    (rows[Math.min(place, rows.length - 1)]?.querySelector(".row-name") ?? element("playlist-label")).focus();
    announce(`Removed ${label(removed)}.`);
  }

  function add(id) {
    if (state.playlist.includes(id)) return note(`${label(id)} is in the playlist already.`);
    setPlaylist([...state.playlist, id]);
    note(`Added ${label(id)}, now ${counted(state.playlist.length, "track")}.`);
  }

  function grow(event) {
    event.preventDefault();
    const wanted = Number(element("grow-length").value);
    const grown = viewer.grow(state.selected, wanted, Number(element("grow-loyalty").value));
    setPlaylist(grown.map((step) => step.track));
    const short = grown.length < wanted ? ` The library has no more songs to add.` : "";
    note(`A playlist of ${counted(grown.length, "track")} from ${label(state.selected)}.${short}`);
    element("playlist-label").focus({ preventScroll: true });
    element("playlist-label").scrollIntoView({ block: "start" });
  }

  // ---- export ----

  function m3u8(ids) {
    return viewer.m3u8(Uint32Array.from(ids), element("export-root").value.trim(),
      element("export-separator").value === "\\", element("export-encode").checked, element("export-extension").value);
  }

  function showSample() {
    if (!state.playlist.length) return;
    element("export-sample").textContent = m3u8(state.playlist.slice(0, 1)).trimEnd().split("\n").pop();
  }

  function save(event) {
    event.preventDefault();
    const url = URL.createObjectURL(new Blob([m3u8(state.playlist)], { type: "audio/x-mpegurl" }));
    const name = `From ${track(state.playlist[0]).title}`.replace(/[\u0000-\u001f/\\:*?"<>|]/g, "_");
    const link = make("a", { href: url, download: `${name}.m3u8` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    note(`Saved as ${name}.m3u8.`);
  }

  async function copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      note("The link is copied. It opens this track and this playlist.");
    } catch {
      note("Copy the address of this page: it holds this track and this playlist.");
    }
  }

  // ---- links ----

  const shortBuild = manifest.build.slice(0, 8);

  function remember() {
    const parts = [];
    if (state.selected !== null) parts.push(`track=${state.selected}`);
    if (state.playlist.length) parts.push(`playlist=${state.playlist.join(".")}`);
    if (parts.length) parts.push(`build=${shortBuild}`);
    history.replaceState(null, "", parts.length ? `#${parts.join("&")}` : location.pathname + location.search);
  }

  function recall() {
    const parameters = new URLSearchParams(location.hash.slice(1));
    const exists = (id) => Number.isInteger(id) && id >= 0 && id < viewer.length;
    if (!parameters.has("build")) return;
    if (parameters.get("build") !== shortBuild) {
      note("This link was made for another state of the library, so its tracks cannot be found here.");
      return;
    }
    const ids = (parameters.get("playlist") ?? "").split(".").filter(Boolean).map(Number).filter(exists);
    setPlaylist([...new Set(ids)]);
    const selected = Number(parameters.get("track") ?? NaN);
    if (exists(selected)) select(selected, { quiet: true });
  }

  function listen() {
    element("search").addEventListener("input", search);
    element("search").addEventListener("keydown", onSearchKey);
    element("surprise").addEventListener("click", () => select(Math.floor(Math.random() * viewer.length), { focus: true }));
    element("track-play").addEventListener("click", () => player.play(state.selected));
    element("track-add").addEventListener("click", () => add(state.selected));
    element("grow").addEventListener("submit", grow);
    element("export").addEventListener("submit", save);
    element("export").addEventListener("input", showSample);
    element("playlist-play").addEventListener("click", () => {
      const first = state.playlist.find((id) => track(id).audio);
      if (first !== undefined) player.play(first);
    });
    element("playlist-link").addEventListener("click", copyLink);
    element("playlist-clear").addEventListener("click", () => {
      setPlaylist([]);
      element("playlist-label").focus();
      announce("The playlist is empty.");
    });
    element("map-in").addEventListener("click", () => map.zoom(1.5));
    element("map-out").addEventListener("click", () => map.zoom(1 / 1.5));
    element("map-reset").addEventListener("click", () => map.fit());
    window.addEventListener("hashchange", recall);
    window.addEventListener("error", ({ error }) => {
      // The engine stopped in the middle of something: nothing it says from here on could be trusted.
      if (typeof WebAssembly === "object" && error instanceof WebAssembly.RuntimeError) fail(error);
    });
  }

  function nextInPlaylist(id) {
    const after = state.playlist.slice(state.playlist.indexOf(id) + 1);
    return state.playlist.includes(id) ? after.find((other) => track(other).audio) ?? null : null;
  }

  async function start() {
    viewer = await pmsl.load(manifest);
    subGenres = viewer.subGenres();
    player = pmsl.createPlayer({
      audioOf: (id) => track(id).audio, label, next: nextInPlaylist, onChange: showPlaying,
      onProblem: (name) => note(`${name} cannot be played: its file is missing or of a kind this browser does not play.`),
    });
    element("loading").hidden = true;
    element("explorer").hidden = false;
    map = pmsl.createMap({
      canvas: element("map"), hover: element("map-hover"), legend: element("legend"), colour: element("map-colour"),
      lasso: element("map-lasso"), positions: viewer.positions(), subGenreOf: viewer.subGenreOfTracks(),
      names: subGenres.map(({ name }) => name), genres: subGenres.map(({ genre }) => genre), card,
      onSelect: (id) => select(id), onPoint: (id) => announce(label(id)),
      onLasso: (ids) => {
        map.show({ selection: ids });
        announce(`${counted(ids.length, "track")} selected.`);
      },
    });
    listen();
    setPlaylist([]);
  }

  // Read before anything rewrites the address.
  const opened = location.hash;
  start().then(() => {
    history.replaceState(null, "", opened || location.pathname + location.search);
    search();
    recall();
    document.documentElement.dataset.explorer = "ready";
  }).catch(fail);
})();
