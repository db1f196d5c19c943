import { randomUUID } from "node:crypto";
import type { Engine } from "../../engine/engine.ts";
import { eachLine } from "../../host/each-line.ts";
import type { KnownContext, StepName } from "../operation.ts";
import { endExecs, guardExec } from "./guard.ts";
import { execVariable } from "./guard-script.ts";
import { withSecretVariables } from "./secret-variables.ts";

/** Last lines of a failed command that its error carries. */
const errorLines = 20;

/** Begins the mark of every process of a command that is shown. */
const markPrefix = "shown-";

export interface ShownCommand {
  readonly environment: string;
  readonly step: StepName;
  readonly container: string;
  readonly command: readonly string[];
  readonly workdir: string;
  /** Tells it from others that run at once. */
  readonly source?: string | undefined;
  /** Names of the secrets that it gets as variables. */
  readonly secretVariables?: readonly string[];
}

export interface CommandEnd {
  readonly exitCode: number;
  /** Last lines that it printed, oldest first. */
  readonly output: readonly string[];
}

/** Both outputs as one: the engine carries them apart, and their order would be lost. */
const joined = ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh"];

/**
 * Run a command inside as the environment's user, each line that it prints reported as output of a step. An
 * abort ends it with all that it has started.
 */
export async function runShown(context: KnownContext, command: ShownCommand): Promise<CommandEnd> {
  const { engine, signal, report } = context;
  const { environment, step, container, workdir, source, secretVariables = [] } = command;
  signal?.throwIfAborted();
  const mark = `${markPrefix}${randomUUID()}`;
  const inside = await engine.containers.exec(container, {
    command: withSecretVariables(secretVariables, [...joined, ...command.command]),
    env: { [execVariable]: mark },
    workdir,
  });
  inside.stdin.end();
  const guard = guardExec(engine, { container, mark });
  const output: string[] = [];
  const show = (line: string) => {
    output.push(line);
    if (output.length > errorLines) output.shift();
    report({ kind: "output", environment, step, source, line });
  };
  try {
    await untilAbort(Promise.all([eachLine(inside.stdout, show), eachLine(inside.stderr, show)]), signal);
    return { exitCode: await untilAbort(inside.exitCode(), signal), output };
  } finally {
    // where it cannot be ended it is when the next command takes up what this one left
    await (signal?.aborted ? guard.end() : guard.release());
  }
}

/** End what is left of shown commands in a container: those of a devenv that was killed run on. */
export function endShown(engine: Engine, container: string): Promise<void> {
  return endExecs(engine, container, `${markPrefix}.*`);
}

/** The end of some work, or at once the reason of an abort. */
export async function untilAbort<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
