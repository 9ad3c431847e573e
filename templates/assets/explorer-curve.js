// The energy that the listener draws for a set: a line through points that are moved by pointer or by keys.
"use strict";

pmsl.createCurve = () => {
  const { make, draw, element } = pmsl;
  const POINTS = 8, WIDTH = 320, HEIGHT = 112, MARGIN = 14;
  const plot = element("curve"), presets = element("curve-presets");
  const at = (shape) => Array.from({ length: POINTS }, (_, i) => shape(i / (POINTS - 1)));
  const SHAPES = {
    "As it comes": null,
    "Warm-up": at((t) => 0.2 + 0.6 * t),
    Peak: at((t) => t < 0.7 ? 0.3 + 0.7 * Math.sin(t / 0.7 * Math.PI / 2) : 1 - 0.55 * (t - 0.7) / 0.3),
    Wave: at((t) => 0.5 - 0.35 * Math.cos(t * 4 * Math.PI)),
  };
  // What is seen before anything is drawn, and what is asked for: null, or a value in 0 to 1 for each point.
  let values = at(() => 0.5), energy = null;

  const x = (i) => MARGIN + i * (WIDTH - 2 * MARGIN) / (POINTS - 1);
  const y = (value) => HEIGHT - MARGIN - value * (HEIGHT - 2 * MARGIN);
  const line = draw("polyline", { class: "curve-line" });
  const points = values.map((_, i) => draw("g", {
    class: "curve-point", role: "slider", tabindex: i ? -1 : 0, "aria-orientation": "vertical",
    "aria-label": `Energy at ${Math.round(100 * i / (POINTS - 1))} % of the set`, "aria-valuemin": 0, "aria-valuemax": 100,
  }, draw("circle", { r: 5 })));
  const grid = [0, 0.5, 1].map((value) => draw("line", { class: "curve-grid", x1: 0, x2: WIDTH, y1: y(value), y2: y(value) }));
  const words = [["calm", 2, HEIGHT - 2], ["driving", 2, 10]].map(([word, left, bottom]) => {
    const text = draw("text", { class: "curve-word", x: left, y: bottom, "aria-hidden": "true" });
    text.textContent = word;
    return text;
  });
  plot.append(...grid, ...words, line, ...points);
  presets.append(...Object.keys(SHAPES).map((name) => make("button", { type: "button" }, name)));

  function show() {
    plot.classList.toggle("drawn", energy !== null);
    line.setAttribute("points", values.map((value, i) => `${x(i)},${y(value)}`).join(" "));
    points.forEach((point, i) => {
      point.setAttribute("transform", `translate(${x(i)} ${y(values[i])})`);
      point.setAttribute("aria-valuenow", Math.round(values[i] * 100));
      point.setAttribute("aria-valuetext", energy ? `${Math.round(values[i] * 100)} %` : "as it comes");
    });
    for (const button of presets.children) {
      const shape = SHAPES[button.textContent];
      const same = shape === null ? energy === null : energy !== null && shape.every((value, i) => Math.abs(value - energy[i]) < 0.006);
      button.setAttribute("aria-pressed", String(same));
    }
  }

  // In hundredths, as links hold them.
  function set(next) {
    energy = next?.map((value) => Math.round(value * 100) / 100) ?? null;
    if (energy) values = energy;
    show();
  }

  function change(i, value) {
    const next = [...values];
    next[i] = Math.min(1, Math.max(0, value));
    set(next);
    plot.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function focus(i) {
    const next = Math.min(POINTS - 1, Math.max(0, i));
    points.forEach((point, at) => point.setAttribute("tabindex", at === next ? 0 : -1));
    points[next].focus();
  }

  plot.addEventListener("keydown", (event) => {
    const i = points.indexOf(event.target);
    if (i < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const keys = {
      ArrowUp: () => change(i, values[i] + 0.05), ArrowDown: () => change(i, values[i] - 0.05),
      PageUp: () => change(i, values[i] + 0.2), PageDown: () => change(i, values[i] - 0.2),
      Home: () => change(i, 0), End: () => change(i, 1),
      ArrowLeft: () => focus(i - 1), ArrowRight: () => focus(i + 1),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  // A pointer that is drawn across the plot sets every point that it passes.
  function follow(event) {
    const box = plot.getBoundingClientRect();
    const px = (event.clientX - box.left) / box.width * WIDTH, py = (event.clientY - box.top) / box.height * HEIGHT;
    const i = Math.min(POINTS - 1, Math.max(0, Math.round((px - MARGIN) / (WIDTH - 2 * MARGIN) * (POINTS - 1))));
    change(i, (HEIGHT - MARGIN - py) / (HEIGHT - 2 * MARGIN));
    return i;
  }
  plot.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    plot.setPointerCapture(event.pointerId);
    focus(follow(event));
  });
  plot.addEventListener("pointermove", (event) => {
    if (plot.hasPointerCapture(event.pointerId)) follow(event);
  });
  presets.addEventListener("click", ({ target }) => {
    if (target.textContent in SHAPES && target.matches("button")) {
      set(SHAPES[target.textContent]);
      plot.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  show();

  return {
    /** Values in 0 to 1, evenly over the set; undefined where the energy is left as it comes. */
    get: () => energy ?? undefined,
    /** As a short text for links, and back; what is not such a text is nothing drawn. */
    read: () => energy ? energy.map((value) => Math.round(value * 100)).join(".") : "",
    fill(text) {
      const parts = (text ?? "").split(".").map(Number);
      const valid = text && parts.length === POINTS && parts.every((part) => part >= 0 && part <= 100);
      set(valid ? parts.map((part) => part / 100) : null);
    },
  };
};
