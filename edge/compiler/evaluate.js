// Runs a configuration file, and says what came of it as data. Only the sandbox does this.

import { posix } from "node:path";
import { compileFunction } from "node:vm";
import { transform } from "sucrase";
import { given } from "./given.js";
import { packagesFor } from "./packages.js";
import { Problem } from "./problem.js";
import { dataOf, Refused } from "./record.js";

const ENDINGS = ["", ".ts", ".js", ".mjs", ".cjs", ".mts", ".cts", ".json", "/index.ts", "/index.js"];
const PARAMETERS = ["module", "exports", "require", "__dirname", "__filename", "__meta", "process"];

/**
 * @param {{path: string, kind: import("./configs.js").Kind, files: Record<string, string>, env: Record<string, string>, mode?: string}} request
 */
export async function evaluate({ path, kind, files, env, mode }) {
  const app = new App(files, env);
  try {
    const exported = app.load(path);
    let value = exported?.default ?? exported;
    if (typeof value === "function" && (kind === "vite" || kind === "postcss")) value = value(given(mode));
    return { value: dataOf(kind, await value) };
  } catch (error) {
    if (error instanceof Problem) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const said = error instanceof Refused ? message : `This fails when it is run: ${message}`;
    throw new Problem(said, app.at, files[app.at] ?? "", placeIn(error, app.at));
  }
}

/** The app's own files as modules, its folder being the root of all. */
class App {
  /**
   * @param {Record<string, string>} files
   * @param {Record<string, string>} env
   */
  constructor(files, env) {
    this.files = files;
    this.packages = packagesFor(files, env);
    this.process = { env, cwd: () => "/", platform: "linux", argv: [], version: process.version };
    /** The file that is being loaded, for it is what fails. */
    this.at = "";
    /** @type {Map<string, {exports: any}>} */
    this.loaded = new Map();
  }

  /**
   * @param {string} path
   * @returns {any}
   */
  load(path) {
    const known = this.loaded.get(path);
    if (known) return known.exports;
    const module = { exports: {} };
    this.loaded.set(path, module);
    const before = this.at;
    this.at = path;
    const text = this.files[path];
    if (path.endsWith(".json")) module.exports = JSON.parse(text);
    else this.run(path, text, module);
    this.at = before || path;
    return module.exports;
  }

  /**
   * @param {string} path
   * @param {string} text
   * @param {{exports: any}} module
   */
  run(path, text, module) {
    const code = asCommonJs(path, text);
    // In a block, it may declare for itself what it is given here: ES modules have no __dirname.
    const inBlock = `{${code.replaceAll("import.meta", "__meta")}\n}`;
    const body = compileFunction(inBlock, PARAMETERS, { filename: path, columnOffset: -1 });
    const file = `/${path}`;
    const folder = posix.dirname(file);
    const meta = { url: `file://${file}`, dirname: folder, filename: file, env: {} };
    body(
      module,
      module.exports,
      (/** @type {string} */ spec) => this.require(spec, path),
      folder,
      file,
      meta,
      this.process,
    );
  }

  /**
   * @param {string} spec
   * @param {string} from
   */
  require(spec, from) {
    if (!/^\.{0,2}\//.test(spec)) return this.packages(spec);
    const wanted = posix.resolve("/", posix.dirname(from), spec).slice(1);
    const found = ENDINGS.map((ending) => wanted + ending).find((one) => Object.hasOwn(this.files, one));
    if (!found) throw new Error(`Cannot find ${spec}`);
    return this.load(found);
  }
}

/**
 * @param {string} path
 * @param {string} text
 */
function asCommonJs(path, text) {
  try {
    return transform(text, { transforms: ["typescript", "imports"], disableESTransforms: true, filePath: path }).code;
  } catch (error) {
    const { message, loc } = /** @type {Error & {loc?: {line: number, column: number}}} */ (error);
    const said = message.replace(/^Error transforming .*?: /, "").replace(/ \(\d+:\d+\)$/, "");
    throw new Problem(said, path, text, loc);
  }
}

/**
 * @param {unknown} error
 * @param {string} path
 */
function placeIn(error, path) {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const [, line, column] = new RegExp(`(?:\\(|at |^)${escaped}:(\\d+)(?::(\\d+))?`, "m").exec(stack) ?? [];
  return { line: Number(line ?? 1), column: Number(column ?? 1) };
}
