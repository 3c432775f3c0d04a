/**
 * The way to the origin: a service beside us (the local edge's unix socket), or an address and a key of ours.
 *
 * @typedef {{fetch(request: Request): Promise<Response>}} Fetcher
 * @typedef {{ORIGIN?: Fetcher, ORIGIN_URL?: string, ORIGIN_KEY?: string}} Env
 */

/**
 * Ask the origin. That it closed a connection while it lay idle is the runtime's to mend: it reads once more by itself.
 *
 * @param {Request} request
 * @param {Env} env
 * @returns {Promise<Response>}
 */
export async function ask(request, env) {
  if (env.ORIGIN) return await env.ORIGIN.fetch(request);
  const { pathname, search } = new URL(request.url);
  const there = new URL(env.ORIGIN_URL ?? "");
  there.pathname = pathname;
  there.search = search;
  const asked = new Request(there, request);
  // Pasted with its line's end it would be no header, and the error that says so might quote it.
  asked.headers.set("x-edge-key", (env.ORIGIN_KEY ?? "").trim());
  // Which app is asked for stands in a header: Cloudflare would keep one app's answer, or its absence, for all.
  return await fetch(asked, { redirect: "manual", cache: "no-store" });
}
