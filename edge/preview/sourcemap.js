// Where a place in compiled code comes from, by its source map (version 3, sections too).

/** @typedef {{file: string, line: number, column: number, source: string | null}} Origin */
/** @typedef {{version: number, sources: (string | null)[], sourcesContent?: (string | null)[], mappings: string}} PlainMap */
/** @typedef {{sections: {offset: {line: number, column: number}, map: PlainMap}[]}} IndexMap */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * The numbers of one segment, Base64 VLQ.
 * @param {string} segment
 */
export function decode(segment) {
  /** @type {number[]} */
  const numbers = [];
  let [value, shift] = [0, 0];
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) << shift;
    if (digit & 32) shift += 5;
    else {
      numbers.push(value & 1 ? -(value >> 1) : value >> 1);
      [value, shift] = [0, 0];
    }
  }
  return numbers;
}

/**
 * The original of a place. Lines count from 1, columns from 0, as in a stack less one.
 * @param {PlainMap | IndexMap} map
 * @param {number} line
 * @param {number} column
 * @returns {Origin | null}
 */
export function original(map, line, column) {
  if (!("sections" in map)) return lookUp(map, line - 1, column);
  const section = map.sections.findLast(
    ({ offset }) => offset.line < line - 1 || (offset.line === line - 1 && offset.column <= column),
  );
  if (!section) return null;
  const { offset } = section;
  return lookUp(section.map, line - 1 - offset.line, offset.line === line - 1 ? column - offset.column : column);
}

/**
 * @param {PlainMap} map
 * @param {number} line from 0
 * @param {number} column
 * @returns {Origin | null}
 */
function lookUp(map, line, column) {
  let [source, originalLine, originalColumn] = [0, 0, 0];
  /** @type {Origin | null} */
  let found = null;
  const lines = map.mappings.split(";");
  for (let at = 0; at <= line && at < lines.length; at++) {
    let generated = 0;
    for (const segment of lines[at] ? lines[at].split(",") : []) {
      const numbers = decode(segment);
      generated += numbers[0];
      if (numbers.length < 4) continue;
      source += numbers[1];
      originalLine += numbers[2];
      originalColumn += numbers[3];
      if (at !== line || (generated > column && found)) continue;
      const [file, text] = [map.sources[source], map.sourcesContent?.[source]];
      found = { file: file ?? "", line: originalLine + 1, column: originalColumn, source: text ?? null };
    }
  }
  return found;
}
