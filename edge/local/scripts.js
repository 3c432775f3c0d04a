/**
 * Sends a request for a script to the process that runs it. A script can hang or end its process, with all that run
 * beside it: so it is known here who runs where, and the supervisor says, through the desk, who rests and who runs
 * apart. A request that was lost with a process is asked anew, where that does no harm.
 *
 * @typedef {{fetch(request: Request): Promise<Response>}} Fetcher
 * @typedef {{resting: Record<string, string>, apart: Record<string, string>, falls: Record<string, number>}} Orders
 * @typedef {Record<string, Fetcher> & {COMMON: string}} Env
 */

import { shard } from "./shard.js";

const LATELY = 10_000;
const VERDICT_MS = 5_000;
const LOOK_MS = 10;
const TIMES = 4;

/** @type {Orders} */
let orders = { resting: {}, apart: {}, falls: {} };
/** @type {Map<string, Map<string, {pending: number, last: number}>>} */
const flights = new Map();

export default {
  /**
   * @param {Request} request
   * @param {any} env
   */
  async fetch(request, env) {
    const script = request.headers.get("x-edge-script") ?? "";
    try {
      return await asked(request, script, env, request.method === "GET" || request.method === "HEAD" ? TIMES : 1);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return new Response(null, { status: 599, headers: { "x-edge-error": encodeURIComponent(message) } });
    }
  },
};

export const desk = {
  /** @param {Request} request */
  async fetch(request) {
    if (request.method === "PUT") orders = /** @type {Orders} */ (await request.json());
    return Response.json(fallen(new URL(request.url).searchParams.get("fallen") ?? ""));
  },
};

/**
 * Return which scripts ran in a process that fell, or had lately: what they left behind may still have been at work.
 *
 * @param {string} place
 */
function fallen(place) {
  const there = [...(flights.get(place) ?? [])];
  const found = there.filter(([, { pending, last }]) => pending > 0 || Date.now() - last < LATELY);
  for (const [, flight] of found) flight.last = 0;
  return found.map(([script]) => script);
}

/**
 * @param {Request} request
 * @param {string} script
 * @param {Env} env
 * @param {number} times how often it may be asked
 * @returns {Promise<Response>}
 */
async function asked(request, script, env, times) {
  const cause = orders.resting[script];
  if (cause !== undefined) throw new Error(`Worker left out: ${cause}`);
  const place = orders.apart[script] ?? `runner-${shard(script, Number(env.COMMON))}`;
  const flight = flightOf(place, script);
  const falls = orders.falls[place] ?? 0;
  const headers = new Headers(request.headers);
  headers.set("x-edge-falls", String(falls));
  flight.pending++;
  try {
    const response = await /** @type {Fetcher} */ (env[place]).fetch(new Request(request, { headers }));
    if (!response.headers.has("x-edge-fallen")) return response;
    await hasFallen(place, falls);
  } catch (error) {
    if (request.signal.aborted || !(await hasFallen(place, falls))) throw error;
  } finally {
    flight.pending--;
    flight.last = (orders.falls[place] ?? 0) === falls ? Date.now() : 0; // what fell left nothing behind
  }
  if (orders.resting[script] === undefined && times <= 1) throw new Error(`${place} fell while it ran ${script}`);
  return await asked(request, script, env, times - 1);
}

/**
 * Tell whether the process is another by now, once it is said what is to become of those that ran in it.
 *
 * @param {string} place
 * @param {number} before
 */
async function hasFallen(place, before) {
  for (let waited = 0; waited < VERDICT_MS; waited += LOOK_MS) {
    if ((orders.falls[place] ?? 0) !== before) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return false;
}

/**
 * @param {string} place
 * @param {string} script
 */
function flightOf(place, script) {
  const there = flights.get(place) ?? new Map();
  flights.set(place, there);
  for (const [other, { pending, last }] of there.size > 1_000 ? there : []) {
    if (pending === 0 && Date.now() - last >= LATELY) there.delete(other);
  }
  const flight = there.get(script) ?? { pending: 0, last: 0 };
  there.set(script, flight);
  return flight;
}
