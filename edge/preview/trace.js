// Tells of an error where in the app's own files it happened.

import { frame } from "./frame.js";
import { original } from "./sourcemap.js";
import { places } from "./stack.js";

/** @typedef {import("./sourcemap.js").PlainMap | import("./sourcemap.js").IndexMap} AnyMap */
/** Line and column count from 1.
 * @typedef {{message: string, file?: string, line?: number, column?: number, frame?: string, stack?: string}} Trouble */

export class Tracer {
  #origin;
  #fetch;
  /** Maps of updates, by the address of the code; maps that were asked for, by theirs. @type {Map<string, unknown>} */
  #maps = new Map();
  /** The address of each module's newest code. @type {Map<string, string>} */
  #latest = new Map();

  /**
   * @param {string} origin
   * @param {(url: string) => Promise<Response>} load
   */
  constructor(origin, load = (url) => fetch(url)) {
    this.#origin = origin;
    this.#fetch = load;
  }

  /** @param {string} id @param {string} url @param {unknown} map */
  remember(id, url, map) {
    // One map a module: what an older revision throws is old news.
    const before = this.#latest.get(id);
    if (before) this.#maps.delete(before);
    this.#latest.set(id, url);
    this.#maps.set(url, map ?? null);
  }

  /**
   * The error with the first place in its stack that lies in a file of the app.
   * @param {unknown} error
   * @returns {Promise<Trouble>}
   */
  async trace(error) {
    const { message, stack, file } = /** @type {{message?: string, stack?: string, file?: string}} */ (
      error !== null && typeof error === "object" ? error : {}
    );
    const trouble = { message: message ?? String(error), stack, file };
    if (file) return trouble; // a module that is not there: its importer is known
    return { ...trouble, ...(await this.locate(stack)) };
  }

  /**
   * @param {string | undefined} stack
   * @returns {Promise<Partial<Trouble>>}
   */
  async locate(stack) {
    for (const { url, line, column } of places(stack)) {
      const map = await this.#map(url);
      const found = map && original(map, line, column);
      if (!found) continue;
      const shown = found.source === null ? undefined : frame(found.source, found.line, found.column);
      return { file: found.file, line: found.line, column: found.column + 1, frame: shown };
    }
    return {};
  }

  /**
   * @param {string} url of code
   * @returns {Promise<AnyMap | null>}
   */
  async #map(url) {
    const whole = url.startsWith(`${this.#origin}/__fleet/app.js`);
    if (whole && !this.#maps.has(url)) this.#maps.set(url, await this.#ask(url.replace("/app.js", "/app.js.map")));
    const map = this.#maps.get(url);
    if (typeof map !== "string") return /** @type {AnyMap | null} */ (map ?? null);
    const parsed = JSON.parse(map);
    this.#maps.set(url, parsed);
    return parsed;
  }

  /** @param {string} url */
  async #ask(url) {
    try {
      const response = await this.#fetch(url);
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }
}
