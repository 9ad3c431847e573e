// How good a playlist is, in figures: its steps from track to track, tempo and key.
"use strict";

/** Shows them and returns the steps, one fewer than tracks; null where there are too few, or sounds are not there yet. */
pmsl.showMeasures = (viewer, playlist, ready) => {
  const { make, draw, element } = pmsl;
  const HEIGHT = 32;
  element("measures").hidden = !ready || playlist.length < 3;
  if (element("measures").hidden) return null;
  const { largestStep, meanStep, shuffledStep, tempoAgreement, keyAgreement, steps: all } = viewer.measures(playlist);
  const steps = [...all].slice(1 - playlist.length), worst = steps.indexOf(Math.max(...steps));
  const percent = (share) => `${Math.round(share * 100)} %`;
  const gain = shuffledStep > 0 ? 1 - meanStep / shuffledStep : 0;
  const against = Math.abs(gain) < 0.005 ? "as if shuffled" : `${percent(Math.abs(gain))} ${gain > 0 ? "smaller" : "larger"} than shuffled`;
  const facts = [
    ["Mean step", meanStep.toFixed(3), against],
    ["Largest step", largestStep.toFixed(3), `from ${worst + 1} to ${worst + 2}`],
    Number.isFinite(tempoAgreement) && ["Tempo", percent(tempoAgreement), "of the steps are close"],
    Number.isFinite(keyAgreement) && ["Keys", percent(keyAgreement), "of the steps mix"],
  ];
  element("measures-facts").replaceChildren(...facts.filter(Boolean).map(([name, value, note]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value, make("small", {}, note)))));

  // A bar for each step, as wide as they all allow.
  const spark = element("spark");
  spark.setAttribute("viewBox", `0 0 ${steps.length} ${HEIGHT}`);
  spark.setAttribute("aria-label",
    `The steps of the playlist in their order, from ${Math.min(...steps).toFixed(3)} to ${largestStep.toFixed(3)}; the largest leads to track ${worst + 2}`);
  spark.replaceChildren(...steps.map((step, i) => {
    const height = Math.max(1, step / (largestStep || 1) * HEIGHT);
    return draw("rect", { x: i + 0.1, y: HEIGHT - height, width: 0.8, height, class: i === worst ? "spark-worst" : "" });
  }));
  return steps;
};
