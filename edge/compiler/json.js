// JSON into a registry module: the whole as default, keys that are names as names.

import { Problem, placeOf } from "./problem.js";

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/**
 * @param {string} path
 * @param {string} source
 */
export function compileJson(path, source) {
  const value = parse(path, source);
  const keys = value !== null && typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : [];
  const names = keys.filter((key) => key !== "default" && NAME.test(key));
  const lines = [
    `const value = JSON.parse(${JSON.stringify(printed(value, path, source))});`,
    offer("default", "value"),
    ...names.map((name) => offer(name, `value[${JSON.stringify(name)}]`)),
  ];
  return { code: lines.join("\n"), imports: [], exports: ["default", ...names], globs: [], accepts: false };
}

/**
 * What is read without end is printed only so deep.
 * @param {unknown} value
 * @param {string} path
 * @param {string} source
 */
function printed(value, path, source) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw new Problem("This is nested too deeply", path, source);
    throw error;
  }
}

/**
 * One export, in the form that the module runner prints.
 * @param {string} name
 * @param {string} expression
 */
export function offer(name, expression) {
  const getter = `{ enumerable: true, configurable: true, get() { return ${expression}; } }`;
  return `Object.defineProperty(__vite_ssr_exports__, ${JSON.stringify(name)}, ${getter});`;
}

/**
 * @param {string} path
 * @param {string} source
 */
function parse(path, source) {
  try {
    return JSON.parse(source.replace(/^\uFEFF/, ""));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = /at position (\d+)/.exec(message)?.[1];
    const place = placeOf(source, at === undefined ? source.trimEnd().length : Number(at));
    throw new Problem(message.replace(/ in JSON at position .*| is not valid JSON$/s, " in JSON"), path, source, place);
  }
}
