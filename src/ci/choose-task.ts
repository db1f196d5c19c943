import { selectEnvironments } from "../env/plan-project.ts";
import { planTask, type TaskPlan } from "../env/task.ts";
import { devenvError } from "../errors.ts";
import type { Spec } from "../spec/spec.ts";

export interface TaskChoice {
  /** Undefined: the first environment that has the task. */
  readonly environment: string | undefined;
  readonly task: string | undefined;
}

/** What `devenv ci` runs where nobody says it, in the order of preference. */
const usualTasks = ["ci", "test"];

/** The task of a run with all that it depends on; throws CI_TASK_MISSING when none is named and none is usual. */
export function chooseTask(spec: Spec, { environment, task }: TaskChoice): TaskPlan {
  if (task !== undefined) return planTask(spec, environment, task);
  const candidates = selectEnvironments(spec.environments, environment === undefined ? [] : [environment]);
  const known = [...new Set(candidates.flatMap(({ tasks }) => Object.keys(tasks)))];
  const usual = usualTasks.find((name) => known.includes(name));
  if (usual === undefined) throw devenvError("CI_TASK_MISSING", { known });
  return planTask(spec, environment, usual);
}
