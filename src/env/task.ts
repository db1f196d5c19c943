import { devenvError } from "../errors.ts";
import type { EnvironmentSpec, Spec, TaskSpec } from "../spec/spec.ts";
import { selectEnvironments } from "./plan-project.ts";

export interface TaskPlan {
  readonly environment: string;
  /** In the order to run them; the named task is the last. */
  readonly steps: readonly { readonly name: string; readonly task: TaskSpec }[];
}

/** A task with all that it depends on, each once, dependencies first. Without an environment: the first that has the task. */
export function planTask(spec: Spec, environmentName: string | undefined, taskName: string): TaskPlan {
  const environment = findEnvironment(spec, environmentName, taskName);
  const steps = new Map<string, TaskSpec>();
  const visit = (name: string): void => {
    const task = environment.tasks[name];
    if (task === undefined || steps.has(name)) return;
    for (const other of task.dependsOn) visit(other);
    steps.set(name, task);
  };
  visit(taskName);
  return { environment: environment.name, steps: [...steps].map(([name, task]) => ({ name, task })) };
}

function findEnvironment(spec: Spec, environmentName: string | undefined, taskName: string): EnvironmentSpec {
  const candidates = selectEnvironments(spec.environments, environmentName === undefined ? [] : [environmentName]);
  const found = candidates.find(({ tasks }) => tasks[taskName] !== undefined);
  if (found !== undefined) return found;
  const known = [...new Set(candidates.flatMap(({ tasks }) => Object.keys(tasks)))];
  throw devenvError("TASK_UNKNOWN", { name: taskName, known });
}
