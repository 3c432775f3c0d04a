// The words of a file that may be Tailwind classes.

import { Scanner } from "@tailwindcss/oxide";

/** Files whose every candidate stands within one word, so that a word that comes again need not be read again. */
const PLAIN = /^(?:[cm]?[jt]sx?|json|html?)$/;

/** @returns {(content: string, extension: string) => string[]} */
export function candidateReader() {
  // It keeps nothing of what it reads this way, so one serves all files.
  const scanner = new Scanner({ sources: [] });
  return (text, extension) => {
    const content = PLAIN.test(extension) ? [...new Set(text.split(/\s+/))].join("\n") : text;
    const found = scanner.getCandidatesWithPositions({ content, extension });
    return [...new Set(found.map((one) => one.candidate))];
  };
}
