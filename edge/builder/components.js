// Components of Vue and Svelte as plain modules.

import { Problem } from "../compiler/problem.js";

/**
 * @param {string} path
 * @param {import("./app.js").App} app
 * @param {import("./plugin.js").Way} _way
 * @returns {Promise<import("esbuild").OnLoadResult>}
 */
export async function componentOf(path, app, _way) {
  throw new Problem("Components of this kind cannot be built yet", path, app.text(path));
}
