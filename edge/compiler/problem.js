// What is wrong with a file, where, and the lines around it.

/** @typedef {{file: string, line: number, column: number, message: string, frame: string}} Report */

const AROUND = 2;
const LONGEST = 160;
const QUOTES = [`"`, "'", "`"];
const IMPORTS = /\b(?:from|import|require)\b[\s(]*$/;
const COMMENTED = /(?:^|\n)\s*(?:\/\/|\/?\*)[^\n]*$/;

/** A fault of the file, not of ours: it is told to whoever wrote it. */
export class Problem extends Error {
  /**
   * @param {string} message
   * @param {string} file
   * @param {string} source
   * @param {{line: number, column: number}} [place] both count from 1
   */
  constructor(message, file, source, place = { line: 1, column: 1 }) {
    super(message);
    /** @type {Report} */
    this.report = { file, ...place, message, frame: frame(source, place.line, place.column) };
  }
}

/**
 * The line and the column, from 1 and in UTF-16 units, of an offset.
 * @param {string} source
 * @param {number} offset
 */
export function placeOf(source, offset) {
  const before = source.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/**
 * The same for an offset that counts UTF-8 bytes, as native compilers give it.
 * @param {string} source
 * @param {number} bytes
 */
export function placeOfBytes(source, bytes) {
  return placeOf(source, Buffer.from(source).subarray(0, bytes).toString().length);
}

/**
 * The place where a text stands for the first time, or the beginning.
 * @param {string} source
 * @param {string} text
 */
export function placeOfText(source, text) {
  return placeOf(source, Math.max(0, source.indexOf(text)));
}

/**
 * The place of an import, or else of what it names wherever that is quoted first.
 * @param {string} source
 * @param {string} spec
 */
export function placeOfImport(source, spec) {
  let quoted = -1;
  for (let at = source.indexOf(spec); at >= 0 && spec; at = source.indexOf(spec, at + spec.length)) {
    const quote = source[at - 1];
    if (!QUOTES.includes(quote) || source[at + spec.length] !== quote) continue;
    const before = source.slice(Math.max(0, at - LONGEST), at - 1);
    if (IMPORTS.test(before) && !COMMENTED.test(before)) return placeOf(source, at - 1);
    if (quoted < 0) quoted = at - 1;
  }
  return placeOf(source, Math.max(0, quoted));
}

/**
 * The lines around a place, numbered, with a mark under the column.
 * @param {string} source
 * @param {number} line
 * @param {number} column
 */
export function frame(source, line, column) {
  const first = Math.max(1, line - AROUND);
  const lines = source.split(/\r?\n/).slice(first - 1, line + AROUND);
  const width = String(first + lines.length - 1).length;
  return lines
    .flatMap((text, index) => {
      const number = first + index;
      const gutter = `${number === line ? ">" : " "} ${String(number).padStart(width)} | `;
      const shown = `${gutter}${text.slice(0, LONGEST)}`.trimEnd();
      if (number !== line || column > LONGEST) return [shown];
      const mark = text.slice(0, column - 1).replace(/[^\t]/g, " ");
      return [shown, `  ${" ".repeat(width)} | ${mark}^`];
    })
    .join("\n");
}
