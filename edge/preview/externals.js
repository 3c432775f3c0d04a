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

/**
 * The same exports; but the promise that is to bring them, and asks first whether they have a `then`, is told no. It
 * asks once. Else an export of that name would be called, and who imports it would wait for ever.
 * @template {object} T
 * @param {T} namespace
 * @returns {T}
 */
export function unthenable(namespace) {
  if (!("then" in namespace)) return namespace;
  let asked = false;
  return new Proxy(namespace, {
    get(target, name) {
      if (name !== "then" || asked) return Reflect.get(target, name);
      asked = true;
      return undefined;
    },
  });
}

export class Externals {
  #known;
  #import;
  /** @type {Map<string, Promise<{is: Record<string, unknown>}>>} */
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
  dependency(specifier) {
    if (!this.has(specifier)) return Promise.reject(new Error(`The dependency "${specifier}" is not installed`));
    return this.#once(this.#known[specifier]);
  }

  /** @param {string} url */
  address(url) {
    return this.#once({ url });
  }

  /** @param {Dependency} dependency */
  async #once({ url, cjs }) {
    if (url === null) return NOTHING;
    let loaded = this.#loaded.get(url);
    if (!loaded) {
      loaded = this.#import(url).then((namespace) => ({ is: cjs ? interop(namespace) : namespace }));
      this.#loaded.set(url, loaded);
      // A lost connection is no answer for ever: the next import asks again.
      loaded.catch(() => this.#loaded.delete(url));
    }
    return unthenable((await loaded).is);
  }
}
