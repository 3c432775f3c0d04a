// A stylesheet as a module: what it imports, whether Tailwind has work in it, and the names of a CSS module.

import { transform } from "lightningcss";
import { offer } from "./json.js";
import { refuseDeep } from "./nesting.js";
import { Problem, placeOfText } from "./problem.js";
import { importsOf, rebase } from "./urls.js";

const TAILWIND =
  /@(?:import\s+["']tailwindcss|tailwind|theme|apply|utility|variant|custom-variant|source|reference|plugin|config)\b|--(?:alpha|spacing)\(|\btheme\(/;

/**
 * Whether the text has to go through Tailwind, and again when classes are used that were not before.
 * @param {string} source
 */
export function usesTailwind(source) {
  return TAILWIND.test(source.replace(/\/\*.*?\*\//gs, ""));
}

/** @param {string} source */
export function compileStylesheet(source) {
  const imports = importsOf(source).map((spec) => ({ spec, dynamic: false, names: [] }));
  return { css: source, tailwind: usesTailwind(source), imports, exports: [], globs: [], accepts: false };
}

/**
 * @param {string} path
 * @param {string} source
 */
export function compileCssModule(path, source) {
  const { code, exports = {} } = scope(path, source);
  const css = code.toString();
  const names = Object.keys(exports).sort(); // theirs come in no order
  /** @type {Map<string, string[]>} */
  const composed = new Map();
  for (const part of names.flatMap((name) => exports[name].composes)) {
    if (part.type === "dependency") composed.set(part.specifier, [...(composed.get(part.specifier) ?? []), part.name]);
  }
  const specs = [...composed.keys()];
  const classes = names.map((name) => `  ${JSON.stringify(name)}: ${classList(exports[name], specs)},`);
  const lines = [
    ...specs.map((spec, index) => `const from${index} = await __vite_ssr_import__(${JSON.stringify(spec)});`),
    `const classes = {\n${classes.join("\n")}\n};`,
    offer("default", "classes"),
    ...names.filter((name) => name !== "default").map((name) => offer(name, `classes[${JSON.stringify(name)}]`)),
  ];
  return {
    code: lines.join("\n"),
    css,
    tailwind: usesTailwind(css),
    imports: specs.map((spec) => ({ spec, dynamic: false, names: ["default"] })),
    exports: [...new Set(["default", ...names])],
    globs: [],
    accepts: false,
  };
}

/**
 * The classes of a block that has nobody to import from.
 * @param {string} path
 * @param {string} source
 */
export function compileOwnModule(path, source) {
  const { code, exports = {} } = scope(path, source);
  const entries = Object.entries(exports).sort(([one], [other]) => (one < other ? -1 : 1));
  const classes = entries.map(([name, { name: own, composes }]) => {
    const foreign = composes.find((part) => part.type === "dependency");
    if (foreign)
      throw new Problem("`composes … from` cannot be used here", path, source, placeOfText(source, "composes"));
    return [name, [own, ...composes.map((part) => part.name)].join(" ")];
  });
  return { css: code.toString(), classes: Object.fromEntries(classes) };
}

/**
 * A class and what it composes, as the expression of a list of classes.
 * @param {import("lightningcss").CSSModuleExport} one
 * @param {string[]} specs
 */
export function classList(one, specs) {
  const parts = one.composes.map((part) =>
    part.type === "dependency"
      ? `from${specs.indexOf(part.specifier)}.default[${JSON.stringify(part.name)}]`
      : JSON.stringify(part.name),
  );
  return [JSON.stringify(one.name), ...parts].join(' + " " + ');
}

/**
 * @param {string} path
 * @param {string} source
 */
export function scope(path, source) {
  refuseDeep(source, path);
  try {
    return transform({
      filename: path,
      code: Buffer.from(rebase(source, path)),
      cssModules: { pattern: "_[local]_[hash]" },
      projectRoot: "/",
    });
  } catch (error) {
    const { message, loc } = /** @type {Error & {loc?: {line: number, column: number}}} */ (error);
    if (!loc) throw error;
    throw new Problem(message, path, source, loc.line > 0 ? loc : placeOfText(source, "{"));
  }
}
