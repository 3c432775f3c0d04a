// The lines of a source around a place, with a mark under it.

/** Lines shown before and after. */
const AROUND = 2;

/**
 * @param {string} source
 * @param {number} line from 1
 * @param {number} column from 0
 */
export function frame(source, line, column) {
  const lines = source.split("\n");
  const [first, last] = [Math.max(1, line - AROUND), Math.min(lines.length, line + AROUND)];
  const width = String(last).length;
  const shown = [];
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1];
    shown.push(`${number === line ? ">" : " "} ${String(number).padStart(width)} | ${text}`.trimEnd());
    // Tabs stay tabs, so that the mark stands under its character.
    if (number === line) shown.push(`  ${" ".repeat(width)} | ${text.slice(0, column).replace(/[^\t]/g, " ")}^`);
  }
  return shown.join("\n");
}
