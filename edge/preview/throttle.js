// Lets through what is new, and not too much of it.

/** Of one report a page sends one; of different ones so many at once, and then one in so many milliseconds. */
const [BURST, EVERY] = [10, 6_000];

export class Throttle {
  /** @type {Set<string>} */
  #seen = new Set();
  #left = BURST;
  #since;

  /** @param {number} now */
  constructor(now) {
    this.#since = now;
  }

  /**
   * @param {string} key
   * @param {number} now
   */
  admits(key, now) {
    if (this.#seen.has(key)) return false;
    const regained = Math.floor((now - this.#since) / EVERY);
    if (regained > 0) {
      this.#left = Math.min(BURST, this.#left + regained);
      this.#since += regained * EVERY;
    }
    if (this.#left === 0) return false;
    this.#left -= 1;
    this.#seen.add(key);
    return true;
  }
}
