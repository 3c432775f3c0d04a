// The places in an error's stack, as Chromium, Firefox and Safari write them.

/** @typedef {{url: string, line: number, column: number}} Place */

/** `at render (https://…/app.js?v=1.2:10:5)`, `at https://…:10:5`, `render@https://…:10:5` */
const PLACE = /(?:\(|@|\s|^)((?:https?|blob|file):[^\s()]+):(\d+):(\d+)\)?$/;

/**
 * Lines count from 1, columns from 0.
 * @param {string | undefined} stack
 * @returns {Place[]}
 */
export function places(stack) {
  return (stack ?? "").split("\n").flatMap((line) => {
    const found = PLACE.exec(line.trim());
    return found ? [{ url: found[1], line: Number(found[2]), column: Number(found[3]) - 1 }] : [];
  });
}
