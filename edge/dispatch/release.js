/**
 * Which release of an app a request is answered by: the one that a key of ours asks for, the canary's for some
 * visitors, and else the one that the environment points to.
 *
 * @typedef {{n: number, release: string, previous: string | null, canary: {release: string, percent: number} | null}} Pointer
 * @typedef {{release: string, earlier: string[], cookie?: string}} Choice
 */

const ASKED = /^([0-9a-f]{64})\.(\d{1,12})\.([0-9a-f]{64})$/;
const BUCKET = /(?:^|;)\s*fleet_bucket=(\d{1,2})(?:;|$)/;
const BUCKETS = 100;

/**
 * Return the release that whoever has our key asks for: to look at it before anybody else does.
 *
 * @param {string | null} header
 * @param {string} app
 * @param {string} environment
 * @param {string} key
 * @returns {Promise<string | undefined>}
 */
export async function signed(header, app, environment, key) {
  const asked = ASKED.exec(header ?? "");
  if (!asked || key === "") return undefined;
  const [, release, expiry, mac] = asked;
  if (Number(expiry) * 1000 < Date.now()) return undefined;
  const text = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("raw", text.encode(key), algorithm, false, ["verify"]);
  const said = text.encode(`${app}.${environment}.${release}.${expiry}`);
  return (await crypto.subtle.verify("HMAC", secret, bytesOf(mac ?? ""), said)) ? release : undefined;
}

/**
 * Return what a visitor is shown. Who once got the canary keeps it, and more of them get it as its share grows.
 *
 * @param {Pointer} pointer
 * @param {Request} request
 * @param {() => number} random
 * @returns {Choice}
 */
export function choose(pointer, request, random = Math.random) {
  const { release, previous, canary } = pointer;
  const others = [previous, canary?.release ?? null];
  const earlier = (/** @type {string} */ shown) =>
    [release, ...others].filter((each) => each !== null && each !== shown).map(String);
  if (!canary) return { release, earlier: earlier(release) };
  const known = BUCKET.exec(request.headers.get("cookie") ?? "")?.[1];
  const bucket = known === undefined ? Math.floor(random() * BUCKETS) : Number(known);
  const shown = bucket < canary.percent ? canary.release : release;
  if (known !== undefined) return { release: shown, earlier: earlier(shown) };
  const safely = request.url.startsWith("https:") ? "; Secure" : "";
  const cookie = `fleet_bucket=${bucket}; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax${safely}`;
  return { release: shown, earlier: earlier(shown), cookie };
}

/** @param {string} hex */
function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
