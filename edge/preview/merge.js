// Several updates that wait for the page, made one: the newest of each module, in one render.

/** @typedef {import("./evaluate.js").Source} Source */
/** @typedef {{rev: string, modules?: Source[], css?: {id: string, text: string}[], removed?: string[]}} Update */

/**
 * @param {Update[]} updates in their order, at least one
 * @returns {Required<Update>}
 */
export function merge(updates) {
  /** @type {Map<string, Source>} */
  const modules = new Map();
  /** @type {Map<string, {id: string, text: string}>} */
  const css = new Map();
  /** @type {Set<string>} */
  const removed = new Set();
  for (const update of updates) {
    for (const id of update.removed ?? []) {
      modules.delete(id);
      css.delete(id);
      removed.add(id);
    }
    for (const module of update.modules ?? []) {
      modules.set(module.id, module);
      removed.delete(module.id);
    }
    for (const sheet of update.css ?? []) {
      css.set(sheet.id, sheet);
      removed.delete(sheet.id);
    }
  }
  const rev = /** @type {Update} */ (updates.at(-1)).rev;
  return { rev, modules: [...modules.values()], css: [...css.values()], removed: [...removed] };
}
