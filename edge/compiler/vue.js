// Vue's single-file components into registry modules, by Vue's own compiler; its runtime keeps their state.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { Problem, placeOf } from "./problem.js";
import { compileScript } from "./script.js";
import { decode, retraced } from "./sourcemap.js";
import { compileOwnModule, usesTailwind } from "./stylesheet.js";

const require = createRequire(import.meta.url);
/** A template alone may change while all state stays; a script that changes makes the component anew. */
const HOT = `
component.__hmrId = ID;
component.__fleetScript = SCRIPT;
const runtime = globalThis.__VUE_HMR_RUNTIME__;
runtime?.createRecord(ID, component);
import.meta.hot?.accept((next) => {
  if (!next || !runtime) return;
  const fresh = next.default;
  if (fresh.__fleetScript === component.__fleetScript) runtime.rerender(ID, fresh.render);
  else runtime.reload(ID, fresh);
});
export default component;
`;

/** @param {string} text */
const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 8);

/**
 * @param {string} path
 * @param {string} source
 * @param {Record<string, string>} define
 */
export function compileVue(path, source, define) {
  const { css, text, language, rows } = readVue(path, source, HOT);
  try {
    const made = retraced(compileScript(`${path}.${language}`, text, define), rows, path, source);
    return { kind: css ? "css-module" : "module", ...made, ...(css ? { css, tailwind: usesTailwind(css) } : {}) };
  } catch (error) {
    if (error instanceof Problem) throw new Problem(error.message, path, source, placeIn(error, source));
    throw error;
  }
}

/**
 * The script and the styles of a component.
 * @param {string} path
 * @param {string} source
 * @param {string} end what stands behind the component
 */
export function readVue(path, source, end = "export default component;") {
  /** @type {typeof import("@vue/compiler-sfc")} */
  const vue = require("@vue/compiler-sfc");
  const { descriptor, errors } = vue.parse(source, { filename: path });
  if (errors[0]) throw problemOf(errors[0], path, source);
  const id = hash(path);
  refuseUnsupported(descriptor, path, source);
  try {
    const { css, modules } = stylesOf(vue, descriptor, id, path, source);
    return { css, ...scriptOf(vue, descriptor, id, path, source, modules, end) };
  } catch (error) {
    if (error instanceof Problem) throw new Problem(error.message, path, source, placeIn(error, source));
    throw problemOf(error, path, source, descriptor.scriptSetup ?? descriptor.script);
  }
}

/**
 * @param {typeof import("@vue/compiler-sfc")} vue
 * @param {import("@vue/compiler-sfc").SFCDescriptor} descriptor
 * @param {string} id
 * @param {string} path
 * @param {string} source
 * @param {Record<string, Record<string, string>>} modules
 * @param {string} end
 */
function scriptOf(vue, descriptor, id, path, source, modules, end) {
  const { script, scriptSetup, template } = descriptor;
  const language = scriptSetup?.lang ?? script?.lang ?? "js";
  const written = script || scriptSetup;
  const setup = written
    ? vue.compileScript(descriptor, { id, genDefaultAs: "component", inlineTemplate: false })
    : null;
  const parts = [setup?.content ?? "const component = {};"];
  const rows = setup?.map ? linesOf(parts[0], decode(setup.map.mappings)) : linesOf(parts[0], []);
  if (template) {
    const { code, errors, map } = vue.compileTemplate({
      source: template.content,
      ast: template.ast,
      filename: path,
      id,
      scoped: descriptor.styles.some((style) => style.scoped),
      slotted: descriptor.slotted,
      compilerOptions: {
        bindingMetadata: setup?.bindings,
        expressionPlugins: language.startsWith("ts") ? ["typescript"] : [],
      },
    });
    if (errors[0]) throw problemOf(errors[0], path, source);
    rows.push(...linesOf(code, decode(map?.mappings ?? "")));
    parts.push(code.replace(/\bexport (function render)\b/, "       $1"), "component.render = render;");
  }
  if (descriptor.styles.some((style) => style.scoped)) parts.push(`component.__scopeId = "data-v-${id}";`);
  parts.push(`component.__cssModules = ${JSON.stringify(modules)};`);
  if (end === HOT) parts.push(`component.__file = ${JSON.stringify(path)};`);
  const scripts = hash(JSON.stringify([script?.content, scriptSetup?.content, modules]));
  parts.push(end.replaceAll("ID", JSON.stringify(id)).replace("SCRIPT", JSON.stringify(scripts)));
  return { text: parts.join("\n"), language, rows };
}

