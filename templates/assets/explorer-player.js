// The player: what plays, from the listener's own files or from beside the site, with one bar to rule it.
"use strict";

pmsl.createPlayer = ({
  audioOf, label, facts, next, onChange, onProblem,
  fileOf = async () => null, previous = () => null, announce = () => {},
}) => {
  const element = (id) => document.getElementById(id.replace(/^-/, "player-"));
  const [bar, toggleButton, title, seekBar, time] = ["player", "-toggle", "-title", "-seek", "-time"].map(element);
  const [preview, volume, crossfade, keys, more] = ["-preview", "-volume", "-crossfade", "-keys", "-more"].map(element);
  const STORE = "pmsl-player";
  const PREVIEW_FROM = 0.3;
  const SWITCH_SECONDS = 1;
  const MOST_FAILURES = 3;
  const NO_SINK = /sink/i; // what Firefox says where there is no sound output
  let current = null;
  let source = null; // { file } or { path } of the current track
  let turn = 0; // so that what was asked for earlier gives way
  let leaving = false; // the change to the next track has begun
  let failures = 0; // in a row
  let told; // what onChange was called with

  const decks = pmsl.createDecks([element("audio"), element("audio-next")], {
    onState: update,
    onTime,
    onHeard: () => {
      waveform.show(source.file, decks.duration);
      announce(`Playing ${label(current)}.`);
    },
    onEnded: () => advance(0),
    onError: fail,
  });
  const waveform = pmsl.createWaveform(element("-wave"));
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
    source = null;
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
    if (!file && !path) return fail(null);
    source = { file, path };
    const url = file ? URL.createObjectURL(file) : path.split("/").map(encodeURIComponent).join("/");
    decks.start(url, { at: previewing() ? PREVIEW_FROM : 0, seconds });
  }

  /** Goes to a neighbouring track, if there is one. */
  function go(id, seconds) {
    if (id === null || id === undefined) return false;
    open(id, seconds);
    return true;
  }
  function on() {
    failures = 0;
    if (current !== null) go(next(current), SWITCH_SECONDS);
  }
  /** As everywhere: first to the start of the track, then to the one before. */
  function back() {
    if (current === null) return;
    failures = 0;
    if ((decks.position > 5 && !previewing()) || !go(previous(current), SWITCH_SECONDS)) seek(0);
  }
  function advance(seconds) {
    failures = 0;
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
    const many = failures >= MOST_FAILURES;
    onProblem(`${label(id)} cannot be played: ${text}.${many ? ` That makes ${failures} in a row, so the player stops here.` : ""}`);
    // A preview was chosen by hand, and nothing else is wanted in its place.
    if (many || NO_SINK.test(error?.message) || previewing() || !go(next(id), SWITCH_SECONDS)) close();
  }

  async function reason(error) {
    if (!source) return "none of your files fits it in name and length";
    if (NO_SINK.test(error.message)) return "the browser found no sound output";
    const { file, path } = source;
    // A file that is gone reads as empty in Chromium and not at all in Firefox.
    if (file && !await file.slice(0, 1).arrayBuffer().then(({ byteLength }) => byteLength, () => 0)) {
      return "its file is empty, or was moved or changed since you chose it";
    }
    const ending = (file?.name ?? path).match(/\.([^./]+)$/)?.[1].toLowerCase() ?? "";
    const kinds = { mp3: "mpeg", m4a: "mp4", m4b: "mp4", oga: "ogg", opus: "ogg", wave: "wav", mka: "x-matroska" };
    if (ending && !element("audio").canPlayType(`audio/${kinds[ending] ?? ending}`)) return `this browser does not play .${ending} files`;
    if (error.code === MediaError.MEDIA_ERR_DECODE) return "its file is damaged";
    return `its file is ${file ? "" : "missing beside this page, "}damaged, or of a kind of .${ending} that this browser does not play`;
  }

  // ---- the bar ----

  function update() {
    const playing = current === null || decks.paused ? null : current;
    toggleButton.replaceChildren(pmsl.icon(playing === null ? "play" : "pause"));
    toggleButton.setAttribute("aria-label", playing === null ? "Play" : "Pause");
    session.setState(current === null ? "none" : playing === null ? "paused" : "playing");
    if (playing !== told) onChange(told = playing);
    onTime();
  }

  function onTime() {
    const { position, duration } = decks;
    const [now, end] = [position, duration].map(pmsl.clock);
    seekBar.max = duration;
    seekBar.value = position;
    seekBar.setAttribute("aria-valuetext", `${now} of ${end}`);
    time.textContent = `${now} / ${end}`;
    waveform.setPlayed(duration ? position / duration : 0);
    session.setPosition(position, duration);
    const seconds = decks.canFade ? Math.min(fadeSeconds(), duration / 3) : 0;
    if (!leaving && !decks.paused && duration - position < seconds) advance(duration - position);
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
    element("-crossfade-value").textContent = `${crossfade.value} s`;
    crossfade.setAttribute("aria-valuetext", `${crossfade.value} seconds`);
    volume.setAttribute("aria-valuetext", `${Math.round(volume.value * 100)} %`);
    decks.setVolume(volume.value);
  }

  function keepSettings() {
    showSettings();
    try {
      localStorage.setItem(STORE, JSON.stringify([volume.value, crossfade.value, keys.checked, previewing()]));
    } catch {
      // Storage may be switched off: the settings then last as long as the page.
    }
  }

  function recallSettings() {
    try {
      let previewed;
      [volume.value, crossfade.value, keys.checked, previewed] = JSON.parse(localStorage.getItem(STORE));
      preview.setAttribute("aria-pressed", String(previewed === true));
    } catch {
      // Switched off, as above, or nothing was kept.
    }
    showSettings();
  }

  toggleButton.addEventListener("click", toggle);
  element("-previous").addEventListener("click", back);
  element("-next").addEventListener("click", on);
  element("-close").addEventListener("click", close);
  seekBar.addEventListener("input", () => seek(Number(seekBar.value)));
  seekBar.addEventListener("keydown", onSeekKey);
  for (const event of ["pointerdown", "pointermove"]) seekBar.addEventListener(event, onSeekPointer);
  preview.addEventListener("click", () => {
    preview.setAttribute("aria-pressed", String(!previewing()));
    keepSettings();
  });
  for (const control of [volume, crossfade, keys]) control.addEventListener("input", keepSettings);
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    more.open = false;
    more.firstElementChild.focus();
  });
  for (const part of more.querySelectorAll(".player-loudness")) part.hidden = !decks.canFade;
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
    playing: () => told,
  };
};
