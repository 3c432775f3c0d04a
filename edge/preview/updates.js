// Follows the stream of updates: from where the page is, again after every break, without a gap.

import { attempt } from "./attempt.js";
import { reader } from "./sse.js";

/** @typedef {(event: string, data: any) => void} Take */
/**
 * @typedef {{
 *   url: () => string,
 *   take: Take,
 *   opened?: () => void,
 *   lost?: (status: number) => void,
 *   fetch?: typeof fetch,
 *   random?: () => number,
 * }} Options
 */

/** Milliseconds until the first try after a break, and at most between two. */
const [SOONEST, LATEST] = [100, 10_000];
/** A connection that held so long was a good one: the next break is a new one. */
const LASTED = 5_000;
/** A stream that has been silent so long (heartbeats come every 15 s) is dead, whatever the socket believes. */
const SILENCE = 45_000;

/**
 * How long to wait before the nth try in a row: doubled each time, and spread, so that 10,000 pages do not come at once.
 * @param {number} tries
 * @param {number} random 0 to 1
 */
export function backoff(tries, random) {
  return Math.min(LATEST, SOONEST * 2 ** tries) * (0.5 + random / 2);
}

/**
 * How long to stay away from a server that has no room now: not less than it asks for, and spread likewise.
 * @param {number} retry milliseconds
 * @param {number} random 0 to 1
 */
export function absence(retry, random) {
  return retry * (1 + random / 2);
}

export class Updates {
  #options;
  #tries = 0;
  #closed = false;
  /** @type {AbortController | null} */
  #connection = null;
  #heard = 0;
  /** What the server of this connection asked for. */
  #retry = 0;
  /** @type {(() => void) | null} */
  #wake = null;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** Follow until closed. */
  async follow() {
    while (!this.#closed) {
      const began = Date.now();
      const status = await this.#connect();
      if (this.#closed) return;
      if (Date.now() - began > LASTED) this.#tries = this.#retry = 0;
      this.#options.lost?.(status);
      const random = (this.#options.random ?? Math.random)();
      await this.#pause(Math.max(backoff(this.#tries++, random), absence(this.#retry, random)));
    }
  }

  close() {
    this.#closed = true;
    this.#connection?.abort();
    this.#wake?.();
  }

  /** The page was shown, or the network is back: a pause ends now, and a stream that fell silent is left. */
  hurry() {
    this.#wake?.();
    if (this.#connection && Date.now() - this.#heard > SILENCE) this.#connection.abort();
  }

  /**
   * One connection, to its end.
   * @returns {Promise<number>} the status it was answered with; 0 if it was not
   */
  async #connect() {
    const connection = new AbortController();
    this.#connection = connection;
    this.#heard = Date.now();
    this.#retry = 0;
    const watch = setInterval(() => this.hurry(), SILENCE / 3);
    let status = 0;
    try {
      const { fetch = globalThis.fetch, url } = this.#options;
      const response = await fetch(url(), {
        headers: { accept: "text/event-stream" },
        cache: "no-store",
        signal: connection.signal,
      });
      status = response.status;
      if (response.ok && response.body) await this.#read(response.body);
      else await response.body?.cancel();
    } catch {
      // Cut off, refused, or left by us: the next try tells.
    } finally {
      clearInterval(watch);
      this.#connection = null;
    }
    return status;
  }

  /** @param {ReadableStream<Uint8Array>} body */
  async #read(body) {
    this.#options.opened?.();
    const read = reader((milliseconds) => {
      this.#retry = milliseconds;
    });
    const pieces = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
    for (;;) {
      const { done, value } = await pieces.read();
      if (done || this.#closed) return;
      this.#heard = Date.now();
      for (const message of read(value)) this.#tell(message);
    }
  }

  /** What one message does wrong ends no stream. @param {import("./sse.js").Message} message */
  #tell({ event, data }) {
    attempt(() => this.#options.take(event, JSON.parse(data || "null")));
  }

  /** @param {number} milliseconds */
  async #pause(milliseconds) {
    await new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      setTimeout(this.#wake, milliseconds);
    });
    this.#wake = null;
  }
}
