// import.meta of a module: env, url, hot, glob, and the addresses of its workers.

import { addressOf } from "./worker.js";

/** @typedef {import("./registry.js").Module} Module */
/** @typedef {import("./registry.js").Instance} Instance */
/** @typedef {{eager?: boolean, import?: string, query?: string | Record<string, string>}} GlobOptions */

/**
 * The name under which a glob's table stands among a module's deps. The compiler makes the same from the literals.
 * @param {string | string[]} patterns
 * @param {GlobOptions} [options]
 */
export function globKey(patterns, options = {}) {
  return `glob:${JSON.stringify([[patterns].flat(), options])}`;
}

/**
 * @param {import("./worker.js").About} about
 * @param {import("./registry.js").Registry} registry
 * @returns {import("./loader.js").MakeMeta}
 */
export function metaMaker(about, registry) {
  return (module, instance, loader) => ({
    env: about.env,
    url: `${about.origin}/${module.id}`,
    /** What the compiler writes where a worker is made. @param {string} specifier */
    worker: (specifier) => addressOf(registry, about, String(module.deps[specifier])),
    hot: instance.hot,
    /** @param {string | string[]} patterns @param {GlobOptions} [options] */
    glob: (patterns, options = {}) => glob(module, instance, loader, patterns, options),
  });
}

/**
 * @param {Module} module
 * @param {Instance} instance
 * @param {import("./loader.js").Loader} loader
 * @param {string | string[]} patterns
 * @param {GlobOptions} options
 */
function glob(module, instance, loader, patterns, options) {
  const table = module.deps[globKey(patterns, options)];
  if (typeof table !== "object" || !("glob" in table)) {
    throw new Error("import.meta.glob takes nothing but literals");
  }
  const pick = (/** @type {Record<string, unknown>} */ exports) =>
    options.import && options.import !== "*" ? exports[options.import] : exports;
  const later = (/** @type {string} */ id) => async () => {
    instance.imports.add(id);
    return pick(await loader.load(id));
  };
  return Object.fromEntries(
    Object.entries(table.glob).map(([path, id]) => [path, options.eager ? pick(loader.evaluated(id)) : later(id)]),
  );
}
