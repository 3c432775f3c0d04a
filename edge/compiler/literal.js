// Reads literals out of printed JavaScript, so that nothing of a file has to be run.

const TOKEN =
  /\s*(?:("(?:[^"\\\n]|\\.)*")|('(?:[^'\\\n]|\\.)*')|(`(?:[^`\\$]|\\.)*`)|([A-Za-z_$][\w$]*)|([[\]{}(),:]))/y;
const WORDS = new Map([
  ["true", true],
  ["false", false],
  ["undefined", undefined],
  ["null", null],
]);

/**
 * The arguments of a call, from just behind its opening parenthesis; undefined if they are not all literals.
 * @param {string} code
 * @param {number} start
 * @returns {unknown[] | undefined}
 */
export function readArguments(code, start) {
  try {
    return new Reader(code, start).list(")");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class Reader {
  /** @param {string} code @param {number} start */
  constructor(code, start) {
    this.code = code;
    this.at = start;
  }

  /** @returns {RegExpExecArray} */
  next() {
    TOKEN.lastIndex = this.at;
    const token = TOKEN.exec(this.code);
    if (!token) throw new SyntaxError("no literal");
    this.at = TOKEN.lastIndex;
    return token;
  }

  /** @param {string} mark */
  meets(mark) {
    const before = this.at;
    if (this.next()[5] === mark) return true;
    this.at = before;
    return false;
  }

  /**
   * @param {string} end
   * @returns {unknown[]}
   */
  list(end) {
    const values = [];
    while (!this.meets(end)) {
      values.push(this.value());
      if (!this.meets(",") && !this.code.slice(this.at).trimStart().startsWith(end))
        throw new SyntaxError("no literal");
    }
    return values;
  }

  /** @returns {Record<string, unknown>} */
  object() {
    /** @type {[string, unknown][]} */
    const entries = [];
    while (!this.meets("}")) {
      const [, double, single, , word] = this.next();
      const key = word ?? unquote(double ?? single);
      if (key === undefined || !this.meets(":")) throw new SyntaxError("no literal");
      entries.push([key, this.value()]);
      if (!this.meets(",") && !this.code.slice(this.at).trimStart().startsWith("}"))
        throw new SyntaxError("no literal");
    }
    return Object.fromEntries(entries);
  }

  /** @returns {unknown} */
  value() {
    const [, double, single, template, word, mark] = this.next();
    const text = double ?? single ?? template;
    if (text) return unquote(text);
    if (word && WORDS.has(word)) return WORDS.get(word);
    if (mark === "[") return this.list("]");
    if (mark === "{") return this.object();
    throw new SyntaxError("no literal");
  }
}

/** @param {string | undefined} text */
function unquote(text) {
  if (text === undefined) return undefined;
  const inner = text.slice(1, -1).replace(/\\(['`])/g, "$1");
  return JSON.parse(`"${text[0] === '"' ? inner : inner.replaceAll('"', '\\"')}"`);
}
