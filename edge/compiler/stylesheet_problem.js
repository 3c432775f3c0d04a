// What went wrong with a stylesheet, and where, as far as Tailwind and PostCSS say.

import { Problem, placeOf, placeOfText } from "./problem.js";

const QUOTED = /[`"]([^`"]+)[`"]/g;

/**
 * Tailwind names a place only where the text cannot be parsed: elsewhere what it quotes is looked for.
 * @param {unknown} error
 * @param {string} entry
 * @param {string} source
 * @param {Map<string, string>} files
 */
export function problemOf(error, entry, source, files) {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const old = /** @type {import("postcss").CssSyntaxError} */ (error);
  if (old.reason) {
    const file = old.file?.slice(1) || entry;
    const place = { line: old.line ?? 1, column: old.column ?? 1 };
    return new Problem(old.reason, file, files.get(file) ?? source, place);
  }
  const where = /** @type {{loc?: [{file: string, code: string}, number, number]}} */ (error).loc;
  if (where) {
    const [{ file, code }, start] = where;
    return new Problem(error.message.replace(/^.*?:\d+:\d+: /, ""), file, code, placeOf(code, start));
  }
  const texts = [...error.message.matchAll(QUOTED)].map((match) => match[1]);
  for (const [path, text] of [[entry, source], ...files]) {
    const quoted = texts.find((one) => text.includes(one));
    if (quoted) return new Problem(error.message, path, text, placeOfText(text, quoted));
  }
  return new Problem(error.message, entry, source);
}
