/** What a sync could not bring over for now. Pure. */
import type { LeftFile } from "../errors/sync.ts";
import type { EnvironmentSync } from "../sync/process/messages.ts";
import type { Problem } from "../sync/status.ts";
import { visible } from "./visible.ts";

export function leftIn(environments: readonly EnvironmentSync[]): readonly LeftFile[] {
  return environments.flatMap(({ environment, problems, conflicts }) => [
    ...conflicts.map(
      ({ path }) => ({ environment, side: "both", path: visible(path), reason: conflictReason }) as const,
    ),
    ...problems
      .filter(({ isLeft }) => isLeft)
      .map(({ side, path, reason }) => ({ environment, side, path: visible(path), reason: visible(reason) })),
  ]);
}

const conflictReason = "both were changed, and wait for an answer";

/** More of them hide what else a command prints. */
const mostNamed = 5;

export function leftWarnings(problems: readonly Problem[]): readonly string[] {
  const left = problems.filter(({ isLeft }) => isLeft);
  const named = left
    .slice(0, mostNamed)
    .map(({ path, reason }) => `\`${visible(path)}\` is not in step: ${visible(reason)}`);
  const more = left.length - named.length;
  return more === 0 ? named : [...named, `${more} more files are not in step: \`devenv sync status\` lists them`];
}
