/** A word that may stand somewhere on a command line. */
export interface Candidate {
  readonly word: string;
  readonly summary: string;
}

/** What may stand at the cursor; `files` leaves the rest to the shell's own completion of paths. */
export interface Candidates {
  readonly words: readonly Candidate[];
  readonly files: boolean;
}

export const noCandidates: Candidates = { words: [], files: false };
export const onlyFiles: Candidates = { words: [], files: true };

/** The candidates that begin with what is typed already. */
export function startingWith({ words, files }: Candidates, typed: string): Candidates {
  return { words: words.filter(({ word }) => word.startsWith(typed)), files };
}

/**
 * For the scripts of the shells: a word, a tab and what it is, one a line; a line without a word stands
 * for files.
 */
export function printCandidates({ words, files }: Candidates): string {
  const lines = words.map(({ word, summary }) => `${word}\t${summary.replace(/\s+/g, " ")}\n`);
  return [...lines, ...(files ? ["\tfiles\n"] : [])].join("");
}
