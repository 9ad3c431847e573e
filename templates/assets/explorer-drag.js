// Moving a row of a list by dragging its handle, with mouse, pen or finger.
"use strict";

pmsl.createDrag = ({ list, onMove }) => {
  let drag = null;

  // The place that the row would have if it were let go here.
  function placeAt(y) {
    const rows = [...list.children];
    const below = rows.findIndex((row) => {
      const box = row.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    const before = below < 0 ? rows.length : below;
    return before > drag.from ? before - 1 : before;
  }

  function mark(to) {
    for (const row of list.querySelectorAll(".drop-above, .drop-below")) row.classList.remove("drop-above", "drop-below");
    if (to !== null && to !== drag.from) list.children[to]?.classList.add(to < drag.from ? "drop-above" : "drop-below");
  }

  // Near an edge of the window the page goes on.
  function scroll() {
    if (!drag) return;
    const edge = 72, { y } = drag;
    const speed = y < edge ? y - edge : y > innerHeight - edge ? y - innerHeight + edge : 0;
    if (speed) {
      scrollBy({ top: speed / 5, behavior: "instant" });
      mark(drag.to = placeAt(y));
    }
    requestAnimationFrame(scroll);
  }

  function end(moved) {
    if (!drag) return;
    const { from, to, row } = drag;
    mark(null);
    row.classList.remove("dragged");
    drag = null;
    if (moved && to !== from) onMove(from, to);
  }

  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".row-drag");
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    const row = handle.closest("li"), from = [...list.children].indexOf(row);
    drag = { row, from, to: from, y: event.clientY };
    row.classList.add("dragged");
    handle.setPointerCapture(event.pointerId);
    requestAnimationFrame(scroll);
  });
  list.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.y = event.clientY;
    mark(drag.to = placeAt(event.clientY));
  });
  list.addEventListener("pointerup", () => end(true));
  list.addEventListener("pointercancel", () => end(false));
  document.addEventListener("keydown", (event) => {
    if (drag && event.key === "Escape") end(false);
  });
};
