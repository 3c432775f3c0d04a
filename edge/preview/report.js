// Tells the origin which revision is shown, and what went wrong in it.

import { Throttle } from "./throttle.js";

/** @typedef {import("./trace.js").Trouble} Trouble */
/** @typedef {(path: string, body: string) => Promise<boolean>} Post */

/** The origin takes no longer report, in bytes. */
const LONGEST = 4096;

/**
 * A report as JSON that fits: the stack is cut first, then the message.
 * @param {Record<string, unknown> & {message: string, stack?: string}} report
 */
export function fitting(report) {
  const encoder = new TextEncoder();
  const size = (/** @type {object} */ value) => encoder.encode(JSON.stringify(value)).length;
  let { message, stack } = report;
  while (size({ ...report, message, stack }) > LONGEST) {
    if (stack) stack = stack.length > 16 ? stack.slice(0, Math.floor(stack.length * 0.75)) : undefined;
    else message = message.slice(0, Math.floor(message.length * 0.75));
  }
  return JSON.stringify({ ...report, message, stack });
}

export class Reporter {
  #nonce;
  #post;
  #throttle = new Throttle(Date.now());
  /** @type {string | null} */
  #shown = null;
  /** @type {string | null} */
  #acknowledged = null;

  /** @param {string} nonce @param {Post} post */
  constructor(nonce, post) {
    this.#nonce = nonce;
    this.#post = post;
  }

  /** Acknowledge a revision, once. @param {string} rev */
  async acknowledge(rev) {
    this.#shown = rev;
    await this.catchUp();
  }

  /** Go on with another nonce: the one that came with the page is good for some hours. @param {string} nonce */
  async renew(nonce) {
    this.#nonce = nonce;
    await this.catchUp();
  }

  /** Say again what was not heard: the origin was away, or the nonce too old. */
  async catchUp() {
    const rev = this.#shown;
    if (rev === null || rev === this.#acknowledged) return;
    const [before, nonce] = [this.#acknowledged, this.#nonce];
    this.#acknowledged = rev;
    const heard = await this.#post("/__fleet/ack", JSON.stringify({ rev, nonce }));
    if (heard || this.#acknowledged !== rev) return;
    this.#acknowledged = before;
    if (nonce !== this.#nonce) await this.catchUp(); // it was renewed meanwhile
  }

  /** @param {string} rev @param {Trouble} trouble */
  async error(rev, { message, file, line, stack }) {
    if (!this.#throttle.admits(JSON.stringify([rev, message, file, line]), Date.now())) return;
    await this.#post("/__fleet/error", fitting({ rev, nonce: this.#nonce, message, file, line, stack }));
  }
}

/**
 * @param {string} path
 * @param {string} body
 */
export async function post(path, body) {
  try {
    const headers = { "content-type": "application/json" };
    return (await fetch(path, { method: "POST", body, headers, keepalive: true })).ok;
  } catch {
    return false;
  }
}
