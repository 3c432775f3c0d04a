// Which modules Fast Refresh may replace in place, told by what they export.

/** @typedef {import("./registry.js").Exports} Exports */
/** @typedef {(value: any) => boolean} IsComponent */

/**
 * An object of nothing but components, as in `<Menu.Item/>`.
 * @param {any} value
 * @param {IsComponent} isComponent
 */
function isCompound(value, isComponent) {
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const parts = Object.values(value);
  return parts.length > 0 && parts.every(isComponent);
}

/**
 * At least one component, and nothing beside components and primitives.
 * @param {Exports} exports
 * @param {IsComponent} isComponent
 */
export function isBoundary(exports, isComponent) {
  const shown = (/** @type {any} */ value) => isComponent(value) || isCompound(value, isComponent);
  const values = Object.values(exports);
  return values.some(shown) && values.every((value) => shown(value) || Object(value) !== value);
}

/**
 * Why importers would notice that the exports were replaced; null if they would not.
 * @param {Exports} before
 * @param {Exports} after
 * @param {IsComponent} isComponent
 * @returns {string | null}
 */
export function difference(before, after, isComponent) {
  const shown = (/** @type {any} */ value) => isComponent(value) || isCompound(value, isComponent);
  for (const name of Object.keys(before)) if (!(name in after)) return `export ${name} went`;
  for (const name of Object.keys(after)) {
    if (!(name in before)) return `export ${name} came`;
    if (shown(before[name]) && shown(after[name])) continue;
    if (before[name] !== after[name]) return `export ${name} changed`;
  }
  return isBoundary(after, isComponent) ? null : "no component is exported any more";
}

/**
 * Every exported component with a name that outlives its evaluation.
 * @param {Exports} exports
 * @param {IsComponent} isComponent
 */
export function exportedComponents(exports, isComponent) {
  /** @type {[name: string, component: unknown][]} */
  const found = [];
  for (const [name, value] of Object.entries(exports)) {
    if (isComponent(value)) found.push([`export ${name}`, value]);
    else if (isCompound(value, isComponent)) {
      for (const [part, component] of Object.entries(/** @type {object} */ (value))) {
        found.push([`export ${name}.${part}`, component]);
      }
    }
  }
  return found;
}
