// How densely the points lie: a tint that shows each playlist's ground, and how crowded it is around each point.
"use strict";

/**
 * `update` smooths the points that stand out over a raster (a kernel density estimate by three box filters) and leaves
 * {cell, tint, columns, rows, left, top} to draw, `levels` for each place, and `most`, the highest level.
 * A level is twice the binary logarithm of points per cell of the raster, plus LEVEL_ZERO.
 */
pmsl.createMapDensity = (grid) => {
  const CELLS = 320, LEVELS = 48, LEVEL_ZERO = 20;
  const TINT = 0.3;
  const { bounds, count, xs, ys } = grid;
  const width = bounds.right - bounds.left, height = bounds.bottom - bounds.top;
  const cell = Math.max(width, height, 1e-6) / CELLS;
  // The fewer points there are, the farther each has to reach for a shape to show.
  const reach = Math.max(3, Math.min(12, Math.round(40 / Math.pow(Math.max(count, 1), 0.22))));
  const padding = 3 * reach + 2;
  const columns = Math.ceil(width / cell) + 2 * padding, rows = Math.ceil(height / cell) + 2 * padding;
  const left = bounds.left - padding * cell, top = bounds.top - padding * cell;
  const [weight, red, green, blue, spare] = Array.from({ length: 5 }, () => new Float32Array(columns * rows));
  const tint = new Uint32Array(columns * rows), levels = new Uint8Array(count);
  const cellOf = (place) => Math.floor((ys[place] - top) / cell) * columns + Math.floor((xs[place] - left) / cell);
  let everywhere = null;

  function boxFilter(from, to, lines, lineStep, length, step) {
    const scale = 1 / (2 * reach + 1);
    for (let line = 0; line < lines; line++) {
      const start = line * lineStep;
      let sum = 0;
      // What lies outside is empty: the padding is as wide as three filters reach.
      for (let i = 0; i < Math.min(reach, length); i++) sum += from[start + i * step];
      for (let i = 0; i < length; i++) {
        if (i + reach < length) sum += from[start + (i + reach) * step];
        if (i - reach > 0) sum -= from[start + (i - reach - 1) * step];
        to[start + i * step] = Math.max(0, sum * scale);
      }
    }
  }

  function smooth(field) {
    for (let pass = 0; pass < 3; pass++) {
      boxFilter(field, spare, rows, columns, columns, 1);
      boxFilter(spare, field, columns, 1, rows, columns);
    }
  }

  const levelOf = (density) => Math.max(0, Math.min(LEVELS - 1, Math.round(2 * Math.log2(density) + LEVEL_ZERO)));

  /** Points per map unit squared at a level. */
  const atLevel = (level) => Math.pow(2, (level - LEVEL_ZERO) / 2) / (cell * cell);

  /** For points that are not dimmed, in the colours of their groups. */
  function update({ dimmed, groups, colours, surface }) {
    for (const field of [weight, red, green, blue]) field.fill(0);
    for (let place = 0; place < count; place++) {
      if (dimmed[place]) continue;
      const at = cellOf(place), [r, g, b] = colours[groups[place]];
      weight[at]++;
      red[at] += r;
      green[at] += g;
      blue[at] += b;
    }
    [weight, red, green, blue].forEach(smooth);
    everywhere ??= Float32Array.from(weight);
    let most = 0;
    for (let at = 0; at < weight.length; at++) if (weight[at] > most) most = weight[at];
    shade(most, surface);
    // What is dimmed is drawn as crowded as it is among all.
    for (let place = 0; place < count; place++) {
      const at = cellOf(place);
      levels[place] = levelOf((dimmed[place] ? everywhere : weight)[at]);
    }
    result.most = levelOf(most);
  }

  function shade(most, [r0, g0, b0]) {
    const ground = (255 << 24 | b0 << 16 | g0 << 8 | r0) >>> 0;
    // By the logarithm, for a few crowded spots would leave all else without colour.
    const floor = most / 60, full = Math.log1p(most / floor);
    for (let at = 0; at < tint.length; at++) {
      const w = weight[at];
      if (w < floor * 0.02) {
        tint[at] = ground;
        continue;
      }
      const share = TINT * Math.log1p(w / floor) / full, keep = 1 - share, take = share / w;
      tint[at] = (255 << 24 | (b0 * keep + blue[at] * take) << 16 | (g0 * keep + green[at] * take) << 8 | r0 * keep + red[at] * take) >>> 0;
    }
  }

  const result = { update, atLevel, levels, tint, cell, columns, rows, left, top, most: 0, count: LEVELS };
  return result;
};
