/**
 * The one dispatch worker: finds out whose host was asked for, and hands the request on.
 * The same file runs on Cloudflare and on the local edge; only what the bindings lead to differs.
 *
 * @typedef {import("./asking.js").Fetcher} Fetcher
 * @typedef {import("./route.js").Route} Route
 * @typedef {import("./deployed.js").Env & {ZONES: string, DOMAINS?: import("./pointers.js").Store}} Env
 */

import { ask } from "./asking.js";
import { deployed } from "./deployed.js";
import { Framing } from "./framing.js";
import { outward } from "./headers.js";
import { AWAY, answer, LANDING, NOT_FOUND, notDeployed, resting } from "./pages.js";
import { domain, label, route, zonesOf } from "./route.js";

export { counts } from "./deployed.js";

/** How a local namespace begins what it says of a script that it does not run for a while. */
const RESTING = "Worker left out: ";
/** What the gateway answers on every app's own host, deployed or not; all other paths are the app's. */
const RUNTIME = /^\/api\/(?:(?:auth|entities|storage|realtime|supabase)(?:\/|$)|client\.js$)/;

const framing = new Framing();

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   * @returns {Promise<Response>}
   */
  async fetch(request, env) {
    const url = URL.parse(request.url); // whatever a client calls its host, it need not be one
    const to = await found(url, env);
    const requestId = crypto.randomUUID();
    const response = url && to.moved ? moved(to, url) : await dispatched(request, to, env, requestId);
    return outward(response, request, requestId);
  },
};

/**
 * Return whose host was asked for: by its name, or, where it is in no zone of ours, by who has brought it along.
 *
 * @param {URL | null} url
 * @param {Env} env
 */
async function found(url, env) {
  const to = route(url?.host ?? "", url?.pathname ?? "/", zonesOf(env.ZONES));
  if (to.kind !== "none" || to.zone !== "" || !url || !env.DOMAINS) return to;
  return await domain(url.hostname, url.pathname, env.DOMAINS).catch(() => to);
}

/**
 * @param {Request} request
 * @param {Route} to
 * @param {Env} env
 * @param {string} requestId
 */
async function dispatched(request, to, env, requestId) {
  if (to.kind === "none") return answer(NOT_FOUND, request);
  if (to.kind === "landing") return answer(LANDING, request);
  const excuse = (/** @type {unknown} */ error) => excused(error, request, to, requestId);
  try {
    if (to.kind !== "preview" && !RUNTIME.test(to.rest)) {
      return await deployed(request, to, to.kind, env, requestId, excuse);
    }
    const response = await ask(env.PREVIEW, request, to, requestId);
    if (to.kind === "preview") framing.note(request, response);
    return response;
  } catch (error) {
    return excuse(error);
  }
}

/**
 * @param {unknown} error
 * @param {Request} request
 * @param {Route} to
 * @param {string} requestId
 */
function excused(error, request, to, requestId) {
  const message = error instanceof Error ? error.message : "";
  if (message.startsWith("Worker not found")) return answer(notDeployed(to), request);
  if (message.startsWith(RESTING)) return answer(resting(message.slice(RESTING.length)), request);
  console.error("away", to.kind, to.app, requestId, String(error));
  return answer(AWAY, request, framing.of(request));
}

/**
 * @param {Route} to
 * @param {URL} url
 */
function moved(to, url) {
  const port = url.port && `:${url.port}`;
  const location = `${url.protocol}//${label(to)}.${to.zone}${port}${to.rest}${url.search}`;
  return new Response(null, { status: 307, headers: { location, "cache-control": "no-store" } });
}
