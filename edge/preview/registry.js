// Every module of the app by its path: how it is made, and what it has become.

/**
 * What a specifier means: a module of the app, a prebundled dependency, any address, or a table of `import.meta.glob`.
 * @typedef {string | {dep: string} | {url: string} | {glob: Record<string, string>, eager?: boolean}} Target
 */
/** @typedef {Record<string, Target>} Deps */
/** @typedef {Record<string, unknown>} Exports */
/** @typedef {(...parameters: any[]) => Promise<void>} Body */
/**
 * One evaluation of a module. A failed one is kept, because what it imported tells whom a fix concerns.
 * @typedef {{
 *   id: string,
 *   exports: Exports,
 *   state: "loading" | "ready" | "failed",
 *   promise: Promise<void>,
 *   waiting: Instance | null,
 *   imports: Set<string>,
 *   hot: import("./hot.js").Hot,
 * }} Instance
 */
/** @typedef {{id: string, deps: Deps, body: Body, instance: Instance | null, data: Record<string, unknown>}} Module */

export class Registry {
  /** @type {Map<string, Module>} */
  #modules = new Map();
  /** Modules that run in workers, too. @type {Set<string>} */
  workers = new Set();

  /**
   * Say how a module is made. What it has become stays until it is replaced.
   * @param {string} id
   * @param {Deps} deps
   * @param {Body} body
   */
  define(id, deps, body) {
    const known = this.#modules.get(id);
    if (known) Object.assign(known, { deps, body });
    else this.#modules.set(id, { id, deps, body, instance: null, data: {} });
  }

  /**
   * Whether a module runs that was made just so.
   * @param {{id: string, deps: Deps, code: string}} source
   */
  runs({ id, deps, code }) {
    const known = this.#modules.get(id);
    if (known?.instance?.state !== "ready") return false;
    const text = String(known.body);
    const same = text.slice(text.indexOf("\n"), text.lastIndexOf("\n")).trim() === code.trim();
    return same && JSON.stringify(known.deps) === JSON.stringify(deps);
  }

  /** @param {string} id */
  get(id) {
    return this.#modules.get(id);
  }

  /** @param {string} id */
  instance(id) {
    return this.#modules.get(id)?.instance ?? null;
  }

  /**
   * Whether the way goes from a module to another, or to a style sheet: an app has other pages, and styles of theirs.
   * @param {string} from
   * @param {string} to
   */
  leads(from, to) {
    const reached = new Set([from]);
    for (const id of reached) {
      for (const target of Object.values(this.#modules.get(id)?.deps ?? {})) {
        if (typeof target === "string") reached.add(target);
        else if ("glob" in target) for (const one of Object.values(target.glob)) reached.add(one);
      }
    }
    return reached.has(to);
  }

  /** @param {string} id */
  remove(id) {
    this.#modules.delete(id);
  }

  /**
   * Who imported whom, turned round. Made anew for each update: an import that was edited away leaves no trace.
   * @returns {Map<string, Set<string>>}
   */
  importers() {
    /** @type {Map<string, Set<string>>} */
    const importers = new Map();
    for (const { id, instance } of this.#modules.values()) {
      for (const imported of instance?.imports ?? []) {
        const known = importers.get(imported);
        if (known) known.add(id);
        else importers.set(imported, new Set([id]));
      }
    }
    return importers;
  }
}
