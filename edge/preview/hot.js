// import.meta.hot of one evaluation of a module, with Vite's meaning.

import { attempt } from "./attempt.js";

/** @typedef {import("./registry.js").Exports} Exports */
/** @typedef {(exports: Exports | undefined) => void} Accepted */
/** @typedef {(exports: (Exports | undefined)[]) => void} AcceptedMany */
/** @typedef {{deps: string[], many: boolean, callback: (exports: any) => void}} Acceptance */
/**
 * What the module's surroundings do for it.
 * @typedef {{
 *   id: string,
 *   data: Record<string, unknown>,
 *   resolve: (specifier: string) => string,
 *   invalidate: (id: string, message?: string) => void,
 *   events: import("./events.js").Events,
 * }} Surroundings
 */

export class Hot {
  #around;
  /** The module replaces itself; each is told the new exports. @type {Accepted[] | null} */
  accepted = null;
  /** @type {Acceptance[]} */
  acceptances = [];
  /** @type {Set<string> | null} */
  acceptedExports = null;
  /** @type {((data: Record<string, unknown>) => void)[]} */
  disposers = [];
  /** @type {((data: Record<string, unknown>) => void)[]} */
  pruners = [];
  /** @type {(() => void)[]} */
  #listening = [];
  /** @type {Accepted[]} */
  #exportsCallbacks = [];
  declined = false;

  /** @param {Surroundings} around */
  constructor(around) {
    this.#around = around;
  }

  /** What one evaluation leaves to the next. */
  get data() {
    return this.#around.data;
  }

  /**
   * `accept()`, `accept(callback)`, `accept(dep, callback)`, `accept([deps], callback)`.
   * @param {string | string[] | Accepted} [what]
   * @param {Accepted | AcceptedMany} [callback]
   */
  accept(what, callback = () => {}) {
    if (what === undefined || typeof what === "function") {
      this.accepted ??= [];
      if (what) this.accepted.push(what);
      return;
    }
    const deps = [what].flat().map(this.#around.resolve);
    this.acceptances.push({ deps, many: Array.isArray(what), callback });
  }

  /**
   * Accept its own changes as long as it exports nothing but these.
   * @param {string | string[]} names
   * @param {Accepted} [callback]
   */
  acceptExports(names, callback) {
    this.acceptedExports = new Set([names].flat());
    if (callback) this.#exportsCallbacks.push(callback);
  }

  /** @param {(data: Record<string, unknown>) => void} callback */
  dispose(callback) {
    this.disposers.push(callback);
  }

  /** @param {(data: Record<string, unknown>) => void} callback */
  prune(callback) {
    this.pruners.push(callback);
  }

  /** From now on a change of this module is a full reload. */
  decline() {
    this.declined = true;
  }

  /** Hand the change on to the importers. @param {string} [message] */
  invalidate(message) {
    this.#around.invalidate(this.#around.id, message);
  }

  /** @param {string} name @param {(payload: any) => void} callback */
  on(name, callback) {
    this.#listening.push(this.#around.events.on(name, callback));
  }

  /** @param {string} name @param {(payload: any) => void} callback */
  off(name, callback) {
    this.#around.events.off(name, callback);
  }

  /** Vite's way to its server; there is none here to hear it. */
  send() {}

  /**
   * Whether this evaluation said that it replaces itself, and who wants to hear.
   * @param {Exports} exports
   * @returns {Accepted[] | null}
   */
  acceptsItself(exports) {
    if (this.accepted) return this.accepted;
    const names = this.acceptedExports;
    return names && Object.keys(exports).every((name) => names.has(name)) ? this.#exportsCallbacks : null;
  }

  /** End this evaluation, once: its listeners go, its disposers may leave data. */
  end() {
    for (const stop of this.#listening.splice(0)) stop();
    for (const dispose of this.disposers.splice(0)) attempt(() => dispose(this.data));
  }
}
