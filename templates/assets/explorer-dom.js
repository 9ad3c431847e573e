// Small tools for elements and words.
"use strict";

pmsl.element = (id) => document.getElementById(id);

/** An element with properties (aria-* and data-* as attributes) and children. */
pmsl.make = (tag, properties = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

/** An element of a drawing. */
pmsl.draw = (tag, attributes = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** A picture of 16 by 16 in the colour of the text. */
pmsl.icon = (name) => {
  const paths = {
    play: "M4 2.5v11l9.5-5.5z",
    pause: "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z",
    add: "M7.25 2.5h1.5v4.75h4.75v1.5H8.75v4.75h-1.5V8.75H2.5v-1.5h4.75z",
    up: "M8 3l5 5.2-1.1 1.1-3.15-3.3V13h-1.5V6L4.1 9.3 3 8.2z",
    down: "M8 13l5-5.2-1.1-1.1L8.75 10V3h-1.5v7L4.1 6.7 3 7.8z",
    remove: "M4.1 3L8 6.9 11.9 3 13 4.1 9.1 8 13 11.9 11.9 13 8 9.1 4.1 13 3 11.9 6.9 8 3 4.1z",
    like: "M8 14L2.6 8.7a3.4 3.4 0 0 1 0-4.9 3.45 3.45 0 0 1 4.9 0L8 4.3l.5-.5a3.45 3.45 0 0 1 4.9 0 3.4 3.4 0 0 1 0 4.9zM8 11.9l4.35-4.25a1.95 1.95 0 0 0 0-2.8 2 2 0 0 0-2.8 0L8 6.4 6.45 4.85a2 2 0 0 0-2.8 0 1.95 1.95 0 0 0 0 2.8z",
    liked: "M8 14L2.6 8.7a3.4 3.4 0 0 1 0-4.9 3.45 3.45 0 0 1 4.9 0L8 4.3l.5-.5a3.45 3.45 0 0 1 4.9 0 3.4 3.4 0 0 1 0 4.9z",
    dislike: "M8 1.75a6.25 6.25 0 1 1 0 12.5 6.25 6.25 0 0 1 0-12.5zM4.3 5.35a4.75 4.75 0 0 0 6.35 6.35zM5.35 4.3l6.35 6.35A4.75 4.75 0 0 0 5.35 4.3z",
    lock: "M4.5 7V5a3.5 3.5 0 0 1 6.8-1.2l-1.4.5A2 2 0 0 0 6 5v2h6.5v7h-9V7zM5 8.5v4h6v-4z",
    locked: "M4.5 7V5a3.5 3.5 0 0 1 7 0v2h1v7h-9V7zM6 7h4V5a2 2 0 0 0-4 0z",
    from: "M3 2.5h1.5V8h5.7L7.9 5.7l1-1.1L13 8.75l-4.1 4.15-1-1.1 2.3-2.3H3z",
    undo: "M6.5 2.5l1.1 1.1L5.4 5.75H9a4.25 4.25 0 0 1 0 8.5H5v-1.5h4a2.75 2.75 0 0 0 0-5.5H5.4l2.2 2.2-1.1 1.05L2.5 6.5z",
    redo: "M9.5 2.5L8.4 3.6l2.2 2.15H7a4.25 4.25 0 0 0 0 8.5h4v-1.5H7a2.75 2.75 0 0 1 0-5.5h3.6L8.4 9.45l1.1 1.05 4-4z",
    dice: "M2.5 2.5h11v11h-11zM4 4v8h8V4zM5 5h1.8v1.8H5zM7.1 7.1h1.8v1.8H7.1zM9.2 9.2H11V11H9.2z",
    rename: "M11.2 2L14 4.8l-8.3 8.3-3.2.4.4-3.2zM11.2 4.1L4.3 11l-.1.8.8-.1 6.9-6.9z",
    drag: "M5 3h2v2H5zM9 3h2v2H9zM5 7h2v2H5zM9 7h2v2H9zM5 11h2v2H5zM9 11h2v2H9z",
    more: "M2.5 7h2v2h-2zM7 7h2v2H7zM11.5 7h2v2h-2z",
  };
  return pmsl.draw("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    pmsl.draw("path", { d: paths[name], fill: "currentColor", "fill-rule": "evenodd" }));
};

/** A name as part of a line of text: what it says of the direction of writing ends with it. */
pmsl.isolated = (name) => {
  const own = name.replace(/\p{Bidi_Control}/gu, "");
  // Letters of scripts that are written from the right, in a first strong isolate.
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u.test(own) ? `\u2068${own}\u2069` : own;
};

/** Seconds as m:ss or h:mm:ss. */
pmsl.clock = (seconds) => {
  const whole = Math.max(0, Math.round(seconds || 0));
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

pmsl.counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
