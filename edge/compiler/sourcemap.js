// Joins the maps of two transformations, so that the last text points into the first.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Uint8Array(128);
for (let value = 0; value < DIGITS.length; value++) VALUES[DIGITS.charCodeAt(value)] = value;
const COMMA = 44;
const SEMICOLON = 59;
const COLUMN = 0;
const SOURCE_LINE = 2;
const SOURCE_COLUMN = 3;

/**
 * The mappings of `outer` after `inner`, moved down by so many lines.
 * @param {string} outer from the middle text to the last
 * @param {string} inner from the first text to the middle
 * @param {number} down
 */
export function compose(outer, inner, down) {
  const rows = decode(inner);
  let previous = { line: 0, column: 0 };
  const lines = decode(outer).map((segments) => {
    /** @type {string[]} */
    const kept = [];
    let at = 0;
    let last = { line: -1, column: -1 };
    for (let index = 0; index < segments.length; index += 3) {
      const origin = lookUp(rows[segments[index + 1]], segments[index + 2]);
      if (!origin || (origin.line === last.line && origin.column === last.column)) continue;
      kept.push(
        `${encode(segments[index] - at)}A${encode(origin.line - previous.line)}${encode(origin.column - previous.column)}`,
      );
      at = segments[index];
      previous = origin;
      last = origin;
    }
    return kept.join(",");
  });
  return ";".repeat(down) + lines.join(";");
}

/**
 * Where the nearest segment at or before a column comes from.
 * @param {number[] | undefined} segments
 * @param {number} column
 */
export function lookUp(segments, column) {
  if (!segments?.length || segments[0] > column) return undefined;
  let low = 0;
  let high = segments.length / 3 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle * 3] <= column) low = middle;
    else high = middle - 1;
  }
  return { line: segments[low * 3 + 1], column: segments[low * 3 + 2] };
}

/**
 * For each line its segments, flat: column, source line, source column. Flat, because a map has thousands.
 * @param {string} mappings
 */
export function decode(mappings) {
  /** @type {number[][]} */
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
  let text = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest ? digit | 32 : digit];
  } while (rest);
  return text;
}
