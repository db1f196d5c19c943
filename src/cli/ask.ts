import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { CliContext } from "./command.ts";

/** A person can be asked: what is typed is read and what is asked is seen. */
export function canAsk({ stdio }: Pick<CliContext, "stdio">): boolean {
  return stdio.stdin.isTTY === true && stdio.stderr.isTTY === true;
}

/** Ask a question that Enter alone says yes to; the end of the input says no. Throws when interrupted. */
export async function ask(
  { stdio, interrupts }: Pick<CliContext, "stdio" | "interrupts">,
  question: string,
): Promise<boolean> {
  // Without `terminal` the terminal itself edits the line and turns Ctrl-C into a signal.
  const lines = createInterface({ input: stdio.stdin, output: stdio.stderr, terminal: false });
  const { signal } = interrupts;
  try {
    const end = once(lines, "close", { signal }).then(() => undefined);
    const answer = await Promise.race([lines.question(`${question} [Y/n] `, { signal }), end]);
    return answer !== undefined && /^\s*(y(es)?\s*)?$/i.test(answer);
  } finally {
    lines.close();
    stdio.stdin.unref?.();
  }
}
