// The configuration files of an app as data, where reading them is enough: Tailwind's, Vite's and PostCSS's.

import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { PLUGIN } from "./config3.js";
import { Dynamic } from "./expression.js";
import { given } from "./given.js";
import { PLUGINS } from "./plugins3.js";
import { readDefault } from "./static.js";

/** @typedef {"tailwind" | "plugin" | "vite" | "postcss"} Kind a plugin of Tailwind's is always run */

/** What of Vite's configuration a preview follows; nothing else of it has to be known. */
/** @type {import("./static.js").Wanted} */
const OF_VITE = {
  root: true,
  envDir: true,
  envPrefix: true,
  publicDir: true,
  define: true,
  resolve: { alias: true },
  css: { preprocessorOptions: true },
};

/**
 * @param {{path: string, source: string, kind: Kind, mode?: string}} request
 * @returns {{value: any} | {dynamic: string}} dynamic: why it has to be run
 */
export function readConfig({ path, source, kind, mode }) {
  if (kind === "plugin") return { dynamic: "It is a plugin" };
  try {
    const modules = kind === "vite" ? forVite() : forStyles();
    const wanted = kind === "vite" ? OF_VITE : true;
    const value = readDefault(path, source, modules, globalsOf(path), wanted, [given(mode)]);
    return { value: plain(kind === "tailwind" ? { ...value, content: [] } : value) };
  } catch (error) {
    if (error instanceof Dynamic) return { dynamic: error.message };
    if (error instanceof RangeError) return { dynamic: "It refers to itself" };
    throw error;
  }
}

/** The app's folder is the root of all. @param {string} path */
function globalsOf(path) {
  const file = `/${path}`;
  const folder = posix.dirname(file);
  return {
    __dirname: folder,
    __filename: file,
    "import.meta": { url: `file://${file}`, dirname: folder, filename: file },
    process: { cwd: known(() => "/") },
    JSON: { stringify: known(JSON.stringify) },
    URL: address,
  };
}

const address = known((/** @type {string} */ to, /** @type {string} */ from) => {
  const { href, pathname } = new URL(to, from);
  return { href, pathname };
});

/** @template {Function} F @param {F} called */
function known(called) {
  return Object.assign(called.bind(null), { isKnown: true });
}

function forVite() {
  const { resolve, join, dirname } = posix;
  const path = {
    resolve: known((/** @type {string[]} */ ...parts) => resolve("/", ...parts)),
    join: known(join),
    dirname: known(dirname),
  };
  const url = { URL: address, fileURLToPath: known((/** @type {any} */ one) => fileURLToPath(one.href ?? one)) };
  const defineConfig = Object.assign(
    known((/** @type {any} */ one) => one),
    { isIdentity: true },
  );
  const own = { defineConfig };
  return { path, url, vite: own, "vitest/config": own };
}

function forStyles() {
  return Object.fromEntries(
    PLUGINS.map((name) => {
      const applied = known((/** @type {any} */ options) => ({ [PLUGIN]: name, options }));
      return [name, Object.assign(applied, { data: { [PLUGIN]: name } })];
    }),
  );
}

/**
 * @param {any} value
 * @returns {any}
 */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "function") {
    if (!value.data) throw new Dynamic("It has functions");
    return value.data;
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}
