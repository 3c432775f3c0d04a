// The classes of a CSS module as a script, with those that it takes from others.

import { classList, scope } from "../compiler/stylesheet.js";

const NAME = /^[A-Za-z_$][\w$]*$/;
const RESERVED = new Set(
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield".split(
    " ",
  ),
);

/**
 * @param {string} path
 * @param {string} source CSS
 */
export function classesOf(path, source) {
  const { exports = {} } = scope(path, source);
  const names = Object.keys(exports).sort(); // theirs come in no order
  const composed = names.flatMap((name) => exports[name].composes);
  const specs = [...new Set(composed.flatMap((one) => (one.type === "dependency" ? [one.specifier] : [])))].sort();
  const table = names.map((name) => `${JSON.stringify(name)}: ${classList(exports[name], specs)}`);
  const named = names.filter((name) => NAME.test(name) && !RESERVED.has(name));
  return [
    ...specs.map((spec, at) => `import * as from${at} from ${JSON.stringify(spec)};`),
    `const classes = { ${table.join(", ")} };`,
    ...named.map((name) => `const ${own(name)} = classes[${JSON.stringify(name)}];`),
    ...(named.length ? [`export { ${named.map((name) => `${own(name)} as ${name}`).join(", ")} };`] : []),
    "export default classes;",
  ].join("\n");
}

/** @param {string} name */
const own = (name) => `class_${name}`;
