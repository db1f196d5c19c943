/** Which line of a Dockerfile a builder could not understand: no step of it ran. */

/** Undefined where the builder's words do not tell. */
export function faultyLine(reason: string, dockerfile: string): number | undefined {
  const [, line] = /dockerfile parse error (?:on )?line (\d+)/i.exec(reason) ?? [];
  if (line !== undefined) return Number(line);
  const [, quoted] = /failed to process ("(?:\\.|[^"\\])*")/.exec(reason) ?? [];
  const word = quoted === undefined ? undefined : readQuoted(quoted);
  if (word === undefined) return undefined;
  const lines = dockerfile.split("\n");
  const found = lines.flatMap((text, index) => (text.includes(word) ? [index + 1] : []));
  return found.length === 1 ? found[0] : undefined;
}

/** As Go quotes, which JSON reads but for characters that stand in no Dockerfile. */
function readQuoted(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
}

/** Without the words of the builder for its own parts. */
export function faultReason(reason: string): string {
  const own = /^failed to solve(?: with frontend [^:]+)?: (?:failed to create LLB definition: )?/i;
  return reason.replace(own, "").replace(/^dockerfile parse error (?:on )?line \d+: /i, "");
}

/** Whether the builder refused the Dockerfile itself. */
export function isFault(reason: string): boolean {
  return /failed to create LLB definition|dockerfile parse error/i.test(reason);
}
