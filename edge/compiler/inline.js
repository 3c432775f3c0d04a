// A stylesheet as a tree, with what it imports put in at its place.

import postcss from "postcss";
import nested from "postcss-nested";
import { rebase } from "./urls.js";

/** @typedef {(spec: string, base: string) => {path: string, content: string} | undefined} Find */

const HOST = /^(?:[a-z]+:)?\/\//i;
const ADDRESS = /^(?:url\(\s*)?(?:"([^"]*)"|'([^']*)'|([^'"()\s;]+))\s*\)?\s*(.*)$/s;
const DEEPEST = 50;
/** @type {(root: import("postcss").Root) => void} */
const unnest = (root) => void postcss([nested()]).process(root).sync().root;

/**
 * @param {string} source
 * @param {string} path
 * @param {Find} find the text behind a name; what is not found stays an import of Tailwind's own, or is a fault
 */
export function inline(source, path, find) {
  const root = tree(source, path);
  putIn(root, path, find, [path]);
  unnest(root);
  return root;
}

/**
 * @param {import("postcss").Root} root
 * @param {string} path
 * @param {Find} find
 * @param {string[]} way
 */
function putIn(root, path, find, way) {
  root.walkAtRules("import", (rule) => {
    const [, double, single, bare, conditions = ""] = ADDRESS.exec(rule.params) ?? [];
    const spec = double ?? single ?? bare ?? "";
    if (HOST.test(spec) || /^tailwindcss\/(?:base|components|utilities|variants|screens)$/.test(spec)) return;
    if (way.length > DEEPEST) throw rule.error("These imports go round in a circle, or too deep");
    const found = find(spec, path);
    if (!found) throw rule.error(`Cannot find "${spec}"`);
    if (way.includes(found.path) || !found.content) {
      rule.remove();
      return;
    }
    const imported = tree(found.content, found.path);
    putIn(imported, found.path, find, [...way, found.path]);
    rule.replaceWith(wrapped(imported, conditions.trim()).nodes);
  });
}

/**
 * @param {import("postcss").Root} root
 * @param {string} conditions what stands behind the address: `layer(x) supports(y) screen`
 */
function wrapped(root, conditions) {
  const [, layer, name, supports, media] =
    /^(layer(?:\(([^)]*)\))?)?\s*(?:supports\((.*?)\))?\s*(.*)$/s.exec(conditions) ?? [];
  let inner = root;
  if (layer) inner = around("layer", name ?? "", inner);
  if (supports) inner = around("supports", `(${supports})`, inner);
  return media ? around("media", media, inner) : inner;
}

/**
 * @param {string} name
 * @param {string} params
 * @param {import("postcss").Root} root
 */
function around(name, params, root) {
  return postcss.root({ nodes: [postcss.atRule({ name, params, nodes: root.nodes })] });
}

/**
 * Its places are those of the file: addresses are pointed elsewhere within their lines.
 * @param {string} source
 * @param {string} path
 */
function tree(source, path) {
  return postcss.parse(rebase(source, path), { from: `/${path}` });
}
