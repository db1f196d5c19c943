import { devenvError } from "../../errors.ts";
import { planAction } from "../../plan/diff.ts";
import { observeCurrent } from "../observe.ts";
import type { OperationContext } from "../operation.ts";
import { planProject, selectEnvironments } from "../plan-project.ts";
import { requireLock } from "./plan-locked.ts";

/**
 * Make sure that the containers that are there are those of the config and the lock; one that is not there is no
 * matter of this. Throws LOCK_MISSING, LOCK_STALE, CONTAINER_STALE.
 */
export async function requireLocked(context: OperationContext, names: readonly string[]): Promise<void> {
  await requireLock(context, names);
  const { environments, workspace } = await planProject(context);
  const observed = await observeCurrent(context.engine, workspace.id);
  for (const environment of selectEnvironments(environments, names)) {
    const container = observed.get(environment.name);
    if (container === undefined) continue;
    const action = planAction(environment, container);
    if (action.kind !== "replace") continue;
    throw devenvError("CONTAINER_STALE", { environment: environment.name, reasons: action.reasons });
  }
}
