import type { ContainerInfo } from "../engine/containers.ts";
import { planAction } from "../plan/diff.ts";
import type { EnvironmentPlan, Plan } from "../plan/plan.ts";
import type { Settled } from "../plan/settle.ts";
import { bringUp, describeResult } from "./bring-up.ts";
import { underLock } from "./lock.ts";
import { findMoved } from "./moved.ts";
import { observe } from "./observe.ts";
import type { EnvironmentResult, OperationContext, UpResult } from "./operation.ts";
import { planProject, selectEnvironments } from "./plan-project.ts";

type Observed = ReadonlyMap<string, Settled<ContainerInfo>>;

/** Bring environments up: what is right already is kept, all else is built, created, started or replaced. */
export async function up(context: OperationContext, options: { names: readonly string[] }): Promise<UpResult> {
  const plan = await planProject(context);
  const selected = selectEnvironments(plan.environments, options.names);
  const observed = await observe(context.engine, plan.workspace.id);
  warnOfPrivileges(context, selected, observed);
  const environments = selected.every((environment) => isRight(environment, observed))
    ? selected.map((environment) =>
        describeResult(environment, observed.get(environment.name)?.container, { action: "kept", reasons: [] }),
      )
    : await underLock(context, () => bringAllUp(context, plan, selected));
  return { project: plan.project, environments, services: [] };
}

function isRight(environment: EnvironmentPlan, observed: Observed): boolean {
  const { container, leftovers = [] } = observed.get(environment.name) ?? {};
  return leftovers.length === 0 && planAction(environment, container).kind === "keep";
}

/** What another command did while this one waited counts. */
async function bringAllUp(
  context: OperationContext,
  plan: Plan,
  selected: readonly EnvironmentPlan[],
): Promise<readonly EnvironmentResult[]> {
  const observed = await observe(context.engine, plan.workspace.id);
  const isNew = selected.some(({ name }) => observed.get(name)?.container === undefined);
  const moved = isNew ? await findMoved(context.engine, plan) : new Map<string, ContainerInfo>();
  const results: EnvironmentResult[] = [];
  for (const environment of selected) {
    const { name } = environment;
    results.push(await bringUp(context, { plan, environment, observed: observed.get(name), moved: moved.get(name) }));
  }
  return results;
}

/** Told when the container is made, not each time. */
function warnOfPrivileges(
  { report }: OperationContext,
  selected: readonly EnvironmentPlan[],
  observed: Observed,
): void {
  for (const environment of selected) {
    const { devices, capAdd } = environment.container;
    const action = planAction(environment, observed.get(environment.name)?.container);
    if (action.kind !== "create" && action.kind !== "replace") continue;
    const what = [
      ...(capAdd.length === 0 ? [] : [`capabilities ${capAdd.join(", ")}`]),
      ...(devices.length === 0 ? [] : [`devices ${devices.map(({ source }) => source).join(", ")}`]),
    ];
    if (what.length === 0) continue;
    const text = `the container gets ${what.join(" and ")} of this machine: it is less shut off from it`;
    report({ kind: "warning", environment: environment.name, text });
  }
}
