/**
 * Return which of so many a name belongs to: always the same one.
 *
 * @param {string} name
 * @param {number} count
 */
export function shard(name, count) {
  let hash = 2166136261;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619);
  return (hash >>> 0) % count;
}
