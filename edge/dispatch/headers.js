/** What a request carries inwards and an answer outwards: who is asked for is ours to say, never the client's. */

const OURS = /^x-edge-/;
const DEFAULTS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
  "origin-agent-cluster": "?1",
};
const PEER = /^(?:\[(.+)\]|([^:]+)):\d+$/;
const A_YEAR = "max-age=31536000";

/**
 * Return the request as the one behind us may believe it.
 *
 * @param {Request} request
 * @param {import("./route.js").Route} to
 * @param {string} requestId
 * @returns {Request}
 */
export function inward(request, to, requestId) {
  return new Request(request, { headers: believed(request, to, requestId), redirect: "manual" });
}

/**
 * Return the headers of such a request.
 *
 * @param {Request} request
 * @param {import("./route.js").Route} to
 * @param {string} requestId
 */
export function believed(request, to, requestId) {
  const headers = new Headers(request.headers);
  const url = new URL(request.url);
  drop(headers);
  const address = addressOf(request);
  if (address) headers.set("x-edge-address", address);
  headers.set("x-edge-app", to.app);
  headers.set("x-edge-environment", to.kind);
  headers.set("x-request-id", requestId);
  headers.set("x-forwarded-host", url.host);
  headers.set("x-forwarded-proto", url.protocol.slice(0, -1));
  return headers;
}

/**
 * Return the answer as it may leave. A WebSocket's answer is no message that could be copied.
 *
 * @param {Response} response
 * @param {Request} request
 * @param {string} requestId
 * @returns {Response}
 */
export function outward(response, request, requestId) {
  if (response.status === 101) return response;
  const answer = new Response(response.body, response);
  drop(answer.headers);
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (!answer.headers.has(name)) answer.headers.set(name, value);
  }
  if (request.url.startsWith("https:")) answer.headers.set("strict-transport-security", A_YEAR);
  answer.headers.set("x-request-id", requestId);
  return answer;
}

/**
 * Return who asks: workerd says whose the connection is; Cloudflare writes the header, whatever the client wrote there.
 *
 * @param {Request & {cf?: {clientIp?: string}}} request
 */
function addressOf(request) {
  const peer = PEER.exec(request.cf?.clientIp ?? "");
  return peer ? (peer[1] ?? peer[2]) : request.headers.get("cf-connecting-ip");
}

/** @param {Headers} headers */
function drop(headers) {
  for (const name of [...headers.keys()]) if (OURS.test(name)) headers.delete(name);
}