/**
 * As many rows as a text has lines.
 * @param {string} text
 * @param {import("./sourcemap.js").Rows} rows
 */
function linesOf(text, rows) {
  return text.split("\n").map((_, line) => rows[line] ?? []);
}

/**
 * @param {typeof import("@vue/compiler-sfc")} vue
 * @param {import("@vue/compiler-sfc").SFCDescriptor} descriptor
 * @param {string} id
 * @param {string} path
 * @param {string} source
 */
function stylesOf(vue, descriptor, id, path, source) {
  /** @type {Record<string, Record<string, string>>} */
  const modules = {};
  const texts = descriptor.styles.map((style) => {
    const { content, scoped, module } = style;
    const own = module ? compileOwnModule(path, content) : null;
    if (own) modules[module === true ? "$style" : String(module)] = own.classes;
    const { code, errors } = vue.compileStyle({
      source: own?.css ?? content,
      filename: path,
      id: `data-v-${id}`,
      scoped,
    });
    if (errors[0]) throw problemOf(errors[0], path, source);
    return code;
  });
  return { css: texts.join("\n"), modules };
}

/**
 * @param {import("@vue/compiler-sfc").SFCDescriptor} descriptor
 * @param {string} path
 * @param {string} source
 */
function refuseUnsupported({ script, scriptSetup, template, styles }, path, source) {
  for (const block of [script, scriptSetup, template, ...styles]) {
    if (!block) continue;
    const { lang = "", src } = block;
    const foreign = !["", "ts", "tsx", "js", "jsx", "css", "html"].includes(lang);
    const what = foreign ? `lang="${lang}"` : src ? "src" : "";
    const place = placeOf(source, block.loc.start.offset);
    if (what) throw new Problem(`<${block.type} ${what}> cannot be used in a preview yet`, path, source, place);
  }
}

/**
 * Errors of a script count from where it begins.
 * @param {unknown} error
 * @param {string} path
 * @param {string} source
 * @param {import("@vue/compiler-sfc").SFCBlock | null} [within]
 */
function problemOf(error, path, source, within) {
  if (!(error instanceof Error)) return new Problem(String(error), path, source);
  const { loc } = /** @type {Error & {loc?: {start?: {line: number, column: number}}}} */ (error);
  const [first] = error.message.replace(/^\[[^\]]*\] /, "").split("\n");
  const [, line, column] = /\((\d+):(\d+)\)$/.exec(first) ?? [];
  const message = first.replace(/ \(\d+:\d+\)$/, "");
  if (loc?.start) return new Problem(message, path, source, { line: loc.start.line, column: loc.start.column });
  if (!line || !within) return new Problem(message, path, source);
  const { start } = within.loc;
  const place = { line: start.line + Number(line) - 1, column: Number(column) + (line === "1" ? start.column : 1) };
  return new Problem(message, path, source, place);
}

/**
 * Where the line stands in the component that an error names in what was made of it.
 * @param {Problem} error
 * @param {string} source
 */
function placeIn(error, source) {
  const line = /^> *\d+ \| (.*)$/m.exec(error.report.frame)?.[1]?.trim();
  const at = line ? source.indexOf(line) : -1;
  return at < 0 ? { line: 1, column: 1 } : placeOf(source, at);
}
