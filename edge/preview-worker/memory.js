/**
 * Keeps immutable files by their path, the last used longest. Only what the origin calls public and immutable
 * comes in here: an app's own modules are private, and are asked for each time.
 *
 * @typedef {{body: ArrayBuffer, headers: Headers}} Kept
 */

const LARGEST = 4 * 1024 * 1024;
const CONDITIONS = ["range", "if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range"];

/**
 * Return under which name the answer to a request may be kept for everybody, if it may: the path as the origin reads
 * it, or whoever spells it in many ways, or adds a query that nobody looks at, fills all the room with one file.
 *
 * @param {Request} request
 * @returns {string | undefined}
 */
export function keyOf(request) {
  if (request.method !== "GET" || CONDITIONS.some((name) => request.headers.has(name))) return undefined;
  const path = decoded(new URL(request.url).pathname);
  return path?.startsWith("/__fleet/") ? path : undefined;
}

/** @param {string} pathname */
function decoded(pathname) {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}

/** Files in memory, up to so many bytes. */
export class Memory {
  /** @param {number} limit */
  constructor(limit) {
    this.limit = limit;
    this.bytes = 0;
    /** @type {Map<string, Kept>} */
    this.files = new Map();
  }

  /**
   * Return the answer kept for an address.
   *
   * @param {string} key
   * @returns {Response | undefined}
   */
  find(key) {
    const kept = this.files.get(key);
    if (kept === undefined) return undefined;
    this.files.delete(key);
    this.files.set(key, kept);
    return new Response(kept.body, { headers: kept.headers });
  }

  /**
   * Keep an answer if it will never change, and return it.
   *
   * @param {string} key
   * @param {Response} response
   * @returns {Promise<Response>}
   */
  async keep(key, response) {
    if (!isImmutable(response)) return response;
    const body = await response.arrayBuffer();
    const headers = new Headers(response.headers);
    // The body was decoded as it was read; whoever compresses for the client does so after us.
    for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
    this.add(key, { body, headers });
    return new Response(body, { headers });
  }

  /**
   * @param {string} key
   * @param {Kept} kept
   */
  add(key, kept) {
    this.remove(key);
    this.files.set(key, kept);
    this.bytes += kept.body.byteLength;
    for (const oldest of this.files.keys()) {
      if (this.bytes <= this.limit) break;
      this.remove(oldest);
    }
  }

  /** @param {string} key */
  remove(key) {
    this.bytes -= this.files.get(key)?.body.byteLength ?? 0;
    this.files.delete(key);
  }
}

/** @param {Response} response */
function isImmutable(response) {
  const rules = (response.headers.get("cache-control") ?? "").split(",").map((rule) => rule.trim().toLowerCase());
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const isStated = rules.includes("public") && rules.includes("immutable") && !response.headers.has("set-cookie");
  return response.status === 200 && isStated && length <= LARGEST;
}
