// Keys for the whole page, and the dialog that lists them.
"use strict";

pmsl.createShortcuts = ({ actions, undo }) => {
  const { make, element } = pmsl;
  const STORE = "pmsl.shortcuts";
  const dialog = element("shortcuts"), switched = element("shortcuts-on");
  const LISTED = [
    ["/", "Find a track"], ["F", "Like the chosen track"], ["X", "Dislike it"], ["A", "Add it to the playlist"],
    ["M", "Make a playlist like it"], ["Space", "Play and pause"], ["J", "10 seconds back"], ["L", "10 seconds on"],
    ["P", "Track before"], ["N", "Next track"], ["?", "This help"],
    ["Ctrl Z", "Undo in the playlist"], ["Ctrl Shift Z", "Redo"],
    ["Alt ↑ ↓", "Move a track of the playlist"], ["Delete", "Remove it"], ["↑ ↓", "Go through a list"],
  ];
  element("shortcuts-list").append(...LISTED.map(([keys, words]) => make("div", {},
    make("dt", {}, ...keys.split(" ").map((key) => make("kbd", {}, key))), make("dd", {}, words))));

  try {
    switched.checked = localStorage.getItem(STORE) !== "off";
  } catch {
    // Without a store they are on.
  }
  switched.addEventListener("change", () => {
    try {
      localStorage.setItem(STORE, switched.checked ? "on" : "off");
    } catch {
      // It holds until the page is left.
    }
  });
  const open = () => dialog.showModal();
  element("help").addEventListener("click", open);
  element("shortcuts-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });

  // Where a key means a letter, or a control's own way of changing.
  const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio], [type=range]), select, textarea, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || typing(event.target) || dialog.open || event.altKey) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      undo(key === "y" || event.shiftKey);
      return;
    }
    const action = key === "?" ? open : actions[key];
    if (!action || !switched.checked || event.repeat) return;
    event.preventDefault();
    action();
  });
};
