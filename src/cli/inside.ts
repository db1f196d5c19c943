import type { Engine } from "../engine/engine.ts";
import { type ExecOptions, openExec } from "../env/exec.ts";
import type { CliContext } from "./command.ts";
import { attach, terminalSize } from "./terminal.ts";

/** Run a command in an environment, attached to this process's streams; gives its exit code. */
export async function runInside(
  context: CliContext,
  engine: Engine,
  request: Omit<ExecOptions, "engine" | "tty">,
): Promise<number> {
  const { stdio, interrupts } = context;
  const size = terminalSize(stdio);
  const { process: running, signal } = await openExec({ ...request, engine, tty: size });
  return await attach({ running, signal, stdio, interrupts, tty: size !== undefined });
}
