// The map: every track as a point, drawn into one ImageData (a hundred thousand points in a few milliseconds), with
// zoom and pan by mouse, wheel, touch and keyboard.
"use strict";

pmsl.createMap = ({ canvas, hover, positions, subGenreOf, names, label, onSelect }) => {
  const context = canvas.getContext("2d");
  const count = subGenreOf.length;
  const bounds = boundsOf(positions);
  const labels = labelPlaces();
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let palette = readPalette();
  let width = 0, height = 0, ratio = 1;
  // What is seen: the middle of the view in map units, and pixels per unit; `zoom` is 1 where everything fits.
  let view = { x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2, zoom: 1 };
  let shown = { selected: null, neighbours: [], playlist: [], subGenre: null };
  let hovered = null, frame = 0, flight = 0;

  function boundsOf(xy) {
    const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
    for (let i = 0; i < xy.length; i += 2) {
      box.left = Math.min(box.left, xy[i]);
      box.right = Math.max(box.right, xy[i]);
      box.top = Math.min(box.top, xy[i + 1]);
      box.bottom = Math.max(box.bottom, xy[i + 1]);
    }
    if (!xy.length) return { left: 0, right: 1, top: 0, bottom: 1 };
    return box;
  }

  // A sub-genre's name stands over the middle of its points.
  function labelPlaces() {
    const groups = names.map(() => ({ x: [], y: [] }));
    for (let i = 0; i < count; i++) {
      groups[subGenreOf[i]].x.push(positions[2 * i]);
      groups[subGenreOf[i]].y.push(positions[2 * i + 1]);
    }
    const quantile = (values, share) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];
    return groups.map(({ x, y }) => x.length ? { x: quantile(x, 0.5), y: quantile(y, 0.95) } : null);
  }

  function readPalette() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    return {
      subGenres: names.map((_, i) => rgb(colour(`--sub-${i % 20}`))),
      surface: rgb(colour("--surface")), text: colour("--text"), accent: colour("--accent"),
      surfaceText: colour("--surface"), muted: colour("--line-strong"), font: style.getPropertyValue("--font"),
    };
  }

  function unitScale() {
    const margin = Math.min(width, height) * 0.08;
    const w = Math.max(bounds.right - bounds.left, 1e-6), h = Math.max(bounds.bottom - bounds.top, 1e-6);
    return Math.min((width - 2 * margin) / w, (height - 2 * margin) / h) * view.zoom;
  }

  const toScreen = (x, y) => {
    const scale = unitScale();
    // Projections have their y axis upwards.
    return [width / 2 + (x - view.x) * scale, height / 2 - (y - view.y) * scale];
  };
  const pointOf = (track) => toScreen(positions[2 * track], positions[2 * track + 1]);

  function radius() {
    const crowded = Math.max(1.5, Math.min(5, 60 / Math.sqrt(count)));
    return Math.min(9, crowded * Math.pow(view.zoom, 0.35));
  }

  // How much of each pixel a disc covers, from its centre to its soft edge.
  function stamp(r) {
    const size = Math.ceil(r) + 1, cells = [];
    for (let dy = -size; dy <= size; dy++) {
      for (let dx = -size; dx <= size; dx++) {
        const cover = Math.min(1, Math.max(0, r + 0.5 - Math.hypot(dx, dy)));
        if (cover > 0) cells.push([dx, dy, cover]);
      }
    }
    return cells;
  }

  function drawPoints() {
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = image.data, [r0, g0, b0] = palette.surface;
    new Uint32Array(pixels.buffer).fill((255 << 24 | b0 << 16 | g0 << 8 | r0) >>> 0);
    const cells = stamp(radius() * ratio);
    const scale = unitScale() * ratio;
    const x0 = canvas.width / 2 - view.x * scale, y0 = canvas.height / 2 + view.y * scale;
    const layer = (visible, opacity) => {
      for (let i = 0; i < count; i++) {
        if (!visible(subGenreOf[i])) continue;
        const x = Math.round(x0 + positions[2 * i] * scale), y = Math.round(y0 - positions[2 * i + 1] * scale);
        if (x < -20 || y < -20 || x > canvas.width + 20 || y > canvas.height + 20) continue;
        const [r, g, b] = palette.subGenres[subGenreOf[i]];
        for (const [dx, dy, cover] of cells) {
          const px = x + dx, py = y + dy;
          if (px < 0 || py < 0 || px >= canvas.width || py >= canvas.height) continue;
          const at = (py * canvas.width + px) * 4, a = cover * opacity;
          pixels[at] += (r - pixels[at]) * a;
          pixels[at + 1] += (g - pixels[at + 1]) * a;
          pixels[at + 2] += (b - pixels[at + 2]) * a;
        }
      }
    };
    if (shown.subGenre === null) {
      layer(() => true, 0.85);
    } else {
      layer((s) => s !== shown.subGenre, 0.15);
      layer((s) => s === shown.subGenre, 0.95);
    }
    context.putImageData(image, 0, 0);
  }

  function drawLines() {
    const line = (points, colour, lineWidth) => {
      context.strokeStyle = colour;
      context.lineWidth = lineWidth;
      context.beginPath();
      points.forEach(([x, y], i) => i ? context.lineTo(x, y) : context.moveTo(x, y));
      context.stroke();
    };
    if (shown.selected !== null) {
      context.globalAlpha = 0.6;
      for (const track of shown.neighbours) line([pointOf(shown.selected), pointOf(track)], palette.muted, 1);
      context.globalAlpha = 1;
    }
    if (shown.playlist.length > 1) {
      context.lineJoin = "round";
      line(shown.playlist.map(pointOf), palette.accent, 1.5);
    }
  }

  function ring(track, colour, lineWidth, gap) {
    const [x, y] = pointOf(track);
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    context.beginPath();
    context.arc(x, y, radius() + gap, 0, 2 * Math.PI);
    context.stroke();
  }

  function drawLabels() {
    if (names.length > 20) return;
    context.font = `600 12px ${palette.font}`;
    context.textAlign = "center";
    context.lineWidth = 4;
    context.lineJoin = "round";
    const taken = [];
    labels.forEach((place, i) => {
      if (!place || shown.subGenre !== null && shown.subGenre !== i) return;
      const half = context.measureText(names[i]).width / 2;
      const [middle, top] = toScreen(place.x, place.y);
      if (middle < -half || middle > width + half) return;
      const x = Math.min(Math.max(middle, half + 6), width - half - 6), y = top - radius() - 6;
      const hits = (box) => Math.abs(box.x - x) < box.half + half + 4 && Math.abs(box.y - y) < 16;
      if (taken.some(hits)) return;
      taken.push({ x, y, half });
      context.strokeStyle = palette.surfaceText;
      context.strokeText(names[i], x, y);
      context.fillStyle = palette.text;
      context.fillText(names[i], x, y);
    });
  }

  function draw() {
    frame = 0;
    if (!width || !height) return;
    drawPoints();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawLines();
    for (const track of shown.neighbours) ring(track, palette.text, 1, 2);
    for (const track of shown.playlist) ring(track, palette.accent, 1.5, 2);
    drawLabels();
    if (shown.selected !== null) ring(shown.selected, palette.text, 2.5, 4);
    if (hovered !== null) ring(hovered, palette.text, 1.5, 3);
    if (canvas.matches(":focus-visible")) crosshair();
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  function crosshair() {
    context.strokeStyle = palette.accent;
    context.lineWidth = 1.5;
    context.beginPath();
    for (const [dx, dy] of [[-1, 0], [1, 0], [0, -1], [0, 1]]) {
      context.moveTo(width / 2 + dx * 4, height / 2 + dy * 4);
      context.lineTo(width / 2 + dx * 12, height / 2 + dy * 12);
    }
    context.stroke();
  }

  function redraw() {
    if (!frame) frame = requestAnimationFrame(draw);
  }

  function nearestTo(px, py, reach) {
    let best = null, bestDistance = reach * reach;
    const scale = unitScale();
    for (let i = 0; i < count; i++) {
      if (shown.subGenre !== null && subGenreOf[i] !== shown.subGenre) continue;
      const dx = width / 2 + (positions[2 * i] - view.x) * scale - px;
      const dy = height / 2 - (positions[2 * i + 1] - view.y) * scale - py;
      const distance = dx * dx + dy * dy;
      if (distance <= bestDistance) [best, bestDistance] = [i, distance];
    }
    return best;
  }

  function clampView() {
    view.zoom = Math.min(Math.max(view.zoom, 0.8), 60);
    view.x = Math.min(Math.max(view.x, bounds.left), bounds.right);
    view.y = Math.min(Math.max(view.y, bounds.top), bounds.bottom);
  }

  function zoomAt(px, py, factor) {
    cancelAnimationFrame(flight);
    const before = unitScale();
    const x = view.x + (px - width / 2) / before, y = view.y - (py - height / 2) / before;
    view.zoom *= factor;
    view.zoom = Math.min(Math.max(view.zoom, 0.8), 60);
    const after = unitScale();
    view.x = x - (px - width / 2) / after;
    view.y = y + (py - height / 2) / after;
    clampView();
    setHover(null);
    redraw();
  }

  function panBy(dx, dy) {
    cancelAnimationFrame(flight);
    const scale = unitScale();
    view.x -= dx / scale;
    view.y += dy / scale;
    clampView();
    redraw();
  }

  function fit() {
    cancelAnimationFrame(flight);
    view = { x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2, zoom: 1 };
    redraw();
  }

  /** Moves a track that lies outside into view. */
  function reveal(track) {
    const [x, y] = pointOf(track);
    // Before the page is laid out everything fits anyway.
    if (!width || x > 20 && y > 20 && x < width - 20 && y < height - 20) return redraw();
    const from = { ...view }, to = { x: positions[2 * track], y: positions[2 * track + 1] };
    const started = performance.now(), duration = still.matches ? 0 : 300;
    const step = (now) => {
      const t = duration ? Math.min(1, (now - started) / duration) : 1, eased = t * (2 - t);
      view.x = from.x + (to.x - from.x) * eased;
      view.y = from.y + (to.y - from.y) * eased;
      redraw();
      if (t < 1) flight = requestAnimationFrame(step);
    };
    cancelAnimationFrame(flight);
    flight = requestAnimationFrame(step);
  }

  function setHover(track) {
    if (track === hovered) return;
    hovered = track;
    hover.hidden = track === null;
    canvas.classList.toggle("on-point", track !== null);
    if (track !== null) {
      hover.textContent = label(track);
      const [x, y] = pointOf(track);
      const half = hover.offsetWidth / 2;
      hover.style.left = `${Math.min(Math.max(x, half + 4), width - half - 4)}px`;
      const above = y - radius() - 10 - hover.offsetHeight;
      hover.style.top = `${above > 0 ? above : y + radius() + 10}px`;
    }
    redraw();
  }

  // Mouse and touch: one pointer drags, two pinch, a press that does not move chooses.
  const pointers = new Map();
  let pressed = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    pressed = pointers.size === 1 ? place(event) : null;
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    if (!pointers.has(event.pointerId)) return setHover(nearestTo(x, y, radius() + 6));
    const [px, py] = pointers.get(event.pointerId);
    const others = [...pointers].filter(([id]) => id !== event.pointerId);
    if (pressed && Math.hypot(x - pressed[0], y - pressed[1]) > 5) pressed = null;
    if (others.length) {
      const [ox, oy] = others[0][1];
      const factor = Math.hypot(x - ox, y - oy) / Math.max(1, Math.hypot(px - ox, py - oy));
      zoomAt((x + ox) / 2, (y + oy) / 2, factor);
      panBy((x - px) / 2, (y - py) / 2);
    } else if (!pressed) {
      setHover(null);
      panBy(x - px, y - py);
    } else {
      return;
    }
    pointers.set(event.pointerId, [x, y]);
  });
  const release = (event) => {
    const reach = event.pointerType === "touch" ? 24 : radius() + 8;
    if (pressed && event.type === "pointerup") {
      const track = nearestTo(...pressed, reach);
      if (track !== null) onSelect(track);
    }
    pointers.delete(event.pointerId);
    pressed = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => setHover(null));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 24 : 1;
    zoomAt(...place(event), Math.exp(-event.deltaY * lines * 0.0022));
  }, { passive: false });

  const keys = {
    ArrowLeft: () => panBy(40, 0), ArrowRight: () => panBy(-40, 0),
    ArrowUp: () => panBy(0, 40), ArrowDown: () => panBy(0, -40),
    "+": () => zoomAt(width / 2, height / 2, 1.4), "=": () => zoomAt(width / 2, height / 2, 1.4),
    "-": () => zoomAt(width / 2, height / 2, 1 / 1.4), Home: fit,
    Enter: () => {
      const track = nearestTo(width / 2, height / 2, Infinity);
      if (track !== null) onSelect(track);
    },
  };
  canvas.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  canvas.addEventListener("focus", redraw);
  canvas.addEventListener("blur", redraw);

  new ResizeObserver(() => {
    ratio = Math.min(window.devicePixelRatio || 1, 3);
    width = canvas.clientWidth;
    height = canvas.clientHeight;
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(height * ratio));
    draw();
  }).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    palette = readPalette();
    redraw();
  });

  return {
    show(changes) {
      const moved = changes.selected !== undefined && changes.selected !== shown.selected;
      shown = { ...shown, ...changes };
      if (moved && shown.selected !== null) reveal(shown.selected);
      else redraw();
    },
    zoom: (factor) => zoomAt(width / 2, height / 2, factor),
    fit,
  };
};
