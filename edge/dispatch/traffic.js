/**
 * How the releases that answer here fare: counted in memory, for whoever watches over this machine's edge.
 *
 * @typedef {{requests: number, errors: number, exceptions: number, milliseconds: number}} Counts
 */

const MOST = 5_000;

export class Traffic {
  /** @type {Map<string, Counts>} */
  #counts = new Map();
  #since = "";

  /**
   * Count an answer, or that there was none.
   *
   * @param {import("./route.js").Route} to
   * @param {string} release
   * @param {{status: number, threw: boolean, milliseconds: number}} outcome
   */
  note(to, release, { status, threw, milliseconds }) {
    const name = `${to.kind}/${to.script}/${release}`;
    const counts = this.#counts.get(name) ?? { requests: 0, errors: 0, exceptions: 0, milliseconds: 0 };
    counts.requests++;
    counts.milliseconds += milliseconds;
    if (status >= 500) counts.errors++;
    if (threw) counts.exceptions++;
    this.#counts.delete(name);
    this.#counts.set(name, counts);
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= MOST) break;
      this.#counts.delete(oldest);
    }
  }

  /**
   * Return what was counted of one environment of an app, or of all where none is named.
   *
   * @param {string} [name]
   */
  read(name = "") {
    this.#since ||= crypto.randomUUID(); // not earlier: there is no chance before the first request
    const found = [...this.#counts].filter(([each]) => name === "" || each.startsWith(`${name}/`));
    return { since: this.#since, releases: Object.fromEntries(found) };
  }
}
