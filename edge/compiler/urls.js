// Points the relative addresses of a stylesheet at where the preview serves the app's files.

import { posix } from "node:path";

const URL_CALL = /url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^'"()\s]+))\s*\)/g;
const IMPORT = /@import\s+(?:url\(\s*)?["']?([^"'()\s;]+)["']?/g;
const IMPORTED = /@import\s+$/;
const COMMENT = /\/\*.*?\*\//gs;
const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:|\/|#|%23|~|\$|@\{)/i; // or a variable of Sass or Less

/**
 * @param {string} source
 * @param {string} path the stylesheet's own, within the app
 */
export function rebase(source, path) {
  return source.replace(URL_CALL, (call, double, single, bare, at) => {
    const address = double ?? single ?? bare;
    if (!address || ABSOLUTE.test(address)) return call;
    // An import of the app's own is put in at its place; what follows stays in its column.
    if (IMPORTED.test(source.slice(Math.max(0, at - 40), at))) return JSON.stringify(address).padEnd(call.length);
    return `url(${JSON.stringify(`/${within(address, path)}`)})`;
  });
}

/**
 * The app's path that a relative address, or one of `@/`, means in a file.
 * @param {string} address
 * @param {string} path
 */
export function within(address, path) {
  if (address.startsWith("@/")) return `src/${address.slice(2)}`;
  if (address.startsWith("/")) return address.slice(1);
  return posix.join(posix.dirname(path), address);
}

/**
 * What a stylesheet imports that is not on another host.
 * @param {string} source
 */
export function importsOf(source) {
  const found = [...source.replace(COMMENT, "").matchAll(IMPORT)].map((match) => match[1]);
  return [...new Set(found)].filter((spec) => !/^(?:[a-z]+:)?\/\//i.test(spec));
}
