// What a configuration finds when it imports a package: Tailwind 3 and its plugins, Vite's helpers, paths, or a stand-in.

import { posix } from "node:path";
import * as url from "node:url";
import { load, PLUGINS } from "./plugins3.js";

/** Small packages that plugins of apps are often written with, which we have. */
const HELPERS = ["mini-svg-data-uri", "postcss", "postcss-selector-parser"];
/** A plugin that is ours, by whatever of it a configuration holds. @type {WeakMap<object, {name: string, options?: unknown}>} */
export const named = new WeakMap();
/** What stands for a package that is not there. @type {WeakMap<object, string>} */
export const absent = new WeakMap();

/**
 * @param {Record<string, string>} files
 * @param {Record<string, string>} env
 * @returns {(spec: string) => any}
 */
export function packagesFor(files, env) {
  const identity = (/** @type {any} */ one) => one;
  const vite = {
    defineConfig: identity,
    loadEnv: (
      /** @type {string} */ _mode,
      /** @type {string} */ _folder,
      /** @type {string | string[]} */ prefix = "VITE_",
    ) => Object.fromEntries(Object.entries(env).filter(([key]) => [prefix].flat().some((one) => key.startsWith(one)))),
    mergeConfig: (/** @type {object} */ a, /** @type {object} */ b) => ({ ...a, ...b }),
  };
  /** @type {Record<string, any>} */
  const path = { ...posix, resolve: (/** @type {string[]} */ ...parts) => posix.resolve("/", ...parts) };
  Object.assign(path, { default: path, posix: path });
  /** @type {Record<string, any>} */
  const own = {
    path,
    url: { ...url, default: url },
    fs: reading(files),
    vite,
    "vitest/config": vite,
  };
  return (spec) => {
    const name = spec.replace(/^node:/, "");
    if (Object.hasOwn(own, name)) return own[name];
    if (PLUGINS.includes(name)) return ours(name);
    if (/^tailwindcss(\/|$)/.test(name) || HELPERS.includes(name)) return load(name);
    return standIn(name);
  };
}

/**
 * A plugin of ours that remembers the options with which it was asked for.
 * @param {string} name
 */
function ours(name) {
  const exported = load(name);
  const plugin = exported.default ?? exported;
  const asked = new Proxy(plugin instanceof Function ? plugin : () => plugin, {
    apply: (target, self, [options]) => {
      const made = Reflect.apply(target, self, [options]);
      named.set(made, { name, options });
      return made;
    },
    get: (_, key) => (key === "default" ? asked : plugin[key]),
  });
  named.set(asked, { name });
  return asked;
}

/**
 * Answers anything with itself, so that a list of Vite's plugins can be written with it.
 * @param {string} name
 * @returns {any}
 */
function standIn(name) {
  /** @type {any} */
  const itself = new Proxy(() => {}, {
    get: (_, key) => (typeof key === "symbol" || key === "then" || key === "__esModule" ? undefined : itself),
    apply: () => itself,
    construct: () => itself,
  });
  absent.set(itself, name);
  return itself;
}

/** @param {Record<string, string>} files */
function reading(files) {
  const at = (/** @type {any} */ path) => posix.resolve("/", String(path.pathname ?? path)).slice(1);
  const existsSync = (/** @type {any} */ path) => Object.hasOwn(files, at(path));
  const readFileSync = (/** @type {any} */ path) => {
    if (!existsSync(path)) throw new Error(`Cannot read ${at(path)}`);
    return files[at(path)];
  };
  const fs = { existsSync, readFileSync };
  return { ...fs, default: fs };
}
