/**
 * Whose pages may frame an app's preview, as its own answers said last: an editor that frames it is to see that it is
 * away, and to see it come back. What an answer said is remembered for whoever has the pass it was given for, so that
 * a stranger learns of no private app that there is one.
 */

const MOST = 2_000;
const PASS = /(?:^|;)\s*(?:__Host-)?fleet_preview(?:_framed)?=([^;]*)/;
const ANCESTORS = /(?:^|[;,])\s*frame-ancestors ([^;,]*)/;

export class Framing {
  /** @type {Map<string, string>} */
  #known = new Map();

  /**
   * @param {Request} request
   * @param {Response} response
   */
  note(request, response) {
    const ancestors = ANCESTORS.exec(response.headers.get("content-security-policy") ?? "")?.[1].trim();
    if (ancestors === undefined || ancestors === "'none'") return;
    const key = keyOf(request);
    this.#known.delete(key);
    this.#known.set(key, ancestors);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
  }

  /** @param {Request} request */
  of(request) {
    return this.#known.get(keyOf(request)) ?? "'none'";
  }
}

/** @param {Request} request */
function keyOf(request) {
  const pass = PASS.exec(request.headers.get("cookie") ?? "")?.[1] ?? "";
  return `${new URL(request.url).host}\n${pass}`;
}
