// The page's state in its address, so that a link brings back a playlist and how it was made.
"use strict";

pmsl.createLink = ({ viewer, state, build, filters, maker, search, select, note }) => {
  const LISTS = { playlist: "playlist", like: "liked", dislike: "disliked", way: "waypoints", lock: "locked" };
  const LONGEST = 2000;
  const shortBuild = build.slice(0, 8);
  let waiting = 0, written = 0, opened = false;

  function address() {
    const { now } = state, parts = {};
    if (now.selected !== null) parts.track = now.selected;
    for (const [name, list] of Object.entries(LISTS)) {
      if (now[list].length) parts[name] = now[list].join(".");
    }
    if (now.name && now.playlist.length) parts.name = now.name;
    if (now.query.trim()) parts.q = now.query;
    Object.assign(parts, filters.read(), maker.read());
    if (!Object.keys(parts).length) return location.pathname + location.search;
    return `#${new URLSearchParams({ ...parts, build: shortBuild })}`;
  }

  function write() {
    clearTimeout(waiting);
    waiting = 0;
    written = performance.now();
    try {
      history.replaceState(null, "", address());
    } catch {
      // A browser that is asked too often refuses for a while; the next change is written.
    }
  }

  /** A little later, for it takes a browser long; and browsers allow it some three times a second. */
  function remember() {
    if (opened && !waiting) waiting = setTimeout(write, Math.max(80, 350 - (performance.now() - written)));
  }

  /** What anybody can have written into an address: only tracks that exist, each once. */
  function idsOf(text) {
    const ids = (text ?? "").split(".").filter((part) => /^\d{1,9}$/.test(part)).map(Number);
    return [...new Set(ids)].filter((id) => id < viewer.length).slice(0, LONGEST);
  }

  function recall(hash) {
    const parts = Object.fromEntries(new URLSearchParams(hash.slice(1)));
    if (parts.build === undefined) return;
    if (parts.build !== shortBuild) {
      note("This link was made for another state of the library, so its tracks cannot be found here.");
      return;
    }
    maker.fill(parts);
    const lists = Object.entries(LISTS).map(([name, list]) => [list, idsOf(parts[name])]);
    const { playlist, locked, liked, disliked, waypoints } = Object.fromEntries(lists);
    state.set({ liked, disliked: disliked.filter((id) => !liked.includes(id)), waypoints });
    const change = { playlist, locked: locked.filter((id) => playlist.includes(id)), name: playlist.length ? (parts.name ?? "").slice(0, 80) : "" };
    // A page that opens has nothing to go back to.
    if (state.now.playlist.length) state.edit(change);
    else state.set(change);
    filters.fill(parts);
    if ((parts.q ?? "") !== state.now.query) search.look((parts.q ?? "").slice(0, 200));
    const [selected] = idsOf(parts.track);
    if (selected !== undefined) select(selected, { quiet: true, panel: playlist.length ? "playlist" : "track" });
    else if (playlist.length) select(playlist[0], { quiet: true, panel: "playlist" });
  }

  state.on(["selected", "name", "query", "settings", "found", ...Object.values(LISTS)], remember);
  addEventListener("hashchange", () => recall(location.hash));
  addEventListener("pagehide", () => { if (waiting) write(); });

  return {
    /** Takes up what the page was opened with; from here on the address follows the page. */
    open(hash) {
      recall(hash);
      opened = true;
    },
  };
};
