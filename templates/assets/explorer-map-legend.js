// What the map's colours mean: names to single out one by one, or a scale with how many tracks lie where on it.
"use strict";

/** Fills `element`; `pressed` is the group that is singled out or null, `onPress(group)` says which one was chosen. */
pmsl.showMapLegend = ({ element, colouring, text, colours, pressed, onPress }) => {
  const { make } = pmsl;
  const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;
  const counted = (count) => make("span", { className: "map-count" }, count.toLocaleString("en"));
  const { kind, entries, unknown } = colouring;

  function button(entry, group) {
    const made = make("button", { type: "button", className: "tag", "aria-pressed": String(pressed === group), title: entry.title },
      make("span", {}, entry.text), kind === "keys" ? null : counted(entry.count));
    if (entry.title) made.append(make("span", { className: "visually-hidden" }, `, ${entry.title}`));
    // By the object model, for a policy without inline styles knows no other way to a colour that is computed.
    made.style.color = css(colours[group]);
    made.addEventListener("click", () => onPress(pressed === group ? null : group));
    return make("li", {}, made);
  }

  function unknownTag() {
    const tag = make("span", { className: "tag map-unknown" }, make("span", {}, "Unknown"), counted(unknown));
    tag.style.color = css(colours.at(-1));
    return tag;
  }

  function list() {
    const items = entries.map(button);
    if (unknown) items.push(make("li", {}, unknownTag()));
    const words = `Show one ${text.toLowerCase()} on the map`;
    return [make("ul", { className: kind === "keys" ? "map-keys" : "map-names", "aria-label": words }, ...items)];
  }

  function svg(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function scale() {
    const { low, high, below, above, unit } = colouring;
    const WIDTH = 4, HEIGHT = 30, FOOT = 6, most = Math.max(...entries.map(({ count }) => count), 1);
    const bars = entries.map(({ count }, i) => {
      const height = FOOT + (count ? Math.max(1, count / most * HEIGHT) : 0);
      return svg("rect", { x: i * WIDTH, y: HEIGHT + FOOT - height, width: WIDTH, height, fill: css(colours[i]) });
    });
    const number = (value) => String(Math.round(value));
    const words = `${text} from ${number(low)} to ${number(high)} ${unit}`;
    const chart = svg("svg", {
      class: "map-scale-bars", viewBox: `0 0 ${entries.length * WIDTH} ${HEIGHT + FOOT}`, preserveAspectRatio: "none",
      "shape-rendering": "crispEdges", role: "img", "aria-label": words,
    }, ...bars);
    const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => make("span", {}, number(low + (high - low) * share)));
    // Few tracks lie beyond the ends, where there are any.
    if (below) marks[0].prepend("≤ ");
    if (above) marks.at(-1).prepend("≥ ");
    marks.at(-1).append(` ${unit}`);
    return [make("div", { className: "map-scale" }, chart, make("p", { className: "map-scale-marks", "aria-hidden": "true" }, ...marks)),
      unknown ? unknownTag() : null].filter(Boolean);
  }

  // A press makes the legend anew; who pressed by key goes on from there.
  const at = [...element.querySelectorAll("button")].indexOf(document.activeElement);
  element.replaceChildren(...(kind === "scale" ? scale() : list()));
  if (at >= 0) element.querySelectorAll("button")[at]?.focus({ preventScroll: true });
};
