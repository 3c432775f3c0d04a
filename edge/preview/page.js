// What the origin wrote into the page for us.

/**
 * @typedef {{
 *   app: string,
 *   rev: string,
 *   entry: string,
 *   env: Record<string, unknown>,
 *   deps: Record<string, import("./externals.js").Dependency>,
 *   nonce: string,
 *   frameAncestors: string[],
 *   failed: import("./trace.js").Trouble | null,
 * }} Page
 */

/** @type {Record<string, unknown>} */
const DEFAULTS = { MODE: "development", BASE_URL: "/", DEV: true, PROD: false, SSR: false };

/**
 * @param {Document} document
 * @returns {Page}
 */
export function readPage(document) {
  const written = JSON.parse(document.getElementById("fleet-page")?.textContent ?? "null");
  if (!written) throw new Error("This page has no #fleet-page: it was not made by a preview's origin");
  const { app, rev, entry, env = {}, deps = {}, nonce = "", failed = null } = written;
  const frameAncestors = written.frame_ancestors ?? [];
  return { app, rev, entry, env: { ...DEFAULTS, ...env }, deps, nonce, frameAncestors, failed };
}
