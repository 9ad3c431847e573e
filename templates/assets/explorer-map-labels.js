// The playlists' names over the map. A name is drawn once into a picture of its own and then copied.
"use strict";

pmsl.createMapLabels = ({ grid, subGenreOf, names }) => {
  const LONGEST = 26, LINE = 18, AREA = 16000;
  const places = findPlaces();
  // The largest playlists take their places first.
  const order = names.map((_, i) => i).filter((i) => places[i]).sort((a, b) => places[b].size - places[a].size);
  let pictures = [], made = "";

  // A name stands over the fullest spot of its playlist: the mean of a playlist in two parts lies in neither.
  function findPlaces() {
    const SIDE = 24, { core, tracks, xs, ys } = grid;
    const cell = (value, low, high) => Math.max(0, Math.min(SIDE - 1, Math.floor((value - low) / Math.max(high - low, 1e-6) * SIDE)));
    const column = (place) => cell(xs[place], core.left, core.right), row = (place) => cell(ys[place], core.top, core.bottom);
    const counts = new Uint32Array(names.length * SIDE * SIDE);
    for (let place = 0; place < grid.count; place++) counts[(subGenreOf[tracks[place]] * SIDE + row(place)) * SIDE + column(place)]++;
    const peaks = names.map((_, i) => {
      const of = (r, c) => r < 0 || c < 0 || r >= SIDE || c >= SIDE ? 0 : counts[(i * SIDE + r) * SIDE + c];
      let best = { sum: 0, row: 0, column: 0 }, size = 0;
      for (let r = 0; r < SIDE; r++) {
        for (let c = 0; c < SIDE; c++) {
          size += of(r, c);
          let sum = 0;
          for (let dr = -1; dr <= 1; dr++) for (let dc = -1; dc <= 1; dc++) sum += of(r + dr, c + dc);
          if (sum > best.sum) best = { sum, row: r, column: c };
        }
      }
      return { ...best, size, x: [], y: [] };
    });
    for (let place = 0; place < grid.count; place++) {
      const peak = peaks[subGenreOf[tracks[place]]];
      if (Math.abs(row(place) - peak.row) > 1 || Math.abs(column(place) - peak.column) > 1) continue;
      peak.x.push(xs[place]);
      peak.y.push(ys[place]);
    }
    // Over a crowd the name stands in its middle; few points it would hide, and stands above them.
    const share = grid.count > 1000 ? 0.5 : 0.95;
    const quantile = (values, part) => Float32Array.from(values).sort()[Math.floor((values.length - 1) * part)];
    return peaks.map(({ x, y, size }) => size ? { x: quantile(x, 0.5), y: quantile(y, share), size } : null);
  }

  function picture(name, ratio, { font, text, surface }) {
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    const short = name.length > LONGEST ? `${name.slice(0, LONGEST - 1).trimEnd()}…` : name;
    const face = `600 ${12.5 * ratio}px ${font}`;
    context.font = face;
    const width = Math.ceil(context.measureText(short).width / ratio) + 8, height = 22;
    canvas.width = Math.ceil(width * ratio);
    canvas.height = Math.ceil(height * ratio);
    context.font = face;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4 * ratio;
    context.strokeStyle = surface;
    context.fillStyle = text;
    context.globalAlpha = 0.85;
    context.strokeText(short, canvas.width / 2, canvas.height / 2);
    context.globalAlpha = 1;
    context.fillText(short, canvas.width / 2, canvas.height / 2);
    return { canvas, width, height };
  }

  /** Draws the names that have room. `colours` are {font, text, surface}, `lift` how far above its place a name stands,
      `covered` a box {x, y, w, h} to keep free or null. */
  function draw(context, { view, width, height, ratio, only, lift, colours, covered }) {
    const look = [ratio, ...Object.values(colours)].join();
    if (look !== made) [pictures, made] = [[], look];
    const taken = covered ? [covered] : [];
    // So many that the map is still to be seen between them.
    const most = taken.length + Math.max(6, width * height / AREA);
    for (const i of order) {
      if (only !== null && only !== i) continue;
      const [px, py] = view.toScreen(places[i].x, places[i].y);
      if (px < 0 || py < 0 || px > width || py > height) continue;
      pictures[i] ??= picture(names[i], ratio, colours);
      const { canvas, width: w, height: h } = pictures[i];
      const x = Math.min(Math.max(px - w / 2, 4), width - w - 4);
      const free = (y) => !taken.some((box) => x < box.x + box.w && box.x < x + w && y < box.y + box.h && box.y < y + LINE);
      // A name that has no room gives way by a line, or stands below its place.
      const y = [0, -LINE, LINE, 2 * lift + LINE].map((shift) => Math.min(Math.max(py - h / 2 - lift + shift, 2), height - h - 2)).find(free);
      if (y === undefined) continue;
      taken.push({ x, y, w, h: LINE });
      if (taken.length > most) return;
      context.drawImage(canvas, Math.round(x * ratio) / ratio, Math.round(y * ratio) / ratio, canvas.width / ratio, canvas.height / ratio);
    }
  }

  return { draw };
};
