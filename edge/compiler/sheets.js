// The stylesheets and plugins of packages that an app's stylesheet may ask Tailwind for.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

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
const PLUGINS = ["@tailwindcss/forms", "@tailwindcss/typography", "tailwindcss-animate"];

/** @returns {Map<string, string>} */
export function readSheets() {
  const folder = fileURLToPath(new URL("../node_modules/", import.meta.url));
  const texts = new Map(SHEETS.map((name) => [name, readFileSync(folder + name, "utf8")]));
  for (const [name, file] of Object.entries(NAMES)) texts.set(name, /** @type {string} */ (texts.get(file)));
  return texts;
}

/**
 * @param {string} name
 * @param {"plugin" | "config"} hint
 */
export async function loadPlugin(name, hint) {
  if (hint === "config") throw new Error(`@config "${name}" cannot be used in a preview; say it with @theme`);
  if (!PLUGINS.includes(name)) throw new Error(`@plugin "${name}" is not among ${PLUGINS.join(", ")}`);
  return (await import(name)).default;
}
