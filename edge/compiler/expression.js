// The values of expressions, as configuration files have them: literals, and calls of functions that are known.

/** @typedef {any} Node acorn's, whose types tell less than its shapes */
/** @typedef {Record<string, any>} Modules what the file may import: plain values, and functions that may be called */
/** @typedef {true | {[key: string]: Wanted}} Wanted which parts of an object are of interest */
/** @typedef {Map<string, () => any>} Scope */

/** It has to be run to be known. */
export class Dynamic extends Error {}

const MOST_STEPS = 100_000;
const UNSAFE = new Set(["__proto__", "constructor", "prototype"]);

export class Reader {
  /** @param {Modules} modules */
  constructor(modules) {
    this.modules = modules;
    this.left = MOST_STEPS;
  }

  /**
   * @param {string} spec
   * @param {string} name
   */
  imported(spec, name) {
    const found = this.modules[spec.replace(/^node:/, "")];
    if (found === undefined) throw new Dynamic(`It imports ${spec}`);
    const whole = name === "*" || name === "default";
    return whole ? found : member(found, name);
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   * @param {Wanted} [wanted]
   * @returns {any}
   */
  value(node, scope, wanted = true) {
    if (this.left-- <= 0) throw new Dynamic("It is too long");
    switch (node.type) {
      case "Literal":
        return node.regex ? { $regexp: [node.regex.pattern, node.regex.flags] } : node.value;
      case "TemplateLiteral":
        return node.quasis
          .flatMap((/** @type {Node} */ one, /** @type {number} */ at) => [
            one.value.cooked,
            node.expressions[at] ? this.value(node.expressions[at], scope) : "",
          ])
          .join("");
      case "ArrayExpression":
        return node.elements.flatMap((/** @type {Node} */ one) => {
          if (one?.type === "SpreadElement") return this.list(one.argument, scope);
          return [one ? this.value(one, scope) : undefined];
        });
      case "ObjectExpression":
        return this.object(node, scope, wanted);
      case "UnaryExpression":
        return unary(node.operator, this.value(node.argument, scope));
      case "BinaryExpression":
        return binary(node.operator, this.value(node.left, scope), this.value(node.right, scope));
      case "LogicalExpression":
        return this.logical(node, scope);
      case "ConditionalExpression":
        return this.value(this.value(node.test, scope) ? node.consequent : node.alternate, scope, wanted);
      case "Identifier":
        return this.named(node.name, scope);
      case "MetaProperty":
        return this.named("import.meta", scope);
      case "MemberExpression":
        return member(
          this.value(node.object, scope),
          node.computed ? this.value(node.property, scope) : node.property.name,
        );
      case "CallExpression":
      case "NewExpression":
        return this.call(node, scope);
    }
    throw new Dynamic(`It has ${node.type}`);
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   */
  list(node, scope) {
    const values = this.value(node, scope);
    if (!Array.isArray(values)) throw new Dynamic("It spreads what is no list");
    return values;
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   * @param {Wanted} wanted
   */
  object(node, scope, wanted) {
    /** @type {[string, any][]} */
    const entries = [];
    for (const one of node.properties) {
      if (one.type === "SpreadElement") {
        entries.push(...Object.entries(this.value(one.argument, scope, wanted) ?? {}));
        continue;
      }
      const key = String(one.computed ? this.value(one.key, scope) : (one.key.name ?? one.key.value));
      if (wanted !== true && !Object.hasOwn(wanted, key)) continue;
      if (one.kind !== "init" || UNSAFE.has(key)) throw new Dynamic(`It defines ${key}`);
      entries.push([key, this.value(one.value, scope, wanted === true ? true : wanted[key])]);
    }
    return Object.fromEntries(entries);
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   */
  logical(node, scope) {
    const left = this.value(node.left, scope);
    const goesOn = node.operator === "&&" ? left : node.operator === "||" ? !left : left === null || left === undefined;
    return goesOn ? this.value(node.right, scope) : left;
  }

  /**
   * @param {string} name
   * @param {Scope} scope
   */
  named(name, scope) {
    if (name === "undefined") return undefined;
    const found = scope.get(name);
    if (!found) throw new Dynamic(`It uses ${name}`);
    return found();
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   */
  call(node, scope) {
    if (node.callee.name === "require" && typeof node.arguments[0]?.value === "string") {
      return this.imported(node.arguments[0].value, "*");
    }
    const called = this.value(node.callee, scope);
    if (typeof called !== "function" || !called.isKnown) throw new Dynamic("It calls what is not known");
    return called(...node.arguments.map((/** @type {Node} */ one) => this.value(one, scope)));
  }
}

/**
 * @param {any} object
 * @param {any} key
 */
export function member(object, key) {
  if (object === null || object === undefined || !Object.hasOwn(object, key)) throw new Dynamic(`It reads ${key}`);
  return object[key];
}

/**
 * @param {string} operator
 * @param {any} value
 */
function unary(operator, value) {
  if (operator === "!") return !value;
  if (operator === "-") return -value;
  throw new Dynamic(`It computes ${operator}`);
}

/**
 * @param {string} operator
 * @param {any} left
 * @param {any} right
 */
function binary(operator, left, right) {
  if (operator === "+") return left + right;
  if (operator === "===" || operator === "==") return left === right;
  if (operator === "!==" || operator === "!=") return left !== right;
  throw new Dynamic(`It computes ${operator}`);
}
