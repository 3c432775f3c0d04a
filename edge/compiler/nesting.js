// How deep a style sheet is nested, and what its selectors come to: a browser hangs on what has no end, or crashes.

import { Problem, placeOf } from "./problem.js";

const DEEPEST = 200;
/** Of selectors that stand for others, in one sheet: `.a, .b { &` stands for two, and each further one for twice as many. */
const MOST_SELECTORS = 100_000;

const codeOf = (/** @type {string} */ mark) => mark.charCodeAt(0);
const [COMMA, SEMICOLON, AND, BACKSLASH, AT] = [...",;&\\@"].map(codeOf);
/** What closes what is opened. @type {Map<number, number>} */
const CLOSES = new Map(["{}", "()", "[]"].map(([opens, closes]) => [codeOf(opens), codeOf(closes)]));
const [BLOCK, END] = [codeOf("{"), codeOf("}")];
/** What has to be looked at: every sheet is read so once more, and most of it says nothing of this. */
const TELLS = new Uint8Array(128);
for (const mark of `{}()[]/"',;&\\`) TELLS[codeOf(mark)] = 1;
/** What only looks like it: comments, strings, addresses without quotes. */
const PLAIN =
  /\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|\(\s*(?!["'\s])(?:\\[\s\S]|[^\\)])*\)?/y;
const URL_BEFORE = /(?<![\w-])url$/i;
const BLANK = /(?:\s+|\/\*[\s\S]*?\*\/)*/y;

/**
 * @param {string} css
 * @param {string} path
 * @param {string} [source] what is shown of the file, where that is not the text itself
 */
export function refuseDeep(css, path, source = css) {
  const nesting = new Nesting(css);
  for (let at = 0; at < css.length; at++) {
    const code = css.charCodeAt(at);
    if (code > 127 || !TELLS[code]) continue;
    const end = code === BACKSLASH ? at + 2 : endOfPlain(css, at);
    if (end > at) {
      at = end - 1;
      continue;
    }
    nesting.take(code, at);
    const wrong = nesting.wrong();
    if (wrong) throw new Problem(wrong, path, source, source === css ? placeOf(source, at) : undefined);
  }
}

/** The brackets around a place, and what the selectors before it stand for. */
class Nesting {
  /** What closes each, and how many selectors a rule around stands for. @type {number[]} */
  #closes = [];
  /** @type {number[]} */
  #weights = [];
  #total = 0;
  /** Where the rule or declaration began, and what of its selectors has been counted. */
  #begin = 0;
  #listed = 0;
  #references = 0;

  /** @param {string} css */
  constructor(css) {
    this.css = css;
  }

  wrong() {
    if (this.#closes.length > DEEPEST) return `This is nested more than ${DEEPEST} deep: a browser may crash on it`;
    if (this.#total > MOST_SELECTORS) return `What is nested here stands for more than ${MOST_SELECTORS} selectors`;
    return null;
  }

  /**
   * @param {number} code
   * @param {number} at
   */
  take(code, at) {
    const around = this.#closes.at(-1) ?? END;
    const closes = CLOSES.get(code);
    if (closes !== undefined) this.#open(closes);
    else if (code === AND) this.#references++;
    else if (code === COMMA && around === END) this.#list();
    else if (code === around && this.#closes.length) this.#close();
    if (code === BLOCK || (around === END && (code === SEMICOLON || code === END))) this.#start(at + 1);
  }

  /** @param {number} closes */
  #open(closes) {
    const outer = this.#weights.at(-1) ?? 0;
    let weight = outer;
    if (closes === END && !isAt(this.css, this.#begin)) {
      this.#list();
      weight = this.#listed * Math.max(1, outer);
      if (outer) this.#total += weight;
    }
    this.#closes.push(closes);
    this.#weights.push(weight);
  }

  #close() {
    this.#closes.pop();
    this.#weights.pop();
  }

  /** One more selector, each of whose references stands for all that is around. */
  #list() {
    this.#listed += Math.max(1, this.#references);
    this.#references = 0;
  }

  /** @param {number} begin */
  #start(begin) {
    this.#begin = begin;
    this.#listed = this.#references = 0;
  }
}

/**
 * Where a comment, a string or an address ends that begins here; else here.
 * @param {string} css
 * @param {number} at
 */
function endOfPlain(css, at) {
  if (css[at] === "(" && !URL_BEFORE.test(css.slice(Math.max(0, at - 4), at))) return at;
  PLAIN.lastIndex = at;
  return PLAIN.test(css) ? PLAIN.lastIndex : at;
}

/**
 * Whether what begins here is an at-rule.
 * @param {string} css
 * @param {number} begin
 */
function isAt(css, begin) {
  BLANK.lastIndex = begin;
  BLANK.test(css);
  return css.charCodeAt(BLANK.lastIndex) === AT;
}
