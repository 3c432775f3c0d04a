// What a bundler has made, under its last names: styles beside scripts, and every name a hash of all that it leads to.

import { basename } from "node:path";
import { hash } from "./assets.js";
import { TABLE } from "./lazy.js";

/** @typedef {import("esbuild").Metafile["outputs"]} Outputs */
/** @typedef {{name: string, code: string, map: string, css: string, output: Outputs[string]}} Chunk */

const MARK = /__fleetCss\((\d+)\)/g;
const TEXT = /__fleetText\((\d+)\)/g;
const HASHED = /^(.*)-([A-Z0-9]{8})$/;

export class Chunks {
  /** By esbuild's path. @type {Map<string, Chunk>} */
  all = new Map();

  /**
   * @param {import("esbuild").BuildResult<{write: false, metafile: true}>} result
   * @param {import("./app.js").App} app
   */
  constructor(result, app) {
    this.app = app;
    this.outputs = result.metafile.outputs;
    const texts = new Map(result.outputFiles.map((file) => [basename(file.path), file.text]));
    for (const [path, output] of Object.entries(this.outputs)) {
      if (!path.endsWith(".js")) continue;
      const name = basename(path, ".js");
      this.all.set(path, {
        name,
        code: texts.get(`${name}.js`) ?? "",
        map: texts.get(`${name}.js.map`) ?? "",
        css: "",
        output,
      });
    }
  }

  /** The chunk that the page loads. */
  get entry() {
    const found = [...this.all].find(([, { output }]) => output.entryPoint?.startsWith("fleet:"));
    if (!found) throw new Error("There is no entry");
    return found[0];
  }

  /**
   * Take the styles out of the scripts.
   * @param {import("./sheets.js").Sheets} sheets
   */
  async style(sheets) {
    for (const chunk of this.all.values()) {
      const marked = [...chunk.code.matchAll(MARK)].map((match) => this.app.sheets.get(Number(match[1])) ?? "");
      // What is as long keeps all places behind it.
      chunk.code = chunk.code.replace(MARK, (mark) => "0".padEnd(mark.length));
      for (const [mark, number] of chunk.code.matchAll(TEXT)) {
        const text = JSON.stringify(await sheets.together([this.app.sheets.get(Number(number)) ?? ""]));
        chunk.code = chunk.code.replace(mark, () => text);
      }
      const css = marked.length ? await sheets.together([...new Set(marked)]) : "";
      if (css) chunk.css = this.app.emit(`${chunk.name.replace(HASHED, "$1")}.css`, Buffer.from(css));
    }
  }

  /** Give every chunk the name of all that it leads to, and write down what lazy ones need. */
  rename() {
    this.table();
    const own = new Map([...this.all].map(([path, { name, code }]) => [path, hash(`${name}\n${code}`)]));
    /** @type {Map<string, string>} */
    const names = new Map();
    for (const [path, { name }] of this.all) {
      const reached = [...this.reached(path, true)].map((one) => `${one === path ? "" : own.get(one)}`).sort();
      const [, word = name] = HASHED.exec(name) ?? [];
      names.set(name, `${word}-${hash([own.get(path), ...reached].join("\n")).slice(0, 8)}`);
    }
    const known = new RegExp([...names.keys()].map(escaped).join("|"), "g");
    for (const chunk of this.all.values()) {
      chunk.code = chunk.code.replace(known, (name) => names.get(name) ?? name);
      chunk.name = names.get(chunk.name) ?? chunk.name;
    }
  }

  table() {
    const holder = [...this.all.values()].find(({ code }) => code.includes(TABLE));
    if (!holder) return;
    const first = new Set(this.needed(this.entry));
    /** @type {Record<number, string[]>} */
    const needs = {};
    for (const [path, { output }] of this.all) {
      const number = this.app.lazy.get(output.entryPoint?.replace(/^app:/, "") ?? "");
      if (number !== undefined) needs[number] = this.needed(path).filter((one) => !first.has(one));
    }
    holder.code = `var ${TABLE}=${JSON.stringify(needs)};\n${holder.code}`;
    if (holder.map) {
      const map = JSON.parse(holder.map);
      holder.map = JSON.stringify({ ...map, mappings: `;${map.mappings}` });
    }
  }

  /**
   * The files that a chunk needs before it runs, styles in the order in which they hold.
   * @param {string} path
   */
  needed(path) {
    const reached = [...this.reached(path)].reverse();
    const styles = reached.map((one) => this.all.get(one)?.css ?? "").filter(Boolean);
    const scripts = reached.map((one) => `assets/${this.all.get(one)?.name}.js`);
    return [...styles, ...scripts].map((one) => `/${one}`);
  }

  /**
   * A chunk and those that it imports, directly or not: itself first, and what runs last before what runs first.
   * @param {string} path
   * @param {boolean} lazily
   * @param {Set<string>} found
   */
  reached(path, lazily = false, found = new Set()) {
    /** @type {string[]} */
    const order = [];
    const visit = (/** @type {string} */ one) => {
      if (found.has(one)) return;
      found.add(one);
      for (const { path: next, kind } of this.all.get(one)?.output.imports ?? []) {
        if (this.all.has(next) && (lazily || kind === "import-statement")) visit(next);
      }
      order.push(one);
    };
    visit(path);
    return new Set(order.reverse());
  }
}

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
