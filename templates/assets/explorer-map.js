// The map: every track as a point. This file holds what is shown and puts the parts together; they are
// explorer-map-grid (where points lie), -view (what is seen), -density, -points and -labels (drawing), -colours,
// -legend and -input.
"use strict";

/**
 * `positions` are x0, y0, x1, y1, .. and `subGenreOf`, `names` and `genres` give each track's playlist, the playlists'
 * names and their genres. `column(name)` gives a number for each track, NaN where unknown, or null; `card(track)` the
 * lines of the card that appears over a point, as texts or elements. `onSelect(track)`, `onLasso(tracks)`,
 * `onPoint(track)` (a key has brought the crosshair to a track) and `onColour(name)` tell what was done.
 * `legend`, `colour` (a select) and `lasso` (a toggle) may be left out.
 */
pmsl.createMap = ({
  canvas, hover, legend, colour, lasso, positions, subGenreOf, names, genres, column = () => null,
  card, onSelect, onLasso = () => {}, onPoint = () => {}, onColour = () => {},
}) => {
  // More device pixels than this cost time and show no more.
  const MOST_PIXELS = 2e6;
  const FINGER = 24; // how near a finger has to come to a point, in CSS pixels
  const context = canvas.getContext("2d", { alpha: false });
  const grid = pmsl.createMapGrid(positions);
  const { count, tracks } = grid;
  const density = pmsl.createMapDensity(grid);
  const points = pmsl.createMapPoints(context, grid, density);
  const labels = pmsl.createMapLabels({ grid, subGenreOf, names });
  const view = pmsl.createMapView({ bounds: grid.bounds, core: grid.core, count, onMove: moved });
  const colourings = pmsl.mapColourings({ subGenreOf, names, genres, column });
  const here = pmsl.make("span", { className: "map-here", "aria-hidden": "true", hidden: true });
  canvas.after(here);

  const tools = canvas.parentElement.querySelector(".map-tools");

  // `covered` is where the zoom's buttons lie over the map.
  let width = 0, height = 0, ratio = 1, covered = null;
  let palette, colouring, colours;
  let shown = { selected: null, neighbours: [], playlist: [], subGenre: null, mask: null, playing: null, selection: [], place: null };
  // The group that the legend singles out; playlists go by `shown.subGenre`.
  let singled = null;
  // By place: the group; whether filters bar the point from being chosen; whether it stands back.
  const groups = new Uint16Array(count), barred = new Uint8Array(count), dimmed = new Uint8Array(count);
  let anyDimmed = false, stale = { density: true, points: true }, frame = 0;
  let hovered = null, keyed = false, drawing = false, outline = null, circle = 60;

  // ---- what stands out, and in which colour ----

  function restand() {
    const chosen = shown.selection.length ? new Uint8Array(count) : null;
    for (const track of shown.selection) chosen[track] = 1;
    const { mask, subGenre } = shown;
    anyDimmed = false;
    for (let place = 0; place < count; place++) {
      const track = tracks[place];
      const bar = mask && !mask[track] || subGenre !== null && subGenreOf[track] !== subGenre
        || singled !== null && groups[place] !== singled;
      barred[place] = bar ? 1 : 0;
      dimmed[place] = bar || chosen && !chosen[track] ? 1 : 0;
      if (dimmed[place]) anyDimmed = true;
    }
    stale.density = stale.points = true;
    redraw();
  }

  function recolour() {
    palette = pmsl.mapPalette();
    colours = palette.colours(colouring);
    stale.density = stale.points = true;
    showLegend();
    redraw();
  }

  function colourBy(name) {
    if (!colourings.has(name)) return;
    colouring = colourings.get(name).make();
    for (let place = 0; place < count; place++) groups[place] = colouring.groups[tracks[place]];
    // What the legend singled out goes with the legend.
    shown.subGenre = singled = null;
    if (colour) colour.value = name;
    recolour();
    restand();
  }

  function showLegend() {
    if (!legend) return;
    const playlists = colouring.name === "playlist";
    pmsl.showMapLegend({
      element: legend, colouring, colours, text: colourings.get(colouring.name).text,
      pressed: playlists ? shown.subGenre : singled,
      onPress(group) {
        if (playlists) shown.subGenre = group;
        else singled = group;
        restand();
        showLegend();
      },
    });
  }

  // ---- drawing ----

  const pointOf = (track) => view.toScreen(positions[2 * track], positions[2 * track + 1]);
  const cssOf = (track) => `rgb(${colours[colouring.groups[track]].join(" ")})`;

  /** The radius of a point that has room, in CSS pixels. */
  function radius() {
    return Math.min(9, Math.max(1.3, Math.min(5, 110 / Math.sqrt(count))) * Math.pow(view.zoom(), 0.4));
  }

  /** How near a mouse has to come to a point: what its card tells of is what a click chooses. */
  function reach() {
    return radius() + 6;
  }

  function drawPoints() {
    if (stale.density) density.update({ dimmed, groups, colours, surface: palette.surface });
    if (stale.density || stale.points) {
      const [x, y] = view.toScreen(0, 0);
      points.draw({ scale: view.scale() * ratio, x: x * ratio, y: y * ratio, ratio, largest: radius() * ratio },
        { groups, dimmed, anyDimmed, colours, dim: palette.dim, surface: palette.surface });
    }
    stale = { density: false, points: false };
    points.put();
  }

  function stroke(colourText, lineWidth, trace) {
    context.strokeStyle = colourText;
    context.lineWidth = lineWidth;
    context.beginPath();
    trace();
    context.stroke();
  }

  function drawLines() {
    context.lineJoin = "round";
    const from = shown.place ? placeOnScreen() : shown.selected !== null ? pointOf(shown.selected) : null;
    if (from) {
      stroke(palette.line, 1, () => {
        for (const track of shown.neighbours) {
          context.moveTo(...from);
          context.lineTo(...pointOf(track));
        }
      });
    }
    // The first lineTo of a path is a moveTo.
    stroke(palette.accent, 1.5, () => {
      for (const track of shown.playlist) context.lineTo(...pointOf(track));
    });
  }

  const placeOnScreen = () => view.toScreen(shown.place.x, shown.place.y);

  // What is no track of the library: a diamond.
  function drawPlace({ accent, surfaceText }) {
    const [x, y] = placeOnScreen();
    context.beginPath();
    for (const [dx, dy] of [[0, -8], [8, 0], [0, 8], [-8, 0]]) context.lineTo(x + dx, y + dy);
    context.closePath();
    context.fillStyle = accent;
    context.fill();
    context.strokeStyle = surfaceText;
    context.lineWidth = 2;
    context.stroke();
  }

  // Discs in the tracks' colours, so that they are found where points are small, in rings.
  function drawMarks(marked, ring, lineWidth, size) {
    const seen = marked.map((track) => [track, ...pointOf(track)])
      .filter(([, x, y]) => x > -20 && y > -20 && x < width + 20 && y < height + 20);
    const outer = size + 1.5 + lineWidth / 2;
    context.beginPath();
    for (const [, x, y] of seen) {
      context.moveTo(x + outer, y);
      context.arc(x, y, outer, 0, 2 * Math.PI);
    }
    context.fillStyle = palette.surfaceText;
    context.fill();
    context.strokeStyle = ring;
    context.lineWidth = lineWidth;
    context.stroke();
    for (const [track, x, y] of seen) {
      context.fillStyle = cssOf(track);
      context.beginPath();
      context.arc(x, y, size, 0, 2 * Math.PI);
      context.fill();
    }
  }

  function drawOutline() {
    const { accent } = palette;
    const finish = (trace) => {
      stroke(accent, 1.5, trace);
      context.globalAlpha = 0.08;
      context.fillStyle = accent;
      context.fill();
      context.globalAlpha = 1;
    };
    if (outline) {
      context.setLineDash([5, 4]);
      finish(() => {
        for (let i = 0; i < outline.length; i += 2) context.lineTo(...view.toScreen(outline[i], outline[i + 1]));
        context.closePath();
      });
      context.setLineDash([]);
    }
    if (!keyed) return;
    if (drawing) finish(() => context.arc(width / 2, height / 2, circle, 0, 2 * Math.PI));
    stroke(accent, 1.5, () => {
      for (const [dx, dy] of [[-1, 0], [1, 0], [0, -1], [0, 1]]) {
        context.moveTo(width / 2 + dx * 4, height / 2 + dy * 4);
        context.lineTo(width / 2 + dx * 12, height / 2 + dy * 12);
      }
    });
  }

  // Where the music is: an element of its own, for the style sheet lets it pulse without the map being drawn again.
  function placeHere() {
    here.hidden = shown.playing === null;
    if (here.hidden) return;
    const [x, y] = pointOf(shown.playing), inside = (value, most) => Math.min(Math.max(value, 12), most - 12);
    const [left, top] = [inside(x, width), inside(y, height)];
    here.classList.toggle("away", left !== x || top !== y);
    here.style.transform = `translate(${left}px, ${top}px)`;
  }

  function draw() {
    frame = 0;
    if (!width || !height) return;
    drawPoints();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { text, accent, font, surfaceText } = palette, size = Math.max(3.5, radius());
    drawLines();
    drawMarks(shown.neighbours, text, 1, size);
    drawMarks(shown.playlist, accent, 1.5, size);
    labels.draw(context, {
      view, width, height, ratio, only: shown.subGenre, lift: count > 1000 ? 0 : radius() + 12,
      colours: { font, text, surface: surfaceText }, covered,
    });
    if (shown.playing !== null) drawMarks([shown.playing], accent, 1.5, size);
    if (shown.selected !== null) drawMarks([shown.selected], text, 2.5, size + 1);
    if (shown.place) drawPlace(palette);
    if (hovered !== null) drawMarks([hovered], text, 1.5, size);
    drawOutline();
    context.setTransform(1, 0, 0, 1, 0, 0);
    placeHere();
  }

  function redraw() {
    if (!frame) frame = requestAnimationFrame(draw);
  }

  function moved() {
    stale.points = true;
    // What fits needs no panning: a finger then scrolls the page instead.
    canvas.classList.toggle("zoomed", view.zoom() > 1.05);
    redraw();
  }

  // ---- pointing ----

  function nearest(px, py, reach) {
    const [x, y] = view.toMap(px, py);
    return grid.nearest(x, y, reach / view.scale(), barred);
  }

  function setHover(track, finger = 0) {
    if (track === hovered) return;
    hovered = track;
    hover.hidden = track === null;
    canvas.classList.toggle("on-point", track !== null);
    if (track !== null) {
      hover.replaceChildren(...card(track).map((line) => typeof line === "string" ? pmsl.make("span", {}, line) : line));
      const [x, y] = pointOf(track), half = hover.offsetWidth / 2, gap = radius() + 12 + finger;
      hover.style.left = `${Math.min(Math.max(x, half + 4), width - half - 4)}px`;
      const above = y - gap - hover.offsetHeight;
      hover.style.top = `${above > 0 ? above : y + gap}px`;
    }
    redraw();
  }

  function setDrawing(on) {
    drawing = on;
    lasso?.setAttribute("aria-pressed", String(on));
    canvas.classList.toggle("drawing", on);
    redraw();
  }

  function trace(line, done) {
    outline = line && line.length >= 6 ? line.map((_, i) => view.toMap(line[i & ~1], line[i | 1])[i & 1]) : null;
    if (done && outline) {
      setDrawing(false);
      onLasso(grid.inPolygon(outline, barred));
    }
    redraw();
  }

  pmsl.listenToMap(canvas, {
    drawing: () => drawing,
    hover: (x, y) => setHover(nearest(x, y, reach())),
    leave() {
      keyed = false;
      setHover(null);
      redraw();
    },
    peek: (x, y) => setHover(nearest(x, y, FINGER), FINGER),
    tap(x, y, finger) {
      const track = nearest(x, y, finger ? FINGER : reach());
      if (track !== null) onSelect(track);
      // On nothing: takes a selection back.
      else if (shown.selection.length) onLasso(new Uint32Array());
    },
    pan(dx, dy) {
      setHover(null);
      view.panBy(dx, dy);
    },
    zoomAt(x, y, factor) {
      setHover(null);
      view.zoomAt(x, y, factor);
    },
    canZoom: view.canZoom,
    trace,
  });

  // ---- keys ----

  let settled = 0;
  /** After a key has moved the map: the track at the crosshair is pointed at, and told once the keys rest. */
  function point() {
    setHover(null);
    if (drawing) return;
    const track = nearest(width / 2, height / 2, 40);
    setHover(track);
    clearTimeout(settled);
    if (track !== null) settled = setTimeout(() => onPoint(track), 400);
  }

  function grow(factor) {
    if (drawing) circle = Math.min(Math.max(circle * factor, 8), Math.min(width, height) / 2);
    else view.zoomAt(width / 2, height / 2, factor);
  }

  function choose() {
    clearTimeout(settled);
    if (drawing) {
      const [x, y] = view.toMap(width / 2, height / 2), reach = circle / view.scale();
      const corner = (angle) => [x + reach * Math.cos(angle), y + reach * Math.sin(angle)];
      outline = Array.from({ length: 48 }, (_, i) => corner(i * Math.PI / 24)).flat();
      setDrawing(false);
      onLasso(grid.inCircle(x, y, reach, barred));
      return;
    }
    const track = nearest(width / 2, height / 2, Infinity);
    if (track !== null) onSelect(track);
  }

  const pan = (dx, dy) => ({ shiftKey }) => view.panBy(dx * (shiftKey ? 160 : 40), dy * (shiftKey ? 160 : 40));
  const keys = {
    ArrowLeft: pan(1, 0), ArrowRight: pan(-1, 0), ArrowUp: pan(0, 1), ArrowDown: pan(0, -1),
    "+": () => grow(1.25), "=": () => grow(1.25), "-": () => grow(1 / 1.25),
    Home: view.fit, Enter: choose, l: () => setDrawing(!drawing), Escape: () => setDrawing(false),
  };
  canvas.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    // Escape that ends nothing here is the page's.
    if (!action || event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape" && !drawing) return;
    event.preventDefault();
    keyed = true;
    action(event);
    if (event.key !== "Enter") point();
  });
  canvas.addEventListener("focus", () => {
    keyed = canvas.matches(":focus-visible");
    redraw();
  });
  canvas.addEventListener("blur", () => {
    keyed = false;
    setHover(null);
    redraw();
  });
  lasso?.addEventListener("click", () => {
    setDrawing(!drawing);
    // Whoever came by key goes on by key.
    if (drawing && lasso.matches(":focus-visible")) canvas.focus();
  });

  // ---- starting ----

  new ResizeObserver(() => {
    width = canvas.clientWidth;
    height = canvas.clientHeight;
    ratio = Math.min(window.devicePixelRatio || 1, 3, Math.sqrt(MOST_PIXELS / Math.max(1, width * height)));
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(height * ratio));
    points.resize(canvas.width, canvas.height);
    view.resize(width, height);
    if (tools) covered = { x: tools.offsetLeft, y: tools.offsetTop, w: tools.offsetWidth, h: tools.offsetHeight };
    stale.points = true;
    draw();
  }).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);

  if (colour) {
    colour.replaceChildren(...[...colourings].map(([value, { text }]) => pmsl.make("option", { value }, text)));
    colour.addEventListener("change", () => {
      colourBy(colour.value);
      onColour(colour.value);
    });
  }
  colourBy("playlist");

  /** Moves a track that lies outside into view. */
  function reveal(track) {
    bringIntoView({ x: positions[2 * track], y: positions[2 * track + 1] });
  }

  function bringIntoView(place) {
    const [x, y] = view.toScreen(place.x, place.y);
    // Before the page is laid out everything fits anyway.
    if (!width || x > 20 && y > 20 && x < width - 20 && y < height - 20) return redraw();
    view.center(place.x, place.y);
  }

  return {
    /**
     * Shows what changed: `selected` (a track), `neighbours` and `playlist` (tracks), `subGenre` (a playlist to single
     * out), `mask` (for each track 1 if it stays, 0 if it stands back; null for all), `playing` (a track),
     * `selection` (tracks; all others stand back) and `place` ({x, y} in map units, of what is no track). null takes back
     * what is single, an empty list what are several.
     */
    show(changes) {
      const selects = changes.selected !== undefined && changes.selected !== shown.selected;
      const before = shown.place;
      shown = { ...shown, ...changes };
      // The engine's memory may move from under a view of it.
      if (changes.mask) shown.mask = changes.mask.slice();
      if (changes.selection && !changes.selection.length) outline = null;
      if (["mask", "subGenre", "selection"].some((name) => name in changes)) restand();
      if ("subGenre" in changes) showLegend();
      if (changes.place && changes.place !== before) bringIntoView(changes.place);
      else if (selects && shown.selected !== null) reveal(shown.selected);
      else redraw();
    },
    colourBy,
    zoom: view.flyZoom,
    fit: view.fit,
    reveal,
  };
};
