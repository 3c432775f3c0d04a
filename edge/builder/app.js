// The files of an app, as a build knows them: what their names mean, and what is made beside its scripts.

import { posix } from "node:path";
import { assetName, dataUrl, hash, isSmall } from "./assets.js";
import { resolve, rootOf } from "./resolve.js";

/**
 * @typedef {object} Request
 * @property {Record<string, string>} files texts, and in base64 what is none
 * @property {string[]} binary the paths of those
 * @property {Record<string, string>} virtual scripts that stand in the page, by their names
 * @property {Record<string, string>} idle modules that plugins of Vite would make, as they are without them
 * @property {string} entry the one that loads all others; nothing for an app that is a server alone
 * @property {[string, string]} page the page's text up to where its links go, and the rest
 * @property {Record<string, string>} paths aliases
 * @property {Record<string, string>} define
 * @property {Record<string, unknown>} env what `import.meta.env` has
 * @property {import("../compiler/tailwind.js").Setup} tailwind
 * @property {Record<string, any>} styles options of Sass and Less
 * @property {string[]} target
 * @property {Record<string, any>} options what tsconfig.json says of how scripts are read
 * @property {string} server where the app's own Worker begins, if it has one
 */

export class App {
  /** What was made besides scripts, by name. @type {Map<string, {bytes: Buffer, immutable: boolean}>} */
  made = new Map();
  /** Style sheets by the number under which scripts name them. @type {Map<number, string>} */
  sheets = new Map();
  /** Scripts as they were read once. @type {Map<string, string>} */
  modules = new Map();
  /** The styles of components, by their paths. @type {Map<string, string>} */
  componentSheets = new Map();
  /** The numbers of modules that something imports lazily. @type {Map<string, number>} */
  lazy = new Map();
  /** @type {Set<string>} */
  warnings = new Set();

  /** @param {Request} request */
  constructor(request) {
    this.request = request;
    this.paths = request.paths;
    this.options = request.options;
    const binary = new Set(request.binary);
    this.files = new Map(
      Object.entries(request.files).map(([path, text]) => [
        path,
        Buffer.from(text, binary.has(path) ? "base64" : "utf8"),
      ]),
    );
    this.names = [...this.files.keys()].sort();
    this.root = rootOf(request.paths);
    this.publicFolder = `${this.root}public/`;
  }

  /**
   * @param {string} importer
   * @param {string} spec
   * @returns {import("./resolve.js").Target}
   */
  resolve(importer, spec) {
    const name = spec.replace(/^\//, "");
    const virtual = [name, this.root + name].find((one) => Object.hasOwn(this.request.virtual, one));
    if (virtual !== undefined) return { kind: "local", path: virtual, query: "" };
    return resolve(importer.split("?")[0], spec, this.files, this.paths);
  }

  /** @param {string} path */
  text(path) {
    return this.request.virtual[path] ?? this.bytes(path).toString();
  }

  /** @param {string} path */
  bytes(path) {
    const found = this.files.get(path);
    if (!found) throw new Error(`There is no ${path}`);
    return found;
  }

  /** @param {string} path of a module that is imported lazily */
  numberOf(path) {
    const number = numberFor(path);
    this.lazy.set(path, number);
    return number;
  }

  /** @param {string} sheet a path, or `package:` and one */
  sheetNumber(sheet) {
    const number = numberFor(sheet);
    this.sheets.set(number, sheet);
    return number;
  }

  /**
   * The address of a file that a script or a style sheet uses: itself where it is small.
   * @param {string} path
   * @param {Buffer} bytes
   * @param {string} query
   */
  address(path, bytes, query = "") {
    const words = query.split("&");
    const inline = words.includes("inline") || (isSmall(path, bytes) && !words.includes("no-inline"));
    return inline ? dataUrl(path, bytes) : `/${this.emit(path, bytes)}`;
  }

  /**
   * @param {string} path
   * @param {Buffer} bytes
   */
  emit(path, bytes) {
    const name = assetName(path, bytes);
    this.made.set(name, { bytes, immutable: true });
    return name;
  }

  /** The files of public/, under the names that they are served by. */
  publicFiles() {
    const ours = this.names.filter((path) => path.startsWith(this.publicFolder));
    return ours.map((path) => /** @type {const} */ ([path.slice(this.publicFolder.length), this.bytes(path)]));
  }

  /** Everything that may mention a class. */
  mentions() {
    const may = /\.(?:[cm]?[jt]sx?|vue|svelte|html|md|mdx)$/;
    return this.names.filter((path) => may.test(path) && !path.startsWith(this.publicFolder));
  }

  /** The text of every style sheet, for they import each other. */
  styleTexts() {
    const sheets = this.names.filter((path) => /\.(?:css|scss|sass|less)$/.test(path));
    return Object.fromEntries(sheets.map((path) => [path, this.text(path)]));
  }
}

/**
 * A number that follows from the name alone: files are read in any order, and a build has one outcome.
 * @param {string} name
 */
const numberFor = (name) => Number.parseInt(hash(name).slice(0, 8), 16);

/** The name of a file without its folder and its ending. @param {string} path */
export const stem = (path) => posix.parse(path.split("?")[0]).name;
