// Plays what the site itself holds, one track at a time; after a track of the playlist comes the next.
"use strict";

pmsl.createPlayer = ({ audioOf, label, next, onChange, onProblem }) => {
  const element = (id) => document.getElementById(id);
  const [bar, audio, toggle, title] = ["player", "audio", "player-toggle", "player-title"].map(element);
  const [seek, time, close] = ["player-seek", "player-time", "player-close"].map(element);
  let current = null;

  function play(track) {
    if (track === current) return audio.paused ? resume() : audio.pause();
    const source = audioOf(track);
    if (!source) return;
    current = track;
    bar.hidden = false;
    document.body.classList.add("has-player");
    title.textContent = label(track);
    audio.src = source.split("/").map(encodeURIComponent).join("/");
    resume();
  }

  function resume() {
    // Refused where another track was chosen meanwhile, which is no problem, or with an error event, which tells.
    audio.play()?.catch(() => {});
  }

  function update() {
    const playing = current !== null && !audio.paused;
    toggle.replaceChildren(pmsl.icon(playing ? "pause" : "play"));
    toggle.setAttribute("aria-label", playing ? "Pause" : "Play");
    onChange(playing ? current : null);
  }

  function showTime() {
    const duration = Number.isFinite(audio.duration) ? audio.duration : 0;
    seek.max = duration;
    seek.value = audio.currentTime;
    seek.setAttribute("aria-valuetext", `${pmsl.clock(audio.currentTime)} of ${pmsl.clock(duration)}`);
    time.textContent = `${pmsl.clock(audio.currentTime)} / ${pmsl.clock(duration)}`;
  }

  toggle.addEventListener("click", () => audio.paused ? resume() : audio.pause());
  seek.addEventListener("input", () => { audio.currentTime = Number(seek.value); });
  close.addEventListener("click", () => {
    audio.pause();
    audio.removeAttribute("src");
    current = null;
    bar.hidden = true;
    document.body.classList.remove("has-player");
    update();
  });
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, update);
  for (const event of ["timeupdate", "durationchange"]) audio.addEventListener(event, showTime);
  audio.addEventListener("error", () => {
    if (current !== null) onProblem(label(current));
    update();
  });
  audio.addEventListener("ended", () => {
    const following = next(current);
    if (following !== null) play(following);
  });
  update();

  return { play };
};
