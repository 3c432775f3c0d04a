// The files that import.meta.glob asks for, and the function that stands for the call.

import { posix } from "node:path";
import { aliased, rootOf } from "./resolve.js";

/** @typedef {{patterns: string[], options: Record<string, unknown>}} Glob */

const MOST_ALTERNATIVES = 100;
const BRACES = /\{([^{}]*,[^{}]*)\}/;

/**
 * The text of an expression that is the table of one call, and the imports that it needs beside it.
 * @param {Glob} glob
 * @param {number} number which call of the module
 * @param {string} importer
 * @param {string[]} files
 * @param {import("./resolve.js").Paths} paths
 * @param {(path: string, imported: string) => string} load says how a file is imported lazily
 */
export function tableOf({ patterns, options }, number, importer, files, paths, load) {
  const query = typeof options.query === "string" ? options.query : options.as ? `?${options.as}` : "";
  const name = typeof options.import === "string" ? options.import : query ? "default" : undefined;
  /** @type {string[]} */
  const imports = [];
  const rows = Object.entries(found(patterns, importer, files, paths)).map(([key, path], index) => {
    const spec = JSON.stringify(`/${path}${query && !query.startsWith("?") ? `?${query}` : query}`);
    if (!options.eager) {
      const picked = name && name !== "*" ? `.then((m)=>m[${JSON.stringify(name)}])` : "";
      return `${JSON.stringify(key)}:()=>${load(path, `import(${spec})`)}${picked}`;
    }
    const local = `__fleetGlob${number}_${index}`;
    imports.push(`import * as ${local} from ${spec};`);
    return `${JSON.stringify(key)}:${local}${name && name !== "*" ? `[${JSON.stringify(name)}]` : ""}`;
  });
  return { table: `{${rows.join(",")}}`, imports };
}

/**
 * Each file that fits, under the name by which the importer knows it.
 * @param {string[]} patterns
 * @param {string} importer
 * @param {string[]} files
 * @param {import("./resolve.js").Paths} paths
 */
function found(patterns, importer, files, paths) {
  /** @type {Map<string, string>} */
  const chosen = new Map();
  const unwanted = new Set();
  for (const pattern of patterns) {
    const isUnwanted = pattern.startsWith("!");
    const fits = alternatives(absolute(importer, pattern.replace(/^!/, ""), paths)).map(expression);
    for (const path of files.filter((one) => one !== importer && fits.some((fit) => fit.test(one)))) {
      if (isUnwanted) unwanted.add(path);
      else if (!chosen.has(path)) chosen.set(path, pattern);
    }
  }
  const sorted = [...chosen].sort(([one], [other]) => (one < other ? -1 : 1));
  const wanted = sorted.filter(([path]) => !unwanted.has(path));
  return Object.fromEntries(wanted.map(([path, pattern]) => [nameOf(importer, pattern, path, rootOf(paths)), path]));
}

/**
 * @param {string} importer
 * @param {string} pattern
 * @param {import("./resolve.js").Paths} paths
 */
function absolute(importer, pattern, paths) {
  if (pattern.startsWith(".")) return posix.normalize(posix.join(posix.dirname(importer), pattern));
  return aliased(pattern, paths) ?? pattern.replace(/^\//, "");
}

/**
 * @param {string} importer
 * @param {string} pattern
 * @param {string} path
 * @param {string} root
 */
function nameOf(importer, pattern, path, root) {
  if (!pattern.startsWith(".")) return `/${path.startsWith(root) ? path.slice(root.length) : path}`;
  const relative = posix.relative(posix.dirname(importer), path);
  return relative.startsWith(".") ? relative : `./${relative}`;
}

/** A pattern with braces as patterns without. @param {string} pattern */
function alternatives(pattern) {
  const waiting = [pattern];
  const done = [];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const braces = BRACES.exec(one);
    const { index = 0, 0: text = "" } = braces ?? {};
    if (!braces) done.push(one);
    else
      for (const part of braces[1].split(","))
        waiting.push(one.slice(0, index) + part + one.slice(index + text.length));
    if (waiting.length + done.length > MOST_ALTERNATIVES) throw new Error(`${pattern} has too many alternatives`);
  }
  return done;
}

/** @param {string} pattern */
function expression(pattern) {
  const escaped = pattern.split("**/").map((part) => part.split("**").map(within).join(".*"));
  return new RegExp(`^${escaped.join("(?:(?!\\.)[^/]+/)*")}$`, "s");
}

/** @param {string} part of a pattern, in which a star stands for anything but a slash */
function within(part) {
  return part
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, "[^/]*")
    .replace(/\?/g, "[^/]");
}
