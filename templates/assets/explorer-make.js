// Making a playlist: one form, from plain choices to the engine's request.
"use strict";

pmsl.createMaker = ({ viewer, state, rows, curve, saved, announce, note, fail, show }) => {
  const { element, readForm, fillForm, rangeOf, counted } = pmsl;
  const form = element("grow");
  const field = (name) => form.elements[name];
  const number = (name) => Number(field(name).value);

  /** What a strategy still lacks, in words; empty where nothing is missing. */
  function lacking(strategy) {
    const { selected, liked, waypoints, complete } = state.now;
    if (!complete) return "The similarities are still being loaded.";
    if (strategy === "similar" && selected === null) return "Choose a track first.";
    if (strategy === "mix" && !liked.length) return "Like at least one track first.";
    if (strategy === "path" && waypoints.length < 2) return "A path needs at least two tracks.";
    if (strategy === "set" && field("near").value === "liked" && !liked.length) return "Like at least one track first.";
    if (strategy === "set" && field("near").value === "track" && selected === null) return "Choose a track first.";
    return "";
  }

  function seedsOf(strategy) {
    const { selected, liked } = state.now;
    if (strategy === "mix" || strategy === "set" && field("near").value === "liked") return liked;
    return strategy === "path" ? [] : [selected];
  }

  async function excluded(range) {
    const without = new Set(await saved.tracksOf(element("make-without").value));
    const found = field("only-found").checked ? state.now.found : null;
    if (found) found.forEach((fits, id) => { if (!fits) without.add(id); });
    const fits = (bpm) => [bpm, 2 * bpm, bpm / 2].some((tempo) => tempo >= range[0] && tempo <= range[1]);
    if (range) viewer.column("bpm").forEach((bpm, id) => { if (!fits(bpm)) without.add(id); });
    return [...without];
  }

  /** How many tracks last so long on the whole. */
  function tracksIn(minutes) {
    const durations = viewer.column("duration");
    const mean = durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
    return Math.min(500, Math.max(2, Math.round(minutes * 60 / mean)));
  }

  /** Two fields as [from, to], one of which is enough. */
  function drift() {
    if (!field("drift-from")) return undefined;
    const [from, to] = [field("drift-from").value, field("drift-to").value];
    return from === "" && to === "" ? undefined : [Number(from || to), Number(to || from)];
  }

  async function request(strategy) {
    const minutes = field("unit").value === "minutes" ? number("n") : undefined;
    const range = field("only-min") ? rangeOf(form, "only") : undefined;
    // Only a set is planned over its time; for the others tempo and time are turned into what they understand.
    const isSet = strategy === "set";
    return {
      strategy, seeds: seedsOf(strategy), disliked: state.now.disliked,
      waypoints: strategy === "path" ? state.now.waypoints : [],
      length: minutes ? tracksIn(minutes) : number("n"), minutes: isSet ? minutes : undefined,
      loyalty: number("course"), diversity: number("variety"),
      bpm: isSet ? drift() : undefined, energy: isSet ? curve.get() : undefined,
      bpmRange: isSet ? range : undefined, keys: isSet ? field("keys")?.value ?? "off" : "off",
      spacing: { artist: number("apart-artist"), album: number("apart-album"), title: number("apart-title") },
      temperature: number("surprise"), seed: number("seed"), exclude: await excluded(isSet ? undefined : range),
      locked: state.now.playlist.flatMap((track, place) => state.now.locked.includes(track) ? [{ place, track }] : []),
    };
  }

  /** Asks the engine and shows what it made; false where there is nothing to show. */
  function make(wanted, name) {
    let made;
    try {
      made = viewer.make(wanted);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) fail(error);
      else note(`No playlist could be made: ${error.message ?? error}`);
      return false;
    }
    const tracks = [...made.tracks];
    if (!tracks.length) {
      note("No track fits these wishes. Loosen the tempo, the filters or what is left out.");
      return false;
    }
    state.edit({ playlist: tracks, name });
    const short = !wanted.minutes && tracks.length < wanted.length ? " The library has no more that fit." : "";
    const kept = state.now.locked.length ? ` ${counted(state.now.locked.length, "locked track")} kept.` : "";
    const missed = (made.unmet ?? []).filter(({ wish }) => wish !== "length").map(({ wish, times }) => `${wish} (${times})`);
    const unmet = missed.length ? ` Not held everywhere: ${missed.join(", ")}.` : "";
    note(`A playlist of ${counted(tracks.length, "track")}.${short}${kept}${unmet}`);
    return true;
  }

  function nameOf(strategy, seeds) {
    const title = (id) => rows.track(id).title;
    const { waypoints } = state.now;
    if (strategy === "path") return `${title(waypoints[0])} to ${title(waypoints.at(-1))}`;
    if (strategy === "set") return `Set from ${title(seeds[0])}`;
    return strategy === "mix" ? "What I like" : `From ${title(seeds[0])}`;
  }

  /** The request, or nothing where what it leaves out cannot be known. */
  async function asked(strategy) {
    try {
      return await request(strategy);
    } catch (error) {
      return void note(`No playlist could be made: ${error.message ?? error}`);
    }
  }

  async function run() {
    const strategy = field("by").value, missing = lacking(strategy);
    if (missing) return void note(missing);
    const wanted = await asked(strategy);
    if (!wanted || !make(wanted, nameOf(strategy, wanted.seeds))) return;
    if (show("playlist")) element("maker").open = false;
    element("playlist-label").focus({ preventScroll: true });
    element("playlist-label").scrollIntoView({ block: "nearest" });
  }

  /** A playlist like the chosen track. */
  function similar() {
    field("by").value = "similar";
    refresh();
    run();
  }

  /** Keeps the playlist up to a place and makes the rest like the track there. */
  async function onFrom(place) {
    const { playlist, name, complete } = state.now;
    if (!complete) return void note("The similarities are still being loaded.");
    const wanted = await asked("similar"), track = playlist[place];
    if (!wanted) return;
    const rest = wanted.locked.filter((lock) => lock.place > place);
    make({
      ...wanted, seeds: [track], minutes: undefined, length: Math.max(playlist.length, place + 11),
      locked: [...playlist.slice(0, place + 1).map((id, at) => ({ place: at, track: id })), ...rest],
    }, name);
  }

  function refresh() {
    const strategy = field("by").value;
    for (const part of form.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== strategy;
    const { selected } = state.now, surprise = number("surprise");
    element("make-from").textContent = selected === null ? "the track that you choose" : rows.label(selected);
    element("make-hint").textContent = lacking(strategy);
    element("surprise-value").textContent = surprise ? `${Math.round(surprise * 50)} %` : "none";
    field("seed").disabled = element("dice").disabled = surprise === 0;
  }

  element("dice").append(pmsl.icon("dice"));
  element("dice").addEventListener("click", () => {
    field("seed").value = crypto.getRandomValues(new Uint32Array(1))[0] % 1e6;
    announce(`Random seed ${field("seed").value}.`);
    state.set({ settings: {} });
    if (!lacking(field("by").value)) run();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  form.addEventListener("input", () => {
    refresh();
    state.set({ settings: {} });
  });
  element("track-from").addEventListener("click", similar);
  state.on(["selected", "liked", "waypoints", "complete"], refresh);
  refresh();

  return {
    run, similar, onFrom,
    /** The settings as short texts by name, and back. */
    read: () => ({ ...readForm(form), ...(curve.read() ? { energy: curve.read() } : {}) }),
    fill(texts) {
      fillForm(form, texts);
      curve.fill(texts.energy);
      refresh();
    },
  };
};
