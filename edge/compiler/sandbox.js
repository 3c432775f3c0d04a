// The sandbox: `evaluate` runs what an app wrote, `preprocess` reads its Sass and Less, each in a process of its own that
// may read our packages and nothing else.

import { Console } from "node:console";
import { createInterface } from "node:readline";
import { forbid } from "./forbid.js";
import { Problem } from "./problem.js";

// What is needed is loaded before anything is forbidden.
const operations = process.argv[2] === "preprocess" ? await import("./preprocess.js") : await import("./evaluate.js");

/** @param {Record<string, any>} request */
async function answer(request) {
  try {
    return { n: request.n, ok: true, ...(await /** @type {any} */ (operations)[request.op](request)) };
  } catch (error) {
    if (error instanceof Problem) return { n: request.n, ok: false, error: error.report };
    const message = error instanceof Error ? error.message : String(error);
    return {
      n: request.n,
      ok: false,
      error: new Problem(message, request.path, request.files?.[request.path] ?? "").report,
    };
  }
}

const { stdin, stdout, stderr } = process;
const say = (/** @type {object} */ words) => stdout.write(`${JSON.stringify(words)}\n`);
globalThis.console = new Console(stderr, stderr);
forbid();
/** @type {Promise<void>} */
let last = Promise.resolve();
const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
lines.on("line", (line) => {
  last = last.then(async () => void say(await answer(JSON.parse(line))));
});
lines.on("close", () => last.then(() => process.exit(0)));
say({ n: 0, ok: true });
