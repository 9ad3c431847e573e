// Headless Chromium for the benches, spoken to over a pipe: messages are JSON that ends with a zero byte.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

function start(profile) {
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--hide-scrollbars", "--enable-precise-memory-info", `--user-data-dir=${profile}`, "--remote-debugging-pipe", "about:blank"];
  const child = spawn(process.env.CHROMIUM ?? "chromium", flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const waiting = new Map();
  let rest = "", number = 0;
  child.stdio[4].setEncoding("utf8").on("data", (text) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop();
    for (const message of messages.map((text) => JSON.parse(text))) {
      const { resolve, reject } = waiting.get(message.id) ?? {};
      waiting.delete(message.id);
      if (message.error) reject?.(new Error(message.error.message));
      else resolve?.(message.result);
    }
  });
  const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
    waiting.set(++number, { resolve, reject });
    child.stdio[3].write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
  });
  return { child, send };
}

/** Runs `scenario(browser)` and ends the browser after it, whatever happens. */
async function withBrowser(scenario) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pmsl-bench-"));
  const { child, send } = start(path.join(folder, "profile"));
  const failed = new Promise((_, reject) => child.on("error", (error) =>
    reject(new Error(`Chromium does not start (${error.message}); set CHROMIUM`))));
  const scene = async () => {
    const { product } = await send("Browser.getVersion");
    await scenario({ product, folder, open: (options) => open(send, options) });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    await send("Browser.close");
    await gone;
  };
  try {
    await Promise.race([scene(), failed]);
  } finally {
    child.kill();
    // Its helpers may still be writing their last.
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Opens a page of this size; `before` is a script that runs in it before its own. */
async function open(send, { url, width, height, deviceScaleFactor = 1, before }) {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const call = (method, params) => send(method, params, sessionId);
  // Time on the processor, not on the clock: what else the machine does counts in the frames per second only.
  await call("Performance.enable", { timeDomain: "threadTicks" });
  await call("Page.enable");
  await call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor, mobile: false });
  if (before) await call("Page.addScriptToEvaluateOnNewDocument", { source: before });
  await call("Page.navigate", { url });
  const run = async (expression) => {
    const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const until = async (condition) => {
    while (!await run(condition)) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const metric = async (name) => {
    const { metrics } = await call("Performance.getMetrics");
    return metrics.find((metric) => metric.name === name).value;
  };
  return { call, run, until, metric, close: () => send("Target.closeTarget", { targetId }) };
}

/** Prints rows of texts as a table, the first column to the left. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) console.log(row.map((cell, column) => column ? cell.padStart(widths[column]) : cell.padEnd(widths[column])).join("  "));
}

const machine = () => `${os.cpus().length} x ${os.cpus()[0].model}`;

module.exports = { withBrowser, table, machine };
