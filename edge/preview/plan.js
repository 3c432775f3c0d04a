// Decides what a change concerns: up from each changed module to the nearest ones that can be replaced in place.

/** @typedef {import("./registry.js").Instance} Instance */
/** @typedef {{importer: string, dep: string}} Accepting */
/**
 * The modules to evaluate anew, where to begin, and whose `accept(dep)` is to be told; or why nothing but a reload does.
 * @typedef {{invalid: Set<string>, roots: Set<string>, accepting: Accepting[], reload: string | null}} Plan
 */
/**
 * @typedef {{
 *   entry: string,
 *   instance: (id: string) => Instance | null,
 *   importers: Map<string, Set<string>>,
 *   workers: Set<string>,
 *   replacesItself: (instance: Instance) => boolean,
 * }} Graph
 */

/**
 * @param {Iterable<string>} changed modules with a new definition
 * @param {Iterable<string>} handedOn modules that are new already, but whose importers have to follow
 * @param {Graph} graph
 * @returns {Plan}
 */
export function plan(changed, handedOn, graph) {
  /** @type {Plan} */
  const found = { invalid: new Set(), roots: new Set(), accepting: [], reload: null };
  const visited = new Set();

  /** @param {string} id */
  const visit = (id) => {
    const instance = graph.instance(id);
    if (!instance || visited.has(id)) return;
    visited.add(id);
    if (instance.hot.declined) found.reload ??= `${id} declined`;
    found.invalid.add(id);
    if (instance.state === "ready" && graph.replacesItself(instance)) found.roots.add(id);
    else climb(id);
  };

  /** @param {string} id */
  const climb = (id) => {
    if (id === graph.entry) {
      // A first evaluation that failed has shown nothing yet: it may simply be done again.
      if (graph.instance(id)?.state === "ready") found.reload ??= `${id} is the entry`;
      else found.roots.add(id);
    }
    for (const importer of graph.importers.get(id) ?? []) {
      const instance = graph.instance(importer);
      if (!instance) continue;
      if (instance.hot.acceptances.some(({ deps }) => deps.includes(id))) {
        found.accepting.push({ importer, dep: id });
        found.roots.add(id);
      } else visit(importer);
    }
  };

  for (const id of changed) {
    if (graph.workers.has(id)) found.reload ??= `${id} runs in a worker`;
    visit(id);
  }
  for (const id of handedOn) climb(id);
  return found;
}
