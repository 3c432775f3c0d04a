// Stylesheets to text: Tailwind's compilers, kept for a while, and plain CSS with its imports put in.

import { compile } from "tailwindcss";
import { Problem, placeOf, placeOfText } from "./problem.js";
import { loadPlugin } from "./sheets.js";
import { usesTailwind } from "./stylesheet.js";
import { importsOf, rebase, within } from "./urls.js";

/** @typedef {{app: string, entry: string, source: string, files?: Record<string, string>, candidates?: string[], fresh?: boolean}} Request */
/** @typedef {{source: string, files: Map<string, string>, compiler: Awaited<ReturnType<typeof compile>>}} Kept */

const LIMIT = 48; // compilers, of about 4 MB each
const OLD = /@tailwind\s+(base|components)\b/;
const QUOTED = /[`"]([^`"]+)[`"]/g;

export class Stylesheets {
  /** @param {Map<string, string>} sheets those of packages, by the name that imports them */
  constructor(sheets) {
    this.sheets = sheets;
    /** @type {Map<string, Kept>} */
    this.kept = new Map();
  }

  /** @param {Request} request */
  async css({ app, entry, source, files = {}, candidates = [], fresh = false }) {
    if (!usesTailwind(source) && !importsOf(source).length) {
      return { css: rebase(source, entry), uses: [], tailwind: false };
    }
    const key = `${app}\0${entry}`;
    let kept = this.kept.get(key);
    if (!kept || fresh || !isCurrent(kept, source, files)) {
      if (!fresh) return { css: "", uses: [], tailwind: true, missing: true };
      kept = await this.start(entry, source, files);
    }
    this.keep(key, kept);
    try {
      const tailwind = [source, ...kept.files.values()].some(usesTailwind);
      return { css: kept.compiler.build(candidates), uses: [...kept.files.keys()], tailwind };
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
   * @returns {Promise<Kept>}
   */
  async start(entry, source, files) {
    /** @type {Map<string, string>} */
    const used = new Map();
    try {
      refuseOld(source);
      const compiler = await compile(rebase(source, entry), {
        base: entry,
        from: entry,
        loadStylesheet: async (spec, base) => this.load(spec, base, files, used),
        loadModule: async (name, base, hint) => ({ path: name, base, module: await loadPlugin(name, hint) }),
      });
      return { source, files: used, compiler };
    } catch (error) {
      throw problemOf(error, entry, source, used);
    }
  }

  /**
   * The text behind a name that is imported: a file of the app first, then a package's sheet, from the app or ours.
   * @param {string} spec
   * @param {string} base the importing stylesheet
   * @param {Record<string, string>} files
   * @param {Map<string, string>} used
   */
  load(spec, base, files, used) {
    const path = within(spec, base);
    for (const name of [path, `${path}.css`, spec]) {
      if (!Object.hasOwn(files, name)) continue;
      used.set(name, files[name]);
      return { path: name, base: name, content: rebase(files[name], name) };
    }
    const content = this.sheets.get(spec);
    if (content === undefined) throw new Error(`Cannot find "${spec}", which ${base} imports`);
    return { path: spec, base: spec, content };
  }
}

/**
 * @param {Kept} kept
 * @param {string} source
 * @param {Record<string, string>} files
 */
function isCurrent(kept, source, files) {
  return kept.source === source && [...kept.files].every(([path, text]) => files[path] === text);
}

/** @param {string} source */
function refuseOld(source) {
  const old = OLD.exec(source);
  if (!old) return;
  throw new Error(`"${old[0]}" is Tailwind 3; Tailwind 4 has @import "tailwindcss"`);
}

/**
 * Tailwind names a place only where the text cannot be parsed: elsewhere what it quotes is looked for.
 * @param {unknown} error
 * @param {string} entry
 * @param {string} source
 * @param {Map<string, string>} files
 */
function problemOf(error, entry, source, files) {
  if (!(error instanceof Error)) return error;
  const where = /** @type {{loc?: [{file: string, code: string}, number, number]}} */ (error).loc;
  if (where) {
    const [{ file, code }, start] = where;
    return new Problem(error.message.replace(/^.*?:\d+:\d+: /, ""), file, code, placeOf(code, start));
  }
  const texts = [...error.message.matchAll(QUOTED)].map((match) => match[1]);
  for (const [path, text] of [[entry, source], ...files]) {
    const quoted = texts.find((one) => text.includes(one));
    if (quoted) return new Problem(error.message, path, text, placeOfText(text, quoted));
  }
  return new Problem(error.message, entry, source);
}
