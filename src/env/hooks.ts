import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { Engine } from "../engine/engine.ts";
import { devenvError } from "../errors.ts";
import type { EnvironmentPlan } from "../plan/plan.ts";
import type { HookSpec } from "../spec/spec.ts";
import type { OperationContext } from "./operation.ts";
import { withSecretVariables } from "./secret-variables.ts";
import type { Secrets } from "./secrets.ts";
import { endExec, execVariable } from "./signal-exec.ts";
import { runStep } from "./step.ts";

/** Lines of a failed hook's output that its error carries. */
const errorLines = 20;

export interface HookRun {
  readonly environment: EnvironmentPlan;
  readonly container: string;
  readonly name: "create" | "start";
  readonly hook: HookSpec;
  readonly secrets: Secrets;
}

/** Begins the mark of every process of a hook. */
const hookPrefix = "hook-";

/** End what is left of hooks in a container: those of a command that was killed run on. */
export function endHooks(engine: Engine, container: string): Promise<void> {
  return endExec(engine, container, `${hookPrefix}.*`);
}

/** Run a hook as the environment's user in the workspace; throws HOOK_FAILED with the last lines that were printed. */
export async function runHook(context: OperationContext, run: HookRun): Promise<void> {
  const { hook, name, environment, secrets } = run;
  if (hook.parallel) {
    const text = `${name}: ${hook.commands.map((one) => one.name).join(", ")}`;
    await runStep(context, { environment: environment.name, step: "hook", text }, async () => {
      const results = await Promise.allSettled(hook.commands.map((command) => runCommand(context, run, command)));
      for (const result of results) if (result.status === "rejected") throw result.reason;
      return { text, value: undefined };
    });
    return;
  }
  for (const command of hook.commands) {
    const text = `${name}: ${secrets.redact(firstLine(command.command))}`;
    await runStep(context, { environment: environment.name, step: "hook", text }, async () => {
      await runCommand(context, run, command);
      return { text, value: undefined };
    });
  }
}

function firstLine(command: string): string {
  const [first = "", ...others] = command.trim().split("\n");
  return others.length === 0 ? first : `${first} …`;
}

/** Both outputs as one: the engine carries them apart, and their order would be lost. */
const joined = ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh"];

type HookCommand = HookSpec["commands"][number];

async function runCommand(context: OperationContext, run: HookRun, hookCommand: HookCommand): Promise<void> {
  const { environment, container, hook, secrets } = run;
  const { engine, signal } = context;
  signal?.throwIfAborted();
  const id = `${hookPrefix}${randomUUID()}`;
  const variables = environment.secrets.filter(({ asEnv }) => asEnv).map(({ name }) => name);
  const inside = await engine.containers.exec(container, {
    command: withSecretVariables(variables, [...joined, "/bin/sh", "-c", hookCommand.command]),
    env: { [execVariable]: id },
    workdir: environment.container.workdir,
  });
  inside.stdin.end();
  const output = lastLines(errorLines);
  const show = (text: string) => {
    const line = secrets.redact(text);
    output.add(line);
    context.report({ kind: "output", environment: environment.name, step: "hook", source: hookCommand.name, line });
  };
  const end = () => endExec(engine, container, id);
  await untilAbort(Promise.all([eachLine(inside.stdout, show), eachLine(inside.stderr, show)]), { signal, end });
  const exitCode = await inside.exitCode();
  if (exitCode === 0) return;
  const command = secrets.redact(hookCommand.command);
  const place = await context.locate(hook.key);
  const details = { environment: environment.name, key: hook.key, place, command, exitCode, output: output.lines() };
  throw devenvError("HOOK_FAILED", details);
}

interface Abortable {
  readonly signal: AbortSignal | undefined;
  end(): Promise<void>;
}

/** What an aborted command still prints is of no interest; what it started is ended. */
async function untilAbort(work: Promise<unknown>, { signal, end }: Abortable): Promise<void> {
  if (signal === undefined) return void (await work);
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([work, promise]);
  } catch (error) {
    // where it cannot be ended it is when the hook runs again
    if (signal.aborted) await end().catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function lastLines(count: number): { add(line: string): void; lines(): readonly string[] } {
  const kept: string[] = [];
  return {
    add: (line) => {
      kept.push(line);
      if (kept.length > count) kept.shift();
    },
    lines: () => kept,
  };
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
