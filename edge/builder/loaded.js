// What each file of an app is to a bundler: a script, an address, a text, a mark where styles take effect.

import { classesOf } from "./classes.js";
import { COMPONENT, componentOf } from "./components.js";
import { moduleOf } from "./module.js";
import { importedSheets, plainSheet } from "./sheets.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./plugin.js").Way} Way */

export const STYLE = /\.(?:css|scss|sass|less)$/;
const SCRIPT = /\.[cm]?[jt]sx?$/;

/**
 * @param {string} name a path, and what is wanted of it
 * @param {App} app
 * @param {Way} way
 * @returns {Promise<import("esbuild").OnLoadResult>}
 */
export async function loaded(name, app, way) {
  if (name in app.request.virtual) return script(name, app.text(name), app, way);
  const [path, query = ""] = name.split("?");
  const words = query.split("&");
  if (words.includes("raw")) return value(app.text(path));
  if (words.includes("worker") || words.includes("sharedworker")) return workerOf(path, words, way);
  if (words.includes("url")) return value(app.address(path, app.bytes(path), query));
  if (words.includes("init")) return js(initOf(app.address(path, app.bytes(path), "no-inline")));
  if (STYLE.test(path)) return styleOf(path, words, app, way);
  if (COMPONENT.test(path)) return componentOf(path, app, way);
  if (path.endsWith(".json")) return { contents: app.text(path), loader: "json" };
  if (SCRIPT.test(path)) return script(path, app.text(path), app, way);
  return value(app.address(path, app.bytes(path), query));
}

/** @param {unknown} one @returns {import("esbuild").OnLoadResult} */
export const value = (one) => js(`export default ${JSON.stringify(one)};`);

/** @param {string} contents @returns {import("esbuild").OnLoadResult} */
export const js = (contents) => ({ contents, loader: "js" });

/**
 * @param {string} path
 * @param {string} source
 * @param {App} app
 * @param {Way} way
 */
function script(path, source, app, way) {
  const made = app.modules.get(path) ?? moduleOf(path, source, app);
  app.modules.set(path, made);
  return { ...js(made), resolveDir: way.folder };
}

/** @param {string} address */
const initOf = (address) =>
  `export default (imports) => WebAssembly.instantiateStreaming(fetch(${JSON.stringify(address)}), imports).then((one) => one.instance);`;

/**
 * @param {string} path
 * @param {string[]} words
 * @param {Way} way
 */
async function workerOf(path, words, way) {
  if (way.scanned) await way.worker(path);
  const address = JSON.stringify(way.scanned ? "" : `/${await way.worker(path)}`);
  if (words.includes("url")) return js(`export default ${address};`);
  const kind = words.includes("sharedworker") ? "SharedWorker" : "Worker";
  return js(`export default function (options) { return new ${kind}(${address}, { name: options?.name }); }`);
}

/**
 * A style sheet as a module: a mark where it takes effect, and the names of its classes if it has any of its own.
 * @param {string} path
 * @param {string[]} words
 * @param {App} app
 * @param {Way} way
 */
async function styleOf(path, words, app, way) {
  const source = await plainSheet(path, app);
  if (way.scanned) for (const spec of importedSheets(path, source, app)) way.scanned.add(spec);
  if (words.includes("inline") && !way.styled) return value("");
  if (words.includes("inline")) return js(`export default __fleetText(${app.sheetNumber(path)});`);
  const mark = way.styled ? `__fleetCss(${app.sheetNumber(path)});` : "";
  if (!/\.module\.\w+$/.test(path)) return js(mark);
  return js(`${mark}\n${classesOf(path, source)}`);
}
