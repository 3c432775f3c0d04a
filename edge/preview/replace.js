// Replaces changed modules in place, or leaves the page as it was and says why.

import { attempt } from "./attempt.js";
import { plan } from "./plan.js";

/** @typedef {import("./registry.js").Instance} Instance */
/** @typedef {import("./registry.js").Exports} Exports */

/** So many times may a replacement be handed on to importers: an app that never comes to rest is reloaded. */
const ROUNDS = 20;

export class Replacer {
  #registry;
  #loader;
  #react;
  #entry;
  /** Defined anew, but not yet evaluated without an error. @type {Set<string>} */
  #pending = new Set();
  /** Handed on by `import.meta.hot.invalidate()`. @type {Set<string>} */
  #handedOn = new Set();

  /**
   * @param {import("./registry.js").Registry} registry
   * @param {import("./loader.js").Loader} loader
   * @param {{isBoundary(exports: Exports): boolean, difference(before: Exports, after: Exports): string | null}} react
   * @param {string} entry
   */
  constructor(registry, loader, react, entry) {
    this.#registry = registry;
    this.#loader = loader;
    this.#react = react;
    this.#entry = entry;
  }

  /** @param {string} id */
  handOn(id) {
    this.#handedOn.add(id);
  }

  get wanted() {
    return this.#handedOn.size > 0;
  }

  /**
   * Evaluate what the changes concern. Throws what the app throws, with the old instances back in their places.
   * @param {Iterable<string>} changed
   * @returns {Promise<string | null>} why the page has to be loaded anew, if it has to
   */
  async replace(changed) {
    for (const id of changed) this.#pending.add(id);
    /** @type {Map<string, Instance>} */
    const before = new Map();
    try {
      const reload = await this.#rounds(before);
      if (!reload) await this.#enter();
      this.#pending.clear();
      return reload;
    } catch (error) {
      this.#restore(before);
      throw error;
    }
  }

  /** @param {Map<string, Instance>} before */
  async #rounds(before) {
    let changed = new Set(this.#pending);
    for (let round = 0; changed.size || this.#handedOn.size; round++) {
      if (round === ROUNDS) return "the replacement did not come to rest";
      const handedOn = new Set(this.#handedOn);
      this.#handedOn.clear();
      const found = plan(changed, handedOn, this.#graph());
      if (found.reload) return found.reload;
      const replaced = this.#takeOut(found.invalid, before);
      for (const id of found.roots) if (this.#registry.get(id)) await this.#loader.load(id);
      this.#tell(found, replaced);
      changed = new Set();
    }
    return null;
  }

  #graph() {
    return {
      entry: this.#entry,
      instance: (/** @type {string} */ id) => this.#registry.instance(id),
      importers: this.#registry.importers(),
      workers: this.#registry.workers,
      replacesItself: (/** @type {Instance} */ { exports, hot }) =>
        hot.acceptsItself(exports) !== null || this.#react.isBoundary(exports),
    };
  }

  /**
   * End the instances that are to be made anew.
   * @param {Set<string>} invalid
   * @param {Map<string, Instance>} before
   */
  #takeOut(invalid, before) {
    /** @type {Map<string, Instance>} */
    const replaced = new Map();
    for (const id of invalid) {
      const module = this.#registry.get(id);
      if (!module?.instance) continue;
      if (!before.has(id)) before.set(id, module.instance);
      replaced.set(id, module.instance);
      module.instance.hot.end();
      module.instance = null;
    }
    return replaced;
  }

  /**
   * Tell those who accepted; hand on what Fast Refresh alone cannot take.
   * @param {import("./plan.js").Plan} found
   * @param {Map<string, Instance>} replaced
   */
  #tell(found, replaced) {
    for (const [id, old] of replaced) {
      const fresh = this.#registry.instance(id);
      if (!found.roots.has(id) || !fresh || old.state !== "ready") continue;
      const accepted = old.hot.acceptsItself(old.exports);
      for (const callback of accepted ?? []) attempt(() => callback(fresh.exports));
      if (!accepted && this.#react.isBoundary(old.exports) && this.#react.difference(old.exports, fresh.exports)) {
        this.#handedOn.add(id);
      }
    }
    for (const { importer, dep } of found.accepting) this.#tellImporter(importer, dep);
  }

  /** @param {string} importer @param {string} dep */
  #tellImporter(importer, dep) {
    const exports = this.#registry.instance(dep)?.exports;
    for (const { deps, many, callback } of this.#registry.instance(importer)?.hot.acceptances ?? []) {
      if (!deps.includes(dep)) continue;
      attempt(() => callback(many ? deps.map((known) => (known === dep ? exports : undefined)) : exports));
    }
  }

  /** An entry that failed before is begun again. */
  async #enter() {
    if (this.#registry.instance(this.#entry)?.state !== "ready") await this.#loader.load(this.#entry);
  }

  /**
   * What worked works on. Of what never did, the newest failure stays: it knows what it imported.
   * @param {Map<string, Instance>} before
   */
  #restore(before) {
    this.#handedOn.clear();
    for (const [id, instance] of before) {
      const module = this.#registry.get(id);
      if (module && (instance.state === "ready" || !module.instance)) module.instance = instance;
    }
  }
}
