// The explorer: brings the engine, the state and the parts of the page together. It shows; all ranking is the engine's.
"use strict";

(() => {
  const { element, counted } = pmsl;
  const manifest = JSON.parse(element("pmsl-manifest").textContent);
  const narrow = matchMedia("(max-width: 43.99rem)");

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
    for (const part of ["loading", "explorer", "tabs", "offer"]) element(part).hidden = true;
    element("problem-text").textContent = error.message || String(error);
    element("problem").hidden = false;
  }

  function createPage(viewer) {
    const state = pmsl.createState({
      selected: null, neighbours: [], query: "", found: null, liked: [], disliked: [], waypoints: [], playlist: [], locked: [],
      name: "", place: null, settings: null, selection: [], playing: null, undoable: 0, redoable: 0,
      complete: viewer.complete, canPlay: (id) => Boolean(rows.track(id).audio),
    });
    const rows = pmsl.createRows({ viewer, state });
    state.title = () => state.now.name || (state.now.playlist.length ? `From ${rows.track(state.now.playlist[0]).title}` : "");

    /** Shows a part where only one fits; returns whether that is so. */
    function show(panel) {
      const changed = element("explorer").dataset.panel !== panel;
      element("explorer").dataset.panel = panel;
      for (const tab of element("tabs").children) {
        if (tab.dataset.panel === panel) tab.setAttribute("aria-current", "true");
        else tab.removeAttribute("aria-current");
      }
      if (narrow.matches && changed) scrollTo({ top: 0, behavior: "instant" });
      return narrow.matches;
    }

    /** Chooses a track. `panel` is shown where only one fits. */
    function select(id, { focus = false, quiet = false, panel = null } = {}) {
      state.set({ selected: id });
      if (panel) show(panel);
      if (focus) element("track-title").focus();
      const [nearest] = state.now.neighbours;
      if (!quiet) announce(nearest === undefined ? rows.label(id) : `${rows.label(id)}. Most similar: ${rows.label(nearest)}.`);
    }

    const known = (column) => viewer.column(column).some((value) => !Number.isNaN(value));
    const files = () => pmsl.loadFiles(manifest);
    const page = { viewer, files, state, rows, announce, note, fail, select, show };
    // Before the filters, which take away what the library knows nothing of.
    page.curve = pmsl.createCurve();
    const filters = page.filters = pmsl.createFilters({ rows, known });
    const search = page.search = pmsl.createSearch(page);
    const trackPanel = pmsl.createTrackPanel(page);
    const saved = page.saved = pmsl.createSaved(page);
    const seeds = pmsl.createSeeds(page);
    const playlist = pmsl.createPlaylist(page);
    const maker = pmsl.createMaker({ ...page, saved });
    pmsl.createFiles(page);
    const link = pmsl.createLink({ ...page, build: manifest.build, filters, maker, search });

    const folder = pmsl.createFolder({
      matchFiles: async (paths) => (await files()).matchFiles(paths), trackCount: viewer.length, trackDuration: (id) => rows.track(id).duration,
      onChange: () => state.set({ canPlay: (id) => folder.has(id) || Boolean(rows.track(id).audio) }),
    });
    const beside = (id, step) => {
      const playable = state.now.playlist.filter(state.now.canPlay);
      return playable.includes(id) ? playable[playable.indexOf(id) + step] ?? null : null;
    };
    const player = pmsl.createPlayer({
      audioOf: (id) => rows.track(id).audio, fileOf: (id) => folder.fileOf(id), label: rows.label, facts: rows.track,
      next: (id) => beside(id, 1), previous: (id) => beside(id, -1),
      onChange: (playing) => state.set({ playing }), onProblem: note, announce,
    });
    const map = pmsl.createMap({
      canvas: element("map"), hover: element("map-hover"), legend: element("legend"), colour: element("map-colour"),
      lasso: element("map-lasso"), positions: viewer.positions(), subGenreOf: viewer.subGenreOfTracks(),
      names: rows.subGenres.map(({ name }) => name), genres: rows.subGenres.map(({ genre }) => genre),
      column: (name) => viewer.column(name), card, onSelect: (id) => select(id), onPoint: (id) => announce(rows.label(id)),
      onLasso: (tracks) => state.set({ selection: [...tracks] }),
    });

    /** The lines of the card over a point of the map. */
    function card(id) {
      const { title, artist, subGenre } = rows.track(id);
      return [title, artist, rows.subGenres[subGenre].name, trackPanel.facts(id)].filter(Boolean);
    }

    // ---- what buttons in rows do ----

    const actions = {
      select: (id, button) => {
        const inPlaylist = element("playlist").contains(button);
        select(id, { focus: !inPlaylist && !narrow.matches, panel: "track" });
      },
      play: (id) => player.play(id),
      like: (id) => seeds.toggle("liked", id),
      dislike: (id) => seeds.toggle("disliked", id),
      add: (id) => playlist.add([id]),
      lock: (id) => playlist.lock(id),
      from: (id) => maker.onFrom(playlist.placeOf(id)),
      up: (id) => playlist.move(id, -1),
      down: (id) => playlist.move(id, 1),
      remove: (id) => playlist.remove(id),
      more: (_, button) => playlist.open(button),
    };
    element("explorer").addEventListener("click", ({ target }) => {
      const button = target.closest("[data-do]");
      if (button) actions[button.dataset.do](Number(button.closest("[data-track]").dataset.track), button);
    });
    state.on(["liked", "disliked", "playing", "locked"], () => rows.refresh(element("explorer")));

    // ---- what is chosen on the map ----

    state.on(["selection"], ({ selection }) => {
      element("offer").hidden = selection.length === 0;
      element("offer-text").textContent = `${counted(selection.length, "track")} selected`;
      if (selection.length) announce(`${element("offer-text").textContent}. Add them to the playlist, or like them.`);
    });
    const letGo = () => state.set({ selection: [] });
    element("offer-add").addEventListener("click", () => { playlist.add(state.now.selection); letGo(); });
    element("offer-like").addEventListener("click", () => {
      seeds.likeAll(state.now.selection);
      note(`Liked ${counted(state.now.selection.length, "track")}.`);
      letGo();
    });
    element("offer-close").addEventListener("click", letGo);
    state.on(["selected", "neighbours", "playlist", "found", "playing", "selection", "place"], (now) => map.show({
      selected: now.selected, neighbours: now.neighbours, playlist: now.playlist, mask: now.found, playing: now.playing, selection: now.selection,
      place: now.place,
    }));

    // ---- a file of the listener's, where the site holds the encoder ----

    if (manifest.encoder) {
      state.on(["complete"], () => pmsl.loadScript(manifest.encoder.script).then(() => {
        const found = pmsl.createFound({ ...page, neighbourRow: trackPanel.neighbourRow, add: playlist.add });
        pmsl.createDrop({ manifest, onVector: found.onVector, announce });
      }).catch((error) => note(error.message)));
    }

    function listen() {
      const chosen = (action) => () => { if (state.now.selected !== null) actions[action](state.now.selected); };
      element("surprise").addEventListener("click", () => select(Math.floor(Math.random() * viewer.length), { focus: true }));
      element("track-add").addEventListener("click", chosen("add"));
      element("playlist-play").addEventListener("click", () => {
        const first = state.now.playlist.find(state.now.canPlay);
        if (first !== undefined) player.play(first);
      });
      element("map-in").addEventListener("click", () => map.zoom(1.5));
      element("map-out").addEventListener("click", () => map.zoom(1 / 1.5));
      element("map-reset").addEventListener("click", () => map.fit());
      element("tabs").addEventListener("click", ({ target }) => {
        const tab = target.closest("button");
        if (tab) show(tab.dataset.panel);
      });
      const focusSearch = () => {
        show("find");
        element("search").focus();
        element("search").select();
      };
      pmsl.createShortcuts({
        undo: playlist.goBack,
        actions: { "/": focusSearch, f: chosen("like"), x: chosen("dislike"), a: chosen("add"), m: maker.similar },
      });
      addEventListener("error", ({ error }) => {
        // The engine stopped in the middle of something: nothing it says from here on could be trusted.
        if (typeof WebAssembly === "object" && error instanceof WebAssembly.RuntimeError) fail(error);
      });
    }

    listen();
    search.search();
    return { link, complete: () => state.set({ complete: true }) };
  }

  // Read before anything rewrites the address.
  const opened = location.hash;
  let page = null;

  /** The tracks are known: they can be searched and seen. How they sound follows. */
  function onNamed(viewer) {
    element("loading").hidden = true;
    element("explorer").hidden = false;
    element("tabs").hidden = false;
    page = createPage(viewer);
    page.link.open(opened);
    document.documentElement.dataset.explorer = "named";
  }

  pmsl.load(manifest, onNamed).then(() => {
    page.complete();
    document.documentElement.dataset.explorer = "ready";
  }).catch(fail);
})();
