// A script of an app as a plain module, in which what only Vite knows is said in words that any bundler knows.

import { parse } from "es-module-lexer";
import { transformSync } from "oxc-transform";
import { readArguments } from "../compiler/literal.js";
import { Problem, placeOf, placeOfBytes } from "../compiler/problem.js";
import { tableOf } from "./globs.js";
import { NAME } from "./lazy.js";

/** What has all of `import.meta.env`. */
export const ENVIRONMENT = "fleet:env";

/** @typedef {import("./app.js").App} App */
/** @typedef {{start: number, end: number, text: string}} Edit */

const ENV = /^\.env\b(?:\.([\w$]+))?/;
const GLOB = /^\s*\.\s*glob\s*\(/;
const WORKER =
  /(\bnew\s+(?:Shared)?Worker\s*\(\s*)new\s+URL\s*\(\s*(["'`])((?:(?!\2)[^\\\n$])+)\2\s*,\s*import\.meta\.url\s*,?\s*\)/g;
const ADDRESS = /\bnew\s+URL\s*\(\s*(["'`])((?:(?!\1)[^\\\n$])+)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/**
 * @param {string} path
 * @param {string} source
 * @param {App} app
 * @returns {string} with its source map in it
 */
export function moduleOf(path, source, app) {
  const { code, map } = plain(path, source, app);
  const editor = new Editor(path, source, code, app);
  const text = editor.edited();
  const told = { version: 3, sources: [path], sourcesContent: [source], names: [], mappings: map };
  // What is put in stands in for what is as long, or behind all else: places stay what they are in most lines.
  return `${text}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(told)).toString("base64")}`;
}

/**
 * @param {string} path
 * @param {string} source
 * @param {App} app
 */
function plain(path, source, app) {
  const result = transformSync(path, source.replace(/^#!/, "//"), {
    lang: /\.[cm]?js$/.test(path) ? "jsx" : undefined,
    sourceType: "module",
    sourcemap: true,
    target: "esnext",
    decorator: { legacy: app.options.experimentalDecorators === true },
    jsx: { runtime: "automatic", development: false, importSource: app.options.jsxImportSource },
  });
  const error = result.errors[0];
  if (!error) return { code: result.code, map: result.map?.mappings ?? "" };
  const message = [error.message, error.helpMessage].filter(Boolean).join("\n");
  throw new Problem(message, path, source, placeOfBytes(source, error.labels[0]?.start ?? 0));
}

class Editor {
  /** @type {Edit[]} */
  edits = [];
  /** What is imported besides, behind all else. @type {string[]} */
  imports = [];
  /** Names by what they were imported for. @type {Map<string, string>} */
  names = new Map();

  /**
   * @param {string} path
   * @param {string} source
   * @param {string} code
   * @param {App} app
   */
  constructor(path, source, code, app) {
    this.path = path;
    this.source = source;
    this.code = code;
    this.app = app;
  }

  edited() {
    const found = this.links();
    for (const one of found) {
      if (one.type === "import-meta") this.meta(one.start, one.end);
      else if (one.type === "dynamic" && typeof one.specifier === "string") this.lazy(one, one.specifier);
    }
    if (this.code.includes("import.meta.url")) this.addresses();
    let text = "";
    let at = 0;
    for (const { start, end, text: put } of this.edits.sort((one, other) => one.start - other.start)) {
      if (start < at) continue;
      text += this.code.slice(at, start) + put;
      at = end;
    }
    return [text + this.code.slice(at), ...this.imports].join("\n");
  }

  links() {
    try {
      return parse(this.code)[0];
    } catch (error) {
      if (error instanceof Error && "idx" in error)
        throw new Problem("This is nested too deeply", this.path, this.source);
      throw error;
    }
  }

  /**
   * @param {number} start of `import.meta`
   * @param {number} end
   */
  meta(start, end) {
    const following = this.code.slice(end, end + 200);
    const call = GLOB.exec(following);
    if (call) this.glob(start, end, call);
    const [env, name] = ENV.exec(following) ?? [];
    if (env === undefined || (name !== undefined && Object.hasOwn(this.app.request.env, name))) return;
    const whole = this.name(`import NAME from ${JSON.stringify(ENVIRONMENT)};`);
    this.edits.push({ start, end: end + env.length - (name === undefined ? 0 : name.length + 1), text: whole });
  }

  /**
   * @param {number} start
   * @param {number} end
   * @param {RegExpExecArray} call
   */
  glob(start, end, call) {
    const [first, options = {}] = readArguments(this.code, end + call[0].length) ?? [];
    const patterns = [first].flat();
    if (!first || !patterns.every((one) => typeof one === "string"))
      throw new Problem(
        "import.meta.glob takes nothing but literals",
        this.path,
        this.source,
        placeOf(this.source, Math.max(0, this.source.indexOf("import.meta.glob"))),
      );
    const number = this.imports.length;
    const glob = {
      patterns: /** @type {string[]} */ (patterns),
      options: /** @type {Record<string, unknown>} */ (options),
    };
    const { table, imports } = tableOf(glob, number, this.path, this.app.names, this.app.paths, (one, imported) =>
      this.lazily(one, imported),
    );
    const name = `__fleetGlob${number}`;
    this.imports.push(...imports, `function ${name}() { return ${table}; }`);
    this.edits.push({ start, end: end + call[0].length, text: `${name}(` });
  }

  /**
   * @param {{importStart: number, importEnd: number}} place
   * @param {string} spec
   */
  lazy({ importStart, importEnd }, spec) {
    const target = this.app.resolve(this.path, spec);
    if (target.kind !== "local" || importEnd <= importStart) return;
    const [before, after] = this.lazily(target.path, "\0").split("\0");
    this.edits.push({ start: importStart, end: importStart, text: before });
    this.edits.push({ start: importEnd, end: importEnd, text: after });
  }

  /**
   * An import that asks for all that the module needs at once.
   * @param {string} path
   * @param {string} imported
   */
  lazily(path, imported) {
    const name = this.name(`import { lazy as NAME } from ${JSON.stringify(NAME)};`);
    return `${name}(${this.app.numberOf(path)},()=>${imported})`;
  }

  /** Files that are asked for by their address: workers, and whatever else is there. */
  addresses() {
    for (const match of this.code.matchAll(WORKER))
      this.address(match.index, match[0], match[3], match[1], "worker&url");
    for (const match of this.code.matchAll(ADDRESS)) this.address(match.index, match[0], match[2], "", "url");
  }

  /**
   * @param {number} start
   * @param {string} call
   * @param {string} spec
   * @param {string} before
   * @param {string} query
   */
  address(start, call, spec, before, query) {
    const relative = /^[./]|^@\//.test(spec) ? spec : `./${spec}`;
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(spec) || this.app.resolve(this.path, relative).kind !== "local") return;
    const name = this.name(`import NAME from ${JSON.stringify(`${relative}?${query}`)};`);
    const text = query === "url" ? `new URL(${name}, import.meta.url)` : `${before}${name}`;
    if (!this.edits.some((one) => one.start <= start && start < one.end))
      this.edits.push({ start, end: start + call.length, text });
  }

  /**
   * A name for something that is imported, the same for the same.
   * @param {string} statement
   */
  name(statement) {
    const known = this.names.get(statement);
    if (known) return known;
    const name = `__fleet${this.names.size}`;
    this.names.set(statement, name);
    this.imports.push(statement.replace("NAME", () => name));
    return name;
  }
}
