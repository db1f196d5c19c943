import type { CliContext, Outcome } from "./command.ts";
import { visibleColoured } from "./visible.ts";

/** Print what a command gave: data on stdout, everything else on stderr. */
export function renderOutcome(outcome: Outcome, { options, stdio }: Pick<CliContext, "options" | "stdio">): void {
  if (options.json) {
    if (outcome.data !== undefined) stdio.stdout.write(`${printJson(outcome.data)}\n`);
    return;
  }
  // a file gets what was asked for as it is
  const text = stdio.stdout.isTTY ? visibleColoured : (plain: string) => plain;
  if (outcome.text !== undefined) stdio.stdout.write(text(outcome.text));
  if (outcome.summary !== undefined && !options.quiet) stdio.stderr.write(visibleColoured(outcome.summary));
}

export function printJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
