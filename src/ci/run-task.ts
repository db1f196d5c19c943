import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { guardExec } from "../env/container/guard.ts";
import { execVariable } from "../env/container/guard-script.ts";
import { withSecretVariables } from "../env/container/secret-variables.ts";
import { untilAbort } from "../env/container/shown-command.ts";
import type { OperationContext } from "../env/operation.ts";
import type { EnvironmentPlan } from "../plan/plan.ts";
import type { TaskSpec } from "../spec/spec.ts";

export interface TaskInside {
  readonly id: string;
  readonly environment: EnvironmentPlan;
  readonly task: TaskSpec;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Run one task, its output handed through but for secrets; gives its exit code. An abort ends it with all that it has started. */
export async function runTask(context: OperationContext, inside: TaskInside): Promise<number> {
  const { engine, signal } = context;
  signal?.throwIfAborted();
  const { id: container, environment, task } = inside;
  const variables = environment.secrets.filter(({ asEnv }) => asEnv).map(({ name }) => name);
  const mark = randomUUID();
  const running = await engine.containers.exec(container, {
    command: withSecretVariables(variables, ["/bin/sh", "-c", task.command]),
    env: { ...task.env, [execVariable]: mark },
    workdir: posix.resolve(environment.container.workdir, task.cwd ?? "."),
  });
  running.stdin.end();
  const guard = guardExec(engine, { container, mark });
  try {
    const output = Promise.all([
      handOver(context, running.stdout, inside.stdout),
      handOver(context, running.stderr, inside.stderr),
    ]);
    await untilAbort(output, signal);
    return await untilAbort(running.exitCode(), signal);
  } finally {
    await (signal?.aborted ? guard.end() : guard.release());
  }
}

async function handOver({ redaction }: OperationContext, from: Readable, to: NodeJS.WritableStream): Promise<void> {
  const shown = redaction === undefined ? from : from.pipe(redaction.stream());
  from.once("error", (error) => shown.destroy(error));
  shown.pipe(to, { end: false });
  await finished(shown, { writable: false });
}
