// Turns the code of an update into a definition that a debugger shows as the original file.

/** @typedef {import("./registry.js").Deps} Deps */
/** @typedef {{id: string, deps: Deps, code: string, map?: string | object | null}} Source */

/** What a compiled body expects, by the names that the compiler gives it. */
const PARAMETERS = [
  "__vite_ssr_exports__",
  "__vite_ssr_import__",
  "__vite_ssr_dynamic_import__",
  "__vite_ssr_exportAll__",
  "__vite_ssr_import_meta__",
  "$RefreshReg$",
  "$RefreshSig$",
];

/**
 * Where a module of a revision seems to come from.
 * @param {string} origin
 * @param {string} id
 * @param {string} rev
 */
export function address(origin, id, rev) {
  return `${origin}/${encodeURI(id).replaceAll("?", "%3F").replaceAll("#", "%23")}?rev=${encodeURIComponent(rev)}`;
}

/**
 * The text of one call of `define`: one line, the code, one line. Maps count on that.
 * @param {Source} source
 * @param {string} url
 */
export function definition({ id, deps, code, map }, url) {
  const body = `async function(${PARAMETERS.join(",")}){"use strict";\n${code}\n}`;
  const lines = [`__fleet.define(${JSON.stringify(id)},${JSON.stringify(deps)},${body});`, `//# sourceURL=${url}`];
  if (map) {
    const text = typeof map === "string" ? map : JSON.stringify(map);
    lines.push(`//# sourceMappingURL=data:application/json;charset=utf-8,${encodeURIComponent(text)}`);
  }
  return lines.join("\n");
}

/**
 * Run a text as a script of the page. A page whose own policy forbids that says nothing; its registry tells.
 * @param {Document} document
 * @param {string} text
 */
export function run(document, text) {
  const script = document.createElement("script");
  script.textContent = text;
  document.head.append(script);
  script.remove();
}
