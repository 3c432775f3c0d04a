/**
 * Serves the assets of all apps' releases, by their hashes. The dispatch worker says which release is meant; where the
 * answer is not an asset's, `x-edge-next` says whose turn it is: the release's own script, the gateway, or nobody's.
 *
 * @typedef {import("./match.js").Asset} Asset
 * @typedef {import("./match.js").Release} Release
 * @typedef {{fetch(input: string): Promise<Response>}} Store
 * @typedef {{RELEASES: Store, BLOBS: Store}} Env
 */

import { formOf, headersOf, isKnown, partOf } from "./answer.js";
import { Kept } from "./kept.js";
import { decoded, exact, standIn } from "./match.js";

const MOST_ASSETS = 200_000;
const MOST_BYTES = 48 * 1024 * 1024;
const LARGEST_KEPT = 512 * 1024;

/** @type {Kept<Release>} */
const releases = new Kept(MOST_ASSETS);
/** @type {Kept<ArrayBuffer>} */
const blobs = new Kept(MOST_BYTES);

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   * @returns {Promise<Response>}
   */
  async fetch(request, env) {
    const app = request.headers.get("x-edge-app") ?? "";
    const [shown, ...earlier] = (request.headers.get("x-edge-releases") ?? "").split(",");
    return await serve(request, env, app, shown ?? "", earlier);
  },
};

/**
 * @param {Request} request
 * @param {Env} env
 * @param {string} app
 * @param {string} shown the release that is meant
 * @param {readonly string[]} earlier releases whose pages may still be open somewhere
 * @returns {Promise<Response>}
 */
export async function serve(request, env, app, shown, earlier) {
  const path = decoded(new URL(request.url).pathname);
  const release = await releaseOf(env, app, shown);
  const isReading = request.method === "GET" || request.method === "HEAD";
  const asset = isReading ? exact(release, path) : undefined;
  if (asset) return await answered(request, env, asset, 200);
  if (release.script) return next("script");
  if (path.startsWith("/api/")) return next("api");
  if (!isReading) return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  const left = await leftBehind(env, app, path, earlier);
  if (left) return await answered(request, env, left, 200);
  const other = standIn(release, path);
  return other ? await answered(request, env, other.asset, other.status) : next("nobody");
}

/** @param {"script" | "api" | "nobody"} whose */
function next(whose) {
  return new Response(null, { status: 404, headers: { "x-edge-next": whose } });
}

/**
 * Return what a page of an earlier release asks for: a part of it that it had not loaded before the new one came.
 *
 * @param {Env} env
 * @param {string} app
 * @param {string} path
 * @param {readonly string[]} earlier
 */
async function leftBehind(env, app, path, earlier) {
  for (const each of path.includes(".") ? earlier : []) {
    const release = await releaseOf(env, app, each).catch(() => undefined);
    const asset = release && exact(release, path);
    if (asset?.immutable) return asset;
  }
  return undefined;
}

/**
 * @param {Request} request
 * @param {Env} env
 * @param {Asset} asset
 * @param {200 | 404} status
 */
async function answered(request, env, asset, status) {
  const form = formOf(asset, request);
  const headers = headersOf(asset, form);
  if (status === 200 && isKnown(request, asset)) return new Response(null, { status: 304, headers });
  const part = status === 200 ? partOf(request, asset, form.etag) : undefined;
  if (part === null) {
    headers.set("content-range", `bytes */${asset.bytes}`);
    return new Response(null, { status: 416, headers });
  }
  const body = await blobOf(env, form.sha256);
  if (part === undefined) return new Response(body, asIs({ status, headers }));
  headers.set("content-range", `bytes ${part.from}-${part.to}/${asset.bytes}`);
  return new Response(body.slice(part.from, part.to + 1), { status: 206, headers });
}

/**
 * Return how a body is sent that is packed already: a runtime at the edge would pack it once more.
 *
 * @param {ResponseInit} init
 * @returns {ResponseInit}
 */
function asIs(init) {
  return /** @type {ResponseInit} */ ({ ...init, encodeBody: "manual" });
}

/**
 * @param {Env} env
 * @param {string} app
 * @param {string} releaseId
 */
async function releaseOf(env, app, releaseId) {
  const name = `${app}/${releaseId}`;
  const kept = releases.find(name);
  if (kept) return kept;
  const stored = await env.RELEASES.fetch(`http://releases/${name}.json`);
  if (!stored.ok) throw new Error(`release ${name} cannot be read: ${stored.status}`);
  const release = /** @type {Release} */ (await stored.json());
  releases.add(name, release, Object.keys(release.assets).length + 1);
  return release;
}

/**
 * @param {Env} env
 * @param {string} sha256
 */
async function blobOf(env, sha256) {
  const kept = blobs.find(sha256);
  if (kept) return kept;
  const stored = await env.BLOBS.fetch(`http://blobs/${sha256.slice(0, 2)}/${sha256}`);
  if (!stored.ok) throw new Error(`content ${sha256} cannot be read: ${stored.status}`);
  const body = await stored.arrayBuffer();
  if (body.byteLength <= LARGEST_KEPT) blobs.add(sha256, body, body.byteLength);
  return body;
}
