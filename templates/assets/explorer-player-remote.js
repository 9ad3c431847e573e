// What reaches the player from outside its bar: keys anywhere in the page, and the media keys and lock screen.
"use strict";

/** Space, and unless switched off (`lettersOn`) J, L, N and P; never while something else has a use for the key. */
pmsl.listenToPlayerKeys = ({ isOpen, lettersOn, toggle, seekBy, next, previous }) => {
  const letters = { j: () => seekBy(-10), l: () => seekBy(10), n: next, p: previous };
  const typing = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]";
  const pressing = "input, button, summary, a[href], audio, [role=button], [role=option], [role=application], [role=slider]";

  document.addEventListener("keydown", (event) => {
    if (!isOpen() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const within = (selector) => event.target instanceof Element && event.target.closest(selector);
    if (within(typing)) return;
    const key = event.key.toLowerCase();
    const action = key === " " ? !within(pressing) && toggle : lettersOn() && letters[key];
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || key === "j" || key === "l") action();
  });
};

/** Media Session: what plays is shown by the system, and its keys work. */
pmsl.createMediaSession = ({ resume, pause, previous, next, seek, seekBy }) => {
  const session = navigator.mediaSession;
  if (!session || !window.MediaMetadata) return { show() {}, setState() {}, setPosition() {} };
  const actions = {
    play: resume,
    pause,
    previoustrack: previous,
    nexttrack: next,
    seekto: ({ seekTime }) => seek(seekTime),
    seekbackward: ({ seekOffset }) => seekBy(-(seekOffset || 10)),
    seekforward: ({ seekOffset }) => seekBy(seekOffset || 10),
  };
  for (const [action, handler] of Object.entries(actions)) {
    try {
      session.setActionHandler(action, handler);
    } catch {
      // A browser that does not know this action goes without.
    }
  }
  return {
    /** Null where nothing is open. */
    show: (track) => {
      session.metadata = track && new MediaMetadata({ title: track.title, artist: track.artist ?? "", album: track.album ?? "" });
    },
    setState: (state) => { session.playbackState = state; },
    setPosition: (position, duration) => {
      if (duration > 0) session.setPositionState?.({ duration, position: Math.min(position, duration), playbackRate: 1 });
    },
  };
};
