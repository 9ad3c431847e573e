// The chosen track and what sounds most like it, with the reasons.
"use strict";

pmsl.createTrackPanel = ({ viewer, state, rows, announce, search, filters, show }) => {
  const { make, element, clock } = pmsl;
  const NEIGHBOURS = 10;

  function signed(percent) {
    return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(0)} %`;
  }

  /** Why a track is near, as short words. */
  function reasons({ tempo, key, subGenre, artist, tags = [] }) {
    const keys = { same: "same key", relative: "relative key", neighbour: "neighbouring key" };
    return [
      Number.isFinite(tempo) && (Math.abs(tempo) < 0.5 ? "same tempo" : `${signed(tempo)} tempo`),
      key && keys[key], subGenre && "same playlist", artist && "same artist", ...tags,
    ].filter(Boolean);
  }

  function neighbourRow({ track, similarity, percentile, why }) {
    // Nothing short of all pairs reads as 100.
    const share = percentile < 100 ? Math.min(percentile, 99.9) : 100;
    const score = make("span", { className: "score" },
      make("span", { className: "visually-hidden" }, "Similarity "),
      make("span", { className: "score-value" }, similarity.toFixed(3)),
      make("span", { className: "visually-hidden" }, ", closer than "),
      make("span", { className: "score-share" }, `${share.toFixed(1)} %`),
      make("span", { className: "visually-hidden" }, " of pairs"));
    const notes = make("ul", { className: "why", "aria-label": "Why" }, ...reasons(why ?? {}).map((word) => make("li", {}, word)));
    return rows.row(track, { middle: [score], notes: notes.children.length ? notes : null, actions: ["play", "like", "dislike", "add"] });
  }

  function showNeighbours() {
    const { selected, complete } = state.now;
    element("neighbours-wait").hidden = complete;
    const found = complete ? viewer.neighbours(selected, NEIGHBOURS) : [];
    element("neighbours").replaceChildren(...found.map(neighbourRow));
    state.set({ neighbours: found.map((neighbour) => neighbour.track) });
    rows.refresh(element("track"));
    return found;
  }

  function facts(id) {
    const { duration, key, camelot, keyHeard, year, energy, bpm } = rows.track(id);
    const named = key && camelot && key !== camelot ? `${key} (${camelot})` : camelot ?? key;
    return [
      clock(duration), bpm && `${rows.tempo(id)} BPM`, named && (keyHeard ? "≈" : "") + named,
      Number.isFinite(energy) && `energy ${Math.round(energy * 100)} %`, year,
    ].filter(Boolean).join(" · ");
  }

  function showTrack(id) {
    const chosen = rows.track(id);
    element("track-empty").hidden = true;
    element("track").hidden = false;
    element("track").dataset.track = id;
    element("track-sub-genre").replaceChildren(rows.tag(chosen.subGenre));
    element("track-title").textContent = chosen.title;
    element("track-artist").textContent = [chosen.artist, chosen.album].filter(Boolean).join(" · ");
    element("track-meta").textContent = facts(id);
    element("track-meta").title = chosen.bpmHeard || chosen.keyHeard ? "≈ was heard in the audio, not read from tags" : "";
    element("track-tags").hidden = chosen.tags.length === 0;
    element("track-tags").replaceChildren(...chosen.tags.map((tag) => make("li", {},
      make("button", { type: "button", title: `Search for ${tag}` }, tag))));
    element("track-play").hidden = !state.now.canPlay(id);
    element("track-likes").replaceChildren(rows.button("like", id), rows.button("dislike", id));
    element("track-mix").hidden = !chosen.bpm && !chosen.camelot;
  }

  element("track-tags").addEventListener("click", ({ target }) => {
    if (!target.matches("button")) return;
    search.look(target.textContent);
    show("find");
    element("search").focus();
  });

  element("track-mix").addEventListener("click", () => {
    const { bpm, camelot } = rows.track(state.now.selected);
    const around = bpm ? { "tempo-min": (bpm * 0.94).toFixed(1), "tempo-max": (bpm * 1.06).toFixed(1), octaves: "1" } : {};
    search.look("");
    filters.fill({ ...around, ...(camelot ? { key: camelot } : {}) }, true);
    show("find");
    element("search").focus();
    announce(element("result-count").textContent);
  });

  state.on(["selected", "canPlay"], ({ selected }) => {
    if (selected === null) return;
    showTrack(selected);
    showNeighbours();
  });
  state.on(["complete"], ({ selected }) => {
    if (selected !== null) showNeighbours();
  });

  return { facts, neighbourRow };
};
