// Components of Vue and Svelte as plain modules, as their own compilers make them for those who only use the app.

import { createRequire } from "node:module";
import { transformSync } from "oxc-transform";
import { Problem } from "../compiler/problem.js";
import { readVue } from "../compiler/vue.js";
import { moduleOf } from "./module.js";

const require = createRequire(import.meta.url);
export const COMPONENT = /\.(?:vue|svelte|svelte\.[jt]s)$/;

/**
 * @param {string} path
 * @param {import("./app.js").App} app
 * @param {import("./plugin.js").Way} way
 * @returns {import("esbuild").OnLoadResult}
 */
export function componentOf(path, app, way) {
  const source = app.text(path);
  const { name, text, css } = path.endsWith(".vue") ? vue(path, source) : svelte(path, source);
  if (css) app.componentSheets.set(path, css);
  const mark = css && way.styled ? `__fleetCss(${app.sheetNumber(path)});\n` : "";
  return { contents: mark + moduleOf(name, text, app), loader: "js" };
}

/**
 * @param {string} path
 * @param {string} source
 */
function vue(path, source) {
  const { text, language, css } = readVue(path, source);
  return { name: `${path}.${language}`, text, css };
}

/**
 * @param {string} path
 * @param {string} source
 */
function svelte(path, source) {
  /** @type {typeof import("svelte/compiler")} */
  const compiler = require("svelte/compiler");
  const options = { filename: path, dev: false, generate: /** @type {const} */ ("client") };
  try {
    if (!path.endsWith(".svelte")) {
      const { code } = transformSync(path, source, { lang: "ts", sourceType: "module" });
      return { name: `${path}.js`, text: compiler.compileModule(code || source, options).js.code, css: "" };
    }
    const { js, css } = compiler.compile(source, { ...options, css: "external" });
    return { name: `${path}.js`, text: js.code, css: css?.code ?? "" };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { start } = /** @type {Error & {start?: {line: number, column: number}}} */ (error);
    const [message] = error.message.split("\nhttps://svelte.dev");
    throw new Problem(message, path, source, start && { line: start.line, column: start.column + 1 });
  }
}
