// What the listener has chosen, and the history of the playlist. Parts of the page read it, change it, and are told.
"use strict";

pmsl.createState = (initial) => {
  // More steps than anybody goes back.
  const REMEMBERED = 200;
  const now = { ...initial };
  const listeners = [];
  let past = [], future = [];

  /** Changes some values and tells those who listen to one of them. */
  function set(changes) {
    const changed = Object.keys(changes).filter((name) => now[name] !== changes[name]);
    Object.assign(now, changes);
    for (const [names, listener] of listeners) {
      if (names.some((name) => changed.includes(name))) listener(now);
    }
  }

  const snapshot = () => ({ playlist: now.playlist, locked: now.locked, name: now.name });

  /** Changes the playlist in a way that can be taken back. */
  function edit(changes) {
    past = [...past.slice(1 - REMEMBERED), snapshot()];
    future = [];
    settle(changes);
  }

  // Only tracks of the playlist are locked.
  function settle(changes) {
    const playlist = changes.playlist ?? now.playlist;
    const locked = (changes.locked ?? now.locked).filter((id) => playlist.includes(id));
    set({ ...changes, locked, undoable: past.length, redoable: future.length });
  }

  function step(from, to) {
    const found = from.pop();
    if (!found) return false;
    to.push(snapshot());
    settle(found);
    return true;
  }

  return {
    get now() { return now; },
    set, edit,
    on: (names, listener) => listeners.push([names, listener]),
    undo: () => step(past, future),
    redo: () => step(future, past),
  };
};
