// Mouse, pen and touch on the map. One pointer drags, two pinch, a press that does not move chooses, a long press of a
// finger peeks, and a drag with Shift or while `drawing()` draws a line around points.
"use strict";

/**
 * `acts` are {drawing(), hover(x, y), leave(), peek(x, y), tap(x, y, finger), pan(dx, dy), zoomAt(x, y, factor),
 * canZoom(factor), trace(corners, done)}, with places in CSS pixels of the canvas. `trace` gets the line so far as
 * [x0, y0, x1, y1, ..], or null where it was given up.
 */
pmsl.listenToMap = (canvas, acts) => {
  const LONG_PRESS_MS = 450;
  const pointers = new Map();
  let pressed = null, line = null, timer = 0, wheeled = 0;

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  function giveUp() {
    clearTimeout(timer);
    pressed = null;
    if (line) acts.trace(null, true);
    line = null;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    const at = place(event);
    pointers.set(event.pointerId, at);
    giveUp();
    acts.leave();
    if (pointers.size > 1) return;
    pressed = at;
    if (acts.drawing() || event.shiftKey) {
      line = [...at];
    } else if (event.pointerType === "touch") {
      timer = setTimeout(() => {
        pressed = null;
        acts.peek(...at);
      }, LONG_PRESS_MS);
    }
  });

  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    if (!pointers.has(event.pointerId)) {
      if (event.pointerType !== "touch") acts.hover(x, y);
      return;
    }
    const [px, py] = pointers.get(event.pointerId);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    // A finger is never quite still.
    const slack = event.pointerType === "touch" ? 9 : 4;
    if (pressed && Math.hypot(x - pressed[0], y - pressed[1]) > slack) {
      clearTimeout(timer);
      pressed = null;
    }
    if (other) {
      const factor = Math.hypot(x - other[0], y - other[1]) / Math.max(1, Math.hypot(px - other[0], py - other[1]));
      acts.zoomAt((x + other[0]) / 2, (y + other[1]) / 2, factor);
      acts.pan((x - px) / 2, (y - py) / 2);
    } else if (line) {
      if (Math.hypot(x - line.at(-2), y - line.at(-1)) >= 3) {
        line.push(x, y);
        acts.trace(line, false);
      }
    } else if (!pressed) {
      acts.pan(x - px, y - py);
    } else {
      return;
    }
    pointers.set(event.pointerId, [x, y]);
  });

  function release(event) {
    if (!pointers.delete(event.pointerId)) return;
    const kept = event.type === "pointerup";
    if (kept && pressed) acts.tap(...pressed, event.pointerType === "touch");
    if (kept && line && !pressed) {
      acts.trace(line, true);
      line = null;
    }
    giveUp();
  }
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "touch") acts.leave();
  });
  // The menu that a long press would open.
  canvas.addEventListener("contextmenu", (event) => {
    if (event.pointerType !== "mouse") event.preventDefault();
  });

  canvas.addEventListener("wheel", (event) => {
    // Fingers that spread on a trackpad come as a wheel with Ctrl, in smaller steps.
    const unit = event.ctrlKey ? 0.01 : event.deltaMode === 1 ? 0.053 : 0.0022;
    const factor = Math.exp(-Math.max(-150, Math.min(150, event.deltaY)) * unit);
    // At the end of the zoom a new turn of the wheel scrolls the page on.
    const fresh = event.timeStamp - wheeled > 300;
    if (!event.ctrlKey && !acts.canZoom(factor) && fresh) return;
    wheeled = event.timeStamp;
    event.preventDefault();
    acts.zoomAt(...place(event), factor);
  }, { passive: false });
};
