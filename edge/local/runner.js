/**
 * Runs apps' scripts, each in an isolate of its own, which is kept while it is used. One that comes under another name
 * (another release, or other variables) is another isolate; nothing is ever changed in place.
 *
 * @typedef {import("./loading.js").Loader} Loader
 */

import { WorkerEntrypoint } from "cloudflare:workers";
import { serve } from "../assets-worker/worker.js";
import { callKv } from "./kv_call.js";
import { Ear, linesOf } from "./lines.js";
import { Isolates, NOT_FOUND, whoseIs } from "./loading.js";

const OURS = /^x-edge-/;
const isolates = new Isolates();
const ear = new Ear();

export default {
  /**
   * @param {Request} request
   * @param {any} env
   * @param {any} ctx
   */
  async fetch(request, env, ctx) {
    const script = request.headers.get("x-edge-script") ?? "";
    // The runtime asks anew by itself what was lost with a process: whether it may come in is to be decided first.
    if (Number(request.headers.get("x-edge-falls")) < Number(env.FALLS)) {
      return new Response(null, { status: 599, headers: { "x-edge-fallen": "before" } });
    }
    try {
      const entry = await isolates.find(script, env, ctx).catch((error) => {
        const lines = [{ at: Date.now(), level: "error", text: String(error), request: "" }];
        if (error?.message !== NOT_FOUND) ctx.waitUntil(say(env, whoseIs(script), lines));
        throw error;
      });
      return answered(await entry.fetch(told(request)));
    } catch (error) {
      return refused(error instanceof Error ? error.message : String(error));
    }
  },
};

/** @param {string} why */
function refused(why) {
  return new Response(null, { status: 599, headers: { "x-edge-error": encodeURIComponent(why) } });
}

/**
 * Put lines into an app's log.
 *
 * @param {{HOUSE: {fetch(input: string, init: RequestInit): Promise<Response>}}} env
 * @param {{environment: string, app: string, script: string}} whose
 * @param {import("./lines.js").Line[]} lines
 */
async function say(env, { environment, app, script }, lines) {
  const body = JSON.stringify({ environment, app, script, lines });
  const answer = await env.HOUSE.fetch("http://house/logs", { method: "POST", body });
  await answer.body?.cancel();
}

/**
 * Return the request as a script is told it: what we say to each other is none of its business.
 *
 * @param {Request} request
 */
function told(request) {
  const headers = new Headers(request.headers);
  const address = headers.get("x-edge-address");
  for (const name of [...headers.keys()]) if (OURS.test(name)) headers.delete(name);
  if (address) headers.set("cf-connecting-ip", address);
  return new Request(request, { headers });
}

/**
 * Return a script's answer, which cannot speak for us either.
 *
 * @param {Response} response
 */
function answered(response) {
  const names = [...response.headers.keys()].filter((name) => OURS.test(name));
  if (names.length === 0 || response.status === 101) return response;
  const answer = new Response(response.body, response);
  for (const name of names) answer.headers.delete(name);
  return answer;
}

/** What the supervisor may ask: whether we are well, how many isolates there are, and to let some go. */
export const desk = {
  /**
   * @param {Request} request
   * @param {any} env
   */
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/evict") await isolates.evict(env, Number(searchParams.get("keep")));
    return Response.json({ isolates: isolates.size });
  },
};

/** What is said in an app's isolate, and what goes wrong there, on its way to the app's log. */
export class Tail extends WorkerEntrypoint {
  /** @param {readonly any[]} events */
  async tail(events) {
    const lines = events.flatMap(linesOf);
    if (lines.length > 0 && ear.hears(this.ctx.props.app)) await say(this.env, this.ctx.props, lines);
  }
}

/** An app's own keys and values, in one environment: whose they are is said here, where no script can. */
export class KV extends WorkerEntrypoint {
  /** @param {string} key @param {any} [options] */
  async get(key, options) {
    return (await this.getWithMetadata(key, options)).value;
  }

  /** @param {string} key @param {any} [options] */
  async getWithMetadata(key, options) {
    const kind = typeof options === "string" ? options : (options?.type ?? "text");
    const answer = await callKv(this.env, this.ctx.props, "get", { key });
    const metadata = JSON.parse(answer.headers.get("x-kv-metadata") ?? "null");
    if (answer.status === 404) return { value: null, metadata: null, cacheStatus: null };
    const body = await answer.arrayBuffer();
    if (kind === "arrayBuffer") return { value: body, metadata, cacheStatus: null };
    if (kind === "stream") return { value: new Response(body).body, metadata, cacheStatus: null };
    const text = new TextDecoder().decode(body);
    return { value: kind === "json" ? JSON.parse(text) : text, metadata, cacheStatus: null };
  }

  /** @param {string} key @param {any} value @param {any} [options] */
  async put(key, value, options = {}) {
    const { expiration, expirationTtl, metadata } = options;
    await callKv(this.env, this.ctx.props, "put", { key, expiration, expirationTtl, metadata }, value);
  }

  /** @param {string} key */
  async delete(key) {
    await callKv(this.env, this.ctx.props, "delete", { key });
  }

  /** @param {any} [options] */
  async list(options = {}) {
    const { prefix, limit, cursor } = options;
    return await (await callKv(this.env, this.ctx.props, "list", { prefix, limit, cursor })).json();
  }
}

/** The assets of an app's release, for its script to hand out. */
export class Assets extends WorkerEntrypoint {
  /** @param {Request} request */
  async fetch(request) {
    const { app, release } = this.ctx.props;
    return await serve(request, this.env, app, release, []);
  }
}
