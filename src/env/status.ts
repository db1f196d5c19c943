import type { ContainerInfo } from "../engine/engine.ts";
import { planAction } from "../plan/diff.ts";
import type { EnvironmentPlan } from "../plan/plan.ts";
import { observe, toObserved } from "./observe.ts";
import type { EnvironmentStatus, OperationContext, StatusResult } from "./operation.ts";
import { planProject } from "./plan-project.ts";

/** What runs now, and for each environment why the next `up` would change it. */
export async function status(context: OperationContext): Promise<StatusResult> {
  const plan = await planProject(context);
  const observed = await observe(context.engine, plan.workspace.id);
  const environments = plan.environments.map((environment) => describe(environment, observed.get(environment.name)));
  return { project: plan.project, environments, services: [] };
}

function describe(plan: EnvironmentPlan, observed: ContainerInfo | undefined): EnvironmentStatus {
  return {
    name: plan.name,
    container: plan.container.name,
    image: observed?.image ?? plan.image.tag,
    fingerprint: plan.image.fingerprint,
    state: observed?.state ?? "absent",
    health: "none",
    ports: observed?.ports ?? [],
    stale: staleReasons(plan, observed),
  };
}

function staleReasons(plan: EnvironmentPlan, observed: ContainerInfo | undefined): readonly string[] {
  const action = planAction(plan, observed === undefined ? undefined : toObserved(observed));
  if (action.kind === "keep") return [];
  return action.kind === "start" ? ["the container is stopped"] : action.reasons;
}
