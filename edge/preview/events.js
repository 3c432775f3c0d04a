// Named events inside the page: what `import.meta.hot.on` hears.

import { attempt } from "./attempt.js";

/** @typedef {(payload: any) => void} Listener */

export class Events {
  /** @type {Map<string, Set<Listener>>} */
  #listeners = new Map();

  /**
   * Listen; the answer stops it.
   * @param {string} name
   * @param {Listener} listener
   */
  on(name, listener) {
    const known = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, known.add(listener));
    return () => this.off(name, listener);
  }

  /** @param {string} name @param {Listener} listener */
  off(name, listener) {
    this.#listeners.get(name)?.delete(listener);
  }

  /** A listener that throws harms no other. @param {string} name @param {unknown} [payload] */
  emit(name, payload) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      attempt(() => listener(payload));
    }
  }
}
