// An app into what is served of it.

import { Problem } from "../compiler/problem.js";
import { App, stem } from "./app.js";
import { bundle, optionsFor } from "./bundle.js";
import { Chunks } from "./chunks.js";
import { pageOf } from "./page.js";
import { server } from "./server.js";
import { Sheets } from "./sheets.js";
import { excess, packed, report } from "./sizes.js";

/** @typedef {import("./app.js").Request} Request */
/** @typedef {import("./plugin.js").Way} Way */
/** @typedef {(stage: string, message: string, progress: number) => void} Tell */

const ENTRY = "fleet:";
export class Build {
  /** @param {Request} request */
  constructor(request) {
    this.request = request;
    this.app = new App(request);
  }

  /** Which packages the app imports. @param {string} folder where nothing is yet */
  async scan(folder) {
    /** @type {Set<string>} */
    const scanned = new Set();
    const way = {
      folder,
      scanned,
      styled: true,
      worker: async (/** @type {string} */ path) => void (await other(path)),
    };
    const other = async (/** @type {string} */ path) =>
      bundle(this.app, {
        ...optionsFor(this.app, { ...way, worker: async () => "" }),
        entryPoints: [`${ENTRY}${path}`],
      });
    const asked = /** @type {any} */ (way);
    if (this.request.entry)
      await bundle(this.app, { ...optionsFor(this.app, asked), entryPoints: [ENTRY + this.request.entry] });
    if (this.request.server) await server(this.app, asked, (options) => bundle(this.app, options));
    return [...scanned].sort();
  }

  /**
   * @param {string} folder of packages
   * @param {Tell} tell
   */
  async make(folder, tell) {
    const { app, request } = this;
    const way = { folder, styled: true, worker: (/** @type {string} */ path) => this.worker(path, folder) };
    tell("bundling", "bundling scripts", 45);
    const sheets = new Sheets(app, folder, request.target);
    // Beside the bundler, which is a process of its own; what is wrong is said when their turn comes.
    for (const one of app.sheets.values()) sheets.text(one).catch(() => {});
    const result = await bundle(this.app, {
      ...optionsFor(this.app, way),
      entryPoints: request.entry ? [{ in: ENTRY + request.entry, out: "index" }] : [],
      splitting: true,
      sourcemap: "external",
    });
    const chunks = new Chunks(/** @type {any} */ (result), app);
    tell("bundling", "bundling styles", 60);
    await chunks.style(sheets);
    chunks.rename();
    const script = request.server ? await server(app, way, (options) => bundle(this.app, options)) : null;
    tell("packing", "packing what travels", 75);
    const files = await this.files(chunks);
    const problem = excess(files, chunks);
    if (problem) throw new Problem(problem, "", "");
    return { files, script, maps: mapsOf(chunks), report: report(files), warnings: [...app.warnings].sort() };
  }

  /** @param {Chunks} chunks */
  async files(chunks) {
    const { app } = this;
    const page = app.request.entry ? [packed("index.html", Buffer.from(pageOf(app, chunks)), false)] : [];
    const scripts = [...chunks.all.values()].map(({ name, code }) =>
      packed(`assets/${name}.js`, Buffer.from(code), true),
    );
    const made = [...app.made].map(([name, { bytes, immutable }]) => packed(name, bytes, immutable));
    const served = app.publicFiles().map(([name, bytes]) => packed(name, bytes, false));
    return Promise.all([...page, ...scripts, ...made, ...served]);
  }

  /**
   * A worker's script with all that it imports, as one file.
   * @param {string} path
   * @param {string} folder
   * @param {string[]} makers the workers that make this one
   */
  async worker(path, folder, makers = []) {
    if (makers.includes(path)) throw new Problem("This worker makes workers of itself", path, this.app.text(path));
    const worker = (/** @type {string} */ one) => this.worker(one, folder, [...makers, path]);
    const way = { folder, styled: false, worker };
    const result = await bundle(this.app, {
      ...optionsFor(this.app, way),
      entryPoints: [ENTRY + path],
      format: "iife",
    });
    return this.app.emit(`${stem(path)}.js`, Buffer.from(result.outputFiles?.[0]?.contents ?? ""));
  }
}

/** @param {Chunks} chunks */
function mapsOf(chunks) {
  return [...chunks.all.values()]
    .filter(({ map }) => map)
    .map(({ name, map }) => ({ name: `assets/${name}.js.map`, text: mapOf(map) }));
}

/**
 * A source map that names files as the app does.
 * @param {string} text
 */
function mapOf(text) {
  const map = JSON.parse(text);
  const sources = map.sources.map((/** @type {string} */ one) => one.replace(/^(?:\.\.\/)+|^app:/g, ""));
  return JSON.stringify({ ...map, sources });
}
