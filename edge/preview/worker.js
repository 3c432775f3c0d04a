// Workers of the app: a script of their own with the modules that they reach, made from the page's registry.

import { interop, unthenable } from "./externals.js";

/** @typedef {import("./registry.js").Deps} Deps */
/** @typedef {{origin: string, env: Record<string, unknown>, dependencies: Record<string, import("./externals.js").Dependency>}} About */
/** @typedef {[id: string, deps: Deps, body: import("./registry.js").Body]} Definition */

/**
 * Every module that a worker may come to, the entry first.
 * @param {import("./registry.js").Registry} registry
 * @param {string} entry
 * @returns {string[]}
 */
export function reached(registry, entry) {
  const found = new Set([entry]);
  for (const id of found) {
    for (const target of Object.values(registry.get(id)?.deps ?? {})) {
      const ids = typeof target === "string" ? [target] : "glob" in target ? Object.values(target.glob) : [];
      for (const one of ids) found.add(one);
    }
  }
  return [...found];
}

/**
 * The address of a worker's script.
 * @param {import("./registry.js").Registry} registry
 * @param {About} about
 * @param {string} entry
 */
export function addressOf(registry, about, entry) {
  const ids = reached(registry, entry);
  for (const id of ids) registry.workers.add(id);
  const definitions = ids.flatMap((id) => {
    const module = registry.get(id);
    return module ? [`[${JSON.stringify(id)},${JSON.stringify(module.deps)},${module.body}]`] : [];
  });
  const given = `${JSON.stringify(about)},[${definitions.join(",\n")}],interop,unthenable`;
  const text = `${interop}\n${unthenable}\n(${run})(${given});`;
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}

/**
 * What the script does, from beginning to end: nothing outside of this function exists there.
 * @param {About} about
 * @param {Definition[]} definitions
 * @param {(namespace: any) => any} unify
 * @param {(namespace: any) => any} plain
 */
async function run({ origin, env, dependencies }, definitions, unify, plain) {
  /** @typedef {{deps: Deps, body: import("./registry.js").Body, exports: any, done: Promise<any> | null, waiting: Made | null}} Made */
  /** @type {Map<string, Made>} */
  const modules = new Map(
    definitions.map(([id, deps, body]) => [
      id,
      { deps, body, exports: Object.create(null), done: null, waiting: null },
    ]),
  );
  // What is said to the worker before it listens is said again when it does.
  /** @type {MessageEvent[]} */
  const early = [];
  const hold = (/** @type {any} */ event) => {
    event.stopImmediatePropagation();
    early.push(event);
  };
  for (const kind of ["message", "connect"]) addEventListener(kind, hold);

  const waits = (/** @type {Made | null} */ one, /** @type {Made} */ forThis) => {
    for (let at = one; at; at = at.waiting) if (at === forThis) return true;
    return false;
  };
  const load = async (/** @type {string} */ id, /** @type {Made | null} */ importer) => {
    const module = modules.get(id);
    if (!module) return {}; // a style sheet
    module.done ??= Promise.resolve().then(() => evaluate(id, module)); // not before it can be seen to have begun
    if (importer && waits(module, importer)) return plain(module.exports);
    if (importer) importer.waiting = module;
    await module.done;
    if (importer) importer.waiting = null;
    return plain(module.exports);
  };
  const outside = async (/** @type {any} */ target, /** @type {string} */ specifier) => {
    const { url, cjs } = target?.dep ? dependencies[target.dep] : (target ?? { url: specifier });
    if (url === null) return {};
    const namespace = await import(new URL(url, origin).href);
    return plain(cjs ? unify(namespace) : namespace);
  };
  const evaluate = (/** @type {string} */ id, /** @type {Made} */ module) => {
    const { deps, body, exports } = module;
    const bring = (/** @type {Made | null} */ importer) => (/** @type {string} */ specifier) => {
      const target = deps[specifier];
      return typeof target === "string" ? load(target, importer) : outside(target, specifier);
    };
    const all = (/** @type {any} */ other) => {
      for (const name of Object.keys(other)) {
        if (name === "default" || name in exports) continue;
        Object.defineProperty(exports, name, { enumerable: true, get: () => other[name] });
      }
    };
    const meta = { env, url: `${origin}/${id}` };
    return body(
      exports,
      bring(module),
      bring(null),
      all,
      meta,
      () => {},
      () => (/** @type {any} */ type) => type,
    );
  };

  try {
    await load(definitions[0][0], null);
  } catch (error) {
    reportError(error);
  }
  for (const kind of ["message", "connect"]) removeEventListener(kind, hold);
  for (const { type, data, ports } of early) {
    dispatchEvent(new MessageEvent(type, { data, ports: [...ports], source: type === "connect" ? ports[0] : null }));
  }
}
