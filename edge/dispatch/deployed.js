/**
 * Answers for the environments to which an app is deployed: with the release that is shown there, its assets first.
 *
 * @typedef {import("./asking.js").Fetcher} Fetcher
 * @typedef {import("./route.js").Route} Route
 * @typedef {import("./release.js").Choice} Choice
 * @typedef {import("./pointers.js").Store} Store
 * @typedef {{get(name: string): Fetcher}} Namespace
 * @typedef {{PREVIEW: Fetcher, STAGING?: Namespace, PRODUCTION?: Namespace, PR?: Namespace,
 *   POINTERS?: Store, POINTER_MS?: string, ASSETS?: Fetcher, EDGE_KEY?: string | null}} Env
 * @typedef {"staging" | "production" | "pr"} Kind
 */

import { ask } from "./asking.js";
import { believed } from "./headers.js";
import { answer, MISSING, notDeployed } from "./pages.js";
import { Pointers } from "./pointers.js";
import { choose, signed } from "./release.js";
import { Traffic } from "./traffic.js";

/** So much of a release's hash is in its script's name. */
const SHORT = 12;

const pointers = new Pointers();
const traffic = new Traffic();

/** What the releases' traffic was like: bound for whoever may know, under no address. */
export const counts = {
  /** @param {Request} request */
  fetch: (request) => Response.json(traffic.read(new URL(request.url).pathname.slice(1))),
};

/**
 * Answer for an environment to which releases, or a script by hand, are deployed.
 *
 * @param {Request} request
 * @param {Route} to
 * @param {Kind} kind
 * @param {Env} env
 * @param {string} requestId
 * @param {(error: unknown) => Response} excused what is said where there is no answer
 */
export async function deployed(request, to, kind, env, requestId, excused) {
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
    return marked(excused(error), choice);
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
 * @param {Kind} kind
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
 * @param {Kind} kind
 * @param {Env} env
 */
function namespace(kind, env) {
  return { staging: env.STAGING, production: env.PRODUCTION, pr: env.PR }[kind];
}
