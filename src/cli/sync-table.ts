/** `devenv sync` for people. Pure. */
import type { EnvironmentSync } from "../sync/process/messages.ts";
import type { Style } from "./style.ts";

const states: Readonly<Record<EnvironmentSync["state"], string>> = {
  connecting: "connecting",
  scanning: "reading both sides",
  syncing: "syncing",
  idle: "in step",
  paused: "paused",
  halted: "halted",
  lost: "connecting",
  closed: "ended",
  mounted: "mounted; its files are watched",
};

export function printSync(environments: readonly EnvironmentSync[], style: Style): string {
  return environments.flatMap((one) => linesOf(one, style).map((line) => `${line}\n`)).join("");
}

/** More of a kind than that are counted. */
const mostLines = 20;

function linesOf(sync: EnvironmentSync, style: Style): readonly string[] {
  const { environment, state, reason, files, conflicts, copies, problems, unwatched } = sync;
  const why = reason === undefined ? "" : `: ${reason}`;
  const length = problems.filter(({ isLeft }) => isLeft).length + conflicts.length;
  const left = state === "idle" && length > 0 ? ` but for ${length} ${length === 1 ? "file" : "files"}` : "";
  return [
    `${environment}  ${states[state]}${left}${why}  ${files} files`,
    ...first(
      conflicts.map(
        ({ path, host, container }) =>
          `  ${style.yellow("conflict:")} \`${path}\` is ${host} on the host, ${container} in the container; remove or rename one of them`,
      ),
      "conflicts",
    ),
    ...first(
      copies.map((path) => `  ${style.yellow("kept:")} \`${path}\`; both sides had changed it, compare and delete it`),
      "kept files",
    ),
    ...first(
      problems.map(({ side, path, reason: text }) => `  ${style.yellow("problem:")} \`${path}\` (${side}): ${text}`),
      "problems",
    ),
    ...unwatched.map(
      ({ side, reason: text, hint }) =>
        `  ${style.yellow("slow:")} ${side}: ${text}${hint === undefined ? "" : `; \`${hint}\``}`,
    ),
  ];
}

function first(lines: readonly string[], what: string): readonly string[] {
  if (lines.length <= mostLines) return lines;
  const rest = `  … ${lines.length - mostLines} more ${what}: \`devenv sync --json\` has them all`;
  return [...lines.slice(0, mostLines), rest];
}
