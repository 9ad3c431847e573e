// The player: what plays, from the listener's own files or from beside the site, with one bar to rule it.
"use strict";

pmsl.createPlayer = ({
  audioOf, label, facts, next, onChange, onProblem,
  fileOf = async () => null, previous = () => null, announce = () => {},
}) => {
  const element = (id) => document.getElementById(id);
  const [bar, toggleButton, title, seekBar, time] = ["player", "player-toggle", "player-title", "player-seek", "player-time"].map(element);
  const [preview, volume, crossfade, keys] = ["player-preview", "player-volume", "player-crossfade", "player-keys"].map(element);
  const STORE = "pmsl-player";
  const PREVIEW_FROM = 0.3;
  const SWITCH_SECONDS = 1;
  const MOST_FAILURES = 3;
  let current = null;
  let source = null; // { file } or { path } of the current track
  let turn = 0; // so that what was asked for earlier gives way
  let leaving = false;
  let failures = 0;

  const decks = pmsl.createDecks([element("audio"), element("audio-next")], {
    onState: update,
    onTime,
    onHeard: () => {
      failures = 0;
      waveform.show(source.file, decks.duration);
      update();
    },
    onEnded: () => advance(0),
    onError: fail,
  });
  const waveform = pmsl.createWaveform(element("player-wave"));
  const session = pmsl.createMediaSession({ resume: decks.resume, pause: decks.pause, previous: back, next: on, seek, seekBy });
  const previewing = () => preview.getAttribute("aria-pressed") === "true";
  const fadeSeconds = () => Number(crossfade.value);

  // ---- what plays ----

  /** Plays a track; the one that plays already pauses. */
  function play(id) {
    if (id === current) return toggle();
    failures = 0;
    open(id, previewing() ? SWITCH_SECONDS : Math.min(SWITCH_SECONDS, fadeSeconds()));
  }

  async function open(id, seconds) {
    const mine = ++turn;
    current = id;
    leaving = false;
    decks.unlock();
    bar.hidden = false;
    document.body.classList.add("has-player");
    title.textContent = label(id);
    waveform.show(null);
    session.show(facts(id));
    const file = await fileOf(id);
    if (mine !== turn) return;
    const path = file ? null : audioOf(id);
    source = { file, path };
    if (!file && !path) return fail(null);
    const url = file ? URL.createObjectURL(file) : path.split("/").map(encodeURIComponent).join("/");
    decks.start(url, { at: previewing() ? PREVIEW_FROM : 0, seconds });
    announce(`Playing ${label(id)}.`);
  }

  /** Goes to a neighbouring track, if there is one. */
  function go(id, seconds) {
    if (id === null || id === undefined) return false;
    open(id, seconds);
    return true;
  }
  function on() {
    if (current !== null) go(next(current), SWITCH_SECONDS);
  }
  function back() {
    // As everywhere: first to the start of the track, then to the one before.
    if (current !== null && (decks.position > 5 && !previewing() || !go(previous(current), SWITCH_SECONDS))) seek(0);
  }
  function advance(seconds) {
    leaving = true;
    if (!go(next(current), seconds)) update();
  }

  function toggle() {
    if (current === null) return;
    if (decks.paused) decks.resume();
    else decks.pause();
  }
  function seek(seconds) {
    leaving = false;
    decks.seek(seconds);
  }
  function seekBy(seconds) {
    seek(decks.position + seconds);
  }

  function close() {
    turn++;
    current = null;
    decks.stop();
    bar.hidden = true;
    document.body.classList.remove("has-player");
    session.show(null);
    update();
  }

  // ---- what does not play ----

  async function fail(error) {
    const [id, mine] = [current, turn];
    const text = await reason(error);
    if (mine !== turn) return;
    failures += 1;
    const stop = failures >= MOST_FAILURES;
    onProblem(`${label(id)} cannot be played: ${text}.${stop ? ` That makes ${failures} in a row, so the player stops here.` : ""}`);
    // A preview was chosen by hand, and nothing else is wanted in its place.
    if (stop || previewing() || !go(next(id), SWITCH_SECONDS)) close();
  }

  async function reason(error) {
    const { file, path } = source;
    if (!file && !path) return "choose the folder of your music that holds it";
    if (file && !await file.slice(0, 1).arrayBuffer().then(() => true, () => false)) {
      return "its file was moved or changed since you chose the folder";
    }
    const ending = (file?.name ?? path).match(/\.([^./]+)$/)?.[1].toLowerCase() ?? "";
    const kinds = { mp3: "mpeg", m4a: "mp4", m4b: "mp4", oga: "ogg", opus: "ogg", wave: "wav", mka: "x-matroska", wma: "x-ms-wma" };
    if (ending && !element("audio").canPlayType(`audio/${kinds[ending] ?? ending}`)) return `this browser does not play .${ending} files`;
    if (error.code === MediaError.MEDIA_ERR_DECODE) return "its file is damaged";
    return `its file is ${file ? "" : "missing beside this page, "}damaged, or of a kind of .${ending} that this browser does not play`;
  }

  // ---- the bar ----

  function update() {
    const playing = current !== null && !decks.paused;
    toggleButton.replaceChildren(pmsl.icon(playing ? "pause" : "play"));
    toggleButton.setAttribute("aria-label", playing ? "Pause" : "Play");
    session.setState(current === null ? "none" : playing ? "playing" : "paused");
    onChange(playing ? current : null);
    onTime();
    if (playing && !moving && !matchMedia("(prefers-reduced-motion: reduce)").matches) move();
  }

  function onTime() {
    const { position, duration } = decks;
    const text = pmsl.clock(duration);
    seekBar.max = duration;
    seekBar.value = position;
    seekBar.setAttribute("aria-valuetext", `${pmsl.clock(position)} of ${text}`);
    time.textContent = `${pmsl.clock(position)} / ${text}`;
    waveform.setPlayed(duration ? position / duration : 0);
    session.setPosition(position, duration);
    const seconds = decks.canFade ? Math.min(fadeSeconds(), duration / 3) : 0;
    const left = duration - position;
    // A track that was put near its end by hand plays out.
    if (!leaving && !decks.paused && position > seconds && seconds > 0 && left <= seconds) advance(left);
  }

  let moving = false;
  /** Between the few messages a second of the audio element the waveform goes on smoothly. */
  function move() {
    moving = current !== null && !decks.paused;
    if (!moving) return;
    waveform.setPlayed(decks.duration ? decks.position / decks.duration : 0);
    requestAnimationFrame(move);
  }

  function onSeekKey(event) {
    const steps = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -30, PageUp: 30 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    seekBy(steps[event.key]);
  }

  /** Where the finger is: not every browser lets a touch beside the thumb move it. */
  function onSeekPointer(event) {
    if (!(event.buttons & 1)) return;
    const { left, width } = seekBar.getBoundingClientRect();
    seek((event.clientX - left) / width * decks.duration);
  }

  // ---- settings ----

  function showSettings() {
    element("player-crossfade-value").textContent = `${crossfade.value} s`;
    crossfade.setAttribute("aria-valuetext", `${crossfade.value} seconds`);
    volume.setAttribute("aria-valuetext", `${Math.round(volume.value * 100)} %`);
    decks.setVolume(Number(volume.value));
  }

  function keepSettings() {
    showSettings();
    try {
      const kept = { volume: volume.value, crossfade: crossfade.value, letters: keys.checked, preview: previewing() };
      localStorage.setItem(STORE, JSON.stringify(kept));
    } catch {
      // Storage may be switched off: the settings then last as long as the page.
    }
  }

  function recallSettings() {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE)) ?? {};
      volume.value = kept.volume ?? volume.value;
      crossfade.value = kept.crossfade ?? crossfade.value;
      keys.checked = kept.letters ?? true;
      preview.setAttribute("aria-pressed", String(kept.preview === true));
    } catch {
      // As above, or written by something else.
    }
    showSettings();
  }

  toggleButton.addEventListener("click", toggle);
  element("player-previous").addEventListener("click", back);
  element("player-next").addEventListener("click", on);
  element("player-close").addEventListener("click", close);
  seekBar.addEventListener("input", () => seek(Number(seekBar.value)));
  seekBar.addEventListener("keydown", onSeekKey);
  for (const event of ["pointerdown", "pointermove"]) seekBar.addEventListener(event, onSeekPointer);
  preview.addEventListener("click", () => {
    preview.setAttribute("aria-pressed", String(!previewing()));
    keepSettings();
  });
  for (const control of [volume, crossfade, keys]) control.addEventListener("input", keepSettings);
  element("player-more").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    element("player-more").open = false;
    element("player-more").firstElementChild.focus();
  });
  for (const part of document.querySelectorAll(".player-fades")) part.hidden = !decks.canFade;
  pmsl.listenToPlayerKeys({ isOpen: () => current !== null, lettersOn: () => keys.checked, toggle, seekBy, next: on, previous: back });
  recallSettings();
  update();

  return {
    play,
    toggle,
    next: on,
    previous: back,
    seek,
    close,
    /** The track in the player, whether it plays or pauses, or null. */
    current: () => current,
    /** The track that plays, or null. */
    playing: () => decks.paused ? null : current,
  };
};
