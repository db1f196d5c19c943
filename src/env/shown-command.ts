import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { OperationContext, StepName } from "./operation.ts";

/** Last lines of a failed command that its error carries. */
const errorLines = 20;

export interface ShownCommand {
  readonly environment: string;
  readonly step: StepName;
  readonly container: string;
  readonly command: readonly string[];
  readonly workdir?: string | undefined;
}

export interface CommandEnd {
  readonly exitCode: number;
  /** Last lines that it printed, oldest first. */
  readonly output: readonly string[];
}

/** Run a command inside as the environment's user, each line that it prints reported as output of a step. */
export async function runShown(context: OperationContext, command: ShownCommand): Promise<CommandEnd> {
  const { engine, signal, report } = context;
  const { environment, step, workdir } = command;
  signal?.throwIfAborted();
  const inside = await engine.containers.exec(command.container, {
    command: command.command,
    workdir,
    // what is left of it is ended with what is left of hooks
    env: { DEVENV_EXEC: `hook-${randomUUID()}` },
  });
  inside.stdin.end();
  const lines: string[] = [];
  const show = (line: string) => {
    lines.push(line);
    if (lines.length > errorLines) lines.shift();
    report({ kind: "output", environment, step, line });
  };
  await untilAbort(Promise.all([eachLine(inside.stdout, show), eachLine(inside.stderr, show)]), signal);
  return { exitCode: await inside.exitCode(), output: lines };
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

async function eachLine(stream: Readable, take: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let open = "";
  for await (const chunk of stream) {
    const lines = (open + decoder.write(chunk as Buffer)).split("\n");
    open = lines.pop() ?? "";
    for (const line of lines) take(line.replace(/\r$/, ""));
  }
  open += decoder.end();
  if (open !== "") take(open);
}
