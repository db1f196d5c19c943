import type { KnownContext, LifecycleResult } from "../env/operation.ts";
import { defineCommand } from "./command.ts";
import { operateKnown } from "./known.ts";
import { chosenNames } from "./operate.ts";

type Change = (context: KnownContext, options: { names: readonly string[] }) => Promise<LifecycleResult>;

/** A command that stops or starts containers as they are; `done` says what they then were. */
export function lifecycleCommand(change: Change, done: "stopped" | "started" | "restarted") {
  return defineCommand({
    positionals: {
      environments: { count: "many", value: "ENVIRONMENT", summary: "all environments by default" },
    },
    options: {},
    async run(context, { environments }) {
      const names = chosenNames(context, environments);
      const result = await operateKnown(context, (operation) => change(operation, { names }));
      return { data: result, summary: printChanged(result, done) };
    },
  });
}

function printChanged({ project, containers }: LifecycleResult, done: string): string {
  if (containers.length === 0) return `${project}: nothing to ${done === "stopped" ? "stop" : "start"}\n`;
  return containers.map(({ name }) => `${project} · ${name} is ${done}\n`).join("");
}
