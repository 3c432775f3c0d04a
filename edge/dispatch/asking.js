/**
 * Asks whoever answers for a host, and does not wait for ever.
 *
 * @typedef {import("./route.js").Route} Route
 * @typedef {{fetch(request: Request): Promise<Response>}} Fetcher
 */

import { inward } from "./headers.js";

/** As long as the head of an answer is waited for: what is a preview's own is there at once, or its gateway hangs. */
const PREVIEW_MS = 10_000;
/** An app's own code may have to think. */
const APP_MS = 100_000;

/**
 * @param {Fetcher} worker
 * @param {Request} request
 * @param {Route} to
 * @param {string} requestId
 */
export async function ask(worker, request, to, requestId) {
  return await inTime(worker, inward(request, to, requestId), patience(request, to));
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
