// Draws the points into one image, pixel by pixel: a hundred thousand discs in a few milliseconds, where drawing shapes
// takes a tenth of a second.
"use strict";

pmsl.createMapPoints = (context, grid, density) => {
  // Around the picture lie pixels that are never shown: discs reach into them, and so none has to be clipped.
  const MARGIN = 64, LARGEST = 28;
  // A disc lies at a quarter of a pixel in each direction, or it would jump from pixel to pixel.
  const PHASES = 4;
  // Where the ground is looked up, in cells off the pixel, by the pixel's odd or even row and column.
  const ACROSS = [[-0.375, 0.375], [0.125, -0.125]], DOWN = [[-0.125, 0.375], [-0.375, 0.125]];
  const { xs, ys } = grid;
  const pack = ([r, g, b]) => 255 << 24 | b << 16 | g << 8 | r;
  const stamps = new Map();
  const levelStamp = [], levelRim = [];
  let image = null, pixels = null, stride = 0, columnOf = [];

  function resize(width, height) {
    image = context.createImageData(width + 2 * MARGIN, height + 2 * MARGIN);
    // Red in the lowest byte, as on every processor that browsers run on.
    pixels = new Int32Array(image.data.buffer);
    stride = image.width;
    columnOf = [new Int32Array(stride), new Int32Array(stride)];
    stamps.clear();
  }

  /**
   * How a disc is painted for each place its middle can have within a pixel: which pixels around it become its colour
   * (from `starts[2 * phase]` on) and which take a share of it, in 256ths (from `starts[2 * phase + 1]` on). Of a rim
   * it is what the rim adds to the disc.
   */
  function stamp(radius, opacity, rim = 0) {
    const steps = Math.max(2, Math.min(Math.round(radius * 4), LARGEST * 4)), sixteenth = Math.max(1, Math.round(opacity * 16));
    const name = (steps * 32 + sixteenth) * 8 + rim;
    if (!stamps.has(name)) stamps.set(name, makeStamp(steps / 4, sixteenth / 16, rim));
    return stamps.get(name);
  }

  function makeStamp(inner, opacity, rim) {
    const radius = inner + rim, size = Math.ceil(radius) + 1, offsets = [], shares = [], starts = [0];
    for (let phase = 0; phase < PHASES * PHASES; phase++) {
      const x = (phase % PHASES + 0.5) / PHASES, y = (Math.floor(phase / PHASES) + 0.5) / PHASES, parts = [];
      for (let dy = -size; dy <= size; dy++) {
        for (let dx = -size; dx <= size; dx++) {
          const away = Math.hypot(dx + 0.5 - x, dy + 0.5 - y) - 0.5;
          const share = Math.round(256 * opacity * Math.min(1, Math.max(0, radius - away)));
          if (share < 16 || rim && away < inner - 1) continue;
          if (share < 256) {
            parts.push([dy * stride + dx, share]);
          } else {
            offsets.push(dy * stride + dx);
            shares.push(share);
          }
        }
      }
      starts.push(offsets.length);
      for (const [offset, share] of parts) {
        offsets.push(offset);
        shares.push(share);
      }
      starts.push(offsets.length);
    }
    return { starts: Int32Array.from(starts), offsets: Int32Array.from(offsets), shares: Int32Array.from(shares) };
  }

  // Where points have room they are opaque discs. Where they crowd they shrink, and from as many as would cover the
  // ground once they let through what it takes for the crowd to keep a shape: what is covered then grows with the
  // logarithm of their number, up to nearly all in the densest spot.
  function plan(scale, ratio, largest) {
    const smallest = 0.35 + 0.45 * ratio, once = 1 - Math.exp(-1);
    const mostLayers = Math.max(2, density.atLevel(density.most) / (scale * scale) * Math.PI * smallest * smallest);
    for (let level = 0; level < density.count; level++) {
      const crowd = density.atLevel(level) / (scale * scale), room = 0.5 / Math.sqrt(crowd);
      const radius = Math.max(smallest, Math.min(largest, Math.sqrt(room * largest)));
      const layers = crowd * Math.PI * radius * radius;
      const covered = once + (0.97 - once) * Math.min(1, Math.log(layers) / Math.log(mostLayers));
      levelStamp[level] = stamp(radius, layers <= 1 ? 1 : Math.min(1, -Math.log(1 - covered) / layers));
      // A rim in the colour of the ground keeps large discs apart that overlap.
      levelRim[level] = radius >= 2.8 * ratio ? stamp(radius, 1, Math.round(ratio)) : null;
    }
  }

  // The tint of the nearest cell, looked up at one of four places around the pixel: where cells are larger than pixels
  // that blends them into each other at the price of one look. Beyond the raster it is as at its edge, which is empty.
  function drawGround({ scale, x0, y0 }) {
    const { tint, cell, columns, rows, left, top } = density;
    const step = 1 / (scale * cell), last = stride - MARGIN;
    const within = (at, most) => Math.floor(Math.max(0, Math.min(most - 1, at)));
    const base = (at) => within(at, rows) * columns;
    for (const odd of [0, 1]) {
      for (let x = MARGIN; x <= last; x++) columnOf[odd][x] = within((x - x0) * step - left / cell + ACROSS[odd][x & 1], columns);
    }
    const before = [[-1, -1], [-1, -1]];
    for (let y = MARGIN; y < image.height - MARGIN; y++) {
      const odd = y & 1, at = (y0 - y) * step - top / cell, start = y * stride, column = columnOf[odd];
      const even = base(at + DOWN[odd][0]), uneven = base(at + DOWN[odd][1]);
      if (even === before[odd][0] && uneven === before[odd][1]) {
        pixels.copyWithin(start + MARGIN, start - 2 * stride + MARGIN, start - 2 * stride + last);
        continue;
      }
      before[odd] = [even, uneven];
      for (let x = MARGIN; x < last; x += 2) {
        pixels[start + x] = tint[even + column[x]];
        pixels[start + x + 1] = tint[uneven + column[x + 1]];
      }
    }
  }

  function paint(to, { starts, offsets, shares }, at, phase, colour) {
    const blended = starts[2 * phase + 1], end = starts[2 * phase + 2];
    for (let k = starts[2 * phase]; k < blended; k++) to[at + offsets[k]] = colour;
    const redBlue = colour & 0xff00ff, green = colour & 0xff00;
    for (let k = blended; k < end; k++) {
      const place = at + offsets[k], share = shares[k];
      const old = to[place], oldRedBlue = old & 0xff00ff, oldGreen = old & 0xff00;
      // Red and blue are blended in one go: what runs over from one into the other falls away with the mask.
      to[place] = 0xff000000
        | oldRedBlue + (Math.imul(redBlue - oldRedBlue, share) >> 8) & 0xff00ff
        | oldGreen + (Math.imul(green - oldGreen, share) >> 8) & 0xff00;
    }
  }

  function drawLayer({ scale, x0, y0 }, dimmed, wanted, colourOf, ground) {
    // As far outside as a disc can reach and still be seen.
    const { levels } = density, first = MARGIN / 2, right = stride - first, bottom = image.height - first;
    const box = [first - x0, right - x0, y0 - bottom, y0 - first].map((edge) => edge / scale);
    grid.ranges(...box, (from, to) => {
      for (let place = from; place < to; place++) {
        if (dimmed[place] !== wanted) continue;
        // In quarters of a pixel.
        const x = (xs[place] * scale + x0) * PHASES | 0, y = (y0 - ys[place] * scale) * PHASES | 0;
        const px = x >> 2, py = y >> 2;
        if (px < first || py < first || px >= right || py >= bottom) continue;
        const at = py * stride + px, phase = (y & 3) * PHASES + (x & 3), level = levels[place];
        if (levelRim[level]) paint(pixels, levelRim[level], at, phase, ground);
        paint(pixels, levelStamp[level], at, phase, colourOf(place));
      }
    });
  }

  /**
   * Draws all points. `view` is {scale, x, y, ratio, largest}: device pixels per map unit, where the map's origin lies
   * on the canvas, device pixels per CSS pixel, and the largest radius. Dimmed points lie under the others.
   */
  function draw(view, { groups, dimmed, colours, dim, surface, anyDimmed }) {
    const ground = pack(surface), packed = Int32Array.from(colours, pack), dimColour = pack(dim);
    const place = { scale: view.scale, x0: view.x + MARGIN, y0: view.y + MARGIN };
    plan(view.scale, view.ratio, view.largest);
    drawGround(place);
    if (anyDimmed) drawLayer(place, dimmed, 1, () => dimColour, ground);
    drawLayer(place, dimmed, 0, (point) => packed[groups[point]], ground);
  }

  /** Shows what was drawn last. */
  const put = () => context.putImageData(image, -MARGIN, -MARGIN);

  return { resize, draw, put };
};
