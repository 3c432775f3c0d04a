// TypeScript and JavaScript into the body of a registry module.

import { Script } from "node:vm";
import { moduleRunnerTransformSync, transformSync } from "oxc-transform";
import { readGlobs } from "./globs.js";
import { readLinks } from "./links.js";
import { Problem, placeOf, placeOfBytes } from "./problem.js";
import { compose, decode, lookUp } from "./sourcemap.js";
import { nameWorkers } from "./workers.js";

/** The parameters of a compiled body; edge/registry.py wraps bodies in the same. */
export const PARAMETERS = [
  "__vite_ssr_exports__",
  "__vite_ssr_import__",
  "__vite_ssr_dynamic_import__",
  "__vite_ssr_exportAll__",
  "__vite_ssr_import_meta__",
  "$RefreshReg$",
  "$RefreshSig$",
];
const HEAD = `async function fleet(${PARAMETERS.join(", ")}) {"use strict";\n`;
const HEAD_LINES = 1;
const LONG = 50_000;
// Codegen's own comments, `/* @__PURE__ */`, are neither.
const REGEXP_OR_DECORATOR =
  /(?:[=(,:;!&|?{}[\]\n~^+%<>-]|\* |\b(?:return|typeof|case|in|of|void|throw|await|yield|delete|do|else|default))\s*\/(?![/*])|(?:^|[\s;{}()])@(?!__)[\w$([]/m;
const DEEP = [")", "]", "])", "!", "~", "- ", "\t"].map((one) => one.repeat(99));
const OURS = /__vite_ssr_|\$Refresh/;
const ACCEPTS = /^\s*\.\s*hot\s*(\?\.|\.)\s*accept(Exports)?\s*\(/;

/** What Vite puts in everywhere. */
const ALWAYS = { "process.env.NODE_ENV": '"development"' };

/**
 * @param {string} path
 * @param {string} source
 * @param {Record<string, string>} [define]
 */
export function compileScript(path, source, define = {}) {
  const nul = source.indexOf("\0");
  // JavaScript lets it stand in a string; a database does not.
  if (nul >= 0) throw new Problem("The file contains a NUL character", path, source, placeOf(source, nul));
  const plain = transform(path, source, mentioned({ ...ALWAYS, ...define }, source));
  const made = nameWorkers(plain.code);
  const { imports, exports, metas, code } = links(made.code, path, source);
  const globs = readGlobs(made.code, metas, path, source);
  const runnable = moduleRunnerTransformSync(path, code, { sourcemap: true });
  if (runnable.errors[0]) throw new Problem(runnable.errors[0].message, path, source);
  const mappings = compose(runnable.map?.mappings ?? "", decode(plain.map?.mappings ?? ""), HEAD_LINES);
  if (isDoubtful(plain.code, source)) parseAsTheBrowserDoes(runnable.code, mappings, path, source);
  /** @type {import("./links.js").Import[]} */
  const workers = made.specs.map((spec) => ({ spec, dynamic: true, names: ["*"] }));
  return {
    code: runnable.code,
    imports: [...imports, ...workers],
    exports,
    globs,
    accepts: metas.some((end) => ACCEPTS.test(made.code.slice(end, end + 100))),
    map: JSON.stringify({ version: 3, sources: [path], sourcesContent: [source], names: [], mappings }),
  };
}

/**
 * Those that the file has to do with: oxc folds constants wherever it is given any.
 * @param {Record<string, string>} define
 * @param {string} source
 */
function mentioned(define, source) {
  const found = Object.entries(define).filter(([name]) => source.includes(name));
  return found.length ? Object.fromEntries(found) : undefined;
}

/**
 * @param {string} path
 * @param {string} source
 * @param {Record<string, string> | undefined} define
 */
function transform(path, source, define) {
  const result = transformSync(path, source.replace(/^#!/, "//"), {
    // JSX in .js is what Vite refuses, and what people write.
    lang: /\.[cm]?js$/.test(path) ? "jsx" : undefined,
    sourceType: "module",
    sourcemap: true,
    define,
    target: "esnext", // nothing is lowered, so that no helper has to be imported
    jsx: { runtime: "automatic", development: true, refresh: true },
  });
  const error = result.errors[0];
  if (!error) return result;
  const message = [error.message, error.helpMessage].filter(Boolean).join("\n");
  throw new Problem(message, path, source, placeOfBytes(source, error.labels[0]?.start ?? 0));
}

/**
 * @param {string} code
 * @param {string} path
 * @param {string} source
 */
function links(code, path, source) {
  try {
    return readLinks(code);
  } catch (error) {
    // oxc has read it: what is left is how deep the lexer goes.
    if (error instanceof Error && "idx" in error) throw new Problem("This is nested too deeply", path, source);
    throw error;
  }
}

/**
 * Whether it has what oxc lets pass and V8 may not: regular expressions, decorators, our names, deep nesting. To parse
 * every file twice would take as long again.
 * @param {string} code
 * @param {string} source
 */
function isDoubtful(code, source) {
  return (
    code.length > LONG || REGEXP_OR_DECORATOR.test(code) || DEEP.some((run) => code.includes(run)) || OURS.test(source)
  );
}

/**
 * One body that the browser cannot parse would stop the whole registry.
 * @param {string} code
 * @param {string} mappings
 * @param {string} path
 * @param {string} source
 */
function parseAsTheBrowserDoes(code, mappings, path, source) {
  try {
    new Script(`${HEAD}${code}\n}`, { filename: path });
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    const [, line = "1", before = ""] = /:(\d+)\n[^\n]*\n(\s*)\^/.exec(error.stack ?? "") ?? [];
    const segments = decode(mappings)[Number(line) - 1] ?? [];
    const at = lookUp(segments, before.length);
    const place = at < 0 ? undefined : { line: segments[at + 1] + 1, column: segments[at + 2] + 1 };
    throw new Problem(error.message, path, source, place);
  }
}
