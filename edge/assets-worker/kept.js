/**
 * Keeps what never changes, by its name, the last used longest, up to so much of it.
 *
 * @template T
 */
export class Kept {
  /** @type {Map<string, {value: T, weight: number}>} */
  #values = new Map();
  #weight = 0;

  /** @param {number} limit */
  constructor(limit) {
    this.limit = limit;
  }

  /**
   * @param {string} name
   * @returns {T | undefined}
   */
  find(name) {
    const kept = this.#values.get(name);
    if (kept === undefined) return undefined;
    this.#values.delete(name);
    this.#values.set(name, kept);
    return kept.value;
  }

  /**
   * @param {string} name
   * @param {T} value
   * @param {number} weight
   */
  add(name, value, weight) {
    this.#remove(name);
    this.#values.set(name, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.limit) break;
      this.#remove(oldest);
    }
  }

  /** @param {string} name */
  #remove(name) {
    this.#weight -= this.#values.get(name)?.weight ?? 0;
    this.#values.delete(name);
  }
}
