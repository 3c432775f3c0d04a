// The text of rules, made once each, and put together so that neighbours share what stands around them.

/** @typedef {{open: string, body: string}} Piece the at-rule around a text, so that neighbours share it */

const SHARED = /^(?:media|supports|container)$/;

/**
 * @param {import("postcss").ChildNode} node
 * @returns {Piece}
 */
export function pieceOf(node) {
  if (node.type !== "atrule" || !node.nodes || !SHARED.test(node.name)) return { open: "", body: node.toString() };
  return { open: `@${node.name} ${node.params}`, body: node.nodes.join("\n") };
}

/** @param {Iterable<Piece[]>} rules */
export function joined(rules) {
  let text = "";
  let around = "";
  for (const { open, body } of [...rules].flat()) {
    if (open !== around && around) text += "}\n";
    if (open !== around && open) text += `${open} {\n`;
    text += `${body}\n`;
    around = open;
  }
  return around ? `${text}}\n` : text;
}
