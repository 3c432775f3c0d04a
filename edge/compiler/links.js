// What a compiled module asks of others and offers to them, by name.

import { parse } from "es-module-lexer";

/** @typedef {{spec: string, dynamic: boolean, names: string[], glob?: true}} Import */
/** @typedef {Omit<Import, "names"> & {names: Set<string>}} Asked */
/** @typedef {ReturnType<typeof parse>[0][number]} Found */

const NAMED = /\{(.*)\}/s;
const BOTH = /^import\s+([^\s,{}"']+),\s*(\*\s+as\s+[^\s,{}"']+)(\s+from\s.*)$/s;
const LOCAL = /\s+as\s+[^\s]+$/;

/**
 * Reads the ECMAScript form of a module, as the first transformation prints it.
 * @param {string} code
 */
export function readLinks(code) {
  const [found, offered] = parse(code);
  /** @type {Map<string, Asked>} */
  const imports = new Map();
  /** @type {number[]} */
  const metas = [];
  for (const one of found) {
    if (one.type === "import-meta") metas.push(one.end);
    else if (typeof one.specifier === "string") add(imports, one, namesOf(one, code));
  }
  const exports = offered.map((one) => (one.type === "reexport-all" ? `*:${one.from}` : String(one.name)));
  const asked = [...imports.values()].map((one) => ({ ...one, names: [...one.names] }));
  return { imports: asked, exports: [...new Set(exports)], metas, code: split(code, found) };
}

/**
 * The code with `import a, * as b` said in two statements: oxc 0.158 forgets `a` otherwise.
 * @param {string} code
 * @param {readonly Found[]} found
 */
function split(code, found) {
  const pieces = [];
  let at = 0;
  for (const one of found) {
    if (one.type !== "static") continue;
    const statement = code.slice(one.importStart, one.importEnd);
    const both = statement.replace(BOTH, (_, name, all, from) => `import ${name}${from}; import ${all}${from}`);
    if (both === statement) continue;
    pieces.push(code.slice(at, one.importStart), both);
    at = one.importEnd;
  }
  return at ? pieces.join("") + code.slice(at) : code;
}

/**
 * @param {Map<string, Asked>} imports
 * @param {Found} one
 * @param {string[]} names
 */
function add(imports, one, names) {
  const spec = String(one.specifier);
  const dynamic = one.type === "dynamic";
  const key = `${dynamic} ${spec}`;
  const known = imports.get(key);
  if (known) for (const name of names) known.names.add(name);
  else imports.set(key, { spec, dynamic, names: new Set(names), ...("glob" in one && one.glob ? { glob: true } : {}) });
}

/**
 * The names that an import asks for; `*` is all of them.
 * @param {Found} one
 * @param {string} code
 * @returns {string[]}
 */
function namesOf(one, code) {
  if (one.type === "dynamic" || one.type === "reexport-star") return ["*"];
  const statement = code.slice(one.importStart, one.start - 1);
  const clause = statement.replace(/^(import|export)\b/, "").replace(/\bfrom\s*$/, "");
  const named = NAMED.exec(clause)?.[1] ?? "";
  const rest = clause.replace(NAMED, "").trim();
  const names = named
    .split(",")
    .map((name) => name.trim().replace(LOCAL, ""))
    .filter(Boolean)
    .map((name) => (name.startsWith('"') ? JSON.parse(name) : name));
  if (rest.includes("*")) names.push("*");
  if (/^[^*\s,]/.test(rest)) names.push("default");
  return names;
}
