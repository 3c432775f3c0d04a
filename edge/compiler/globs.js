// Finds the calls of import.meta.glob; the page looks their tables up under the same key.

import { readArguments } from "./literal.js";
import { Problem, placeOf } from "./problem.js";

/** @typedef {{key: string, patterns: string[], options: Record<string, unknown>}} Glob */

const CALL = /^\s*\.\s*glob\s*\(/;
const IN_SOURCE = /import\.meta\s*(?:as\s+\w+\s*\)\s*)?\.\s*glob/g;

/**
 * @param {string} code as the first transformation prints it
 * @param {number[]} metas where each `import.meta` ends in it
 * @param {string} path
 * @param {string} source
 * @returns {Glob[]}
 */
export function readGlobs(code, metas, path, source) {
  /** @type {Map<string, Glob>} */
  const globs = new Map();
  let calls = 0;
  for (const end of metas) {
    const call = CALL.exec(code.slice(end, end + 100));
    if (!call) continue;
    const glob = readGlob(readArguments(code, end + call[0].length));
    if (!glob) {
      const place = [...source.matchAll(IN_SOURCE)][calls]?.index ?? 0;
      throw new Problem("import.meta.glob takes nothing but literals", path, source, placeOf(source, place));
    }
    globs.set(glob.key, glob);
    calls++;
  }
  return [...globs.values()];
}

/**
 * @param {unknown[] | undefined} given
 * @returns {Glob | undefined}
 */
function readGlob(given) {
  if (!given?.length) return undefined;
  const patterns = [given[0]].flat();
  const options = given[1] ?? {};
  if (!patterns.every((one) => typeof one === "string") || typeof options !== "object") return undefined;
  return {
    key: `glob:${JSON.stringify([patterns, options])}`,
    patterns: /** @type {string[]} */ (patterns),
    options: /** @type {Record<string, unknown>} */ (options),
  };
}
