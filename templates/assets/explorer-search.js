// The list of tracks: search as you type, chosen by keyboard or by hand.
"use strict";

pmsl.createSearch = ({ viewer, state, rows, filters, announce, select }) => {
  const { make, element, counted } = pmsl;
  const SHOWN = 200;
  const [field, list, count, more] = ["search", "results", "result-count", "results-more"].map(element);
  let results = [], total = 0, active = -1, telling = 0;

  function search() {
    const text = field.value, wanted = filters.values();
    const narrowed = text.trim() !== "" || filters.count() > 0;
    const answer = viewer.search(text, wanted, SHOWN);
    [results, total, active] = [[...answer.tracks], answer.total, -1];
    list.replaceChildren(...results.map(option));
    list.scrollTop = 0;
    field.removeAttribute("aria-activedescendant");
    tell(narrowed);
    state.set({ found: narrowed ? viewer.found() : null, query: text });
  }

  function tell(narrowed) {
    const rest = total > results.length ? `, the first ${results.length.toLocaleString("en")} shown` : "";
    const none = filters.count() ? "No track fits these words and filters." : "No track has all of these words.";
    const all = `${counted(total, "track")} in ${counted(rows.subGenres.length, "playlist")}`;
    count.textContent = narrowed ? (total ? `${counted(total, "track")} found${rest}` : none) : all + rest;
    more.hidden = total <= results.length;
    clearTimeout(telling);
    // Said once the typing pauses.
    if (narrowed) telling = setTimeout(() => announce(count.textContent), 600);
  }

  function showMore() {
    const before = results.length;
    results = [...viewer.search(field.value, filters.values(), before + SHOWN).tracks];
    list.append(...results.slice(before).map(option));
    tell(true);
    setActive(before);
    field.focus();
  }

  function option(id) {
    const { title, artist, subGenre } = rows.track(id);
    const facts = [rows.tempo(id), rows.key(id)].filter(Boolean);
    return make("li", { id: `option-${id}`, role: "option", className: "result", "aria-selected": String(id === state.now.selected) },
      rows.dot(id),
      make("span", { className: "row-text" },
        make("span", { className: "row-title" }, title),
        make("span", { className: "row-sub" }, artist ?? ""),
        make("span", { className: "visually-hidden" }, `, ${rows.subGenres[subGenre].name}`)),
      facts.length ? make("span", { className: "result-facts" }, ...facts.map((fact) => make("span", {}, fact))) : null);
  }

  function setActive(place) {
    list.children[active]?.classList.remove("active");
    active = Math.min(Math.max(place, 0), list.children.length - 1);
    const item = list.children[active];
    if (!item) return;
    item.classList.add("active");
    item.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", item.id);
  }

  field.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in moves && !event.altKey) {
      event.preventDefault();
      setActive(active < 0 && moves[event.key] > 0 ? 0 : active + moves[event.key]);
    } else if (event.key === "Enter" && results.length) {
      event.preventDefault();
      select(results[Math.max(active, 0)], { panel: "track" });
    } else if (event.key === "Escape" && field.value) {
      event.preventDefault();
      look("");
    }
  });
  field.addEventListener("input", search);
  more.addEventListener("click", showMore);
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) select(Number(item.id.slice("option-".length)), { panel: "track" });
  });
  filters.onChange(search);
  state.on(["selected"], ({ selected }) => {
    for (const item of list.querySelectorAll("[aria-selected=true]")) item.setAttribute("aria-selected", "false");
    element(`option-${selected}`)?.setAttribute("aria-selected", "true");
  });

  /** Searches for a text as if it had been typed. */
  function look(text) {
    field.value = text;
    search();
  }
  return { look, search };
};
