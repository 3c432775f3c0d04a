/**
 * What each app's environment points to, as the one who keeps it says; while that one is away, as it said last.
 *
 * @typedef {import("./release.js").Pointer} Pointer
 * @typedef {{fetch(input: string): Promise<Response>}} Store
 */

const MOST = 5_000;

export class Pointers {
  /** @type {Map<string, {pointer: Pointer | undefined, at: number}>} */
  #known = new Map();

  /**
   * @param {Store} store
   * @param {string} name environment and app
   * @param {number} milliseconds how long an answer may be believed without asking again
   * @returns {Promise<Pointer | undefined>}
   */
  async find(store, name, milliseconds) {
    const known = this.#known.get(name);
    if (known && Date.now() - known.at < milliseconds) return known.pointer;
    try {
      const answer = await store.fetch(`http://pointers/${name}.json`);
      if (answer.ok || answer.status === 404) return this.#note(name, answer.ok ? await answer.json() : undefined);
      throw new Error(`pointer ${name} cannot be read: ${answer.status}`);
    } catch (error) {
      if (known?.pointer) return known.pointer;
      throw error;
    }
  }

  /**
   * @param {string} name
   * @param {Pointer | undefined} pointer
   */
  #note(name, pointer) {
    this.#known.delete(name);
    this.#known.set(name, { pointer, at: Date.now() });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
    return pointer;
  }
}
