// How densely the points lie: a tint that shows each playlist's ground, and how crowded it is around each point.
"use strict";

/**
 * `update` smooths the points that stand out over a raster (a kernel density estimate by box filters) and leaves
 * {cell, tint, columns, rows, left, top} to draw, `levels` for each place, and `most`, the highest level.
 * A level is twice the binary logarithm of points per cell of the raster, plus LEVEL_ZERO.
 */
pmsl.createMapDensity = (grid) => {
  const CELLS = 280, MOST_CELLS = 560, LEVELS = 48, LEVEL_ZERO = 20;
  const TINT = 0.3;
  const { bounds, core, count, xs, ys } = grid;
  const width = bounds.right - bounds.left, height = bounds.bottom - bounds.top;
  const cell = Math.max((core.right - core.left) / CELLS, (core.bottom - core.top) / CELLS, width / MOST_CELLS, height / MOST_CELLS, 1e-9);
  // The fewer points there are, the farther each has to reach for a shape to show.
  const reach = Math.max(3, Math.min(12, Math.round(40 / Math.pow(Math.max(count, 1), 0.22))));
  // Two filters give pyramids, whose corners show where points lie far apart; three look round.
  const passes = reach > 4 ? 3 : 2;
  // So far reach the filters, and where the last one begins there has to be nothing yet.
  const padding = (passes + 1) * (reach + 1);
  const columns = Math.ceil(width / cell) + 2 * padding, rows = Math.ceil(height / cell) + 2 * padding, stride = 4 * columns;
  const left = bounds.left - padding * cell, top = bounds.top - padding * cell;
  // Red, green, blue, each summed over the points, and their number.
  const field = new Float32Array(rows * stride), spare = new Float32Array(rows * stride), sums = new Float32Array(stride);
  const tint = new Int32Array(columns * rows), levels = new Uint8Array(count);
  const cells = Uint32Array.from(xs, (x, place) => Math.floor((ys[place] - top) / cell) * columns + Math.floor((x - left) / cell));
  const bits = new Float32Array(1), exponent = new Int32Array(bits.buffer);
  let everywhere = null;

  function filterAcross(from, to) {
    const scale = 1 / (2 * reach + 1), ahead = 4 * reach, behind = 4 * (reach + 1);
    for (let row = 0; row < rows; row++) {
      for (let channel = 0; channel < 4; channel++) {
        const start = row * stride + channel, end = (row + 1) * stride;
        let sum = 0;
        for (let at = start + behind; at + ahead < end; at += 4) {
          sum += from[at + ahead] - from[at - behind];
          to[at] = sum * scale;
        }
      }
    }
  }

  function filterDown(from, to) {
    const scale = 1 / (2 * reach + 1), ahead = stride * reach, behind = stride * (reach + 1);
    sums.fill(0);
    for (let row = reach + 1; row + reach < rows; row++) {
      const start = row * stride;
      for (let i = 0, at = start; i < stride; i++, at++) {
        sums[i] += from[at + ahead] - from[at - behind];
        to[at] = sums[i] * scale;
      }
    }
  }

  // The exponent and the first bit after it, straight from how the number is stored.
  function levelOf(density) {
    bits[0] = density;
    return Math.max(0, Math.min(LEVELS - 1, (exponent[0] >> 22) - 2 * 127 + LEVEL_ZERO));
  }

  /** Points per map unit squared at a level. */
  const atLevel = (level) => Math.pow(2, (level - LEVEL_ZERO) / 2) / (cell * cell);

  function gather(skipped, groups, colours) {
    field.fill(0);
    spare.fill(0);
    for (let place = 0; place < count; place++) {
      if (skipped[place]) continue;
      const at = 4 * cells[place], colour = colours[groups[place]];
      field[at] += colour[0];
      field[at + 1] += colour[1];
      field[at + 2] += colour[2];
      field[at + 3]++;
    }
    for (let pass = 0; pass < passes; pass++) {
      filterAcross(field, spare);
      filterDown(spare, field);
    }
  }

  /** For points that are not dimmed, in the colours of their groups. */
  function update({ dimmed, groups, colours, surface }) {
    if (!everywhere) {
      gather(new Uint8Array(count), groups, colours);
      everywhere = Float32Array.from(tint, (_, at) => field[4 * at + 3]);
    }
    gather(dimmed, groups, colours);
    let most = 0;
    for (let at = 3; at < field.length; at += 4) if (field[at] > most) most = field[at];
    shade(most, surface);
    // What is dimmed is drawn as crowded as it is among all.
    for (let place = 0; place < count; place++) {
      levels[place] = levelOf(dimmed[place] ? everywhere[cells[place]] : field[4 * cells[place] + 3]);
    }
    result.most = levelOf(most);
  }

  function shade(most, [red, green, blue]) {
    const ground = 255 << 24 | blue << 16 | green << 8 | red;
    // By the logarithm, for a few crowded spots would leave all else without colour.
    const floor = most / 60, full = Math.log1p(most / floor);
    for (let at = 0; at < tint.length; at++) {
      const weight = field[4 * at + 3];
      if (weight <= floor * 0.02) {
        tint[at] = ground;
        continue;
      }
      const share = TINT * Math.log1p(weight / floor) / full, keep = 1 - share, take = share / weight;
      tint[at] = 255 << 24 | (blue * keep + field[4 * at + 2] * take) << 16 | (green * keep + field[4 * at + 1] * take) << 8
        | red * keep + field[4 * at] * take;
    }
  }

  const result = { update, atLevel, levels, tint, cell, columns, rows, left, top, most: 0, count: LEVELS };
  return result;
};
