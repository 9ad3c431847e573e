// What is known of tracks, and the rows and buttons that show it. Buttons say what they do in data-do and find their
// track in the row around them; one listener for all of them is in explorer.js.
"use strict";

pmsl.createRows = ({ viewer, state }) => {
  const { make, icon } = pmsl;
  const subGenres = viewer.subGenres();
  const tracks = new Map();

  function track(id) {
    if (!tracks.has(id)) {
      // A long scroll through a hundred thousand tracks is not kept.
      if (tracks.size > 5000) tracks.clear();
      tracks.set(id, viewer.track(id));
    }
    return tracks.get(id);
  }

  const label = (id) => [track(id).artist, track(id).title].filter(Boolean).map(pmsl.isolated).join(" – ");
  const tempo = (id) => track(id).bpm ? `${track(id).bpmHeard ? "≈" : ""}${Math.round(track(id).bpm)}` : "";
  const key = (id) => {
    const { key: name, camelot, keyHeard } = track(id);
    return camelot ?? name ? `${keyHeard ? "≈" : ""}${camelot ?? name}` : "";
  };
  const tag = (index) => make("span", { className: `tag sub-${index % 20}` }, make("span", {}, subGenres[index].name));
  const dot = (id) => make("span", { className: `dot sub-${track(id).subGenre % 20}`, "aria-hidden": "true" });

  const WORDS = {
    play: (name) => `Play ${name}`,
    like: (name) => `Like ${name}`,
    dislike: (name) => `Dislike ${name}`,
    add: (name) => `Add ${name} to the playlist`,
    lock: (name) => `Lock ${name} at its place`,
    from: (name) => `More like ${name} from here`,
    up: (name) => `Move ${name} up`,
    down: (name) => `Move ${name} down`,
    remove: (name) => `Remove ${name}`,
    more: (name) => `What can be done with ${name}`,
  };

  function button(action, id) {
    const text = WORDS[action](label(id));
    return make("button", { type: "button", className: `row-action move-${action}`, "data-do": action, "aria-label": text, title: text }, icon(action));
  }

  /** A row of a list of tracks: its name, what stands beside it, and its buttons. */
  function row(id, { middle = [], notes = null, actions }) {
    const { title, artist, subGenre } = track(id);
    const name = make("button", { type: "button", className: "row-name", "data-do": "select" }, dot(id),
      make("span", { className: "row-text" },
        make("span", { className: "row-title" }, title),
        make("span", { className: "row-sub" }, artist ?? subGenres[subGenre].name)));
    const buttons = actions.filter((action) => action !== "play" || state.now.canPlay(id)).map((action) => button(action, id));
    return make("li", { className: "row", "data-track": id }, name, ...middle, notes, make("span", { className: "row-actions" }, ...buttons));
  }

  /** Brings the buttons that show a state up to it. */
  function refresh(root) {
    const { liked, disliked, locked, playing } = state.now;
    const on = { like: new Set(liked), dislike: new Set(disliked), lock: new Set(locked) };
    const pictures = { like: "liked", lock: "locked" };
    for (const element of root.querySelectorAll("[data-do]")) {
      const action = element.dataset.do;
      const id = Number(element.closest("[data-track]")?.dataset.track);
      if (Number.isNaN(id)) continue; // no track is chosen yet
      let picture = action, pressed = false;
      if (action === "play") {
        pressed = id === playing;
        picture = pressed ? "pause" : "play";
        element.setAttribute("aria-label", `${pressed ? "Pause" : "Play"} ${label(id)}`);
      } else if (action in on) {
        pressed = on[action].has(id);
        picture = pressed ? pictures[action] ?? action : action;
        element.setAttribute("aria-pressed", String(pressed));
      } else {
        continue;
      }
      if (element.dataset.shows === picture + pressed) continue;
      element.dataset.shows = picture + pressed;
      element.replaceChildren(icon(picture));
    }
  }

  return { track, label, tempo, key, tag, dot, button, row, refresh, subGenres };
};
