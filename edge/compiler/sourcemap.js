// Joins the maps of two transformations, so that the last text points into the first.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Uint8Array(128);
for (let value = 0; value < DIGITS.length; value++) VALUES[DIGITS.charCodeAt(value)] = value;
const COMMA = 44;
const SEMICOLON = 59;
const COLUMN = 0;
const SOURCE_LINE = 2;
const SOURCE_COLUMN = 3;

/** What leads from each line of a text into another, as `decode` gives it. @typedef {number[][]} Rows */

/**
 * What was made of a text that was itself made of a file, with a map into the file.
 * @template {{map: string}} T
 * @param {T} made
 * @param {Rows} rows from the file to the text
 * @param {string} path
 * @param {string} source
 */
export function retraced(made, rows, path, source) {
  const mappings = compose(JSON.parse(made.map).mappings, rows, 0);
  return {
    ...made,
    map: JSON.stringify({ version: 3, sources: [path], sourcesContent: [source], names: [], mappings }),
  };
}

/**
 * The mappings of `outer` after `rows`, moved down by so many lines. It allocates little: a file has thousands.
 * @param {string} outer from the middle text to the last
 * @param {Rows} rows from the first text to the middle
 * @param {number} down
 */
export function compose(outer, rows, down) {
  let joined = ";".repeat(down);
  let line = 0;
  let column = 0;
  for (const [index, segments] of decode(outer).entries()) {
    if (index) joined += ";";
    let at = 0;
    let comma = "";
    for (let next = 0; next < segments.length; next += 3) {
      const row = rows[segments[next + 1]] ?? [];
      const found = lookUp(row, segments[next + 2]);
      if (found < 0 || (comma && row[found + 1] === line && row[found + 2] === column)) continue;
      joined += `${comma}${encode(segments[next] - at)}A${encode(row[found + 1] - line)}${encode(row[found + 2] - column)}`;
      at = segments[next];
      line = row[found + 1];
      column = row[found + 2];
      comma = ",";
    }
  }
  return joined;
}

/**
 * Where among flat segments the last one at or before a column is; -1 if there is none.
 * @param {number[]} segments
 * @param {number} column
 */
export function lookUp(segments, column) {
  if (!segments.length || segments[0] > column) return -1;
  let low = 0;
  let high = segments.length / 3 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle * 3] <= column) low = middle;
    else high = middle - 1;
  }
  return low * 3;
}

/**
 * For each line its segments, flat: column, source line, source column. Flat, because a map has thousands.
 * @param {string} mappings
 */
export function decode(mappings) {
  /** @type {Rows} */
  const lines = [[]];
  const state = [0, 0, 0, 0, 0];
  let field = 0;
  let value = 0;
  let shift = 0;
  for (let index = 0; index <= mappings.length; index++) {
    const code = index < mappings.length ? mappings.charCodeAt(index) : SEMICOLON;
    if (code === COMMA || code === SEMICOLON) {
      if (field > SOURCE_COLUMN) lines[lines.length - 1].push(state[COLUMN], state[SOURCE_LINE], state[SOURCE_COLUMN]);
      field = 0;
      if (code === SEMICOLON && index < mappings.length) {
        lines.push([]);
        state[COLUMN] = 0;
      }
      continue;
    }
    const digit = VALUES[code];
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    state[field++] += value & 1 ? -(value >>> 1) : value >>> 1;
    value = 0;
    shift = 0;
  }
  return lines;
}

/** @param {number} number */
function encode(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  if (rest < 32) return DIGITS[rest];
  let text = "";
  for (; rest >= 32; rest >>>= 5) text += DIGITS[(rest & 31) | 32];
  return text + DIGITS[rest];
}
