// What Tailwind would write out of `@source inline`, counted before it begins: braces multiply.

import { Problem, placeOf } from "./problem.js";

const MOST_CLASSES = 20_000; // by one sheet's `@source inline`
const INLINE = /@source\s+(?:not\s+)?inline\(\s*(["'])(.*?)\1/gs;
const RANGE = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/;

/**
 * Refuse what Tailwind would write out for longer than anybody waits.
 * @param {string} css
 * @param {string} path
 */
export function refuseExpansion(css, path) {
  let total = 0;
  for (const { 2: pattern, index } of css.matchAll(INLINE)) {
    total += expansion(pattern);
    if (!(total <= MOST_CLASSES)) {
      const message = `\`@source inline\` stands for more than ${MOST_CLASSES} classes`;
      throw new Problem(message, path, css, placeOf(css, index));
    }
  }
}

/**
 * How many texts a pattern with braces stands for.
 * @param {string} pattern
 */
function expansion(pattern) {
  let [sum, product, begin] = [0, 1, 0];
  /** @type {[number, number][]} */
  const outer = [];
  for (const { 0: mark, index } of pattern.matchAll(/[{},]/g)) {
    if (mark === "{") {
      outer.push([sum, product]);
      [sum, product, begin] = [0, 1, index + 1];
    } else if (mark === ",") {
      [sum, product] = outer.length ? [sum + product, 1] : [sum, product];
    } else {
      const inside = RANGE.exec(pattern.slice(begin, index));
      const count = inside ? steps(inside.slice(1).map(Number)) : sum + product;
      const [before, times] = outer.pop() ?? [0, 1];
      [sum, product] = [before, times * count];
    }
  }
  return sum + product;
}

/** @param {number[]} range its begin, its end, and perhaps its step */
function steps([begin, end, step]) {
  return Math.floor(Math.abs(end - begin) / Math.abs(step || 1)) + 1;
}
