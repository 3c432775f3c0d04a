// An app into what is served of it.

import { join } from "node:path";
import { build } from "esbuild";
import { notInstalled, optionalOnes } from "../compiler/peers.js";
import { Problem } from "../compiler/problem.js";
import { App, stem } from "./app.js";
import { Chunks } from "./chunks.js";
import { pageOf } from "./page.js";
import { plugins } from "./plugin.js";
import { server } from "./server.js";
import { Sheets } from "./sheets.js";
import { excess, packed, report } from "./sizes.js";
import { within } from "./within.js";

/** @typedef {import("./app.js").Request} Request */
/** @typedef {import("./plugin.js").Way} Way */
/** @typedef {(stage: string, message: string, progress: number) => void} Tell */

const ENTRY = "fleet:";
const VUE = {
  __VUE_OPTIONS_API__: "true",
  __VUE_PROD_DEVTOOLS__: "false",
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
};

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
      this.bundle({ ...this.options({ ...way, worker: async () => "" }), entryPoints: [`${ENTRY}${path}`] });
    const asked = /** @type {any} */ (way);
    await this.bundle({ ...this.options(asked), entryPoints: [ENTRY + this.request.entry] });
    if (this.request.server) await server(this.app, asked, (options) => this.bundle(options));
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
    const result = await this.bundle({
      ...this.options(way),
      entryPoints: [{ in: ENTRY + request.entry, out: "index" }],
      splitting: true,
      sourcemap: "external",
    });
    const chunks = new Chunks(/** @type {any} */ (result), app);
    tell("bundling", "bundling styles", 60);
    await chunks.style(sheets);
    chunks.rename();
    const script = request.server ? await server(app, way, (options) => this.bundle(options)) : null;
    tell("packing", "packing what travels", 75);
    const files = await this.files(chunks);
    const problem = excess(files, chunks);
    if (problem) throw new Problem(problem, "", "");
    return { files, script, maps: mapsOf(chunks), report: report(files), warnings: [...app.warnings].sort() };
  }

  /** @param {Chunks} chunks */
  async files(chunks) {
    const { app } = this;
    const html = Buffer.from(pageOf(app, chunks));
    const scripts = [...chunks.all.values()].map(({ name, code }) =>
      packed(`assets/${name}.js`, Buffer.from(code), true),
    );
    const made = [...app.made].map(([name, { bytes, immutable }]) => packed(name, bytes, immutable));
    const served = app.publicFiles().map(([name, bytes]) => packed(name, bytes, false));
    return Promise.all([packed("index.html", html, false), ...scripts, ...made, ...served]);
  }

  /**
   * A worker's script with all that it imports, as one file.
   * @param {string} path
   * @param {string} folder
   */
  async worker(path, folder) {
    const way = { folder, styled: false, worker: (/** @type {string} */ one) => this.worker(one, folder) };
    const result = await this.bundle({ ...this.options(way), entryPoints: [ENTRY + path], format: "iife" });
    return this.app.emit(`${stem(path)}.js`, Buffer.from(result.outputFiles?.[0]?.contents ?? ""));
  }

  /**
   * @param {Way} way
   * @returns {import("esbuild").BuildOptions}
   */
  options(way) {
    const { request } = this;
    const env = Object.entries(request.env).map(([name, value]) => [`import.meta.env.${name}`, JSON.stringify(value)]);
    return {
      absWorkingDir: way.folder,
      outdir: join(way.folder, "assets"),
      write: false,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      charset: "utf8",
      target: request.target,
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      conditions: ["module", "production"],
      define: {
        "process.env.NODE_ENV": '"production"',
        global: "globalThis",
        "import.meta.hot": "undefined",
        ...VUE,
        ...request.define,
        ...Object.fromEntries(env.filter(([name]) => /^[\w.$]+$/.test(name))),
      },
      legalComments: "none",
      logLevel: "silent",
      tsconfigRaw: {}, // not that of some folder above
      plugins: plugins(this.app, way),
    };
  }

  /**
   * Optional packages that are not there are done without.
   * @param {import("esbuild").BuildOptions} options
   * @param {Set<string>} absent
   * @returns {Promise<import("esbuild").BuildResult>}
   */
  async bundle(options, absent = new Set()) {
    try {
      return within(await build({ ...options, metafile: true }));
    } catch (error) {
      const { errors } = /** @type {import("esbuild").BuildFailure} */ (error);
      const first = errors?.[0];
      if (!first) throw error;
      if (first.detail instanceof Error) throw first.detail; // ours
      if (first.detail?.frame !== undefined)
        throw Object.assign(new Problem(first.text, "", ""), { report: first.detail });
      const optional = await optionalOnes(options.absWorkingDir ?? "", error);
      if (optional.some((spec) => !absent.has(spec))) {
        const all = new Set([...absent, ...optional]);
        return this.bundle(
          {
            ...options,
            plugins: [...(options.plugins ?? []).slice(0, 2), notInstalled(all), ...(options.plugins ?? []).slice(3)],
          },
          all,
        );
      }
      const file = first.location?.file.replace(/^app:/, "") ?? "package.json";
      throw new Problem(
        first.text,
        file,
        this.app.files.has(file) ? this.app.text(file) : "",
        first.location ? { line: first.location.line, column: first.location.column + 1 } : undefined,
      );
    }
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
