import { selectEnvironments } from "../env/plan-project.ts";
import type { Spec } from "../spec/spec.ts";
import type { Style } from "./style.ts";

export interface TaskList {
  readonly environments: readonly {
    readonly name: string;
    readonly tasks: readonly { readonly name: string; readonly command: string }[];
  }[];
}

/** The declared tasks of one environment, or of all. */
export function taskList(spec: Spec, environment: string | undefined): TaskList {
  const chosen = selectEnvironments(spec.environments, environment === undefined ? [] : [environment]);
  return {
    environments: chosen.map(({ name, tasks }) => ({
      name,
      tasks: Object.entries(tasks).map(([task, { command }]) => ({ name: task, command })),
    })),
  };
}

export function printTasks({ environments }: TaskList, style: Style): string {
  const width = Math.max(0, ...environments.flatMap(({ tasks }) => tasks.map(({ name }) => name.length)));
  return environments
    .flatMap(({ name, tasks }) => [
      style.bold(name),
      ...tasks.map((task) => `  ${task.name.padEnd(width)}  ${style.dim(task.command.replaceAll("\n", " "))}`),
      ...(tasks.length === 0 ? ["  no tasks"] : []),
    ])
    .map((line) => `${line}\n`)
    .join("");
}
