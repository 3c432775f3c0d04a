// The style sheets of a built app: Tailwind's classes put in, packages' sheets too, assets under their names.

import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { candidateReader } from "../compiler/candidates.js";
import { Problem } from "../compiler/problem.js";
import { readSheets } from "../compiler/sheets.js";
import { scope } from "../compiler/stylesheet.js";
import { Stylesheets } from "../compiler/tailwind.js";
import { importsOf, within as pathIn } from "../compiler/urls.js";
import { within } from "./within.js";

/** @typedef {import("./app.js").App} App */

const PACKAGE = "package:";
/** Where addresses begin that mean a file of a package. */
const TREE = "/@packages/";
/** What our Tailwind brings itself. */
const OWN = readSheets();

/**
 * The text of a style sheet as CSS.
 * @param {string} path
 * @param {App} app
 */
export async function plainSheet(path, app) {
  const source = app.text(path);
  if (!/\.(?:scss|sass|less)$/.test(path)) return source;
  const { preprocess } = await import("../compiler/preprocess.js"); // seldom wanted, and slow to load
  const options = app.request.styles[path.slice(path.lastIndexOf(".") + 1)];
  return (await preprocess({ path, source, files: app.styleTexts(), options })).css;
}

/**
 * The sheets of packages that a sheet imports, directly or not.
 * @param {string} path
 * @param {string} source
 * @param {App} app
 * @param {Set<string>} seen
 * @returns {string[]}
 */
export function importedSheets(path, source, app, seen = new Set([path])) {
  return importsOf(source).flatMap((spec) => {
    const file = [pathIn(spec, path), `${pathIn(spec, path)}.css`].find((one) => app.files.has(one));
    if (!file) return /^[./]|^@\//.test(spec) || /^tailwindcss(?:\/|$)/.test(spec) || OWN.has(spec) ? [] : [spec];
    if (seen.has(file)) return [];
    seen.add(file);
    return importedSheets(file, app.text(file), app, seen);
  });
}

export class Sheets {
  /** Texts by the sheet. @type {Map<string, Promise<string>>} */
  texts = new Map();

  /**
   * @param {App} app
   * @param {string} folder of packages
   * @param {string[]} target
   */
  constructor(app, folder, target) {
    this.app = app;
    this.folder = folder;
    this.target = target;
    this.stylesheets = new Stylesheets(OWN);
    /** @type {string[] | undefined} */
    this.classes = undefined;
  }

  /**
   * Several sheets as one, in their order, as small as can be.
   * @param {string[]} sheets
   */
  async together(sheets) {
    const texts = await Promise.all(sheets.map((sheet) => this.text(sheet)));
    const result = await build({
      stdin: { contents: sheets.map((_, at) => `@import "fleet-sheet:${at}";`).join("\n"), loader: "css" },
      bundle: true,
      write: false,
      minify: true,
      target: this.target,
      logLevel: "silent",
      plugins: [
        {
          name: "sheets",
          setup: ({ onResolve, onLoad }) => {
            onResolve({ filter: /^fleet-sheet:/ }, ({ path }) => ({ path: path.slice(12), namespace: "sheet" }));
            onLoad({ filter: /.*/, namespace: "sheet" }, ({ path }) => ({
              contents: texts[Number(path)],
              loader: "css",
            }));
            onResolve({ filter: /.*/ }, async ({ path, kind }) => ({
              path: kind === "url-token" ? await this.address(path) : path,
              external: true,
            }));
          },
        },
      ],
    });
    return result.outputFiles[0].text;
  }

  /** @param {string} sheet */
  text(sheet) {
    const known = this.texts.get(sheet);
    if (known) return known;
    const made = sheet.startsWith(PACKAGE)
      ? this.ofPackage(join(this.folder, sheet.slice(PACKAGE.length)))
      : this.ofApp(sheet);
    this.texts.set(sheet, made);
    return made;
  }

  /** @param {string} path */
  async ofApp(path) {
    const plain = this.app.componentSheets.get(path) ?? (await plainSheet(path, this.app));
    const source = /\.module\.\w+$/.test(path) ? scope(path, plain).code.toString() : plain;
    const files = { ...this.app.styleTexts(), ...(await this.packageSheets(path, source)) };
    const setup = this.app.request.tailwind;
    const asked = { app: "", entry: path, source, files, candidates: this.candidates(), fresh: true, setup };
    return (await this.stylesheets.css(asked)).css;
  }

  /** All classes that the app mentions. */
  candidates() {
    if (this.classes) return this.classes;
    const read = candidateReader();
    const found = new Set();
    for (const path of this.app.mentions()) {
      for (const one of read(this.app.text(path), path.slice(path.lastIndexOf(".") + 1))) found.add(one);
    }
    this.classes = [...found].sort();
    return this.classes;
  }

  /**
   * @param {string} path
   * @param {string} source
   */
  async packageSheets(path, source) {
    const specs = importedSheets(path, source, this.app);
    const texts = await Promise.all(specs.map((spec) => this.ofPackage(spec)));
    return Object.fromEntries(specs.map((spec, at) => [spec, texts[at]]));
  }

  /** A package's sheet with all that it imports. @param {string} entry a path, or what a sheet imports */
  async ofPackage(entry) {
    try {
      const result = await build({
        absWorkingDir: this.folder,
        metafile: true,
        stdin: { contents: `@import ${JSON.stringify(entry)};`, loader: "css", resolveDir: this.folder },
        bundle: true,
        write: false,
        conditions: ["style"],
        mainFields: ["style", "main"],
        logLevel: "silent",
        plugins: [
          {
            name: "addresses",
            setup: ({ onResolve, resolve: find }) => {
              onResolve({ filter: /.*/ }, async ({ path, kind, resolveDir, pluginData }) => {
                if (kind !== "url-token" || pluginData) return undefined;
                const [plain] = path.split(/[?#]/);
                const local = !/^(?:[a-z]+:|\/|#)/i.test(plain) && plain !== "";
                const found = local
                  ? await find(plain.startsWith(".") ? plain : `./${plain}`, { kind, resolveDir, pluginData: true })
                  : undefined;
                return { path: found?.path ? TREE + relative(this.folder, found.path) : path, external: true };
              });
            },
          },
        ],
      });
      return within(result).outputFiles[0].text;
    } catch (error) {
      const first = /** @type {import("esbuild").BuildFailure} */ (error).errors?.[0];
      if (!first) throw error;
      throw new Problem(first.text, "package.json", "");
    }
  }

  /**
   * Where a browser finds what a sheet names.
   * @param {string} address
   */
  async address(address) {
    const [, path = "", rest = ""] = /^\/([^?#]*)(.*)$/s.exec(address) ?? [];
    const decoded = decodeURI(path);
    if (address.startsWith(TREE)) {
      const file = join(this.folder, decoded.slice(TREE.length - 1));
      return this.app.address(file, await readFile(file)) + (rest.startsWith("#") ? rest : "");
    }
    if (!this.app.files.has(decoded)) return address;
    const made = this.app.address(decoded, this.app.bytes(decoded), rest ? "no-inline" : "");
    return made + rest;
  }
}
