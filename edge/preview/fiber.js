// Which component made an element, and where it is written, as React's development builds remember it.

/** @typedef {{file: string, line: number, column: number}} Source */
/**
 * @typedef {{
 *   type: any,
 *   return: Fiber | null,
 *   _debugSource?: {fileName: string, lineNumber: number, columnNumber?: number} | null,
 *   _debugStack?: {stack?: string} | null,
 * }} Fiber
 */

/**
 * @param {Element} element
 * @returns {Fiber | null}
 */
function fiberOf(element) {
  for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) {
    const key = Object.keys(at).find((name) => name.startsWith("__reactFiber$"));
    if (key) return /** @type {any} */ (at)[key];
  }
  return null;
}

/** @param {any} type */
const nameOf = (type) => {
  const inner = typeof type === "function" ? type : (type?.type ?? type?.render);
  return inner?.displayName ?? inner?.name;
};

/**
 * React 18 keeps file and line; React 19 keeps a stack, which a source map explains.
 * @param {Element} element
 * @returns {{component?: string, source?: Source, stack?: string}}
 */
export function owner(element) {
  const fiber = fiberOf(element);
  let above = fiber?.return ?? null;
  while (above && !nameOf(above.type)) above = above.return;
  const written = fiber?._debugSource;
  return {
    component: above ? nameOf(above.type) : undefined,
    source: written
      ? { file: written.fileName, line: written.lineNumber, column: written.columnNumber ?? 1 }
      : undefined,
    stack: fiber?._debugStack?.stack,
  };
}
