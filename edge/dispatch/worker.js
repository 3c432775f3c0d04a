/**
 * The one dispatch worker: finds out whose host was asked for, and hands the request on.
 * The same file runs on Cloudflare and on the local edge; only what the bindings lead to differs.
 *
 * @typedef {{fetch(request: Request): Promise<Response>}} Fetcher
 * @typedef {{get(name: string): Fetcher}} Namespace
 * @typedef {{ZONES: string, PREVIEW: Fetcher, STAGING?: Namespace, PRODUCTION?: Namespace, PR?: Namespace}} Env
 */

import { Framing } from "./framing.js";
import { inward, outward } from "./headers.js";
import { AWAY, answer, LANDING, NOT_FOUND, notDeployed } from "./pages.js";
import { label, route, zonesOf } from "./route.js";

/** As long as the head of an answer is waited for: what is a preview's own is there at once, or its gateway hangs. */
const PREVIEW_MS = 10_000;
/** An app's own code may have to think. */
const APP_MS = 100_000;

const framing = new Framing();

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   * @returns {Promise<Response>}
   */
  async fetch(request, env) {
    const url = URL.parse(request.url); // whatever a client calls its host, it need not be one
    const to = route(url?.host ?? "", url?.pathname ?? "/", zonesOf(env.ZONES));
    const requestId = crypto.randomUUID();
    const response = url && to.moved ? moved(to, url) : await dispatched(request, to, env, requestId);
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
    // `get` never throws, `fetch` does
    const response = await inTime(worker, inward(request, to, requestId), patience(request, to));
    if (to.kind === "preview") framing.note(request, response);
    return response;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("Worker not found")) return answer(notDeployed(to), request);
    console.error("away", to.kind, to.app, requestId, String(error));
    return answer(AWAY, request, framing.of(request));
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
 * Return how many milliseconds an answer may take to begin: an upload to an app may take as long as it likes.
 *
 * @param {Request} request
 * @param {import("./route.js").Route} to
 */
function patience(request, to) {
  if (to.kind === "preview" && !to.rest.startsWith("/api/")) return PREVIEW_MS;
  return request.body ? undefined : APP_MS;
}

/**
 * Return the answer once its head is there; its body may take as long as it likes.
 *
 * @param {Fetcher} worker
 * @param {Request} request
 * @param {number | undefined} milliseconds
 */
async function inTime(worker, request, milliseconds) {
  if (milliseconds === undefined) return await worker.fetch(request);
  const giving = new AbortController();
  const timer = setTimeout(() => giving.abort(), milliseconds);
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
