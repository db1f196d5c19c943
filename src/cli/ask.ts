import { on } from "node:events";
import { createInterface } from "node:readline";
import type { CliContext } from "./command.ts";
import { visibleColoured } from "./visible.ts";

/** A person can be asked: what is typed is read and what is asked is seen. */
export function canAsk({ stdio }: Pick<CliContext, "stdio">): boolean {
  return stdio.stdin.isTTY === true && stdio.stderr.isTTY === true;
}

export interface Questions extends Disposable {
  /** Ask what Enter alone says yes to; the end of the input says no. Throws when interrupted. */
  ask(question: string): Promise<boolean>;
  /** Ask what only a typed yes says yes to. */
  agree(question: string): Promise<boolean>;
}

/** Several questions, one after another; an answer that was typed ahead counts. Reads stdin from now on. */
export function openQuestions({ stdio, interrupts }: Pick<CliContext, "stdio" | "interrupts">): Questions {
  // Without `terminal` the terminal itself edits the line and turns Ctrl-C into a signal.
  const reader = createInterface({ input: stdio.stdin, terminal: false });
  const lines = on(reader, "line", { close: ["close"], signal: interrupts.signal });
  const answer = async (question: string): Promise<string | undefined> => {
    stdio.stderr.write(`${visibleColoured(question)} `);
    const { done, value } = await lines.next();
    return done === true ? undefined : String(value).trim();
  };
  return {
    ask: async (question) => /^(y(es)?)?$/i.test((await answer(`${question} [Y/n]`)) ?? "no"),
    agree: async (question) => /^y(es)?$/i.test((await answer(`${question} [y/N]`)) ?? "no"),
    // Closing it pauses stdin, which then keeps no process alive.
    [Symbol.dispose]: () => reader.close(),
  };
}
