import { devenvError } from "../../errors.ts";
import type { StartPlan } from "../../plan/plan.ts";
import type { HookSpec } from "../../spec/spec.ts";
import type { KnownContext } from "../operation.ts";
import { runStep } from "../step.ts";
import { runShown } from "./shown-command.ts";

export interface HookRun {
  readonly environment: StartPlan;
  readonly container: string;
  readonly name: "create" | "start";
  readonly hook: HookSpec;
}

/** Run a hook as the environment's user in the workspace; throws HOOK_FAILED with the last lines that were printed. */
export async function runHook(context: KnownContext, run: HookRun): Promise<void> {
  const { hook, name } = run;
  if (hook.parallel) {
    const text = `${name}: ${hook.commands.map((one) => one.name).join(", ")}`;
    await runCommands(context, run, { text, commands: hook.commands });
    return;
  }
  for (const command of hook.commands) {
    const text = `${name}: ${firstLine(command.command)}`;
    await runCommands(context, run, { text, commands: [command] });
  }
}

function firstLine(command: string): string {
  const [first = "", ...others] = command.trim().split("\n");
  return others.length === 0 ? first : `${first} …`;
}

type HookCommand = HookSpec["commands"][number];

interface HookStep {
  readonly text: string;
  readonly commands: readonly HookCommand[];
}

/** Commands that run at once; the first failure is told when all have ended. */
async function runCommands(context: KnownContext, run: HookRun, { text, commands }: HookStep): Promise<void> {
  await runStep(context, { environment: run.environment.name, step: "hook", text }, async () => {
    const results = await Promise.allSettled(commands.map((command) => runCommand(context, run, command)));
    for (const result of results) if (result.status === "rejected") throw result.reason;
    return { text, value: undefined };
  });
}

async function runCommand(context: KnownContext, run: HookRun, { name, command }: HookCommand): Promise<void> {
  const { environment, container, hook } = run;
  const { exitCode, output } = await runShown(context, {
    environment: environment.name,
    step: "hook",
    container,
    command: ["/bin/sh", "-c", command],
    workdir: environment.container.workdir,
    source: name,
    secretVariables: environment.secrets.filter(({ asEnv }) => asEnv).map((secret) => secret.name),
  });
  if (exitCode === 0) return;
  throw devenvError("HOOK_FAILED", {
    environment: environment.name,
    key: hook.key,
    place: await context.locate(hook.key),
    command,
    exitCode,
    output,
  });
}
