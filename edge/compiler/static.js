// The value of a configuration file, read and not run: literals, and the few calls that such files are written with.

import { parse } from "acorn";
import { transformSync } from "oxc-transform";
import { Dynamic, member, Reader } from "./expression.js";
import { Problem, placeOfBytes } from "./problem.js";

/** @typedef {import("./expression.js").Node} Node */
/** @typedef {import("./expression.js").Modules} Modules */
/** @typedef {import("./expression.js").Wanted} Wanted */
/** @typedef {import("./expression.js").Scope} Scope */

/**
 * @param {string} path
 * @param {string} source
 */
export function withoutTypes(path, source) {
  const { code, errors } = transformSync(path, source, {
    lang: /ts$/.test(path) ? "ts" : "js",
    sourceType: "unambiguous",
  });
  if (!errors[0]) return code;
  throw new Problem(errors[0].message, path, source, placeOfBytes(source, errors[0].labels[0]?.start ?? 0));
}

/**
 * What the file exports as its default.
 * @param {string} path
 * @param {string} source
 * @param {Modules} modules
 * @param {Record<string, any>} globals
 * @param {Wanted} wanted
 * @param {any[]} given to a default that is a function
 */
export function readDefault(path, source, modules, globals, wanted, given = []) {
  const { body } = /** @type {Node} */ (
    parse(withoutTypes(path, source), { ecmaVersion: "latest", sourceType: "module" })
  );
  const reader = new Reader(modules);
  const scope = new Map(Object.entries(globals).map(([name, value]) => [name, () => value]));
  for (const statement of body) declare(statement, reader, scope);
  const exported = body.map(exportedBy).find(Boolean);
  if (!exported) throw new Dynamic("It exports no default");
  return valueBehind(exported, reader, scope, wanted, given);
}

/** @param {Node} statement */
function exportedBy(statement) {
  if (statement.type === "ExportDefaultDeclaration") return statement.declaration;
  const { left, right } = statement.expression ?? {};
  const isModule = left?.object?.name === "module" && left.property?.name === "exports";
  return statement.expression?.type === "AssignmentExpression" && isModule ? right : undefined;
}

/**
 * @param {Node} node
 * @param {Reader} reader
 * @param {Scope} scope
 * @param {Wanted} wanted
 * @param {any[]} given
 * @returns {any}
 */
function valueBehind(node, reader, scope, wanted, given) {
  if (node.type === "CallExpression" && node.arguments.length === 1) {
    const [first] = node.arguments;
    if (reader.value(node.callee, scope)?.isIdentity) return valueBehind(first, reader, scope, wanted, given);
  }
  if (!/Function/.test(node.type)) return reader.value(node, scope, wanted);
  const inner = new Map(scope);
  for (const [at, one] of node.params.entries()) bind(one, () => given[at], inner);
  if (node.body.type !== "BlockStatement") return reader.value(node.body, inner, wanted);
  for (const statement of node.body.body) {
    if (statement.type === "ReturnStatement") return reader.value(statement.argument, inner, wanted);
    if (statement.type !== "VariableDeclaration") throw new Dynamic(`It has ${statement.type}`);
    declare(statement, reader, inner);
  }
  throw new Dynamic("It returns nothing");
}

/**
 * @param {Node} statement
 * @param {Reader} reader
 * @param {Scope} scope
 */
function declare(statement, reader, scope) {
  if (statement.type === "ImportDeclaration") {
    const spec = statement.source.value;
    for (const one of statement.specifiers) {
      const name = one.imported?.name ?? (one.type === "ImportDefaultSpecifier" ? "default" : "*");
      scope.set(one.local.name, () => reader.imported(spec, name));
    }
  }
  for (const { id, init } of statement.type === "VariableDeclaration" ? statement.declarations : []) {
    if (init) bind(id, () => reader.value(init, scope), scope);
  }
}

/**
 * @param {Node} pattern
 * @param {() => any} value
 * @param {Scope} scope
 */
function bind(pattern, value, scope) {
  if (pattern.type === "Identifier") scope.set(pattern.name, value);
  for (const one of pattern.type === "ObjectPattern" ? pattern.properties : []) {
    if (one.type === "Property" && one.value.type === "Identifier") {
      scope.set(one.value.name, () => member(value(), one.key.name ?? one.key.value));
    }
  }
}
