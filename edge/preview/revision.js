// Revisions, "{epoch}.{n}": which is newer, and whether two can be compared at all.

/** @typedef {{epoch: string, n: number}} Revision */

/**
 * The parts of a revision. The epoch may hold dots itself; the number never does.
 * @param {string} text
 * @returns {Revision}
 */
export function parse(text) {
  const [, epoch, n] = /^(.+)\.(\d+)$/.exec(text) ?? [];
  if (n === undefined) throw new Error(`no revision: ${text}`);
  return { epoch, n: Number(n) };
}

/**
 * What a revision that arrives means for a page that is at `own`.
 * @param {string} own
 * @param {string} other
 * @returns {"newer" | "same" | "older" | "foreign"}
 */
export function compare(own, other) {
  const [mine, theirs] = [parse(own), parse(other)];
  if (mine.epoch !== theirs.epoch) return "foreign";
  if (theirs.n === mine.n) return "same";
  return theirs.n > mine.n ? "newer" : "older";
}
