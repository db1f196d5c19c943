/** An instruction of a Dockerfile that BuildKit runs as a numbered step: `[2/5] RUN …`. */
export interface DockerfileStep {
  /** First line, 1-based. */
  readonly line: number;
  readonly instruction: string;
}

const counted = new Set(["FROM", "RUN", "COPY", "ADD", "WORKDIR"]);
const hereDocument = /<<-?(["']?)(\w+)\1/g;

/** The numbered steps of a single-stage Dockerfile in order: the one at index 0 is step 1. */
export function dockerfileSteps(text: string): readonly DockerfileStep[] {
  return instructions(text.split("\n")).filter(({ instruction }) =>
    counted.has((instruction.split(/\s/, 1)[0] ?? "").toUpperCase()),
  );
}

function instructions(lines: readonly string[]): DockerfileStep[] {
  const found: DockerfileStep[] = [];
  let index = 0;
  while (index < lines.length) {
    const end = endOfInstruction(lines, index);
    const instruction = lines.slice(index, end).join("\n").trim();
    if (instruction !== "" && !instruction.startsWith("#")) found.push({ line: index + 1, instruction });
    index = end;
  }
  return found;
}

/** Index after the last line of the instruction that starts at `start`: past continued lines and here-documents. */
function endOfInstruction(lines: readonly string[], start: number): number {
  const isComment = (line: string | undefined) => line?.trimStart().startsWith("#") ?? false;
  if (isComment(lines[start])) return start + 1;
  let end = start;
  while (end < lines.length && (lines[end]?.trimEnd().endsWith("\\") || isComment(lines[end]))) end += 1;
  for (const [, , word] of (lines[end] ?? "").matchAll(hereDocument)) {
    const close = lines.findIndex((line, index) => index > end && line.trim() === word);
    if (close > 0) end = close;
  }
  return end + 1;
}
