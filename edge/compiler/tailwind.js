// Stylesheets to text: Tailwind's compilers, kept for a while, and plain CSS with its imports put in.

import { compile } from "tailwindcss";
import { refuseExpansion } from "./expansion.js";
import { refuseDeep } from "./nesting.js";
import { loadModule } from "./sheets.js";
import { usesTailwind } from "./stylesheet.js";
import { problemOf } from "./stylesheet_problem.js";
import { importsOf, rebase, within } from "./urls.js";

/** @typedef {{key?: string, major?: number, config?: any, prefix?: boolean, modules?: Record<string, any>}} Setup how the app has set Tailwind up: a name for all of it, its version, its configuration as data, Autoprefixer, and what its sheets ask for by `@config` and `@plugin` */
/** @typedef {{app: string, entry: string, source: string, files?: Record<string, string>, candidates?: string[], fresh?: boolean, setup?: Setup}} Request */
/** @typedef {{source: string, setup: string, files: Map<string, string>, compiler: {build: (candidates: string[]) => string}}} Kept */

const MOST_LOADS = 500; // of stylesheets, by one entry
const LIMIT = 48; // compilers, of about 4 MB each
const OLD = /@tailwind\s+(?:base|components|variants|screens)\b|@import\s+["']tailwindcss\/(?:base|components)\b/;

export class Stylesheets {
  /** @param {Map<string, string>} sheets those of packages, by the name that imports them */
  constructor(sheets) {
    this.sheets = sheets;
    /** @type {Map<string, Kept>} */
    this.kept = new Map();
  }

  /** @param {Request} request */
  async css({ app, entry, source, files = {}, candidates = [], fresh = false, setup = {} }) {
    if (!usesTailwind(source) && !importsOf(source).length) {
      refuseDeep(source, entry);
      return { css: rebase(source, entry), uses: [], tailwind: false };
    }
    const key = `${app}\0${entry}`;
    let kept = this.kept.get(key);
    if (!kept || fresh || !isCurrent(kept, source, files, setup)) {
      if (!fresh) return { css: "", uses: [], tailwind: true, missing: true };
      kept = await this.start(entry, source, files, setup, kept);
    }
    this.keep(key, kept);
    try {
      const tailwind = [source, ...kept.files.values()].some(usesTailwind);
      const css = kept.compiler.build(candidates);
      refuseDeep(css, entry, source); // classes may be nested, too
      return { css, uses: [...kept.files.keys()], tailwind };
    } catch (error) {
      throw problemOf(error, entry, source, kept.files);
    }
  }

  /**
   * @param {string} key
   * @param {Kept} kept
   */
  keep(key, kept) {
    this.kept.delete(key);
    this.kept.set(key, kept);
    const [oldest] = this.kept.keys();
    if (this.kept.size > LIMIT) this.kept.delete(oldest);
  }

  /**
   * @param {string} entry
   * @param {string} source
   * @param {Record<string, string>} files
   * @param {Setup} setup
   * @param {Kept} [last]
   * @returns {Promise<Kept>}
   */
  async start(entry, source, files, setup, last) {
    /** @type {Map<string, string>} */
    const used = new Map();
    try {
      refuseBombs(source, entry);
      const old = isOld(source, files, setup);
      const compiler = await (old
        ? this.start3(entry, source, files, setup, used, last)
        : this.start4(entry, source, files, setup, used));
      return { source, setup: nameOf(setup), files: used, compiler };
    } catch (error) {
      throw problemOf(error, entry, source, used);
    }
  }

  /**
   * @param {string} entry
   * @param {string} source
   * @param {Record<string, string>} files
   * @param {Setup} setup
   * @param {Map<string, string>} used
   */
  async start4(entry, source, files, setup, used) {
    let loads = 0;
    return compile(rebase(source, entry), {
      base: entry,
      from: entry,
      loadStylesheet: async (spec, base) => {
        if (++loads > MOST_LOADS) throw new Error(`More than ${MOST_LOADS} imports: do they run in a circle?`);
        return this.load(spec, base, files, used, entry);
      },
      loadModule: async (name, base) => ({ path: name, base, module: await loadModule(name, base, setup.modules) }),
    });
  }

  /**
   * @param {string} entry
   * @param {string} source
   * @param {Record<string, string>} files
   * @param {Setup} setup
   * @param {Map<string, string>} used
   * @param {Kept} [last]
   */
  async start3(entry, source, files, { config = {}, prefix }, used, last) {
    const { Sheet3 } = await import("./tailwind3.js"); // seldom wanted, and slow to load
    const before = last?.compiler instanceof Sheet3 ? last.compiler : undefined;
    const find = (/** @type {string} */ spec, /** @type {string} */ base) => this.find(spec, base, files, used, entry);
    return new Sheet3(source, entry, find, { config, prefix }, before);
  }

  /**
   * The text behind a name that is imported: a file of the app first, then a package's sheet, from the app or ours.
   * @param {string} spec
   * @param {string} base the importing stylesheet
   * @param {Record<string, string>} files
   * @param {Map<string, string>} used
   * @param {string} entry
   */
  load(spec, base, files, used, entry) {
    const found = this.find(spec, base, files, used, entry);
    if (!found) throw new Error(`Cannot find "${spec}", which ${base} imports`);
    return { ...found, base: found.path, content: rebase(found.content, found.path) };
  }

  /**
   * @param {string} spec
   * @param {string} base
   * @param {Record<string, string>} files
   * @param {Map<string, string>} used
   * @param {string} entry
   */
  find(spec, base, files, used, entry) {
    const path = within(spec, base);
    for (const name of [path, `${path}.css`, spec]) {
      if (!Object.hasOwn(files, name)) continue;
      refuseBombs(files[name], name);
      used.set(name, files[name]);
      return { path: name, content: files[name] };
    }
    // The sheets of packages that an entry asks for are linked in the page.
    const linked = base === entry && !/^(?:[./]|@\/|tailwindcss(?:\/|$))/.test(spec) ? "" : undefined;
    const content = this.sheets.get(spec) ?? linked;
    return content === undefined ? undefined : { path: spec, content };
  }
}

/**
 * @param {string} source
 * @param {string} path
 */
function refuseBombs(source, path) {
  refuseDeep(source, path);
  refuseExpansion(source, path);
}

/**
 * @param {Kept} kept
 * @param {string} source
 * @param {Record<string, string>} files
 * @param {Setup} setup
 */
function isCurrent(kept, source, files, setup) {
  if (kept.source !== source || kept.setup !== nameOf(setup)) return false;
  return [...kept.files].every(([path, text]) => files[path] === text);
}

/** @param {Setup} setup */
function nameOf(setup) {
  return setup.key ?? JSON.stringify(setup);
}

/**
 * Whether Tailwind 3 has to make it: as package.json says, or by words that only 3 knows.
 * @param {string} source
 * @param {Record<string, string>} files
 * @param {Setup} setup
 */
function isOld(source, files, { major }) {
  if (major === 3) return true;
  return OLD.test(source) || (importsOf(source).length > 0 && Object.values(files).some((text) => OLD.test(text)));
}
