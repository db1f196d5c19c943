import type { CliContext, Outcome } from "./command.ts";

/** Print what a command gave: data on stdout, everything else on stderr. */
export function renderOutcome(outcome: Outcome, { options, stdio }: Pick<CliContext, "options" | "stdio">): void {
  if (options.json) {
    if (outcome.data !== undefined) stdio.stdout.write(`${printJson(outcome.data)}\n`);
    return;
  }
  if (outcome.text !== undefined) stdio.stdout.write(outcome.text);
  if (outcome.summary !== undefined && !options.quiet) stdio.stderr.write(outcome.summary);
}

export function printJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
