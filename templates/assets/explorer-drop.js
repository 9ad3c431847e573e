// A recording of the listener's own, dropped on the page or chosen with a button, is heard by the run's encoder. What
// it hears goes to `onVector(vector, name)`; nothing leaves the device.
"use strict";

pmsl.createDrop = ({ manifest, onVector, announce }) => {
  const { element } = pmsl;
  const [part, choose, input, progress, status, bar, stop, over] =
    ["drop", "drop-choose", "drop-file", "drop-progress", "drop-status", "drop-bar", "drop-stop", "drop-over"].map(element);
  const STEPS = { load: "Loading the encoder …", open: "Decoding …", hear: "Listening …" };
  const encoder = pmsl.createEncoder(manifest);
  let running = null;

  function say(text) {
    status.textContent = text;
    progress.hidden = !text;
  }

  async function take(file) {
    running?.abort();
    const current = running = new AbortController();
    const name = file.name.replace(/\.[^.]+$/, "");
    bar.hidden = stop.hidden = false;
    announce(`Listening to ${name}.`);
    const onProgress = (step, share) => {
      if (current !== running) return;
      say(STEPS[step]);
      // Without a value it shows that something goes on.
      if (step === "hear") bar.value = share;
      else bar.removeAttribute("value");
    };
    try {
      const vector = await encoder.embed(file, onProgress, current.signal);
      if (current !== running) return;
      say("");
      onVector(vector, name);
    } catch (error) {
      if (current !== running) return;
      const text = current.signal.aborted ? "" : `${file.name}: ${error.message}`;
      say(text);
      if (text) announce(text);
    } finally {
      if (current === running) {
        running = null;
        bar.hidden = stop.hidden = true;
      }
    }
  }

  choose.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length) take(input.files[0]);
    input.value = ""; // so that the same choice can be made again
  });
  stop.addEventListener("click", () => {
    running?.abort();
    choose.focus();
  });

  // Files that are dropped on the part for the music folder are meant for the player, on the playlist to be opened.
  const meant = (event) => [...event.dataTransfer?.types ?? []].includes("Files") && !event.target.closest?.("#folder, #playlist-drop");
  let inside = 0; // dragenter and dragleave come in pairs, for every element that is passed
  addEventListener("dragenter", (event) => {
    if (!meant(event)) return;
    inside++;
    over.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (meant(event)) inside = Math.max(0, inside - 1);
    if (!inside) over.hidden = true;
  });
  addEventListener("dragover", (event) => {
    // Without this the browser would leave the page for the file.
    if (meant(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    inside = 0;
    over.hidden = true;
    if (!meant(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  });
  part.hidden = false;
};
