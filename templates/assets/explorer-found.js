// What sounds like a file of the listener's: the tracks nearest to its vector, and roughly where it lies on the map.
"use strict";

pmsl.createFound = ({ viewer, state, rows, announce, show, neighbourRow, add }) => {
  const { element } = pmsl;
  const NEIGHBOURS = 10, PLACED_BY = 5;
  const panel = element("found");
  let tracks = [];

  /** The mean position of the nearest tracks, each the heavier the nearer it is. */
  function placeOf(nearest) {
    const positions = viewer.positions();
    let x = 0, y = 0, sum = 0;
    for (const { track, similarity } of nearest.slice(0, PLACED_BY)) {
      const weight = 1 / Math.max(1 - similarity, 1e-6);
      x += weight * positions[2 * track];
      y += weight * positions[2 * track + 1];
      sum += weight;
    }
    return { x: x / sum, y: y / sum };
  }

  function onVector(vector, name) {
    const nearest = viewer.nearestTo(vector, NEIGHBOURS);
    if (!nearest.length) {
      announce("The library has nothing to compare the file with.");
      return;
    }
    tracks = nearest.map(({ track }) => track);
    for (const other of ["track", "track-empty"]) element(other).hidden = true;
    panel.hidden = false;
    element("found-title").textContent = name;
    element("found-neighbours").replaceChildren(...nearest.map(neighbourRow));
    state.set({ selected: null, neighbours: tracks, place: placeOf(nearest) });
    rows.refresh(panel);
    show("track");
    element("found-title").focus();
    announce(`${name} sounds most like ${rows.label(tracks[0])}.`);
  }

  function close() {
    panel.hidden = true;
    state.set({ place: null });
  }

  element("found-add").addEventListener("click", () => add(tracks));
  element("found-close").addEventListener("click", () => {
    close();
    state.set({ neighbours: [] });
    element("track-empty").hidden = false;
    element("drop-choose").focus();
  });
  // A track is chosen: its own panel takes the place.
  state.on(["selected"], ({ selected }) => {
    if (selected !== null && !panel.hidden) close();
  });

  return { onVector };
};
