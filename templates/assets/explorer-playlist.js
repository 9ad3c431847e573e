// The playlist: its rows, and everything that changes them by hand.
"use strict";

pmsl.createPlaylist = ({ viewer, state, rows, announce, note }) => {
  const { make, element, clock, counted, icon } = pmsl;
  const list = element("playlist");
  const kept = new Map(); // rows by track, so that an edit does not make five hundred anew

  function newRow(id) {
    const cell = (name, text) => make("span", { className: `row-${name}` }, text);
    const row = rows.row(id, {
      middle: [
        make("span", { className: "row-facts" }, cell("tempo", rows.tempo(id)), cell("key", rows.key(id))),
        cell("step", ""), cell("time", clock(rows.track(id).duration)),
      ],
      actions: ["play", "lock", "from", "up", "down", "remove"],
    });
    row.prepend(make("span", { className: "row-drag", "aria-hidden": "true", title: "Drag to another place" }, icon("drag")));
    row.querySelector(".row-step").title = "Step from the track before; 0 sounds the same";
    const more = rows.button("more", id);
    more.setAttribute("aria-expanded", "false");
    row.querySelector(".row-actions").before(more);
    return row;
  }

  function show({ playlist, locked }) {
    const wanted = new Set(playlist), held = new Set(locked);
    for (const [id, row] of kept) {
      if (wanted.has(id)) continue;
      row.remove();
      kept.delete(id);
    }
    const steps = pmsl.showMeasures(viewer, playlist, state.now.complete);
    let next = list.firstChild;
    playlist.forEach((id, i) => {
      if (!kept.has(id)) kept.set(id, newRow(id));
      const row = kept.get(id);
      // Rows that are where they should be are not touched: the page would lay all of them out again.
      if (row === next) next = row.nextSibling;
      else list.insertBefore(row, next);
      row.classList.toggle("locked", held.has(id));
      row.querySelector("[data-do=up]").disabled = i === 0;
      row.querySelector("[data-do=down]").disabled = i === playlist.length - 1;
      const step = row.querySelector(".row-step"), text = steps && i ? steps[i - 1].toFixed(2) : "";
      if (step.textContent !== text) step.textContent = text;
    });
    const total = playlist.reduce((sum, id) => sum + rows.track(id).duration, 0);
    const stay = locked.length ? `, ${locked.length} locked` : "";
    element("playlist-summary").textContent = playlist.length ? `${counted(playlist.length, "track")}, ${clock(total)}${stay}` : "";
    element("tab-count").textContent = playlist.length ? ` ${playlist.length}` : "";
    element("playlist-empty").hidden = playlist.length > 0;
    for (const part of ["playlist-full", "playlist-tools", "export", "keep"]) element(part).hidden = playlist.length === 0;
    element("playlist-play").hidden = !playlist.some(state.now.canPlay);
    rows.refresh(list);
  }

  const placeOf = (id) => state.now.playlist.indexOf(id);

  function move(from, to, control) {
    if (to < 0 || to >= state.now.playlist.length || from === to) return;
    const playlist = [...state.now.playlist];
    playlist.splice(to, 0, ...playlist.splice(from, 1));
    state.edit({ playlist });
    const row = list.children[to];
    const wanted = [...row.querySelectorAll(control ?? ".row-name")].find((button) => !button.disabled);
    (wanted ?? row.querySelector("[data-do=up]:enabled, [data-do=down]:enabled, .row-name")).focus();
    announce(`${rows.label(playlist[to])} is now number ${to + 1}.`);
  }

  function remove(id) {
    const place = placeOf(id);
    state.edit({ playlist: state.now.playlist.filter((other) => other !== id) });
    (list.children[Math.min(place, list.children.length - 1)]?.querySelector(".row-name") ?? element("playlist-label")).focus();
    announce(`Removed ${rows.label(id)}.`);
  }

  function add(ids) {
    const fresh = ids.filter((id) => placeOf(id) < 0);
    if (!fresh.length) return note(ids.length === 1 ? `${rows.label(ids[0])} is in the playlist already.` : "All of them are in the playlist already.");
    state.edit({ playlist: [...state.now.playlist, ...fresh] });
    const what = fresh.length === 1 ? rows.label(fresh[0]) : counted(fresh.length, "track");
    note(`Added ${what}, now ${counted(state.now.playlist.length, "track")}.`);
  }

  function lock(id) {
    const { locked, playlist } = state.now;
    const held = locked.includes(id);
    state.edit({ locked: held ? locked.filter((other) => other !== id) : [...locked, id] });
    announce(held ? `${rows.label(id)} may move again.` : `${rows.label(id)} stays at number ${playlist.indexOf(id) + 1} when the playlist is made anew.`);
  }

  /** Orders each stretch between locked tracks anew; the first and the last stay. */
  function order() {
    const { playlist, locked } = state.now;
    const fixed = playlist.map((id, i) => i === 0 || i === playlist.length - 1 || locked.includes(id));
    const ordered = [...playlist];
    let start = 0;
    for (let i = 1; i < playlist.length; i++) {
      if (!fixed[i]) continue;
      if (i - start > 2) ordered.splice(start, i - start + 1, ...viewer.order(playlist.slice(start, i + 1), true));
      start = i;
    }
    if (ordered.every((id, i) => id === playlist[i])) return note("This order is as good as any that was found.");
    state.edit({ playlist: ordered });
    note("In the best order that was found. Undo brings the old one back.");
  }

  function goBack(forward) {
    if (!(forward ? state.redo() : state.undo())) return;
    announce(`${forward ? "Done again" : "Undone"}: ${element("playlist-summary").textContent || "the playlist is empty"}.`);
  }

  function onKey(event) {
    const row = event.target.closest("li");
    if (!row || event.ctrlKey || event.metaKey) return;
    const place = [...list.children].indexOf(row), step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step && event.altKey) {
      move(place, place + step, event.target.dataset.do ? `[data-do=${event.target.dataset.do}]` : undefined);
    } else if (step && !event.altKey && event.target.matches(".row-name")) {
      list.children[place + step]?.querySelector(".row-name").focus();
    } else if (event.key === "Delete") {
      remove(state.now.playlist[place]);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** A real table on paper. */
  function print() {
    if (!state.now.playlist.length) return element("print").replaceChildren();
    const columns = ["", "Title", "Artist", "Tempo", "Key", "Time"];
    const line = (id, i) => [i + 1, rows.track(id).title, rows.track(id).artist ?? "", rows.tempo(id), rows.key(id), clock(rows.track(id).duration)];
    element("print").replaceChildren(
      make("caption", {}, make("strong", {}, state.now.name || "Playlist"), ` ${element("playlist-summary").textContent}`),
      make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...state.now.playlist.map((id, i) => make("tr", {}, ...line(id, i).map((text) => make("td", {}, String(text)))))));
  }

  pmsl.createDrag({ list, onMove: (from, to) => move(from, to) });
  list.addEventListener("keydown", onKey);
  addEventListener("beforeprint", print);
  for (const [id, forward] of [["undo", false], ["redo", true]]) {
    element(id).append(icon(id));
    element(id).addEventListener("click", () => goBack(forward));
  }
  element("playlist-order").addEventListener("click", order);
  element("playlist-clear").addEventListener("click", () => {
    state.edit({ playlist: [], locked: [], name: "" });
    element("playlist-label").focus();
    announce("The playlist is empty. Undo brings it back.");
  });
  state.on(["playlist", "locked", "complete"], show);
  state.on(["canPlay"], () => {
    kept.clear();
    list.replaceChildren();
    show(state.now);
  });
  state.on(["undoable", "redoable"], ({ undoable, redoable }) => {
    element("undo").disabled = !undoable;
    element("redo").disabled = !redoable;
  });
  show(state.now);

  return {
    add, lock, remove, goBack, placeOf,
    move: (id, step) => move(placeOf(id), placeOf(id) + step, `[data-do=${step < 0 ? "up" : "down"}]`),
    open(button) {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      button.closest("li").classList.toggle("open", open);
    },
  };
};
