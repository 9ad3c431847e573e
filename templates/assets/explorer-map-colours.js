// What the map can be coloured by. A colouring puts every track into a group; a palette gives each group its colour.
"use strict";

/**
 * The colourings of which something is known, by name, as {text, make()}. What is made is {name, kind, groups, entries,
 * unknown, ..}: `groups` holds a group for each track, `entries` the groups as {text, title?, count}, and the group
 * after the last entry is for tracks of which nothing is known, `unknown` in number.
 */
pmsl.mapColourings = ({ subGenreOf, names, genres = [], column }) => {
  const STEPS = 64;
  const KEYS = ["A♭ minor", "B major", "E♭ minor", "F♯ major", "B♭ minor", "D♭ major", "F minor", "A♭ major", "C minor",
    "E♭ major", "G minor", "B♭ major", "D minor", "F major", "A minor", "C major", "E minor", "G major", "B minor",
    "D major", "F♯ minor", "A major", "D♭ minor", "E major"];
  const count = subGenreOf.length;
  const distinctGenres = [...new Set(genres.filter(Boolean))];
  const named = (texts) => texts.map((text) => ({ text }));
  const isKnown = (value) => value === value;

  function colouring(name, kind, entries, groupOf, more = {}) {
    const groups = new Uint16Array(count).fill(entries.length);
    let unknown = count;
    for (const entry of entries) entry.count = 0;
    for (let track = 0; track < count; track++) {
      const group = groupOf(track);
      if (group < 0) continue;
      groups[track] = group;
      entries[group].count++;
      unknown--;
    }
    return { name, kind, groups, entries, unknown, ...more };
  }

  const byPlaylist = () => colouring("playlist", "named", named(names), (track) => subGenreOf[track]);

  function byGenre() {
    const group = names.map((_, i) => distinctGenres.indexOf(genres[i]));
    return colouring("genre", "named", named(distinctGenres), (track) => group[subGenreOf[track]]);
  }

  // Between numbers that all but a few tracks lie between, or one odd track would take all the contrast.
  function byNumber(name, unit, round, factor) {
    // A few thousand tell as much of where the ends lie as all of them.
    const values = column(name), given = values.filter(isKnown), stride = Math.ceil(given.length / 5000);
    const sorted = given.filter((_, i) => i % stride === 0).sort();
    const at = (share) => sorted[Math.round((sorted.length - 1) * share)];
    const low = Math.floor(at(0.02) / round) * round;
    // Whole quarters, for the scale bears five numbers.
    const high = low + 4 * round * Math.max(1, Math.ceil((at(0.98) - low) / (4 * round) - 1e-6));
    const below = given.some((value) => value < low), above = given.some((value) => value > high);
    const step = (value) => Math.max(0, Math.min(STEPS - 1, Math.floor((value - low) / (high - low) * STEPS)));
    return colouring(name, "scale", Array.from({ length: STEPS }, () => ({})),
      (track) => isKnown(values[track]) ? step(values[track]) : -1, { low: low * factor, high: high * factor, below, above, unit });
  }

  function byKey() {
    const values = column("key");
    const entries = KEYS.map((title, i) => ({ text: `${(i >> 1) + 1}${"AB"[i & 1]}`, title }));
    return colouring("key", "keys", entries, (track) => values[track] >= 0 && values[track] < KEYS.length ? Math.floor(values[track]) : -1);
  }

  function byDecade() {
    const values = column("year"), decadeOf = (year) => Math.floor(year / 10), distinct = new Set();
    for (const year of values) if (isKnown(year)) distinct.add(decadeOf(year));
    const decades = [...distinct].sort((a, b) => a - b);
    return colouring("decade", "ordered", named(decades.map((decade) => `${decade}0s`)),
      (track) => isKnown(values[track]) ? decades.indexOf(decadeOf(values[track])) : -1);
  }

  const knows = (name) => column(name)?.some(isKnown) ?? false;
  const all = {
    playlist: { text: "Playlist", known: () => true, make: byPlaylist },
    genre: { text: "Genre", known: () => distinctGenres.length > 1, make: byGenre },
    bpm: { text: "Tempo", known: () => knows("bpm"), make: () => byNumber("bpm", "BPM", 5, 1) },
    key: { text: "Key", known: () => knows("key"), make: byKey },
    energy: { text: "Energy", known: () => knows("energy"), make: () => byNumber("energy", "%", 0.05, 100) },
    decade: { text: "Decade", known: () => knows("year"), make: byDecade },
  };
  return new Map(Object.entries(all).filter(([, { known }]) => known()));
};

/** The colours of the page as they are now: [red, green, blue] from 0 to 255, and text as CSS wants it. */
pmsl.mapPalette = () => {
  const style = getComputedStyle(document.documentElement);
  const css = (name) => style.getPropertyValue(name).trim();
  const rgb = (name) => [1, 3, 5].map((at) => parseInt(css(name).slice(at, at + 2), 16));
  const ramp = [0, 1, 2, 3, 4].map((i) => toOklab(rgb(`--map-ramp-${i}`)));
  const unknown = rgb("--map-unknown");

  // OKLab (Ottosson 2020): steps of equal length in it look equally large.
  function toOklab([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4));
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
  }

  function fromOklab([lightness, a, b]) {
    const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
    const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
    const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
    const linear = [4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s];
    return linear.map((c) => Math.round(255 * Math.min(1, Math.max(0, c <= 0.0031308 ? 12.92 * c : 1.055 * Math.pow(c, 1 / 2.4) - 0.055))));
  }

  function onRamp(share) {
    const at = share * (ramp.length - 1), i = Math.min(Math.floor(at), ramp.length - 2);
    return fromOklab(ramp[i].map((low, axis) => low + (ramp[i + 1][axis] - low) * (at - i)));
  }

  // Neighbours on the Camelot circle get neighbouring hues; minor and major of a number differ in lightness.
  function ofKey(key) {
    const lightness = Number(css(key & 1 ? "--map-major" : "--map-minor")), hue = ((key >> 1) * 30 + 20) * Math.PI / 180;
    return fromOklab([lightness, 0.12 * Math.cos(hue), 0.12 * Math.sin(hue)]);
  }

  /** A colour for each group of a colouring, the last for unknown. */
  function colours({ kind, entries }) {
    const last = Math.max(entries.length - 1, 1);
    const colourOf = kind === "named" ? (i) => rgb(`--sub-${i % 20}`) : kind === "keys" ? ofKey : (i) => onRamp(i / last);
    return [...entries.map((_, i) => colourOf(i)), unknown];
  }

  return {
    colours, surface: rgb("--surface"), dim: rgb("--map-dim"), font: css("--font"),
    text: css("--text"), accent: css("--accent"), line: css("--line-strong"), surfaceText: css("--surface"),
  };
};
