// Evaluates modules in the order of ECMAScript: depth first, once, circles and top-level await included.

import { unthenable } from "./externals.js";

/** @typedef {import("./registry.js").Exports} Exports */
/** @typedef {import("./registry.js").Instance} Instance */
/** @typedef {import("./registry.js").Module} Module */
/** @typedef {import("./registry.js").Target} Target */
/** @typedef {{register: (id: string, type: unknown, name: string) => void, signature: () => unknown, exported: (id: string, exports: Exports) => void}} Components */
/** @typedef {(module: Module, instance: Instance, loader: Loader) => object} MakeMeta */
/** @typedef {(module: Module) => import("./hot.js").Hot} MakeHot */

/** An import of something that is not there; says who asked. */
export class MissingModule extends Error {
  name = "MissingModule";
  /** @param {string} message @param {string} [file] */
  constructor(message, file) {
    super(message);
    this.file = file;
  }
}

/** Style sheets have no module of their own: their text is in the page. */
const STYLES = /\.(?:css|scss|sass|less)$/;
const NOTHING = Object.freeze({});

/** @returns {Exports} */
const namespace = () => Object.create(null, { [Symbol.toStringTag]: { value: "Module" } });

export class Loader {
  #registry;
  #externals;
  #components;
  #makeHot;
  #makeMeta;

  /**
   * @param {import("./registry.js").Registry} registry
   * @param {import("./externals.js").Externals} externals
   * @param {Components} components
   * @param {MakeHot} makeHot
   * @param {MakeMeta} makeMeta
   */
  constructor(registry, externals, components, makeHot, makeMeta) {
    this.#registry = registry;
    this.#externals = externals;
    this.#components = components;
    this.#makeHot = makeHot;
    this.#makeMeta = makeMeta;
  }

  /**
   * The exports of a module, evaluated if it is not yet.
   * @param {string} id
   * @param {Instance | null} [importer] who waits for it, and must not be waited for in a circle
   * @param {string} [asking] who is to be named if it is not there
   * @returns {Promise<Exports>}
   */
  async load(id, importer = null, asking = undefined) {
    const module = this.#registry.get(id);
    if (!module) {
      if (STYLES.test(id)) return NOTHING;
      throw new MissingModule(`The module "${id}" is not there`, asking);
    }
    const known = module.instance;
    const instance = known && known.state !== "failed" ? known : this.#begin(module);
    if (instance.state !== "ready" && !(importer && waits(instance, importer))) await arrival(instance, importer);
    return unthenable(instance.exports);
  }

  /**
   * What a module exports by now; for eager globs, whose modules were loaded before.
   * @param {string} id
   */
  evaluated(id) {
    return this.#registry.instance(id)?.exports ?? NOTHING;
  }

  /** @param {Module} module */
  #begin(module) {
    /** @type {Instance} */
    const instance = {
      id: module.id,
      exports: namespace(),
      state: "loading",
      promise: Promise.resolve(),
      waiting: null,
      imports: new Set(),
      hot: this.#makeHot(module),
    };
    module.instance = instance;
    instance.promise = this.#evaluate(module, instance);
    instance.promise.catch(() => {}); // whoever waits for it hears of it
    return instance;
  }

  /** @param {Module} module @param {Instance} instance */
  async #evaluate(module, instance) {
    const { id, deps, body } = module;
    const components = this.#components;
    try {
      for (const target of Object.values(deps)) await this.#loadEagerly(target, instance);
      await body(
        instance.exports,
        (/** @type {string} */ specifier) => this.#import(deps, specifier, instance, instance),
        (/** @type {string} */ specifier) => this.#import(deps, specifier, instance, null),
        (/** @type {Exports} */ all) => reexport(instance.exports, all),
        this.#makeMeta(module, instance, this),
        (/** @type {unknown} */ type, /** @type {string} */ name) => components.register(id, type, name),
        () => components.signature(),
      );
      components.exported(id, instance.exports);
      instance.state = "ready";
    } catch (error) {
      instance.state = "failed";
      throw error;
    }
  }

  /** @param {Target} target @param {Instance} instance */
  async #loadEagerly(target, instance) {
    if (typeof target === "string" || !("glob" in target) || !target.eager) return;
    for (const id of Object.values(target.glob)) {
      instance.imports.add(id);
      await this.load(id, instance);
    }
  }

  /**
   * @param {import("./registry.js").Deps} deps
   * @param {string} specifier
   * @param {Instance} importer
   * @param {Instance | null} waiting the importer too, if the import is static
   */
  #import(deps, specifier, importer, waiting) {
    const target = deps[specifier];
    if (typeof target !== "string") return this.#outside(target, specifier, importer.id);
    importer.imports.add(target);
    return this.load(target, waiting, importer.id);
  }

  /** @param {Target | undefined} target @param {string} specifier @param {string} importer */
  #outside(target, specifier, importer) {
    if (typeof target === "object" && "dep" in target) return this.#externals.dependency(target.dep);
    if (typeof target === "object" && "url" in target) return this.#externals.address(target.url);
    if (/^(?:https?:)?\/\//.test(specifier)) return this.#externals.address(specifier);
    return Promise.reject(new MissingModule(`"${specifier}" cannot be found`, importer));
  }
}

/**
 * @param {Instance} instance
 * @param {Instance | null} importer is seen to wait meanwhile
 */
async function arrival(instance, importer) {
  if (importer) importer.waiting = instance;
  try {
    await instance.promise;
  } finally {
    if (importer) importer.waiting = null;
  }
}

/**
 * Whether an evaluation waits, over however many others, for this one.
 * @param {Instance} instance
 * @param {Instance} forThis
 */
function waits(instance, forThis) {
  const seen = new Set();
  for (let next = /** @type {Instance | null} */ (instance); next && !seen.has(next); next = next.waiting) {
    if (next === forThis) return true;
    seen.add(next);
  }
  return false;
}

/**
 * `export * from`: everything but the default, and nothing that is there already.
 * @param {Exports} exports
 * @param {Exports} all
 */
function reexport(exports, all) {
  for (const name of Object.keys(all)) {
    if (name === "default" || name in exports) continue;
    Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: () => all[name] });
  }
}
