// The stylesheets and plugins of packages that an app's stylesheet may ask Tailwind for.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { revive } from "./config3.js";
import { within } from "./urls.js";

const SHEETS = [
  "tailwindcss/index.css",
  "tailwindcss/preflight.css",
  "tailwindcss/theme.css",
  "tailwindcss/utilities.css",
  "tw-animate-css/dist/tw-animate.css",
];
/** @type {Record<string, string>} */
const NAMES = {
  tailwindcss: "tailwindcss/index.css",
  "tailwindcss/preflight": "tailwindcss/preflight.css",
  "tailwindcss/theme": "tailwindcss/theme.css",
  "tailwindcss/utilities": "tailwindcss/utilities.css",
  "tw-animate-css": "tw-animate-css/dist/tw-animate.css",
};
/** Plugins are code that runs in this process: these and no others. */
const PLUGINS = [
  "@tailwindcss/aspect-ratio",
  "@tailwindcss/container-queries",
  "@tailwindcss/forms",
  "@tailwindcss/typography",
  "tailwindcss-animate",
];

/** @returns {Map<string, string>} */
export function readSheets() {
  const folder = fileURLToPath(new URL("../node_modules/", import.meta.url));
  const texts = new Map(SHEETS.map((name) => [name, readFileSync(folder + name, "utf8")]));
  for (const [name, file] of Object.entries(NAMES)) texts.set(name, /** @type {string} */ (texts.get(file)));
  return texts;
}

/**
 * A plugin of ours, or a configuration or a plugin of the app's own, which came as data.
 * @param {string} name
 * @param {string} base the stylesheet that asks for it
 * @param {Record<string, any>} [given] by the app's path
 */
export async function loadModule(name, base, given = {}) {
  if (PLUGINS.includes(name)) return (await import(name)).default;
  const path = Object.keys(given).find((one) => one.replace(/\.\w+$/, "") === within(name, base).replace(/\.\w+$/, ""));
  if (path === undefined) throw new Error(`"${name}" is neither a file of the app nor among ${PLUGINS.join(", ")}`);
  /** @type {Map<string, any>} */
  const loaded = new Map();
  for (const one of JSON.stringify(given[path]).matchAll(/"\$plugin":"([^"]+)"/g)) {
    loaded.set(one[1], await loadModule(one[1], base));
  }
  return revive(given[path], (plugin) => loaded.get(plugin));
}
