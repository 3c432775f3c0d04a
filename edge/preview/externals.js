// What lies outside the registry: prebundled dependencies and plain addresses, each imported once.

/** @typedef {{url: string | null, cjs?: boolean}} Dependency a style sheet has no address: the page links it */
/** @typedef {(url: string) => Promise<Record<string, unknown>>} Import */

const NOTHING = Object.freeze({});

/**
 * A CommonJS module as its importers expect it: every property a named export, and `default` as Vite gives it.
 * @param {any} namespace what the bundle exports: `module.exports` as its default
 * @returns {Record<string, unknown>}
 */
export function interop(namespace) {
  const whole = namespace.default;
  if (whole?.__esModule) return "default" in whole ? whole : { ...whole, default: whole };
  const named = (typeof whole === "object" && !Array.isArray(whole)) || typeof whole === "function" ? whole : {};
  return { ...named, default: whole };
}

export class Externals {
  #known;
  #import;
  /** @type {Map<string, Promise<Record<string, unknown>>>} */
  #loaded = new Map();

  /**
   * @param {Record<string, Dependency>} known by specifier
   * @param {Import} load
   */
  constructor(known, load = (url) => import(url)) {
    this.#known = known;
    this.#import = load;
  }

  /** @param {string} specifier */
  has(specifier) {
    return Object.hasOwn(this.#known, specifier);
  }

  /** @param {string} specifier */
  async dependency(specifier) {
    if (!this.has(specifier)) throw new Error(`The dependency "${specifier}" is not installed`);
    return this.#once(this.#known[specifier]);
  }

  /** @param {string} url */
  async address(url) {
    return this.#once({ url });
  }

  /** @param {Dependency} dependency */
  #once({ url, cjs }) {
    if (url === null) return Promise.resolve(NOTHING);
    let loaded = this.#loaded.get(url);
    if (!loaded) {
      loaded = this.#import(url).then((namespace) => (cjs ? interop(namespace) : namespace));
      this.#loaded.set(url, loaded);
      // A lost connection is no answer for ever: the next import asks again.
      loaded.catch(() => this.#loaded.delete(url));
    }
    return loaded;
  }
}
