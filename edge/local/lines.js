/**
 * What requests said, as lines of their app's log: pure, and never much.
 *
 * @typedef {{at: number, level: string, text: string, request: string}} Line
 */

const MOST_LINES = 200;
const MOST_LETTERS = 4_000;
const MOST_A_SECOND = 50;

/** Hears of so many requests of each app in a second: who says more would keep others from being heard. */
export class Ear {
  /** @type {Map<string, number>} */
  #heard = new Map();
  #second = 0;

  /**
   * @param {string} app
   * @param {number} now in milliseconds
   */
  hears(app, now = Date.now()) {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) this.#heard.clear();
    this.#second = second;
    const count = (this.#heard.get(app) ?? 0) + 1;
    this.#heard.set(app, count);
    return count <= MOST_A_SECOND;
  }
}

/**
 * @param {any} event what the runtime says of one request
 * @returns {Line[]}
 */
export function linesOf(event) {
  const asked = event.event?.request;
  const request = asked ? `${asked.method} ${new URL(asked.url).pathname}` : "";
  const logs = event.logs.map((/** @type {any} */ log) => ({ ...log, text: log.message.map(shown).join(" ") }));
  const exceptions = event.exceptions.map((/** @type {any} */ each) => ({
    level: "error",
    timestamp: each.timestamp,
    text: [`${each.name}: ${each.message}`, each.stack].filter(Boolean).join("\n"),
  }));
  return [...logs, ...exceptions].slice(0, MOST_LINES).map(({ timestamp, level, text }) => ({
    at: timestamp,
    level: level === "warn" ? "warning" : level,
    text: text.slice(0, MOST_LETTERS),
    request,
  }));
}

/** @param {unknown} value */
function shown(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
