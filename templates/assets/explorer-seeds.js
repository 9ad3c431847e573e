// The tracks that a playlist is made from: what the listener likes and does not, and the way of a path.
"use strict";

pmsl.createSeeds = ({ state, rows, announce, note }) => {
  const { make, element } = pmsl;

  /** In the list or out of it; liked and disliked exclude each other. */
  function toggle(list, id) {
    const other = list === "liked" ? "disliked" : "liked";
    const without = state.now[list].filter((track) => track !== id);
    const added = without.length === state.now[list].length;
    state.set({ [list]: added ? [...without, id] : without, [other]: state.now[other].filter((track) => track !== id) });
    const verb = { liked: ["Liked", "No longer liked"], disliked: ["Not liked", "No longer disliked"] }[list][added ? 0 : 1];
    announce(`${verb}: ${rows.label(id)}.`);
  }

  function likeAll(ids) {
    state.set({
      liked: [...new Set([...state.now.liked, ...ids])],
      disliked: state.now.disliked.filter((id) => !ids.includes(id)),
    });
  }

  function seed(id, actions) {
    return make("li", { "data-track": id },
      make("button", { type: "button", className: "seed-name", "data-do": "select" }, rows.dot(id), rows.label(id)),
      ...actions);
  }

  function small(picture, text, action) {
    const button = make("button", { type: "button", className: "row-action", "aria-label": text, title: text }, pmsl.icon(picture));
    button.addEventListener("click", action);
    return button;
  }

  function showLikes({ liked, disliked }) {
    for (const [list, ids] of [["liked", liked], ["disliked", disliked]]) {
      element(list).replaceChildren(...ids.map((id) => seed(id, [
        small("remove", `${list === "liked" ? "No longer like" : "No longer dislike"} ${rows.label(id)}`, () => {
          toggle(list, id);
          element("seeds-empty").parentElement.querySelector("button")?.focus();
        })])));
      element(list).hidden = ids.length === 0;
    }
    element("seeds-empty").hidden = liked.length > 0;
  }

  function setWaypoints(ids, focused) {
    state.set({ waypoints: ids });
    (element("waypoints").children[Math.min(focused, ids.length - 1)]?.querySelector("button") ?? element("waypoint-add")).focus();
  }

  function showWaypoints({ waypoints }) {
    element("waypoints").replaceChildren(...waypoints.map((id, i) => {
      const move = (to) => {
        const ids = waypoints.filter((_, at) => at !== i);
        ids.splice(to, 0, id);
        setWaypoints(ids, to);
        announce(`${rows.label(id)} is now number ${to + 1} of the way.`);
      };
      const up = small("up", `Earlier on the way: ${rows.label(id)}`, () => move(i - 1));
      const down = small("down", `Later on the way: ${rows.label(id)}`, () => move(i + 1));
      up.disabled = i === 0;
      down.disabled = i === waypoints.length - 1;
      return seed(id, [up, down, small("remove", `Leave the way: ${rows.label(id)}`, () => setWaypoints(waypoints.filter((_, at) => at !== i), i))]);
    }));
  }

  element("waypoint-add").addEventListener("click", () => {
    const { selected, waypoints } = state.now;
    if (selected === null) return note("Choose a track first: it becomes the next on the way.");
    if (waypoints.includes(selected)) return note(`${rows.label(selected)} is on the way already.`);
    state.set({ waypoints: [...waypoints, selected] });
    announce(`${rows.label(selected)} is number ${waypoints.length + 1} of the way.`);
  });
  state.on(["liked", "disliked"], showLikes);
  state.on(["waypoints"], showWaypoints);
  showLikes(state.now);

  return { toggle, likeAll };
};
