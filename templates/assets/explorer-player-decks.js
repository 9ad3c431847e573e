// Two audio elements that take turns, so that one track goes over into the next with equal power.
"use strict";

pmsl.createDecks = (elements, { onState, onTime, onHeard, onEnded, onError }) => {
  const STEP_MS = 40;
  // `heard`: the source has begun to sound. Until then the other deck may go on.
  const decks = elements.map((audio) => ({ audio, gain: 1, heard: false, url: null, at: 0 }));
  let [front, back] = decks;
  let fade = null;
  let volume = 1;
  let wanted = 0; // seconds of fade at the next change

  // On iPhones the volume belongs to the buttons of the phone, so tracks follow each other without a fade.
  elements[0].volume = 0.5;
  const canFade = elements[0].volume === 0.5;

  function setGain(deck, gain) {
    deck.gain = gain;
    deck.audio.volume = volume * gain;
  }

  function empty(deck) {
    deck.heard = false;
    deck.audio.pause();
    if (!deck.url) return;
    deck.audio.removeAttribute("src");
    deck.audio.load();
    if (deck.url.startsWith("blob:")) URL.revokeObjectURL(deck.url);
    deck.url = null;
  }

  function endFade(gain = 1) {
    if (fade) clearInterval(fade.timer);
    fade = null;
    empty(back);
    setGain(front, gain);
  }

  /** By the place in the new track, not by the clock: so a pause holds the fade, too. */
  function stepFade() {
    const share = Math.min(Math.max((front.audio.currentTime - fade.start) / fade.seconds, 0), 1);
    if (share === 1 || front.audio.ended || back.audio.ended) return endFade();
    setGain(front, Math.sin(share * Math.PI / 2));
    setGain(back, fade.gain * Math.cos(share * Math.PI / 2));
  }

  function beginFade() {
    const left = back.heard && !back.audio.paused ? back.audio.duration - back.audio.currentTime : 0;
    const seconds = Math.min(wanted, left || 0, (front.audio.duration || 0) / 2);
    if (!canFade || seconds < 2 * STEP_MS / 1000) return endFade();
    setGain(front, 0);
    fade = { seconds, start: front.audio.currentTime, gain: back.gain, timer: setInterval(stepFade, STEP_MS) };
  }

  /** Goes over to a source, from this share of its length, within these seconds. Blob URLs are revoked after use. */
  function start(url, { at = 0, seconds = 0 } = {}) {
    if (front.heard) {
      endFade(front.gain); // what was leaving leaves now: there is no third element
      [front, back] = [back, front];
    }
    empty(front);
    wanted = seconds;
    setGain(front, seconds > 0 && canFade ? 0 : 1);
    front.url = url;
    front.at = at;
    front.audio.src = url;
    resume();
  }

  function resume() {
    for (const { audio, url } of fade ? [front, back] : [front]) {
      // Refused where another track was chosen meanwhile, which is no problem, before any tap or key, which the
      // button then shows, or with an error event, which tells.
      if (url) audio.play()?.catch(onState);
    }
  }

  for (const deck of decks) {
    const { audio } = deck;
    const on = (event, action) => audio.addEventListener(event, () => { if (deck === front && deck.url) action(); });
    on("loadedmetadata", () => { if (deck.at && Number.isFinite(audio.duration)) audio.currentTime = deck.at * audio.duration; });
    on("playing", () => {
      if (deck.heard) return;
      deck.heard = true;
      beginFade();
      onHeard();
    });
    on("ended", onEnded);
    on("error", () => onError(audio.error));
    for (const event of ["play", "pause"]) on(event, onState);
    for (const event of ["timeupdate", "durationchange", "seeked"]) on(event, onTime);
  }

  return {
    canFade,
    /** To be called within a tap or key: iPhones then let both elements play later on their own. */
    unlock: () => decks.filter(({ url }) => !url).forEach(({ audio }) => audio.load()),
    start,
    resume,
    pause: () => decks.forEach(({ audio }) => audio.pause()),
    stop: () => {
      endFade();
      empty(front);
    },
    seek: (seconds) => {
      if (fade) endFade();
      front.audio.currentTime = Math.min(Math.max(seconds, 0), front.audio.duration || 0);
    },
    setVolume: (share) => {
      volume = share * share; // nearer to how loudness is heard
      decks.forEach((deck) => setGain(deck, deck.gain));
    },
    get paused() { return front.audio.paused; },
    get position() { return front.heard ? front.audio.currentTime : 0; },
    get duration() { return Number.isFinite(front.audio.duration) ? front.audio.duration : 0; },
  };
};
