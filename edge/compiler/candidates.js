// The words of a file that may be Tailwind classes.

import { Scanner } from "@tailwindcss/oxide";

/** Files whose every candidate stands within one word, so that a word that comes again need not be read again. */
const PLAIN = /^(?:[cm]?[jt]sx?|json|html?)$/;
/** What is longer, an image in an address for one, is no class; and the scanner's time grows with its square. */
const LONGEST = 1_000;
/** Nor is what has more variants than these, or selectors in them: each of them may double what Tailwind writes. */
const VARIANTS = /(?:[:&][^:&]*){25}/;
const MARKS = /["'`<>={};,]/;

/** @returns {(content: string, extension: string) => string[]} */
export function candidateReader() {
  // It keeps nothing of what it reads this way, so one serves all files.
  const scanner = new Scanner({ sources: [] });
  return (text, extension) => {
    const content = PLAIN.test(extension)
      ? [...new Set(text.split(/\s+/))].map(shortened).join("\n")
      : text.split(/(\s+)/).map(shortened).join("");
    const found = scanner.getCandidatesWithPositions({ content, extension });
    return [...new Set(found.map((one) => one.candidate))].filter((one) => !VARIANTS.test(one));
  };
}

/** @param {string} word */
function shortened(word) {
  if (word.length <= LONGEST) return word;
  const parts = new Set(word.split(MARKS));
  return [...parts].filter((part) => part.length <= LONGEST).join("\n");
}
