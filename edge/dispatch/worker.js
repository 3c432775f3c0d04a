/**
 * The one dispatch worker: finds out whose host was asked for, and hands the request on.
 * The same file runs on Cloudflare and on the local edge; only what the bindings lead to differs.
 *
 * @typedef {{fetch(request: Request): Promise<Response>}} Fetcher
 * @typedef {{get(name: string): Fetcher}} Namespace
 * @typedef {{ZONES: string, PREVIEW: Fetcher, STAGING?: Namespace, PRODUCTION?: Namespace, PR?: Namespace}} Env
 */

import { inward, outward } from "./headers.js";
import { AWAY, answer, LANDING, NOT_FOUND, notDeployed } from "./pages.js";
import { label, route } from "./route.js";

/** As long as a page is waited for; a connection that nobody answers would otherwise hang for ever. */
const PATIENCE_MS = 30_000;

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   * @returns {Promise<Response>}
   */
  async fetch(request, env) {
    const url = new URL(request.url);
    const to = route(url.host, url.pathname, env.ZONES.split(","));
    const requestId = crypto.randomUUID();
    const response = to.moved && to.kind !== "none" ? moved(to, url) : await dispatched(request, to, env, requestId);
    return outward(response, request, requestId);
  },
};

/**
 * @param {Request} request
 * @param {import("./route.js").Route} to
 * @param {Env} env
 * @param {string} requestId
 */
async function dispatched(request, to, env, requestId) {
  if (to.kind === "none") return answer(NOT_FOUND, request);
  if (to.kind === "landing") return answer(LANDING, request);
  try {
    const worker = to.kind === "preview" ? env.PREVIEW : namespace(to.kind, env)?.get(to.script);
    if (worker === undefined) return answer(notDeployed(to), request);
    return await inTime(worker, inward(request, to, requestId)); // `get` never throws, `fetch` does
  } catch (error) {
    if (String(error).includes("Worker not found")) return answer(notDeployed(to), request);
    console.error("away", to.kind, to.app, requestId, String(error));
    return answer(AWAY, request);
  }
}

/**
 * @param {"staging" | "production" | "pr"} kind
 * @param {Env} env
 */
function namespace(kind, env) {
  return { staging: env.STAGING, production: env.PRODUCTION, pr: env.PR }[kind];
}

/**
 * Return the answer once its head is there; its body may take as long as it likes, and so may an upload.
 *
 * @param {Fetcher} worker
 * @param {Request} request
 */
async function inTime(worker, request) {
  if (request.body) return await worker.fetch(request);
  const giving = new AbortController();
  const timer = setTimeout(() => giving.abort(), PATIENCE_MS);
  try {
    return await worker.fetch(new Request(request, { signal: giving.signal }));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {import("./route.js").Route} to
 * @param {URL} url
 */
function moved(to, url) {
  const port = url.port && `:${url.port}`;
  const location = `${url.protocol}//${label(to)}.${to.zone}${port}${to.rest}${url.search}`;
  return new Response(null, { status: 307, headers: { location, "cache-control": "no-store" } });
}
