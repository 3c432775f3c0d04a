/**
 * The one dispatch worker: finds out whose host was asked for, and hands the request on.
 * The same file runs on Cloudflare and on the local edge; only what the bindings lead to differs.
 *
 * @typedef {{fetch(request: Request): Promise<Response>}} Fetcher
 * @typedef {import("./route.js").Route} Route
 * @typedef {import("./release.js").Choice} Choice
 * @typedef {import("./pointers.js").Store} Store
 * @typedef {{get(name: string): Fetcher}} Namespace
 * @typedef {{ZONES: string, PREVIEW: Fetcher, STAGING?: Namespace, PRODUCTION?: Namespace, PR?: Namespace,
 *   POINTERS?: Store, POINTER_MS?: string, ASSETS?: Fetcher, DOMAINS?: Store, EDGE_KEY?: string | null}} Env
 */

import { Framing } from "./framing.js";
import { believed, inward, outward } from "./headers.js";
import { AWAY, answer, LANDING, MISSING, NOT_FOUND, notDeployed, resting } from "./pages.js";
import { Pointers } from "./pointers.js";
import { choose, signed } from "./release.js";
import { domain, label, route, zonesOf } from "./route.js";
import { Traffic } from "./traffic.js";

/** As long as the head of an answer is waited for: what is a preview's own is there at once, or its gateway hangs. */
const PREVIEW_MS = 10_000;
/** An app's own code may have to think. */
const APP_MS = 100_000;
/** How a local namespace begins what it says of a script that it does not run for a while. */
const RESTING = "Worker left out: ";
/** What the gateway answers on every app's own host, deployed or not; all other paths are the app's. */
const RUNTIME = /^\/api\/(?:(?:auth|entities|storage|realtime|supabase)(?:\/|$)|client\.js$)/;
/** So much of a release's hash is in its script's name. */
const SHORT = 12;

const framing = new Framing();
const pointers = new Pointers();
const traffic = new Traffic();

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

/** What the releases' traffic was like: bound for whoever may know, under no address. */
export const counts = {
  /** @param {Request} request */
  fetch: (request) => Response.json(traffic.read(new URL(request.url).pathname.slice(1))),
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
  try {
    if (to.kind !== "preview" && !RUNTIME.test(to.rest)) return await deployed(request, to, to.kind, env, requestId);
    const response = await inTime(env.PREVIEW, inward(request, to, requestId), patience(request, to));
    if (to.kind === "preview") framing.note(request, response);
    return response;
  } catch (error) {
    return excused(error, request, to, requestId);
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
 * Answer for an environment to which releases, or a script by hand, are deployed.
 *
 * @param {Request} request
 * @param {Route} to
 * @param {"staging" | "production" | "pr"} kind
 * @param {Env} env
 * @param {string} requestId
 */
async function deployed(request, to, kind, env, requestId) {
  const choice = await chosen(request, to, env);
  if (choice === undefined) {
    const worker = namespace(kind, env)?.get(to.script);
    // `get` never throws, `fetch` does
    return worker ? await ask(worker, request, to, requestId) : answer(notDeployed(to), request);
  }
  const began = Date.now();
  let status = 0;
  let threw = false;
  try {
    const response = await released(request, to, kind, env, requestId, choice);
    status = response.status;
    return marked(response, choice);
  } catch (error) {
    threw = true;
    status = 500;
    return marked(excused(error, request, to, requestId), choice);
  } finally {
    traffic.note(to, choice.release, { status, threw, milliseconds: Date.now() - began });
  }
}

/**
 * @param {Request} request
 * @param {Route} to
 * @param {Env} env
 * @returns {Promise<Choice | undefined>}
 */
async function chosen(request, to, env) {
  if (!env.POINTERS || !env.ASSETS) return undefined;
  const asked = request.headers.get("x-edge-release");
  const release = asked && (await signed(asked, to.script, to.kind, env.EDGE_KEY ?? ""));
  if (release) return { release, earlier: [] };
  const pointer = await pointers.find(env.POINTERS, `${to.kind}/${to.script}`, Number(env.POINTER_MS ?? 1_000));
  return pointer && choose(pointer, request);
}

/**
 * Answer with a release: with one of its assets, or whoever is next.
 *
 * @param {Request} request
 * @param {Route} to
 * @param {"staging" | "production" | "pr"} kind
 * @param {Env} env
 * @param {string} requestId
 * @param {Choice} choice
 */
async function released(request, to, kind, env, requestId, { release, earlier }) {
  const headers = believed(request, to, requestId);
  headers.set("x-edge-releases", [release, ...earlier].join(","));
  // The body is not for the assets: whoever is next may want it.
  for (const name of ["content-length", "transfer-encoding"]) headers.delete(name);
  const asset = await /** @type {Fetcher} */ (env.ASSETS).fetch(
    new Request(request.url, { method: request.method, headers }),
  );
  const next = asset.headers.get("x-edge-next");
  if (next === null) return asset;
  if (next === "nobody") return answer(MISSING, request);
  if (next === "api") return await ask(env.PREVIEW, request, to, requestId);
  const script = namespace(kind, env)?.get(`${to.app}--${release.slice(0, SHORT)}`);
  if (script === undefined) throw new Error(`no scripts run here: ${kind}`);
  return await ask(script, request, to, requestId);
}

/**
 * @param {Fetcher} worker
 * @param {Request} request
 * @param {Route} to
 * @param {string} requestId
 */
async function ask(worker, request, to, requestId) {
  return await inTime(worker, inward(request, to, requestId), patience(request, to));
}

/**
 * Say which release has answered; outside, nobody but us can.
 *
 * @param {Response} response
 * @param {Choice} choice
 */
function marked(response, { release, cookie }) {
  if (response.status === 101) return response;
  const answered = new Response(response.body, response);
  answered.headers.set("x-overskill-release", release);
  if (cookie) answered.headers.append("set-cookie", cookie);
  return answered;
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
 * @param {Route} to
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
 * @param {Route} to
 * @param {URL} url
 */
function moved(to, url) {
  const port = url.port && `:${url.port}`;
  const location = `${url.protocol}//${label(to)}.${to.zone}${port}${to.rest}${url.search}`;
  return new Response(null, { status: 307, headers: { location, "cache-control": "no-store" } });
}
