// Where the points lie: sorted into the cells of a grid, so that drawing, pointing and lassoing touch only what is near.
// A "place" is a point's number in this order, as against its track.
"use strict";

pmsl.createMapGrid = (positions) => {
  const count = positions.length / 2;
  const bounds = boundsOf(positions);
  const width = Math.max(bounds.right - bounds.left, 1e-6), height = Math.max(bounds.bottom - bounds.top, 1e-6);
  // About four points a cell where they are spread evenly.
  const side = Math.max(1, Math.min(400, Math.ceil(Math.sqrt(count / 4))));
  const column = (x) => Math.max(0, Math.min(side - 1, Math.floor((x - bounds.left) / width * side)));
  const row = (y) => Math.max(0, Math.min(side - 1, Math.floor((y - bounds.top) / height * side)));
  const tracks = new Uint32Array(count), xs = new Float32Array(count), ys = new Float32Array(count);
  const starts = new Uint32Array(side * side + 1);
  sort();
  const core = coreBounds();

  function boundsOf(xy) {
    if (!xy.length) return { left: 0, right: 1, top: 0, bottom: 1 };
    const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
    for (let i = 0; i < xy.length; i += 2) {
      if (xy[i] < box.left) box.left = xy[i];
      if (xy[i] > box.right) box.right = xy[i];
      if (xy[i + 1] < box.top) box.top = xy[i + 1];
      if (xy[i + 1] > box.bottom) box.bottom = xy[i + 1];
    }
    return box;
  }

  // Where all but a few points lie, for a handful far out would make all else small.
  function coreBounds() {
    const STRAY = 0.003, stride = Math.ceil(count / 10000);
    const middle = (values) => {
      const sorted = values.filter((_, place) => place % stride === 0).sort(), few = Math.floor(sorted.length * STRAY);
      return [sorted[few], sorted[sorted.length - 1 - few]];
    };
    if (count * STRAY < 1) return bounds;
    const [left, right] = middle(xs), [top, bottom] = middle(ys);
    return { left, right, top, bottom };
  }

  // A counting sort by cell. Tracks are taken in strides, for in their own order the last playlist would cover the others.
  function sort() {
    const stride = count % 1000003 ? 1000003 : 1;
    const cells = new Uint32Array(count);
    for (let track = 0; track < count; track++) {
      cells[track] = row(positions[2 * track + 1]) * side + column(positions[2 * track]);
      starts[cells[track] + 1]++;
    }
    for (let cell = 0; cell < side * side; cell++) starts[cell + 1] += starts[cell];
    const next = starts.slice();
    for (let i = 0; i < count; i++) {
      const track = i * stride % count, place = next[cells[track]]++;
      tracks[place] = track;
      xs[place] = positions[2 * track];
      ys[place] = positions[2 * track + 1];
    }
  }

  /** Calls visit(from, to) with ranges of places that hold every point of a box. */
  function ranges(left, right, top, bottom, visit) {
    if (left > bounds.right || right < bounds.left || top > bounds.bottom || bottom < bounds.top) return;
    const first = column(left), last = column(right), end = row(bottom);
    for (let r = row(top); r <= end; r++) {
      const from = starts[r * side + first], to = starts[r * side + last + 1];
      if (to > from) visit(from, to);
    }
  }

  /** The nearest track within reach whose place is not marked in `passed`; null if there is none. */
  function nearest(x, y, reach, passed) {
    const middleColumn = column(x), middleRow = row(y), cell = Math.min(width, height) / side;
    let best = null, least = reach * reach;
    const look = (r, c) => {
      const to = starts[r * side + c + 1];
      for (let place = starts[r * side + c]; place < to; place++) {
        const dx = xs[place] - x, dy = ys[place] - y, distance = dx * dx + dy * dy;
        if (distance <= least && !passed[place]) [best, least] = [tracks[place], distance];
      }
    };
    // Ring by ring around the cell of the place, until a whole ring is farther away than what was found.
    for (let ring = 0; ring < side; ring++) {
      const gap = (ring - 1) * cell;
      if (gap > 0 && gap * gap > least) break;
      const left = middleColumn - ring, right = middleColumn + ring;
      for (let r = Math.max(0, middleRow - ring); r <= Math.min(side - 1, middleRow + ring); r++) {
        if (Math.abs(r - middleRow) === ring) {
          for (let c = Math.max(0, left); c <= Math.min(side - 1, right); c++) look(r, c);
        } else {
          if (left >= 0) look(r, left);
          if (right < side) look(r, right);
        }
      }
    }
    return best;
  }

  // Tracks come out in their own order, so that a selection does not depend on how the grid is built.
  function collect(left, right, top, bottom, passed, inside) {
    const found = [];
    ranges(left, right, top, bottom, (from, to) => {
      for (let place = from; place < to; place++) {
        if (!passed[place] && inside(xs[place], ys[place])) found.push(tracks[place]);
      }
    });
    return Uint32Array.from(found).sort();
  }

  function inCircle(x, y, radius, passed) {
    const inside = (px, py) => (px - x) * (px - x) + (py - y) * (py - y) <= radius * radius;
    return collect(x - radius, x + radius, y - radius, y + radius, passed, inside);
  }

  /** Tracks inside a polygon [x0, y0, x1, y1, ..], whose last corner is joined to its first (even-odd rule). */
  function inPolygon(corners, passed) {
    const BANDS = 128, box = boundsOf(corners);
    const bandOf = (y) => Math.min(BANDS - 1, Math.floor((y - box.top) / Math.max(box.bottom - box.top, 1e-9) * BANDS));
    // A hand draws hundreds of edges, of which few are at the height of a point.
    const bands = Array.from({ length: BANDS }, () => []);
    for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
      const [from, to] = [bandOf(corners[i + 1]), bandOf(corners[j + 1])].sort((a, b) => a - b);
      for (let band = from; band <= to; band++) bands[band].push(corners[i], corners[i + 1], corners[j], corners[j + 1]);
    }
    const inside = (x, y) => {
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) return false;
      const edges = bands[bandOf(y)];
      let odd = false;
      for (let i = 0; i < edges.length; i += 4) {
        const y1 = edges[i + 1], y2 = edges[i + 3];
        if (y1 > y !== y2 > y && x < (edges[i + 2] - edges[i]) * (y - y1) / (y2 - y1) + edges[i]) odd = !odd;
      }
      return odd;
    };
    return collect(box.left, box.right, box.top, box.bottom, passed, inside);
  }

  return { count, bounds, core, tracks, xs, ys, ranges, nearest, inCircle, inPolygon };
};
