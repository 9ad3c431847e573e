// What part of the map is seen: its middle in map units and the zoom, which is 1 where all but a few strays fit.
"use strict";

pmsl.createMapView = ({ bounds, core, count, onMove }) => {
  const TOOLS = 48; // what the buttons at the right edge cover, in CSS pixels
  const LEAST = 0.8, MOST = Math.max(60, Math.sqrt(count));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const middle = { x: (core.left + core.right) / 2, y: (core.top + core.bottom) / 2, zoom: 1 };
  let at = { ...middle }, width = 0, height = 0, flight = 0;

  /** CSS pixels per map unit. */
  function scale(zoom = at.zoom) {
    const margin = Math.min(width, height) * 0.08;
    const w = Math.max(core.right - core.left, 1e-6), h = Math.max(core.bottom - core.top, 1e-6);
    return Math.min((width - 2 * Math.max(margin, TOOLS)) / w, (height - 2 * margin) / h) * zoom;
  }

  // Projections have their y axis upwards.
  function toScreen(x, y) {
    const s = scale();
    return [width / 2 + (x - at.x) * s, height / 2 - (y - at.y) * s];
  }
  function toMap(px, py) {
    const s = scale();
    return [at.x + (px - width / 2) / s, at.y - (py - height / 2) / s];
  }

  function clamped({ x, y, zoom }) {
    const within = (value, low, high) => Math.min(Math.max(value, low), high);
    return { x: within(x, bounds.left, bounds.right), y: within(y, bounds.top, bounds.bottom), zoom: within(zoom, LEAST, MOST) };
  }

  function moveTo(place) {
    cancelAnimationFrame(flight);
    at = clamped(place);
    onMove();
  }

  /** Glides there, in equal steps of size rather than of zoom; jumps for those who want less motion. */
  function fly(place) {
    const from = at, to = clamped(place), started = performance.now();
    if (still.matches || !width) return moveTo(to);
    const step = (now) => {
      const t = Math.min(1, Math.max(0, now - started) / 260), eased = t * (2 - t);
      const zoom = from.zoom * Math.pow(to.zoom / from.zoom, eased);
      // The middle keeps pace with what is seen, so that a zoom about a place holds that place still.
      const share = Math.abs(to.zoom - from.zoom) < 1e-9 ? eased : (1 / from.zoom - 1 / zoom) / (1 / from.zoom - 1 / to.zoom);
      at = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, zoom };
      onMove();
      flight = t < 1 ? requestAnimationFrame(step) : 0;
    };
    cancelAnimationFrame(flight);
    flight = requestAnimationFrame(step);
  }

  // The view in which a place of the screen shows the same after a change of zoom.
  function zoomed(px, py, factor) {
    const [x, y] = toMap(px, py), zoom = clamped({ ...at, zoom: at.zoom * factor }).zoom, s = scale(zoom);
    return { x: x - (px - width / 2) / s, y: y + (py - height / 2) / s, zoom };
  }

  return {
    toScreen, toMap, scale,
    zoom: () => at.zoom,
    canZoom: (factor) => factor > 1 ? at.zoom < MOST : at.zoom > LEAST,
    zoomAt: (px, py, factor) => moveTo(zoomed(px, py, factor)),
    flyZoom: (factor) => fly(zoomed(width / 2, height / 2, factor)),
    panBy: (dx, dy) => moveTo({ ...at, x: at.x - dx / scale(), y: at.y + dy / scale() }),
    fit: () => fly(middle),
    center: (x, y) => fly({ ...at, x, y }),
    resize(w, h) {
      width = w;
      height = h;
    },
  };
};
