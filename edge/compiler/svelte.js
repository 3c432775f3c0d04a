// Svelte's components into registry modules, by Svelte's own compiler; its runtime swaps them in place.

import { createRequire } from "node:module";
import { transformSync } from "oxc-transform";
import { Problem } from "./problem.js";
import { compileScript } from "./script.js";
import { compose, decode, retraced } from "./sourcemap.js";
import { usesTailwind } from "./stylesheet.js";

const require = createRequire(import.meta.url);
const MODULE = /\.svelte\.[jt]s$/;

/** @param {string} path */
export function isSvelte(path) {
  return path.endsWith(".svelte") || MODULE.test(path);
}

/**
 * @param {string} path
 * @param {string} source
 * @param {Record<string, string>} define
 */
export function compileSvelte(path, source, define) {
  /** @type {typeof import("svelte/compiler")} */
  const svelte = require("svelte/compiler");
  try {
    if (MODULE.test(path)) {
      const { code, map } = transformSync(path, source, { lang: "ts", sourceType: "module", sourcemap: true });
      const { js } = svelte.compileModule(code || source, { filename: path, dev: true, generate: "client" });
      const rows = decode(map && code ? compose(js.map.mappings, decode(map.mappings), 0) : js.map.mappings);
      return { kind: "module", ...retraced(compileScript(path, js.code, define), rows, path, source) };
    }
    const options = { filename: path, dev: true, hmr: true, generate: /** @type {const} */ ("client") };
    const { js, css } = svelte.compile(source, { ...options, css: "external" });
    const made = retraced(compileScript(`${path}.js`, js.code, define), decode(js.map.mappings), path, source);
    if (!css?.code) return { kind: "module", ...made };
    return { kind: "css-module", ...made, css: css.code, tailwind: usesTailwind(css.code) };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Problem) throw error;
    const { start } = /** @type {Error & {start?: {line: number, column: number}}} */ (error);
    const [message] = error.message.split("\nhttps://svelte.dev");
    throw new Problem(message, path, source, start && { line: start.line, column: start.column + 1 });
  }
}
