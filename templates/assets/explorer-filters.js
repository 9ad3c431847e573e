// What narrows the list: tempo, key, length and playlists, folded away, with a count of those in force.
"use strict";

pmsl.createFilters = ({ rows, known }) => {
  const { make, element, readForm, fillForm, rangeOf } = pmsl;
  const form = element("filters"), clear = element("filters-clear");
  const listeners = [];

  for (let number = 1; number <= 12; number++) {
    for (const letter of ["A", "B"]) {
      element("filter-key").append(make("option", { value: number + letter }, number + letter));
    }
  }
  element("filter-playlists").append(...rows.subGenres.map(({ name }, i) => make("label", { className: "check" },
    make("input", { type: "checkbox", name: "in", value: String(i) }), rows.tag(i))));
  for (const part of document.querySelectorAll("[data-needs]")) {
    if (!known(part.dataset.needs)) part.remove();
  }

  const has = (name) => form.elements[name] !== undefined;

  /** The filters as the engine reads them. */
  function values() {
    const checked = [...form.querySelectorAll("[name=in]:checked")].map((box) => Number(box.value));
    return {
      bpm: has("tempo-min") ? rangeOf(form, "tempo") : undefined,
      anyOctave: has("octaves") && form.elements.octaves.checked,
      key: has("key") && form.elements.key.value || undefined,
      seconds: rangeOf(form, "long", 60),
      subGenres: checked.length ? checked : undefined,
    };
  }

  function count() {
    const { bpm, key, seconds, subGenres } = values();
    return [bpm, key, seconds, subGenres].filter(Boolean).length;
  }

  function show() {
    element("filters-count").textContent = count() ? ` (${count()} in force)` : "";
    clear.hidden = count() === 0;
  }

  function change() {
    show();
    for (const listener of listeners) listener();
  }

  // Some drivers and helpers of people change a list without the event of typing.
  for (const event of ["input", "change"]) form.addEventListener(event, change);
  form.addEventListener("submit", (event) => event.preventDefault());
  clear.addEventListener("click", () => {
    fillForm(form, {});
    change();
    form.querySelector("summary").focus();
  });

  return {
    values, count,
    onChange: (listener) => listeners.push(listener),
    read: () => readForm(form),
    /** Sets the filters from texts by name. */
    fill(texts, open = false) {
      fillForm(form, texts);
      if (open) form.querySelector("details").open = true;
      change();
    },
  };
};
