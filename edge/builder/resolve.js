// From a specifier in an app's source to the file, the package or the address it means; as previews do (edge/resolve.py).

import { posix } from "node:path";

/** @typedef {{has(path: string): boolean}} Names */
/** @typedef {Record<string, string>} Paths aliases, each with at most one star */
/** @typedef {{kind: "local", path: string, query: string} | {kind: "package", spec: string} | {kind: "url", url: string} | {kind: "missing", reason: string}} Target */

const ENDINGS = [".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json"];
/** TypeScript lets a file be imported under the name it would be compiled to. @type {Record<string, string[]>} */
const COMPILED = { ".js": [".ts", ".tsx"], ".jsx": [".tsx"], ".mjs": [".mts"] };
/** What Vite keeps from pages, too. */
const KEPT_BACK = /(?:^|\/)\.env(?:\.[^/]*)?$|\.(?:crt|pem)$/;
const PACKAGE = "npm:";

/**
 * @param {string} importer
 * @param {string} specifier
 * @param {Names} files
 * @param {Paths} paths
 * @returns {Target}
 */
export function resolve(importer, specifier, files, paths) {
  if (/^(?:https?:|data:|blob:|\/\/)/.test(specifier)) return { kind: "url", url: specifier };
  const [spec, ...rest] = specifier.split("?");
  const query = rest.join("?");
  if (spec.startsWith("/")) return fromRoot(spec, query, files, paths);
  let wanted = aliased(spec, paths);
  if (spec.startsWith(".")) wanted = posix.normalize(posix.join(posix.dirname(importer), spec));
  else if (wanted?.startsWith(PACKAGE)) return { kind: "package", spec: wanted.slice(PACKAGE.length) };
  else if (wanted === undefined) return { kind: "package", spec: specifier };
  return local(wanted, specifier, query, files);
}

/**
 * @param {string} wanted
 * @param {string} specifier
 * @param {string} query
 * @param {Names} files
 * @returns {Target}
 */
function local(wanted, specifier, query, files) {
  if (wanted === ".." || wanted.startsWith("../"))
    return { kind: "missing", reason: `${specifier} lies outside of the app` };
  if (KEPT_BACK.test(wanted))
    return { kind: "missing", reason: `${specifier} may hold secrets, and is kept from pages` };
  const path = probe(wanted, files);
  if (path !== undefined) return { kind: "local", path, query };
  return { kind: "missing", reason: `${specifier} does not exist (there is no ${wanted}, with any known ending)` };
}

/**
 * What a path from the root means: a file of public/ is served under it, any other is a module.
 * @param {string} spec
 * @param {string} query
 * @param {Names} files
 * @param {Paths} paths
 * @returns {Target}
 */
function fromRoot(spec, query, files, paths) {
  const root = rootOf(paths);
  for (const folder of new Set([root, ""])) {
    if (files.has(`${folder}public${decodeURI(spec)}`)) return { kind: "url", url: spec };
  }
  const wanted = posix.normalize(aliased(spec, paths) ?? spec.slice(1));
  const found = local(wanted, spec, query, files);
  return found.kind === "local" ? found : local(posix.normalize(spec.slice(1)), spec, query, files);
}

/** The folder that a path from the root begins in. @param {Paths} paths */
export const rootOf = (paths) => (paths["/*"] ?? "").replace(/\*$/, "");

/**
 * The path behind an alias; the longest pattern that fits wins.
 * @param {string} spec
 * @param {Paths} paths
 */
export function aliased(spec, paths) {
  for (const pattern of Object.keys(paths).sort((one, other) => other.length - one.length)) {
    const [prefix, suffix] = pattern.split("*");
    if (suffix === undefined && spec === pattern) return paths[pattern];
    if (suffix === undefined || spec.length < prefix.length + suffix.length) continue;
    if (!spec.startsWith(prefix) || !spec.endsWith(suffix)) continue;
    return posix.normalize(paths[pattern].replace("*", () => spec.slice(prefix.length, spec.length - suffix.length)));
  }
  return undefined;
}

/**
 * @param {string} wanted
 * @param {Names} files
 */
function probe(wanted, files) {
  if (files.has(wanted)) return wanted;
  const { ext } = posix.parse(wanted);
  const stem = wanted.slice(0, wanted.length - ext.length);
  const folder = wanted === "." ? "" : `${wanted}/`;
  const candidates = [
    ...(COMPILED[ext] ?? []).map((source) => stem + source),
    ...ENDINGS.map((ending) => wanted + ending),
    ...ENDINGS.map((ending) => `${folder}index${ending}`),
  ];
  return candidates.find((path) => files.has(path));
}
