// Playlists kept in this browser under a name. They hold the tracks' keys, which outlive a new build of the site.
"use strict";

pmsl.createSaved = ({ files, state, announce, note, show }) => {
  const { make, element, counted, icon } = pmsl;
  const STORE = "pmsl.playlists";
  let kept = read(), deleted = null;

  // Whatever lies in the store may have been written by anything.
  function read() {
    try {
      const found = JSON.parse(localStorage.getItem(STORE) ?? "[]");
      if (!Array.isArray(found)) return [];
      return found.filter(({ name, keys, locked } = {}) => typeof name === "string" && [keys, locked].every((list) =>
        Array.isArray(list) && list.every((key) => typeof key === "string")));
    } catch {
      return [];
    }
  }

  /** Stores the list, or tells why it cannot. */
  function write(next) {
    try {
      localStorage.setItem(STORE, JSON.stringify(next));
    } catch (error) {
      const full = error?.name === "QuotaExceededError";
      note(full ? "This browser has no more room for playlists. Delete one, or save a file."
        : "This browser does not let the page keep anything. Save a file or copy the link instead.");
      return false;
    }
    kept = next;
    list();
    return true;
  }

  const idsOf = async (keys) => [...(await files()).findKeys(keys)].filter((id) => id >= 0);

  /** The tracks of a kept playlist that are in this library; none where there is no such playlist. */
  async function tracksOf(name) {
    const found = kept.find((playlist) => playlist.name === name);
    return found ? idsOf(found.keys) : [];
  }

  /** Runs what needs the keys of tracks, and tells where they cannot be had. */
  async function withKeys(action) {
    try {
      await action();
    } catch (error) {
      note(`Kept playlists cannot be used: ${error.message ?? error}`);
    }
  }

  async function load({ name, keys, locked }) {
    const playlist = [...new Set(await tracksOf(name))];
    const missing = keys.length - playlist.length;
    state.edit({ playlist, locked: await idsOf(locked), name });
    note(`${name}: ${counted(playlist.length, "track")}.${missing ? ` ${counted(missing, "track")} of it are no longer in this library.` : ""}`);
    show("playlist");
    element("playlist-label").focus();
  }

  async function keep() {
    const name = element("keep-name").value.trim() || element("keep-name").placeholder;
    const { playlist, locked } = state.now, known = await files();
    const key = (id) => known.trackKey(id);
    const entry = { name, keys: playlist.map(key), locked: locked.map(key) };
    const replaced = kept.some((playlist) => playlist.name === name);
    if (!write([...kept.filter((playlist) => playlist.name !== name), entry])) return;
    state.set({ name });
    note(`${name} is kept in this browser${replaced ? ", in place of the one of that name" : ""}.`);
  }

  function button(picture, text, action) {
    const made = make("button", { type: "button", className: "row-action", "aria-label": text, title: text }, icon(picture));
    made.addEventListener("click", action);
    return made;
  }

  function rename(item, playlist) {
    const field = make("input", { className: "field", type: "text", maxLength: 80, value: playlist.name, "aria-label": `New name of ${playlist.name}` });
    const end = (stored) => {
      const name = field.value.trim();
      field.onblur = null;
      const free = name && (name === playlist.name || kept.every((other) => other.name !== name));
      if (stored && name && !free) note(`There is a playlist ${name} already.`);
      if (stored && free) write(kept.map((other) => other === playlist ? { ...playlist, name } : other));
      list();
      [...element("kept").querySelectorAll(".kept-name")].find(({ dataset }) => dataset.name === (free && stored ? name : playlist.name))?.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      end(event.key === "Enter");
    });
    field.onblur = () => end(true);
    item.replaceChildren(field);
    field.select();
  }

  function remove(playlist) {
    const place = kept.indexOf(playlist);
    deleted = { playlist, place };
    if (!write(kept.filter((other) => other !== playlist))) return;
    announce(`Deleted ${playlist.name}.`);
    element("kept-back").focus();
  }

  function list() {
    const items = kept.map((playlist) => {
      const { name, keys } = playlist;
      const open = make("button", { type: "button", className: "kept-name", "data-name": name }, name, make("small", {}, counted(keys.length, "track")));
      open.addEventListener("click", () => withKeys(() => load(playlist)));
      const item = make("li", {});
      item.append(open, button("rename", `Rename ${name}`, () => rename(item, playlist)), button("remove", `Delete ${name}`, () => remove(playlist)));
      return item;
    });
    if (deleted) {
      const { playlist, place } = deleted;
      const back = make("button", { type: "button", id: "kept-back", className: "link-button" }, "Put back");
      back.addEventListener("click", () => {
        deleted = null;
        write(kept.toSpliced(place, 0, playlist));
        announce(`${playlist.name} is back.`);
      });
      items.splice(place, 0, make("li", { className: "muted" }, make("span", { className: "kept-name" }, `${playlist.name} is deleted.`), back));
    }
    element("kept").replaceChildren(...items);
    element("kept-empty").hidden = items.length > 0;
    const chosen = element("make-without").value;
    element("make-without").replaceChildren(make("option", { value: "" }, "nothing"),
      ...kept.map(({ name }) => make("option", { value: name }, name)));
    element("make-without").value = kept.some(({ name }) => name === chosen) ? chosen : "";
  }

  element("keep").addEventListener("submit", (event) => {
    event.preventDefault();
    withKeys(keep);
  });
  element("keep-name").addEventListener("input", () => state.set({ name: element("keep-name").value.trim() }));
  state.on(["playlist", "name"], ({ name }) => {
    const field = element("keep-name");
    field.placeholder = state.title();
    if (document.activeElement !== field) field.value = name;
  });
  addEventListener("storage", ({ key }) => {
    if (key !== STORE && key !== null) return;
    kept = read();
    list();
  });
  list();

  return { tracksOf };
};
