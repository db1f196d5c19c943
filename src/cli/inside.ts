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
  const { process: running, signal } = await openExec({ ...request, engine, tty: size }).catch(
    async (error: unknown) => {
      await refuseUnknown(context, request.environment);
      throw error;
    },
  );
  return await attach({ running, signal, stdio, interrupts, tty: size !== undefined });
}

/** Only a command that failed reads the config, to tell an environment that is not up from one that does not exist. */
async function refuseUnknown(context: CliContext, environment: string | undefined): Promise<void> {
  if (environment === undefined) return;
  const { projectOf } = await import("./operate.ts");
  const { selectEnvironments } = await import("../env/plan-project.ts");
  const { spec } = await projectOf(context);
  selectEnvironments(spec.environments, [environment]);
}
