// The compiler child: a line of JSON in is a request, a line of JSON out is its answer, in the same order.

import { Console } from "node:console";
import { createInterface } from "node:readline";
import { init } from "es-module-lexer";
import { fileCompiler } from "./compile.js";
import { Problem, placeOfImport } from "./problem.js";
import { readSheets } from "./sheets.js";
import { Stylesheets } from "./tailwind.js";

/** @typedef {Record<string, any> & {n: number, op: string}} Request */

const compile = fileCompiler();
const stylesheets = new Stylesheets(readSheets());

/** @type {Record<string, (request: any) => object | Promise<object>>} */
const operations = {
  blame: ({ message, path, source, spec }) => new Problem(message, path, source, placeOfImport(source, spec)).report,
  ping: () => ({}),
  stats: () => ({ ...process.memoryUsage(), compilers: stylesheets.kept.size }),
  compile: (request) => compile(request),
  config: async (request) => (await import("./configs.js")).readConfig(request),
  css: (request) => stylesheets.css(request),
  prebundle: async (request) => (await import("./prebundle.js")).prebundle(request),
};

/** @param {Request} request */
async function answer(request) {
  try {
    const operation = operations[request.op];
    if (!operation) throw new Error(`There is no operation ${request.op}`);
    return { n: request.n, ok: true, ...(await operation(request)) };
  } catch (error) {
    if (error instanceof Problem) return { n: request.n, ok: false, error: error.report };
    // A fault of ours or of a package: the file is named all the same, for it is what brings it out.
    console.error(error);
    const message = `The compiler fails on this file: ${error instanceof Error ? error.message : error}`;
    const file = request.path ?? request.entry ?? "package.json";
    return { n: request.n, ok: false, error: new Problem(message, file, request.source ?? "").report };
  }
}

/** @param {object} words */
function say(words) {
  process.stdout.write(`${JSON.stringify(words)}\n`);
}

// A plugin that logs must not speak in between.
globalThis.console = new Console(process.stderr, process.stderr);
await init;
/** @type {Promise<void>} */
let last = Promise.resolve();
const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
lines.on("line", (line) => {
  last = last.then(async () => say(await answer(JSON.parse(line))));
});
lines.on("close", () => last.then(() => process.exit(0)));
say({ n: 0, ok: true, node: process.version });
