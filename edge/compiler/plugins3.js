// Tailwind 3 and the plugins that configurations may name: our own copies, each with Tailwind 3 behind its imports.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compileFunction } from "node:vm";

/** Plugins of these names are ours, whatever the app has installed: these are applied, no other code. */
export const PLUGINS = [
  "@tailwindcss/aspect-ratio",
  "@tailwindcss/container-queries",
  "@tailwindcss/forms",
  "@tailwindcss/typography",
  "daisyui",
  "tailwindcss-animate",
];
const ours = createRequire(import.meta.url);
/** @type {Map<string, {exports: any}>} */
const loaded = new Map();

/**
 * What a package of Tailwind's world exports, as if Tailwind 3 were installed under its own name.
 * @param {string} spec
 * @returns {any}
 */
export function load(spec) {
  if (spec === "tailwindcss" || spec.startsWith("tailwindcss/"))
    return ours(spec.replace("tailwindcss", "tailwindcss3"));
  return evaluate(ours.resolve(spec));
}

/** @param {string} name */
export function loadPlugin(name) {
  if (!PLUGINS.includes(name)) throw new Error(`The plugin "${name}" is not among ${PLUGINS.join(", ")}`);
  const plugin = load(name);
  return plugin.default ?? plugin;
}

/**
 * @param {string} file
 * @returns {any}
 */
function evaluate(file) {
  const known = loaded.get(file);
  if (known) return known.exports;
  if (!file.endsWith(".js") && !file.endsWith(".cjs")) return ours(file);
  const module = { exports: {} };
  loaded.set(file, module);
  const near = createRequire(file);
  const require = (/** @type {string} */ spec) =>
    /^tailwindcss(\/|$)/.test(spec) ? load(spec) : spec.startsWith(".") ? evaluate(near.resolve(spec)) : near(spec);
  const body = compileFunction(
    readFileSync(file, "utf8"),
    ["module", "exports", "require", "__dirname", "__filename"],
    {
      filename: file,
    },
  );
  body(module, module.exports, require, dirname(file), file);
  return module.exports;
}
