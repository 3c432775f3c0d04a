// The layers of a Tailwind 3 sheet, and the gaps that what is made of classes goes into.

import postcss from "postcss";

export const LAYERS = ["components", "utilities", "variants"];
export const GAP = /\/\*fleet-(components|utilities|variants)\*\//;

/**
 * What is in some of the layers, which are gone then.
 * @param {import("postcss").Root} root
 * @param {(layer: string) => boolean} wanted
 */
export function takeOut(root, wanted) {
  /** @type {import("postcss").ChildNode[]} */
  const found = [];
  root.walkAtRules("layer", (rule) => {
    if (!wanted(rule.params)) return;
    found.push(...(rule.nodes ?? []));
    rule.remove();
  });
  return found;
}

/**
 * What the context is made of: the configuration, and the layers that define classes.
 * @param {import("postcss").Root} root
 * @param {any} config
 * @param {boolean} prefix
 */
export function signatureOf(root, config, prefix) {
  const parts = [JSON.stringify(config), String(prefix)];
  root.walkAtRules("layer", (rule) => void parts.push(rule.toString()));
  return parts.join("\n");
}

/** @param {import("postcss").ChildNode} rule */
export function applies(rule) {
  return rule.toString().includes("@apply");
}

/** @param {import("postcss").ChildNode} rule */
export function nameOf(rule) {
  return String(/** @type {any} */ (rule.raws).tailwind?.candidate ?? "");
}

/** @param {string} layer */
export function gap(layer) {
  return postcss.comment({ text: `fleet-${layer}`, raws: { left: "", right: "" } });
}
