/**
 * What one request said, as lines of its app's log: pure, and never much.
 *
 * @typedef {{at: number, level: string, text: string, request: string}} Line
 */

const MOST_LINES = 200;
const MOST_LETTERS = 4_000;

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
