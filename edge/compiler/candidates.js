// The words of a file that may be Tailwind classes.

import { Scanner } from "@tailwindcss/oxide";

/** @returns {(content: string, extension: string) => string[]} */
export function candidateReader() {
  // It keeps nothing of what it reads this way, so one serves all files.
  const scanner = new Scanner({ sources: [] });
  return (content, extension) => [
    ...new Set(scanner.getCandidatesWithPositions({ content, extension }).map((found) => found.candidate)),
  ];
}
